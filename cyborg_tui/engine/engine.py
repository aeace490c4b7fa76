"""What every engine can be asked, wherever it runs; and which one the settings want."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.levers import Levers
from cyborg_tui.engine.protocol import UNREAD, Among, EngineEvent, Start
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.guidance import ALONE, Mix
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED, Steering

__all__ = ["Engine", "engine_for"]


class Engine(Protocol):
    """One engine. Its listener hears every event, on the event loop; all methods but the first two return at once."""

    @property
    def levers(self) -> Levers:
        """For whatever else can be asked."""
        ...

    @property
    def place(self) -> str:
        """Where the text goes: the name of another machine; empty if it stays on this one."""
        ...

    async def start(self) -> None:
        """Have the model loaded, or the server reached; how that goes comes as events."""
        ...

    async def close(self) -> None:
        """End it; nothing of it is left when this returns."""
        ...

    def restart(self) -> None:
        """Try again now, if there is no model: after giving up, or in the middle of a wait."""
        ...

    def load(self, config: EngineConfig) -> None:
        """Use this model from now on."""
        ...

    def fan(
        self,
        context: Context,
        settings: FanSettings,
        seed: int,
        begun: Sequence[Start] = (),
        *,
        left_out: int = -1,
    ) -> int:
        """Ask for a fan, or for more branches beside those that have `begun`; one that is running is stopped.
        `left_out`: as many tokens as were left out of the window before, if it is to see the same. The context has as
        many others beside it as `settings.mix` has weights. Returns the number that its events carry."""
        ...

    def evaluate(self, context: Context, steering: Steering = UNSTEERED) -> None:
        """Have a context, and those beside it, evaluated while there is nothing else to do."""
        ...

    def foresee(
        self,
        context: Context,
        places: Sequence[tuple[int, ...]],
        steering: Steering = UNSTEERED,
        mix: Mix = ALONE,
    ) -> int:
        """Ask what may come next after a context and each of these runs of tokens, if there is nothing else to do.
        Returns the number that its events carry; 0 if it is not asked, as of an engine that cannot tell."""
        ...

    def weigh(self, context: Context, settings: FanSettings) -> int:
        """Ask how likely each token is next, before and after samplers, if there is nothing else to do. Returns the
        number that the answer carries; 0 if it is not asked, as of an engine that cannot tell."""
        ...

    def score(self, context: Context, text: Context, steering: Steering = UNSTEERED) -> int:
        """Ask how likely `text` is after `context`, while there is nothing else to do. Returns the number that its
        events carry: `Scored`, and always a `ScoreEnded`."""
        ...

    def look_ahead(
        self,
        context: Context,
        settings: FanSettings,
        seed: int,
    ) -> int:
        """Ask for a fan that may soon be wanted; whatever else is asked for stops it. Returns its number."""
        ...

    def want(self, fan: int) -> None:
        """A fan that was made ahead is wanted now."""
        ...

    def see(self, context: Context, among: Among = UNREAD) -> int:
        """Ask which tokens a context is, and how many would be left out of it. Returns the number that the answer
        carries; there is none without a model."""
        ...

    def cancel(self) -> None:
        """Stop the fan, evaluation or scoring in flight."""
        ...


def engine_for(
    config: EngineConfig,
    listener: Callable[[EngineEvent], None],
    log: Path | None = None,
    fans: FanSettings | None = None,
    largest: FanSettings | None = None,
) -> Engine:
    """The engine that the settings want: here, or where the person pointed it. `fans`, `largest`: the usual fans, and
    the largest that may be asked for."""
    if config.url:
        from cyborg_tui.engine.remote.client import RemoteEngine

        return RemoteEngine(config, listener)
    from cyborg_tui.engine.client import EngineClient

    kept = log.with_name("engine.cache") if log is not None and not config.command and config.keep_mb else None
    return EngineClient(config, listener, fans=fans, largest=largest, log=log, kept=kept)
