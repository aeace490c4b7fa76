"""Two texts compared word by word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult

from cyborg_tui.actions import Action
from cyborg_tui.loom.comparing import Kind, Stretch, compare, likeness
from cyborg_tui.screens.panes import ComparePane, bound_keys
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session import Session
from cyborg_tui.widgets.lines import Footer, Status, StatusLine
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.preview import Paragraph

__all__ = ["CompareScreen", "Version", "differences"]

_AROUND = 200
"""Characters of what is the same that are shown on each side of a difference."""
_MANNERS = {Kind.SAME: "muted", Kind.GONE: "gone", Kind.NEW: "new"}


@dataclass(frozen=True, slots=True)
class Version:
    """One of two texts, and what it is called."""

    name: str
    text: str


class CompareScreen(WorkingScreen[None]):
    """Shows what leads from the one to the other."""

    CSS_PATH = "map.tcss"
    PARTS = ("compare",)

    def __init__(self, session: Session, actions: Sequence[Action], some: Version, other: Version) -> None:
        super().__init__(session, actions)
        self._versions = some, other
        self._everything = False
        self._stretches: list[Stretch] = []

    def compose(self) -> ComposeResult:
        yield ComparePane(id="compare")
        yield StatusLine(id="status")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        self._pane = self.query_one(ComparePane)
        self._pane.actions = bound_keys(self._actions, "compare")
        self._pane.on_any_key = self._key_pressed
        self.set_focus(self._pane)
        self._lay_out()
        self._compare()

    def on_resize(self) -> None:
        self._lay_out()
        self.call_after_refresh(self._show_lines)

    def changed(self) -> None:
        if self.is_mounted:
            self._show_lines()

    def _key_pressed(self) -> None:
        self._notice = ""
        self.call_after_refresh(self._show_lines)

    def _compare(self) -> None:
        some, other = self._versions
        self._stretches = compare(some.text, other.text)
        self._show()

    def _show(self) -> None:
        some, other = self._versions
        head = [
            Paragraph(((some.name, "gone"),)),
            Paragraph(((other.name, "new"),)),
            Paragraph(),
        ]
        if all(stretch.kind is Kind.SAME for stretch in self._stretches):
            head.append(Paragraph((("They are the same, word for word.", "accent"),)))
        around = None if self._everything else _AROUND
        self._pane.show([*head, Paragraph(tuple(differences(self._stretches, around)))])
        self._show_lines()

    def _show_lines(self) -> None:
        if not self.is_whole:
            return
        self.query_one(StatusLine).show(self._status())
        self.query_one(Footer).show([action for action in self._actions if self.allows(action)])

    def _status(self) -> Status:
        if self._notice:
            return Status(alarm=self._notice)
        words = {kind: sum(len(s.text.split()) for s in self._stretches if s.kind is kind) for kind in Kind}
        left = (
            f"{likeness(self._stretches):.0%} the same",
            f"{words[Kind.GONE]:,} words less, {words[Kind.NEW]:,} more",
        )
        top, rows = self._pane.scroll_offset.y, self._pane.rows
        return Status(left, right=f"row {min(rows, top + 1):,} of {rows:,}")

    def action_compare_down(self) -> None:
        self._pane.scroll_by(1)

    def action_compare_up(self) -> None:
        self._pane.scroll_by(-1)

    def action_compare_page_down(self) -> None:
        self._pane.scroll_by(max(1, self._pane.size.height - 2))

    def action_compare_page_up(self) -> None:
        self._pane.scroll_by(-max(1, self._pane.size.height - 2))

    def action_compare_next(self) -> None:
        if not self._pane.to_changed(1):
            self.notice("That was the last difference.")

    def action_compare_previous(self) -> None:
        if not self._pane.to_changed(-1):
            self.notice("That was the first difference.")

    def action_compare_turn(self) -> None:
        """The one text in the other's place."""
        self._versions = self._versions[1], self._versions[0]
        self._compare()

    def action_compare_everything(self) -> None:
        """All of the text, or only what is near a difference."""
        self._everything = not self._everything
        self._show()

    def action_compare_leave(self) -> None:
        self.dismiss(None)


def differences(stretches: Sequence[Stretch], around: int | None = None) -> Iterator[tuple[str, str]]:
    """Runs of text with the manner in which each is shown. Each change begins with a sign, for where there is no
    colour; of what is the same only so many characters `around` a change are kept."""
    for index, stretch in enumerate(stretches):
        if stretch.kind is not Kind.SAME:
            before = stretches[index - 1].text[-1:] if index else ""
            if stretch.kind is Kind.NEW and before.strip() and stretches[index - 1].kind is Kind.GONE:
                yield " ", "muted"
            yield own("−" if stretch.kind is Kind.GONE else "+") + stretch.text, _MANNERS[stretch.kind]
            continue
        text = stretch.text
        first, last = index == 0, index == len(stretches) - 1
        if around is None or len(text) <= 2 * around + 40:
            yield text, "muted"
            continue
        head = "" if first else _whole_words(text[:around], end=True)
        tail = "" if last else _whole_words(text[-around:], end=False)
        left_out = len(text[len(head) : len(text) - len(tail)].split())
        gap = own(f"… {left_out:,} words the same …")
        yield head, "muted"
        yield ("" if first else "\n\n") + gap + ("" if last else "\n\n"), "accent"
        yield tail, "muted"


def _whole_words(text: str, *, end: bool) -> str:
    """The text without the word that was cut off at its end or its beginning."""
    cut = text.rfind(" ") if end else text.find(" ")
    return text if cut < 0 else text[: cut + 1] if end else text[cut + 1 :]
