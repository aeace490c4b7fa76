"""Filtering: which nodes are meant by some simple words, such as `tag:sea author:me before:2026-11-01 unread`."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.tree import Tree
from cyborg_tui.outline.standing import branch_of, is_unread

__all__ = ["HOW", "Filter", "Hunt", "read_filter"]

HOW = "words · “a phrase” · tag:… · author:me or a model · before: after: on:2026-11-24 · unread · taken · bookmarked"
"""The words that are understood, for a person."""

_WORD = re.compile(r'"([^"]*)"?|“([^”]*)”?|(\S+)')
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z")
Test = Callable[[Tree, Node], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """Tests that a node must all pass."""

    tests: tuple[Test, ...] = ()
    problem: str = ""
    """What could not be understood; empty if everything was."""

    def passes(self, tree: Tree, node: Node) -> bool:
        return all(test(tree, node) for test in self.tests)


def read_filter(words: str, today: date | None = None) -> Filter:
    """What is meant by some words. A word that is no sign of anything is looked for in the text."""
    tests: list[Test] = []
    problem = ""
    for found in _WORD.finditer(words):
        phrase = found.group(1) or found.group(2)
        if phrase is not None:
            tests.append(_has_text(phrase))
        elif (word := found.group(3)) is not None:
            try:
                tests.append(_test_of(word, today or date.today()))
            except ValueError as error:
                problem = str(error)
    return Filter(tuple(tests), problem)


def _test_of(word: str, today: date) -> Test:
    """Raises ValueError for a day that is none."""
    sign, _, value = word.partition(":")
    if word in _STATES:
        return _STATES[word]
    if sign not in ("tag", "author", "before", "after", "on"):
        return _has_text(word)
    if not value:  # it is being typed
        return lambda tree, node: True
    if sign == "tag":
        return _is_tagged(value)
    return _is_by(value) if sign == "author" else _is_made(sign, _day(value, today))


def _is_made(when: str, day: date) -> Test:
    begin, end = _midnight(day), _midnight(day + timedelta(days=1))
    if when == "before":
        return lambda tree, node: node.made_at < begin
    if when == "after":
        return lambda tree, node: node.made_at >= end
    return lambda tree, node: begin <= node.made_at < end


def _has_text(words: str) -> Test:
    wanted = words.casefold()
    return lambda tree, node: wanted in node.text.casefold()


def _is_tagged(wanted: str) -> Test:
    wanted = wanted.casefold().lstrip("#")
    return lambda tree, node: any(tag.casefold().startswith(wanted) for tag in _tags(tree, node.id))


def _tags(tree: Tree, node: NodeId) -> Sequence[str]:
    return ()


def _is_by(wanted: str) -> Test:
    wanted = wanted.casefold()
    if wanted in ("me", "you", "person"):
        return lambda tree, node: any(piece.branch is None for piece in node.pieces)

    def wrote(tree: Tree, node: Node) -> bool:
        models = (
            tree.fan(tree.branch(piece.branch).fan).model.name for piece in node.pieces if piece.branch is not None
        )
        return any(wanted == "model" or wanted in model.casefold() for model in models)

    return wrote


def _day(value: str, today: date) -> date:
    if value in ("today", "yesterday"):
        return today - timedelta(days=value == "yesterday")
    found = _DAY.match(value)
    if found is None:
        raise ValueError(f"“{value}” is no day; write it as {today.isoformat()}, or today, or yesterday.")
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise ValueError(f"There is no day {value}.") from None


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day).timestamp()


_STATES: dict[str, Test] = {
    "unread": lambda tree, node: is_unread(tree, node.id),
    "unvisited": lambda tree, node: is_unread(tree, node.id),
    "taken": lambda tree, node: bool(tree.children(node.id)) and branch_of(tree, node.id) is not None,
    "bookmarked": lambda tree, node: node.bookmarked,
    "hidden": lambda tree, node: node.hidden,
}


class Hunt:
    """Looks for the nodes that pass a filter, the ones made last first, a little at a time."""

    MOST = 1000
    """So many are found and no more."""

    def __init__(self, tree: Tree, wanted: Filter, *, hidden: bool) -> None:
        self._tree = tree
        self._hidden = hidden
        self._found: list[NodeId] = []
        self._left: Iterator[Node] = iter(sorted(tree, key=lambda node: node.id, reverse=True))
        self._wanted = wanted
        self.done = False

    @property
    def found(self) -> frozenset[NodeId]:
        return frozenset(self._found)

    @property
    def more(self) -> bool:
        """Whether there are more than were looked for."""
        return len(self._found) >= self.MOST

    def go_on(self, seconds: float) -> None:
        """Look on for so long."""
        end = time.monotonic() + seconds
        for number, node in enumerate(self._left, 1):
            if self._wanted.passes(self._tree, node) and self._is_in_sight(node):
                self._found.append(node.id)
                if self.more:
                    break
            if number % 64 == 0 and time.monotonic() > end:
                return
        self.done = True

    def _is_in_sight(self, node: Node) -> bool:
        """Whether neither the node nor any above it is hidden."""
        at: NodeId | None = node.id
        while not self._hidden and at is not None:
            if self._tree.node(at).hidden:
                return False
            at = self._tree.node(at).parent
        return True

    def with_what_is_above(self) -> frozenset[NodeId]:
        """What was found, and all that leads there."""
        seen: set[NodeId] = set()
        for node in self._found:
            at: NodeId | None = node
            while at is not None and at not in seen:
                seen.add(at)
                at = self._tree.node(at).parent
        return frozenset(seen)
