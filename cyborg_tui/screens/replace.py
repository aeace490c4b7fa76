"""Find and replace, at the bottom of the write screen."""

from bisect import bisect_left
from collections.abc import Callable
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from cyborg_tui.loom.editing import Edit
from cyborg_tui.session import Session
from cyborg_tui.session.replacing import BadPattern, Matcher
from cyborg_tui.terminal.closed import work_in_a_thread
from cyborg_tui.terminal.screen import Panel
from cyborg_tui.widgets.hints import Hints

__all__ = ["ReplaceScreen"]

_NOTHING = "Nothing like that."


class ReplaceScreen(Panel[None]):
    """Two fields; the place that is found is selected in the text above."""

    DEFAULT_CSS = """
    ReplaceScreen { align: center bottom; background: transparent; }
    ReplaceScreen Vertical { width: 100%; height: auto; background: $surface; padding: 0 2; }
    ReplaceScreen Input, ReplaceScreen Input:focus { border: none; height: 1; padding: 0; background: $surface; }
    ReplaceScreen Hints { color: $muted; }
    """

    def __init__(self, session: Session, start: int, show: Callable[[int, int], None]) -> None:
        """`start`: where to look first. `show` shows the text, a stretch of it selected."""
        super().__init__()
        self._session, self._from, self._show_stretch = session, start, show
        self._matcher = Matcher()
        self._regex = False
        self._asked = self._answered = 0
        """How often it was looked for something else, and for which of these times something was found."""
        self._then: list[Callable[[], None]] = []
        """What is to be done as soon as what is looked for now is found."""
        self._found: list[Edit] = []
        self._text = ""
        """In which these are."""
        self._wrong = self._done = ""
        """What to say: of the pattern, of what was replaced last."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Input(placeholder="find", id="find")
            if not self._session.read_only:
                yield Input(placeholder="replace by", id="new")
            yield Hints()

    def on_mount(self) -> None:
        self.query_one("#find").focus()
        self._note()

    def on_unmount(self) -> None:
        self._matcher.close()

    @property
    def _new(self) -> str:
        fields = self.query("#new").results(Input)
        return next((field.value for field in fields), "")

    @on(Input.Changed)
    def _typed(self) -> None:
        self._done = ""
        self._then.clear()  # it was meant for what stood there before
        self._look_again()

    def _look_again(self) -> None:
        self._asked += 1
        pattern = self.query_one("#find", Input).value
        what = (self._asked, self._session.loom.text, pattern, self._new, self._regex)
        work_in_a_thread(self, self._look, *what, exit_on_error=False)

    def _look(self, number: int, text: str, pattern: str, new: str, regex: bool) -> None:
        try:
            found, wrong = self._matcher.find(text, pattern, new, regex=regex), ""
        except BadPattern as error:
            found, wrong = [], str(error)
        self.app.call_later(self._take_in, number, text, found, wrong or ("" if found or not pattern else _NOTHING))

    def _take_in(self, number: int, text: str, found: list[Edit], wrong: str) -> None:
        if not self.is_mounted or number != self._asked:
            return
        self._answered, self._found, self._text, self._wrong = number, found, text, wrong
        then, self._then = self._then, []
        self._show()
        for act in then:
            self._once_found(act)

    def _once_found(self, act: Callable[[], None]) -> None:
        """Do this with what was found of all that was typed before."""
        if self._answered == self._asked:
            act()
        else:
            self._then.append(act)

    def _show(self) -> None:
        """The first place from where the person is on, or the first of all."""
        if self._found:
            place = self._found[self._index()]
            self._from = place.start
            self._show_stretch(place.start, place.end)
        self._note()

    def _index(self) -> int:
        at = bisect_left(self._found, (self._from,))
        return at if at < len(self._found) else 0

    def _note(self) -> None:
        count = f"{self._index() + 1} of {len(self._found):,}" if self._found else ""
        said = self._done or self._wrong
        keys = ("Esc done",) if said else self._keys()
        self.query_one(Hints).show(said, "regex" if self._regex else "", count, *keys)

    def _keys(self) -> tuple[str, ...]:
        enter = "replaces" if self.focused is not None and self.focused.id == "new" else "next"
        move, kind = "↓↑ move", f"^T {'plain text' if self._regex else 'regex'}"
        if self._session.read_only:
            return move, "Esc done", kind
        return f"Enter {enter}", "Esc done", "^L all", move, kind

    def on_descendant_focus(self) -> None:
        self._note()

    def on_key(self, event: events.Key) -> None:
        match event.key:
            case "escape":
                self.dismiss(None)
            case "down" | "up":
                self._once_found(partial(self._step, 1 if event.key == "down" else -1))
            case "ctrl+t":
                self._regex = not self._regex
                self._look_again()
            case "ctrl+l" if not self._session.read_only:
                self._once_found(lambda: self._replace(self._found))
            case _:
                return
        event.stop()
        event.prevent_default()

    def _step(self, by: int) -> None:
        if self._found:
            self._from = self._found[(self._index() + by) % len(self._found)].start
            self._done = ""
            self._show()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        self._once_found(partial(self._step, 1) if event.input.id == "find" else self._replace_one)

    def _replace_one(self) -> None:
        if self._found:
            self._replace([self._found[self._index()]])

    def _replace(self, places: list[Edit]) -> None:
        """Do it, as one step back for undo; then look again from after the last one, or after the only one."""
        session = self._session
        if not places or session.loom.text != self._text:
            return
        changed = session.rewrite(places)
        self._done = (
            f"Replaced {changed:,}; Ctrl+Z takes {'it' if changed == 1 else 'them all'} back." if changed else ""
        )
        self._from, self._found = session.loom.cursor, []
        self._show_stretch(self._from, self._from)
        self._look_again()
