"""Going from screen to screen."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Sequence

from cyborg_tui.actions import Action
from cyborg_tui.config import Config
from cyborg_tui.engine.engine import Engine
from cyborg_tui.frames import NamedFrames
from cyborg_tui.library.finding import Found
from cyborg_tui.library.library import Library
from cyborg_tui.loom.errors import DAMAGED
from cyborg_tui.loom.tree import BrokenTree
from cyborg_tui.screens.doors import Doors
from cyborg_tui.screens.palette import Palette
from cyborg_tui.screens.panels import HelpScreen, WhichKey
from cyborg_tui.screens.reflecting import BLIND, Reflecting
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.screens.write import WriteScreen
from cyborg_tui.session import Session
from cyborg_tui.session.choosing import Choosing
from cyborg_tui.session.guests import Guests
from cyborg_tui.terminal.app import LineApp

__all__ = ["GoingApp"]


class GoingApp(LineApp):
    """Knows the way to every screen."""

    _config: Config
    _library: Library
    _session: Session
    _actions: Sequence[Action]
    _write: WriteScreen | None
    _engine: Engine | None
    _choosing: Choosing | None
    _guests: Guests | None
    _reflecting: Reflecting
    _looked_for = ""

    async def action_go(self, where: str) -> None:
        """One of the places and things that can be reached from anywhere, or an action of the write screen."""
        places = self._places()
        if where in places:
            try:
                await places[where]()
            except BrokenTree:
                self._say(DAMAGED)
        else:
            await self.screen.run_action(where)

    def _places(self) -> dict[str, Callable[[], Awaitable[None]]]:
        return {
            "take_over": self._take_over,
            "map": self._map,
            "tokens": self._tokens,
            "levers": self._levers,
            "lens": self._lens,
            "mirror": self._mirror,
            "look_back": self._reflecting.look_back,
            "help": self._help,
            "looms": self._looms,
            "models": self._models,
            "search": self._search,
            "palette": self._palette,
            "which_key": self._which_key,
            "quit": self._quit,
            **Doors(self, self._config, self._library, self._actions, self._choosing).all,
        }

    async def _map(self) -> None:
        """To the map, or back from it."""
        from cyborg_tui.screens.map import MapScreen  # only when it is wanted

        if isinstance(self.screen, WriteScreen) and self._session.hides:
            self._say(BLIND)
        elif isinstance(self.screen, WriteScreen):
            write = self.screen
            self.push_screen(MapScreen(self._session, self._actions), lambda _: write.came_back())
        elif isinstance(self.screen, MapScreen):
            self.screen.dismiss(None)

    async def _help(self) -> None:
        if isinstance(self.screen, WorkingScreen):
            self.push_screen(HelpScreen(self._actions, self.screen.PARTS))

    async def _tokens(self) -> None:
        from cyborg_tui.screens.tokens import TokensScreen

        if isinstance(self.screen, TokensScreen):
            self.screen.action_leave()
        elif isinstance(self.screen, WriteScreen) and self._session.hides:
            self._say(BLIND)
        elif isinstance(self.screen, WriteScreen):
            self.push_screen(TokensScreen(self.screen.looking(), self._actions), self.screen.looked_inside)

    async def _levers(self) -> None:
        from cyborg_tui.screens.choices import ways_to_draw
        from cyborg_tui.screens.levers import LeversScreen

        if isinstance(self.screen, LeversScreen):
            self.screen.dismiss(False)
        elif isinstance(self.screen, WriteScreen) and self._session.hides:
            self._say(BLIND)
        elif isinstance(self.screen, WriteScreen):
            presets, named = ways_to_draw(self._config), NamedFrames(self._config.frames)
            levers = LeversScreen(self._session, self._actions, presets, named, self._library.shelf)
            self.push_screen(levers, self.screen.pulled_levers)

    async def _lens(self) -> None:
        """What the model saw of the fan in view, or would see now."""
        from cyborg_tui.screens.lens import LensScreen

        if isinstance(self.screen, WriteScreen) and self._session.hides:
            self._say(BLIND)
        elif isinstance(self.screen, WriteScreen):
            fan = self._session.fan
            self.push_screen(LensScreen(self._session, self._actions, None if fan is None else fan.id))

    async def _mirror(self) -> None:
        await self._reflecting.hold_up(self._actions)

    async def _palette(self) -> None:
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    async def _which_key(self) -> None:
        async def go(where: str | None) -> None:
            if where:
                await self.action_go(where)

        if isinstance(self.screen, WorkingScreen):
            self.push_screen(WhichKey(), go)

    async def _looms(self) -> None:
        if isinstance(self.screen, WorkingScreen):
            from cyborg_tui.screens.looms import LoomsScreen  # its widgets take 35 ms to import

            self._library.flush(2)
            self.push_screen(LoomsScreen(self._library.looms()), self._go_to_loom)

    async def _search(self) -> None:
        """Everything that was ever written, in any loom and branch."""
        if isinstance(self.screen, WriteScreen):
            from cyborg_tui.screens.find import FindScreen

            self._library.flush(2)
            screen = FindScreen(self._library.find, self._looked_for)

            async def go(found: Found | None) -> None:
                self._looked_for = screen.typed
                if found is not None:
                    await self._go_to_place(found)

            self.push_screen(screen, go)

    async def _go_to_place(self, found: Found) -> None:
        await self._go_to_loom(found.loom)
        if self._session.row.id == found.loom and self._write is not None:
            self._write.go_to(found.node, found.start)

    async def _models(self) -> None:
        if not isinstance(self.screen, WorkingScreen) or self._choosing is None or self._engine is None:
            return
        if self._engine.place:
            self._say(f"The model is chosen on {self._engine.place}: engine.model in the config names it.")
            return
        from cyborg_tui.engine.catalogue import models_here
        from cyborg_tui.screens.models import ModelsScreen

        screen = ModelsScreen(
            models_here(self._config), self._config.engine, self._choosing.model, self._session.view.card
        )
        self.push_screen(screen, self._choose_model)

    async def _choose_model(self, path: str | None) -> None:
        """Models that stood side by side make room for it."""
        if path is not None and self._choosing is not None:
            self._session.cancel()
            if self._guests is not None:
                await self._guests.close()
            self._choosing.choose(path)

    # what the app itself does

    @abstractmethod
    async def _take_over(self) -> None:
        """Write in this loom, as the other window leaves it."""

    @abstractmethod
    async def _quit(self) -> None:
        """Save, and end."""

    @abstractmethod
    async def _go_to_loom(self, loom: int | None) -> None:
        """Write in another loom; None: stay."""

    @abstractmethod
    def _say(self, sentence: str) -> None:
        """One sentence for the person."""
