"""The fan after this one, made while the person reads: nobody has seen it, and the loom does not know of it."""

from dataclasses import dataclass, field

from cyborg_tui.engine.protocol import BranchEnded, FanEnded, Grew
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.settings import FanSettings

__all__ = ["Ahead"]


@dataclass(slots=True)
class Ahead:
    """What was asked for, and everything that has come of it so far."""

    request: int
    context: Context
    settings: FanSettings
    seed: int
    heard: list[Grew | BranchEnded | FanEnded] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return bool(self.heard) and isinstance(self.heard[-1], FanEnded)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was cut off: what was stopped on the way is no fan to show."""
        last = self.heard[-1] if self.heard else None
        return not isinstance(last, FanEnded) or last.finish in (None, Finish.TOKENS)

    def serves(self, context: Context, settings: FanSettings) -> bool:
        """Whether it is the fan that is wanted."""
        return self.context == context and self.settings == settings and self.is_whole
