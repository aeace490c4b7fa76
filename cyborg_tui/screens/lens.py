"""The lens: exactly what the model saw, or would see now, token by token, and where each comes from."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from textual.app import ComposeResult

from cyborg_tui.actions import Action
from cyborg_tui.loom.conditions import Origin
from cyborg_tui.loom.fan import FanId
from cyborg_tui.screens.panes import ComparePane, bound_keys
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session import Session
from cyborg_tui.session.sight import SeenToken, Sight
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.lines import Footer, Status, StatusLine
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.preview import Paragraph

__all__ = ["LensScreen", "paragraphs"]

_MOST_NAME = 24
"""Cells for the name of a part, at most."""


class LensScreen(WorkingScreen[None]):
    CSS_PATH = "levers.tcss"
    PARTS = ("lens",)

    def __init__(self, session: Session, actions: Sequence[Action], fan: FanId | None) -> None:
        """`fan`: what was seen of it; None: what would be seen of one that is made at the cursor."""
        super().__init__(session, actions)
        self._fan = fan
        self._sights: tuple[Sight, ...] | None = None
        """None: the engine has not answered yet."""
        self._waits_for_model = False
        self._borders = self._ids = False

    def compose(self) -> ComposeResult:
        yield ComparePane(id="lens")
        yield StatusLine(id="status")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        self._pane = self.query_one(ComparePane)
        self._pane.actions = bound_keys(self._actions, "lens")
        self._pane.on_any_key = self._key_pressed
        self.set_focus(self._pane)
        self._lay_out()
        self._show()
        self.run_worker(self._look())

    async def _look(self) -> None:
        self._waits_for_model = self.session.view.model is None
        if self._fan is not None:
            self._sights = await self.session.what_it_saw(self._fan)
        else:
            coming = await self.session.what_it_would_see()
            self._sights = () if coming is None else (coming,)
        self._show()

    def changed(self) -> None:
        if self.is_mounted:
            if self._waits_for_model and self.session.view.model is not None:
                self._waits_for_model = False
                self.run_worker(self._look())
            self._show_lines()

    def _key_pressed(self) -> None:
        self._notice = ""
        self.call_after_refresh(self._show_lines)

    def _show(self) -> None:
        if self.is_whole:
            self._pane.show(list(self._paragraphs()))
            self._show_lines()

    def _paragraphs(self) -> Iterator[Paragraph]:
        if self._sights is None:
            yield Paragraph((("…", "muted"),))
        elif not self._sights:
            yield Paragraph((("That is not known: there is no model now, or it is not on record.", "muted"),))
        for one in self._sights or ():
            for sight in (one, *one.beside):
                yield from paragraphs(sight, self.session.view.window, borders=self._borders, ids=self._ids)

    def _show_lines(self) -> None:
        if not self.is_whole:
            return
        self.query_one(Footer).show([action for action in self._actions if self.allows(action)])
        top, rows = self._pane.scroll_offset.y, self._pane.rows
        what = "what the model would see now" if self._fan is None else f"what the model saw of fan {self._fan}"
        status = Status((what,), right=f"row {min(rows, top + 1):,} of {rows:,}")
        self.query_one(StatusLine).show(Status(alarm=self._notice) if self._notice else status)

    def action_lens_down(self) -> None:
        self._pane.scroll_by(1)

    def action_lens_up(self) -> None:
        self._pane.scroll_by(-1)

    def action_lens_page_down(self) -> None:
        self._pane.scroll_by(max(1, self._pane.size.height - 2))

    def action_lens_page_up(self) -> None:
        self._pane.scroll_by(-max(1, self._pane.size.height - 2))

    def action_lens_borders(self) -> None:
        self._borders = not self._borders
        self._show()

    def action_lens_ids(self) -> None:
        self._ids = not self._ids
        self._show()

    def action_leave_lens(self) -> None:
        self.dismiss(None)


def paragraphs(sight: Sight, window: int, *, borders: bool, ids: bool) -> Iterator[Paragraph]:
    """What was seen: first how much of each part, then all of it in order, under the names of the parts."""
    if title := _title(sight):
        yield Paragraph(((title, "accent"),))
    runs = [(key, list(tokens)) for key, tokens in groupby(sight.tokens, key=_part)]
    cells = max((len(_name(*key)) for key, _ in runs), default=0)
    cells = max(len("together"), min(cells, _MOST_NAME))
    for key, tokens in runs:
        yield Paragraph(((f"{_name(*key):<{cells}}", "person"), (f"{len(tokens):>7,} tokens", "muted")))
    room = f" of a window of {window:,}" if window else ""
    yield Paragraph(((f"{'together':<{cells}}", "muted"), (f"{len(sight.tokens):>7,} tokens{room}", "muted")))
    if sight.left_out or sight.characters_out:
        out = f"{len(sight.left_out):,} tokens" if sight.left_out else ""
        more = f"{sight.characters_out:,} characters" if sight.characters_out else ""
        what = " and the ".join(filter(None, (more, out)))
        yield Paragraph(((f"Not seen of the manuscript: its first {what}.", "gone"),))
    if not sight.same:
        told = "The typed text is divided into other tokens now than it was then; these are those of now."
        yield Paragraph(((told, "muted"),))
    for key, tokens in runs:
        yield Paragraph()
        yield Paragraph(((_name(*key), "accent"),))
        yield Paragraph(tuple(_run(tokens, borders=borders, ids=ids)))
    yield Paragraph()


def _title(sight: Sight) -> str:
    """Which draw it is of, and how it counts where others are read together with it."""
    draw, parts = sight.draw, []
    if draw is not None:
        parts.append(f"Branches {draw.first + 1} to {draw.first + draw.width}")
    if sight.weight != 1 or sight.name:
        parts.append(f"read with weight {sight.weight:.4g}")
    if sight.name:
        parts.append(f"frame {drawable(sight.name)}")
    return " · ".join(parts)


def _part(token: SeenToken) -> tuple[Origin, str]:
    return token.origin, token.label


def _name(origin: Origin, label: str) -> str:
    name = origin.value or "manuscript"
    return f"{name}: {label}" if label else name


def _run(tokens: Sequence[SeenToken], *, borders: bool, ids: bool) -> Iterator[tuple[str, str]]:
    manner = "person" if tokens[0].origin is Origin.MANUSCRIPT else "model"
    if not borders and not ids:
        yield "".join(token.text for token in tokens), manner
        return
    for number, token in enumerate(tokens):
        yield token.text or own("∅"), "accent" if borders and number % 2 else manner
        if ids:
            yield f"·{token.id} " if not token.text.endswith("\n") else "", "muted"
        elif borders:
            yield own("│"), "muted"
