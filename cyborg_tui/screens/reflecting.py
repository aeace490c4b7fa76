"""Before the mirror and back, and looking back at what was taken: the ways there, and what is said of them."""

from collections.abc import Callable, Sequence
from typing import Any

from textual.app import App

from cyborg_tui.actions import Action
from cyborg_tui.config import Config
from cyborg_tui.library.library import Library, LibraryError
from cyborg_tui.screens.write import WriteScreen
from cyborg_tui.session.looking_back import LookingBack
from cyborg_tui.session.mirror_settings import MirrorSettings

__all__ = ["BLIND", "Reflecting"]

BLIND = "These branches are blind: choose one first, or turn Blind off in the palette (^P)."
_ENOUGH = "That is enough of looking back for today."
_NOTHING = "Nothing of 1, 7 or 30 days ago waits to be looked back at."


class Reflecting:
    """Of one run of the app, whatever loom is open."""

    def __init__(self, app: App[Any], config: Config, library: Library, say: Callable[[str], None]) -> None:
        """`say`: one sentence, to the person."""
        self._app, self._config, self._say = app, config, say
        self.settings = MirrorSettings(config.mirror, config.data)
        self._looking_back = LookingBack(library, config.mirror.look_back, config.day_turns_at)

    async def hold_up(self, actions: Sequence[Action]) -> None:
        """Before the mirror, or back from it."""
        from cyborg_tui.screens.mirror import MirrorScreen

        screen = self._app.screen
        if isinstance(screen, MirrorScreen):
            screen.action_mirror_leave()
        elif isinstance(screen, WriteScreen):
            mirror = MirrorScreen(screen.session, actions, self.look_back, self._config.day_turns_at)
            self._app.push_screen(mirror, lambda _: screen.changed())

    async def look_back(self) -> None:
        """Bring up something that was taken some days ago, or say why not."""
        from cyborg_tui.screens.look_back import LookBack

        try:
            first = self._looking_back.next()
            enough = not self._looking_back.left
        except LibraryError as error:
            self._say(str(error))
            return
        if first is None:
            self._say(_ENOUGH if enough else _NOTHING)
        else:
            self._app.push_screen(LookBack(self._looking_back, first))
