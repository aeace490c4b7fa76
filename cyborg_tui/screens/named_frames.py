"""What the levers screen does with frames that have names: using one here, giving one a name, naming one in a lever."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from cyborg_tui.frames import BadFrameFile, NamedFrames
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.screens.names import NamesScreen
from cyborg_tui.screens.questions import LinePrompt
from cyborg_tui.screens.working import WorkingScreen

__all__ = ["FrameShelf"]

_NONE = "No frame has a name yet: s saves one."


class FrameShelf:
    """The named frames, before the person."""

    def __init__(self, front: WorkingScreen[bool], named: NamedFrames, presets: Mapping[str, FanSettings]) -> None:
        """`front`: the screen that says what could not be done. `presets`: how fans are made by each."""
        self._front, self._named, self._presets = front, named, presets

    def take_down(self, use: Callable[[str, Frame], None]) -> None:
        """Have one chosen, and used: its name, and what its file says now."""

        def chosen(name: str | None) -> None:
            if name is None:
                return
            try:
                frame = self._named.read(name)
            except BadFrameFile as error:
                self._front.notice(str(error))
                return
            settings = self._presets.get(frame.preset) if frame.preset else frame.settings
            use(name, replace(frame, settings=settings))

        self._front.app.push_screen(NamesScreen(self._named.names, _NONE), chosen)

    def put_up(self, frame: Frame) -> None:
        """Ask for a name, under which it is saved."""

        def save(name: str | None) -> None:
            if not name:
                return
            try:
                self._front.notice(f"Saved in {self._named.save(name, frame)}.")
            except BadFrameFile as error:
                self._front.notice(str(error))

        self._front.app.push_screen(LinePrompt("A name for what holds here:", ""), save)

    def find(self, name: str, held: Frame) -> Frame:
        """What a frame is now; as `held` took it before, if its file is gone. Raises BadFrameFile."""
        try:
            return self._named.read(name)
        except BadFrameFile:
            before = {part.name: part.frame for part in held.named}
            if name not in before:
                raise
            return before[name]
