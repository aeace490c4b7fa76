"""Filtering: which nodes are meant by some simple words, such as `tag:sea author:me before:2026-11-01 unread`."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.terms import asked
from cyborg_tui.loom.tree import Tree
from cyborg_tui.outline.standing import branch_of, is_unread

__all__ = ["HOW", "Filter", "Hunt", "read_filter"]

HOW = 'words · "a phrase" · tag:… · author:me or a model · before: after: on:2026-11-24 · unread · taken · bookmarked'
"""The words that are understood, for a person."""

_WORD = re.compile(r'(?:(tag|author|by|before|after|on):)?(?:"([^"]*)"?|(\S+))?')
Test = Callable[[Tree, Node], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """Tests that a node must all pass."""

    tests: tuple[Test, ...] = ()
    words: tuple[str, ...] = ()
    """What is looked for in the text, without capitals."""

    def __bool__(self) -> bool:
        return bool(self.tests or self.words)

    def passes(self, tree: Tree, node: Node) -> bool:
        if self.words:
            text = node.text.casefold()
            if not all(word in text for word in self.words):
                return False
        return all(test(tree, node) for test in self.tests)


def read_filter(typed: str) -> Filter:
    """What is meant by what was typed. A word that is no sign of anything is looked for in the text, also as a part of
    another; dates are read as in a search."""
    tests: list[Test] = []
    words: list[str] = []
    for sign, phrase, word in _WORD.findall(typed):
        value = phrase or word
        if not value:
            continue
        if not sign and word in _STATES:
            tests.append(_STATES[word])
        elif not sign:
            words.append(value.casefold())
        elif sign == "tag":
            tests.append(_is_tagged(value))
        elif sign in ("author", "by"):
            tests.append(_is_by(value))
        else:
            days = asked(f"{sign}:{value}")
            tests.append(_is_made(days.since, days.until))
    return Filter(tuple(tests), tuple(words))


def _is_made(since: date | None, until: date | None) -> Test:
    """On one of these days; `until` is the first that is too late."""
    begin = _midnight(since) if since is not None else 0.0
    end = _midnight(until) if until is not None else float("inf")
    return lambda tree, node: begin <= node.made_at < end


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day).timestamp()


def _is_tagged(wanted: str) -> Test:
    wanted = wanted.casefold().lstrip("#")
    return lambda tree, node: any(tag.casefold().startswith(wanted) for tag in tree.facts(node.id).tags)


def _is_by(wanted: str) -> Test:
    wanted = wanted.casefold()
    if wanted in ("me", "you", "person"):
        return lambda tree, node: any(piece.branch is None for piece in node.pieces)

    def wrote(tree: Tree, node: Node) -> bool:
        drawn = (tree.branch(piece.branch) for piece in node.pieces if piece.branch is not None)
        models = (tree.fan(branch.fan).model.name for branch in drawn)
        return any(wanted == "model" or wanted in model.casefold() for model in models)

    return wrote


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
        self._in_sight: set[NodeId] = set()
        self._left: Iterator[Node] = reversed(tuple(tree))
        self.wanted = wanted
        self.done = False

    @property
    def found(self) -> frozenset[NodeId]:
        return frozenset(self._found)

    @property
    def more(self) -> bool:
        """Whether there are more than were looked for."""
        return len(self._found) >= self.MOST

    def go_on(self, seconds: float) -> bool:
        """Look on for so long. Returns whether all is found."""
        end = time.monotonic() + seconds
        for number, node in enumerate(self._left, 1):
            if node.pieces and self.wanted.passes(self._tree, node) and self._is_in_sight(node.id):
                self._found.append(node.id)
                if self.more:
                    break
            if number % 64 == 0 and time.monotonic() > end:
                return False
        self.done = True
        return True

    def _is_in_sight(self, node: NodeId) -> bool:
        """Whether neither the node nor any above it is hidden."""
        if self._hidden:
            return True
        above: list[NodeId] = []
        at: NodeId | None = node
        while at is not None and at not in self._in_sight:
            if self._tree.node(at).hidden:
                return False
            above.append(at)
            at = self._tree.node(at).parent
        self._in_sight.update(above)
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
