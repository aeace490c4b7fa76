"""The answer to what is not done after all: something else is wanted, or the worker is gone."""

from collections.abc import Callable

from cyborg_tui.engine.protocol import (
    EngineEvent,
    Evaluate,
    Evaluated,
    FanEnded,
    FanRequest,
    FanStats,
    Follow,
    FollowEnded,
    Foresee,
    ForeseeingEnded,
    MakeVector,
    Preview,
    PreviewEnded,
    ScoreEnded,
    ScoreRequest,
    VectorEnded,
    Weigh,
    Weighed,
    Work,
)
from cyborg_tui.loom.fan import Finish

__all__ = ["undone"]


def undone(request: Work) -> EngineEvent:
    """What ends it."""
    answers: dict[type, Callable[[int], EngineEvent]] = {
        FanRequest: lambda id: FanEnded(id, Finish.CANCELLED, FanStats()),
        Foresee: ForeseeingEnded,
        ScoreRequest: lambda id: ScoreEnded(id, False),
        Follow: lambda id: FollowEnded(id, False),
        Preview: lambda id: PreviewEnded(id, False),
        MakeVector: VectorEnded,
        Weigh: Weighed,
    }
    return Evaluated(0) if isinstance(request, Evaluate) else answers[type(request)](request.id)
