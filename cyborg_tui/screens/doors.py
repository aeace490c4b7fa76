"""What can be opened from anywhere beside the places of the app: processes, samplers, a note about the tool."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from cyborg_tui.actions import Action
from cyborg_tui.config import Config
from cyborg_tui.frames import NamedFrames
from cyborg_tui.library.library import Library
from cyborg_tui.screens.choices import ways_to_draw
from cyborg_tui.screens.reflecting import BLIND
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.screens.write import WriteScreen
from cyborg_tui.session.choosing import Choosing
from cyborg_tui.terminal.app import LineApp

__all__ = ["Doors"]


class Doors:
    """Each opens if it can be of use where the person is. What is behind is imported when it is wanted."""

    def __init__(
        self, app: LineApp, config: Config, library: Library, actions: Sequence[Action], choosing: Choosing | None
    ) -> None:
        """`choosing`: which model writes; None while there is no engine."""
        self._app, self._config, self._library, self._actions = app, config, library, actions
        self._choosing = choosing

    @property
    def all(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """By the ids of their actions."""
        return {
            "process": self._process,
            "edit_process": self._edit_process,
            "samplers": self._samplers,
            "beside": self._beside,
            "tool_note": self._tool_note,
        }

    @property
    def _writing(self) -> WriteScreen | None:
        """The write screen, if it is before the person, and what they do there counts."""
        screen = self._app.screen
        return screen if isinstance(screen, WriteScreen) and not screen.session.read_only else None

    async def _process(self) -> None:
        """Go on in a process, or choose one; the one that was left comes first."""
        write = self._writing
        if write is not None and not write.guiding.go_on():
            from cyborg_tui.screens.processes import Processes

            Processes(self._app, self._config, write).choose()

    async def _edit_process(self) -> None:
        write = self._writing
        if write is not None and not self._app.is_away:
            from cyborg_tui.screens.processes import Processes

            Processes(self._app, self._config, write).edit_current()

    async def _samplers(self) -> None:
        write = self._writing
        if write is not None and write.session.hides:
            write.notice(BLIND)
        elif write is not None:
            from cyborg_tui.screens.samplers import SamplersScreen

            presets = ways_to_draw(self._config)
            self._app.push_screen(SamplersScreen(write.session, self._actions, presets), write.drawn_by)

    async def _beside(self) -> None:
        write = self._writing
        if write is not None:
            from cyborg_tui.engine.catalogue import models_here
            from cyborg_tui.screens.sources import SourcesScreen, models, sources

            session, found = write.session, ways_to_draw(self._config)
            others = None
            if self._choosing is not None and not session.place:
                others = partial(models, models_here(self._config), self._choosing.model, session.settings)
            listed = sources(session, found, NamedFrames(self._config.frames))
            screen = SourcesScreen(session.beside, listed, session.fits_beside, others)
            self._app.push_screen(screen, write.put_beside)

    async def _tool_note(self) -> None:
        if isinstance(self._app.screen, WorkingScreen):
            from cyborg_tui.screens.tool_note import ask_for_tool_note

            ask_for_tool_note(self._app.screen, self._library)
