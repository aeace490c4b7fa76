"""Where vectors are made, looked at and tried: what a screen asks, and what it has heard so far."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cyborg_tui.engine.engine import Engine
from cyborg_tui.engine.protocol import EngineEvent, Grew, LookedAt, PreviewEnded, Ready, VectorEnded, VectorProgress
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.contrast import Contrast
from cyborg_tui.loom.fan import decode
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import Steering, VectorFacts
from cyborg_tui.session.vectors import Vectors

__all__ = ["STRENGTHS", "SteeringDesk", "Tried"]

STRENGTHS = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""At which a vector is tried."""
_WIDTH, _LENGTH = 1, 24
"""Of the fans with which it is tried."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a model writes at one strength, as far as it has come."""

    strength: float
    text: str = ""


class SteeringDesk:
    """Asks one thing at a time; `on_change` is called when there is something new."""

    def __init__(self, engine: Engine, vectors: Vectors, on_change: Callable[[], None]) -> None:
        self._engine, self._on_change = engine, on_change
        self.vectors = vectors
        self._asked: dict[int, str] = {}
        """Paths, by the numbers of what was asked."""
        self._looked: dict[str, LookedAt] = {}
        self._making = 0
        self._previewing = range(0)
        self.progress: tuple[int, int] | None = None
        """Texts read of a vector that is being made, and how many there are."""
        self.made: VectorFacts | None = None
        """The vector that was made last."""
        self.tried: tuple[Tried, ...] = ()
        self.problem = ""
        """Why the last thing that was asked for cannot be done."""

    @property
    def busy(self) -> bool:
        """Whether something is being made or tried, which Esc stops."""
        return bool(self._making or self._previewing)

    def facts(self, name: str) -> LookedAt | None:
        """What is in a vector's file, or an adapter's; None: it is not known yet, but asked for."""
        path = self.vectors.path(name)
        if path not in self._looked and path not in self._asked.values():
            self._asked[self._engine.levers.look_at(path)] = path
        return self._looked.get(path)

    def make(self, name: str, contrast: Contrast) -> None:
        """Make a vector of that name. Raises BadName, OSError."""
        path = self.vectors.new(name)
        self._engine.cancel()
        self.made, self.problem, self.progress = None, "", (0, len(contrast.towards) + len(contrast.away))
        self._looked.pop(path, None)
        self._making = self._engine.levers.make_vector(path, name, contrast)

    def preview(self, context: Context, settings: FanSettings, steering: Callable[[float], Steering]) -> None:
        """Have the model go on from the end of a context, once for each strength."""
        self._engine.cancel()
        self.problem, self.tried = "", tuple(Tried(strength) for strength in STRENGTHS)
        usual = replace(settings, width=_WIDTH, max_tokens=_LENGTH)
        each = [replace(usual, steering=self.vectors.resolved(steering(strength))) for strength in STRENGTHS]
        self._previewing = self._engine.levers.preview(context, each, seed=1)

    def stop(self) -> None:
        """Nothing of what is under way is wanted any more."""
        if self.busy:
            self._engine.cancel()
        self._making, self._previewing, self.progress = 0, range(0), None

    def hear(self, event: EngineEvent) -> None:
        """Everything the engine says comes in here."""
        match event:
            case VectorProgress(request=self._making, done=done, total=total):
                self.progress = done, total
            case VectorEnded(request=self._making, facts=facts, sentence=sentence):
                self.made, self.problem, self._making, self.progress = facts, sentence, 0, None
            case LookedAt(request=request) if request in self._asked:
                self._looked[self._asked.pop(request)] = event
            case Ready():  # what was asked of a worker that was lost, or of no model, was not answered, or not well
                self._asked.clear()
                self._looked.clear()
            case Grew(fan=fan, growth=growth) if fan in self._previewing:
                self._grow(fan - self._previewing.start, [decode(one.text) for one in growth])
            case PreviewEnded(preview=preview) if self._previewing and preview == self._previewing.start:
                self.problem, self._previewing = event.sentence, range(0)
            case _:
                return
        self._on_change()

    def _grow(self, number: int, texts: Sequence[str]) -> None:
        tried = self.tried[number]
        grown = replace(tried, text=tried.text + "".join(texts))
        self.tried = (*self.tried[:number], grown, *self.tried[number + 1 :])
