"""What is done to places on the map: marked, named, arranged, cut, joined, rewritten, hidden, deleted."""

from collections.abc import Callable
from functools import partial
from typing import Any

from textual.screen import ModalScreen

from cyborg_tui.loom.errors import NotPossible
from cyborg_tui.loom.facts import Facts
from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.tree import ROOT
from cyborg_tui.outline.outline import Row
from cyborg_tui.outline.parts import part_at, rewritten, text_of
from cyborg_tui.screens.questions import LinePrompt, TextPrompt, Whether
from cyborg_tui.session import Session

__all__ = ["Tending"]

Ask = Callable[[ModalScreen[Any], Callable[[Any], None]], object]


class Tending:
    def __init__(
        self,
        session: Session,
        row: Callable[[], Row],
        ask: Ask,
        notice: Callable[[str], None],
        renew: Callable[[NodeId | None], None],
    ) -> None:
        """`row`: in which the cursor is. `ask` shows a prompt and hands its answer on; `notice` says one sentence;
        `renew` shows the tree as it is then, with the cursor at a place, or where it was."""
        self._session, self._row, self._ask, self._notice, self._renew = session, row, ask, notice, renew

    # marks

    def hide(self) -> None:
        """Take the row out of sight, with all that follows from it; or not any more."""
        tree = self._session.loom.tree
        nodes = self._nodes()
        hidden = next((node for node in nodes if tree.node(node).hidden), None)
        if hidden is not None:
            self._do(partial(self._session.garden.hide, hidden, hidden=False))
        elif nodes:
            self._do(partial(self._session.garden.hide, nodes[0]))

    def bookmark(self) -> None:
        tree = self._session.loom.tree
        for node in self._nodes()[-1:]:
            self._do(partial(self._session.garden.bookmark, node, bookmarked=not tree.node(node).bookmarked))

    def tag(self) -> None:
        self._ask_of_place("Tags, with commas between them:", lambda node: ", ".join(self._facts(node).tags), self._tag)

    def note(self) -> None:
        self._ask_of_place("A note on this place:", lambda node: self._facts(node).note, self._session.garden.note)

    def name(self) -> None:
        self._ask_of_place("A name for this place:", lambda node: self._facts(node).name, self._session.garden.name)

    def move(self, by: int) -> None:
        """Move the row's line up (-1) or down (1) among those that part at the same place."""
        for node in self._nodes()[:1]:
            if self._do(partial(self._session.garden.move, node, by), at=node) is False:
                self._notice("It is the last one on this side.")

    # texts

    def split(self) -> None:
        """Ask where, and cut the row's text there."""
        tree, nodes = self._session.loom.tree, self._nodes()

        def cut(answer: tuple[str, int] | None) -> None:
            found = None if answer is None else part_at(tree, nodes, answer[1])
            if found is not None:
                self._do(partial(self._session.garden.split, *found), at=found[0])
            elif answer is not None:
                self._notice("Nothing to divide there: the text is divided there already, or it is an end.")

        if nodes and text_of(tree, nodes):
            question = "Put the cursor where the text is to be divided."
            self._ask(TextPrompt(question, text_of(tree, nodes), "enter", "divides", only_cursor=True), cut)

    def join(self) -> None:
        """Make the nodes of the row one, as far as nothing is lost by it."""
        for node in self._nodes()[-1:]:
            self._do(partial(self._session.garden.join, node))

    def rewrite(self) -> None:
        """Ask for another text, and put it under all that follows."""
        tree, nodes = self._session.loom.tree, self._nodes()

        def write(answer: tuple[str, int] | None) -> None:
            for node, text in [] if answer is None else rewritten(tree, nodes, answer[0]):
                self._do(partial(self._session.garden.rewrite, node, text))

        if nodes and text_of(tree, nodes):
            question = "Rewrite this everywhere: all that follows from it will follow from the new text."
            self._ask(TextPrompt(question, text_of(tree, nodes), "ctrl+s", "rewrites"), write)

    def purge(self) -> None:
        """Ask, and delete what is hidden for good."""
        garden, tree = self._session.garden, self._session.loom.tree
        found = garden.prunable
        if not found.nodes:
            kept = found.on_the_path + found.in_use
            self._notice("Nothing is hidden." if not kept else "What is hidden is needed by what is not, and stays.")
            return
        count, size = len(found.nodes), found.characters(tree)
        what = f"{count:,} hidden place{'' if count == 1 else 's'} with {size:,} characters"
        stay = found.on_the_path + found.in_use
        rest = f" {stay:,} more stay, for your text needs them." if stay else ""

        def delete(sure: bool | None) -> None:
            if sure:
                self._do(garden.purge)
                self._notice(f"{what} are gone." if count > 1 else f"{what} is gone.")

        self._ask(Whether(f"Delete {what} for good? Undo does not bring them back.{rest}", "deletes"), delete)

    def _ask_of_place(
        self, question: str, proposal: Callable[[NodeId], str], then: Callable[[NodeId, str], None]
    ) -> None:
        for node in self._nodes()[-1:]:

            def answered(line: str | None, node: NodeId = node) -> None:
                if line is not None:
                    self._do(partial(then, node, "".join(filter(str.isprintable, line))))

            self._ask(LinePrompt(question, proposal(node), "keeps it"), answered)

    def _tag(self, node: NodeId, line: str) -> None:
        self._session.garden.tag(node, [tag.strip().lstrip("#") for tag in line.split(",")])

    def _facts(self, node: NodeId) -> Facts:
        return self._session.loom.tree.facts(node)

    def _nodes(self) -> tuple[NodeId, ...]:
        """Those of the cursor's row, without the root, which has no text; if there is none, it is said."""
        row = self._row()
        if not row.nodes:
            self._notice("This is the head of several lines; go to one of them.")
        elif row.nodes == (ROOT,):
            self._notice("This is the beginning, before all text.")
        return tuple(node for node in row.nodes if node != ROOT)

    def _do(self, deed: Callable[[], object], at: NodeId | None = None) -> object:
        """Do it, show the tree as it is then, and return what came of it; or say why it cannot be done."""
        try:
            done = deed()
        except NotPossible as error:
            self._notice(str(error))
            return None
        self._renew(at)
        return done
