"""Looking back: one thing that was taken some days ago, and what it is worth now."""

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from cyborg_tui.loom.mirror.reasons import Verdict
from cyborg_tui.session.looking_back import LookingBack, Remembered
from cyborg_tui.terminal.screen import Panel, Sheet
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.hints import Hints
from cyborg_tui.widgets.marks import own

__all__ = ["LookBack"]

_VERDICTS = {"y": Verdict.HOLDS, "n": Verdict.NOT, "u": Verdict.UNSURE}
_KEYS = ("y it holds", "n it does not", "u unsure", "Space another one", "Esc enough")


class LookBack(Panel[int]):
    """Shows one after the other; dismisses with how many were judged. What was said of them then is not shown."""

    DEFAULT_CSS = """
    LookBack { align: center middle; }
    LookBack Sheet { padding: 1 3; }
    LookBack VerticalScroll { height: 1fr; margin-bottom: 1; }
    LookBack.low VerticalScroll { margin-bottom: 0; }
    LookBack Static { height: auto; }
    """

    def __init__(self, looking: LookingBack, first: Remembered) -> None:
        super().__init__()
        self._looking, self._shown = looking, first
        self._judged = 0

    def compose(self) -> ComposeResult:
        with Sheet():
            with VerticalScroll():
                yield Static(id="where")
                yield Static(id="text")
            yield Static("Does it hold?")
            yield Hints(*_KEYS)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._show()

    def _show(self) -> None:
        shown = self._shown
        ago = "yesterday" if shown.days == 1 else f"{shown.days} days ago"
        self.query_one("#where", Static).update(
            Text(own(f"Kept {ago} · ") + drawable(shown.title) + "\n", style="bold")
        )
        text = Text()
        text.append("\n".join(map(drawable, shown.before.split("\n"))))
        text.append("\n".join(map(drawable, shown.text.split("\n"))), style="bold underline")
        self.query_one("#text", Static).update(text)

    def on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "q"):
            event.stop()
            self.dismiss(self._judged)
        elif event.key in _VERDICTS or event.key == "space":
            event.stop()
            self._said(_VERDICTS.get(event.key))

    def _said(self, verdict: Verdict | None) -> None:
        if verdict is None:
            self._looking.pass_over(self._shown)
        else:
            self._looking.judge(self._shown, verdict)
            self._judged += 1
        following = self._looking.next()
        if following is None:
            self.dismiss(self._judged)
        else:
            self._shown = following
            self._show()
