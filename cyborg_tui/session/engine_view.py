"""What is seen of the engine, as far as one loom has heard."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from cyborg_tui.engine.protocol import Card, FanStats, Held
from cyborg_tui.loom.draw import Decoding
from cyborg_tui.loom.fan import ModelIdentity

__all__ = ["EngineView", "Waiting"]


class Waiting(str, Enum):
    """What the person is waiting for."""

    NOTHING = ""
    ELSEWHERE = "reaching"
    """Another machine, on which the model is to be."""
    MODEL = "loading"
    AHEAD = "reading ahead"
    """Evaluating what may soon be asked for; nobody waits yet."""
    PROMPT = "reading"
    BRANCHES = "writing"


@dataclass(frozen=True, slots=True)
class EngineView:
    """What the status line says of the engine."""

    model: ModelIdentity | None = None
    window: int = 0
    """The longest context, in tokens."""
    fills: bool = False
    """Whether the model was trained to fill in the middle of a text."""
    waiting: Waiting = Waiting.MODEL
    done: float = 0.0
    """The part that is done of what is being waited for, 0 to 1."""
    seconds_left: float | None = None
    unheard: int = 0
    """Seconds for which an engine on another machine has been waited for in vain."""
    next_try: int | None = None
    """Seconds until it is looked for again."""
    problem: str = ""
    """Why there is no model."""
    news: str = ""
    """What happened to the engine, or to what was asked of it, that is mended already or that another try mends."""
    decoding: Decoding | None = None
    """How the model is run."""
    card: Card | None = None
    """Where the model lies, if not in the machine's memory alone."""
    file_hash: str = ""
    """SHA-256 of the model's file, as far as it is known."""
    step_seconds: Mapping[int, float] = field(default_factory=dict)
    """How long a step takes, by the number of branches; empty if it was not measured."""
    stats: FanStats | None = None
    """Of the last fan."""
    held: Held | None = None
    """What the engine's cache holds, as far as it is known."""
    shortened: bool = False
    """Whether the last fan's context was only the end of the manuscript."""
