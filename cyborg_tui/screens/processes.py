"""The processes there are: one to go through, or to edit and try again."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cyborg_tui.config import Config
from cyborg_tui.processes.reading import BadProcessFile, Listed, list_processes, read_process, save_own
from cyborg_tui.terminal.app import LineApp
from cyborg_tui.terminal.outside import OutsideEditorError, edit_outside
from cyborg_tui.terminal.screen import Panel, Sheet
from cyborg_tui.widgets.cells import drawable, width
from cyborg_tui.widgets.hints import Hints
from cyborg_tui.widgets.marks import shortened
from cyborg_tui.widgets.options import Options

if TYPE_CHECKING:
    from cyborg_tui.screens.write import WriteScreen

__all__ = ["Processes", "ProcessesScreen"]


_WIDE, _AROUND, _NAME = 84, 8, 22
"""Columns of the panel, those beside a row, and those for a name."""
_ROOMY = 50
"""Columns of a row in which a name and what it is about have room."""


class Wish(str, Enum):
    RUN = "run"
    RESUME = "resume"
    """Go on where it was left."""
    EDIT = "edit"


class ProcessesScreen(Panel[tuple[Wish, Listed] | None]):
    """Dismisses with a process, and what is to be done with it."""

    DEFAULT_CSS = """
    ProcessesScreen { align: center middle; }
    ProcessesScreen #details { height: 3; margin-top: 1; padding: 0 1; }
    ProcessesScreen Hints { padding: 0 1; color: $muted; }
    ProcessesScreen.low #details { height: auto; max-height: 3; margin-top: 0; }
    """

    def __init__(self, listed: Sequence[Listed], at: str = "", left: str = "") -> None:
        """`at`: the name of the one that is highlighted. `left`: of the one that can be gone on with."""
        super().__init__()
        self._listed, self._left = listed, left
        self._at = next((i for i, one in enumerate(listed) if one.name == at), 0)

    def compose(self) -> ComposeResult:
        with Sheet():
            yield Options(*(Option(_row(one, self._room)) for one in self._listed))
            yield Static(id="details")
            yield Hints("Enter go through it", "Esc back", "e edit", "↑↓ choose")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = self._at
        options.focus()

    @property
    def _room(self) -> int:
        """Columns of a row."""
        return max(20, min(_WIDE, self.app.size.width) - _AROUND)

    @property
    def _highlighted(self) -> Listed | None:
        at = self.query_one(OptionList).highlighted
        return None if at is None else self._listed[at]

    @on(OptionList.OptionHighlighted)
    def _tell(self) -> None:
        one = self._highlighted
        if one is not None:
            steps = "" if one.process is None else " · ".join(step.name for step in one.process.steps)
            left = "You left it: Enter goes on there, b begins anew.\n" if self._is_left(one) else ""
            about = f"{drawable(_about(one))}\n" if self._room < _ROOMY and not (left or one.problem) else ""
            self.query_one("#details", Static).update(Text(left + about + drawable(one.problem or steps)))

    @on(OptionList.OptionSelected)
    def _run(self) -> None:
        one = self._highlighted
        if one is not None and one.process is not None:
            self.dismiss((Wish.RESUME if self._is_left(one) else Wish.RUN, one))

    def _is_left(self, one: Listed) -> bool:
        return one.process is not None and one.name == self._left

    def on_key(self, event: events.Key) -> None:
        one = self._highlighted
        options = self.query_one(OptionList)
        if event.key == "escape":
            self.dismiss(None)
        elif event.key == "j":
            options.action_cursor_down()
        elif event.key == "k":
            options.action_cursor_up()
        elif event.key == "b" and one is not None and self._is_left(one):
            self.dismiss((Wish.RUN, one))
        elif event.key == "e" and one is not None:
            self.dismiss((Wish.EDIT, one))
        else:
            return
        event.stop()
        event.prevent_default()


def _about(one: Listed) -> str:
    return "cannot be used, see below" if one.process is None else one.process.about


def _row(one: Listed, room: int) -> Text:
    """Its name, what it is about where there is room for that, and whose it is."""
    mark = "yours" if one.own else ""
    about = f"{one.name:<{_NAME}}  {_about(one)}" if room >= _ROOMY else one.name
    line = shortened(drawable(about), room - len(mark) - 1)
    return Text(line + " " * (room - len(mark) - width(line)) + mark, no_wrap=True)


class Processes:
    """Lets the person choose among them. What is edited is the person's own from then on."""

    def __init__(self, app: LineApp, config: Config, write: WriteScreen) -> None:
        self._app, self._config, self._write = app, config, write

    def choose(self, at: str = "") -> None:
        """`at`: the name of the one that is highlighted; else it is the one that was left, if there is any."""
        guiding, guide = self._write.guiding, self._write.session.guide
        left = guide.latest.name if guide.can_go_on and guide.latest is not None else ""
        listed = list_processes(self._config.presets, self._config.fan)

        def chosen(wish: tuple[Wish, Listed] | None) -> None:
            if wish is None:
                return
            what, one = wish
            if what is Wish.EDIT:
                self._app.run_worker(self._edit(one, choose_again=True))
            elif what is Wish.RESUME:
                guiding.resume()
            elif one.process is not None:
                guiding.begin(one.process)

        self._app.push_screen(ProcessesScreen(listed, at or left, left), chosen)

    def edit_current(self) -> None:
        """The one that is gone through, or was left."""
        process = self._write.session.guide.latest
        listed = list_processes(self._config.presets, self._config.fan)
        one = next((one for one in listed if process is not None and one.name == process.name), None)
        if one is None:
            self.choose()
        else:
            self._app.run_worker(self._edit(one, choose_again=False))

    async def _edit(self, one: Listed, *, choose_again: bool) -> None:
        """A file that cannot be used is kept too; what is gone through stays as it was then."""
        folder, session = self._config.presets, self._write.session
        try:
            before = one.file.read_bytes().decode("utf-8", "surrogateescape")
            edited = await edit_outside(before, session.folder, self._app.away(), one.file.name)
            if edited == before:
                self._write.notice("Nothing was changed.")
            else:
                process = read_process(save_own(folder, one.file, edited), folder, self._config.fan)
                session.guide.changed(process)
                self._write.notice(f"{process.name} is yours now, as you changed it.")
        except OSError as error:
            self._write.notice(f"{one.file} could not be read ({error.strerror}).")
        except (BadProcessFile, OutsideEditorError) as error:
            self._write.notice(str(error))
        if choose_again:
            self.choose(one.name)
