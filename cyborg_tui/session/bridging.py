"""Fans in the middle of a text: how well what follows would follow after each branch. Shown, and sorted on request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cyborg_tui.engine.engine import Engine
from cyborg_tui.engine.protocol import EngineEvent, Evaluated, FanEnded, Followed, FollowEnded, Lost, Ready, Unavailable
from cyborg_tui.loom.context import Context, Segment, context_of
from cyborg_tui.loom.fan import Branch, BranchId, FanId
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.piece import Piece
from cyborg_tui.session.sight import drawn_in

__all__ = ["Bridging", "Follows"]

_FOLLOWING = 800
"""Characters after the gap that are looked at; the engine looks at no more tokens than it can soon read."""
_TRIES = 5
"""Times it is asked for again after something else came first."""


@dataclass(frozen=True, slots=True)
class Follows:
    """How likely what follows is after a branch."""

    logprob: float
    """Of all of it that was looked at, in nats."""
    tokens: int

    @property
    def mean(self) -> float:
        """Nats a token."""
        return self.logprob / self.tokens if self.tokens else 0.0


@dataclass(slots=True)
class _Gap:
    """A fan over a gap, of which it is not known yet how its branches lead on."""

    fan: FanId
    context: Callable[[], Context]
    following: str
    asked: tuple[BranchId, ...] = ()
    request: int = 0
    tries: int = 0


class Bridging:
    """Of one loom. At most one gap is looked at at a time: the one that was asked for last."""

    def __init__(self, loom: Loom) -> None:
        self._loom = loom
        self._gap: _Gap | None = None
        self._known: dict[BranchId, Follows] = {}
        self._sorted: set[FanId] = set()

    def begin(self, fan: FanId, context: Callable[[], Context], following: str) -> None:
        """A fan was asked for whose branches are to lead to a text. `context`: what it was drawn from."""
        self._gap = _Gap(fan, context, following[:_FOLLOWING])

    def stop(self) -> None:
        """Nothing more is wanted to be known."""
        self._gap = None

    def of(self, branch: BranchId) -> Follows | None:
        """None: it is not known, or the branch was drawn in no gap."""
        return self._known.get(branch)

    def sort(self, fan: FanId) -> bool | None:
        """Show the branches of a fan that lead on best first, or again as they were drawn. Whether they are sorted
        now; None if nothing is known of them."""
        if not any(branch in self._known for branch in self._loom.tree.fan(fan).branches):
            return None
        self._sorted ^= {fan}
        return fan in self._sorted

    def ordered(self, fan: FanId, branches: Sequence[Branch]) -> tuple[Branch, ...]:
        """The branches as they are to be shown. What is not known stands last."""
        if fan not in self._sorted:
            return tuple(branches)
        worst = Follows(float("-inf"), 1)
        return tuple(sorted(branches, key=lambda branch: -self._known.get(branch.id, worst).mean))

    def hear(self, event: EngineEvent, engine: Engine | None) -> bool:
        """Everything the engine says comes in here. True if there is something new to show."""
        gap = self._gap
        if gap is None or engine is None:
            return False
        match event:
            case Followed(request=gap.request, candidate=index, logprob=logprob, tokens=tokens):
                self._known[gap.asked[index]] = Follows(logprob, tokens)
                return True
            case FollowEnded(request=gap.request, complete=complete):
                gap.request = 0
                if complete or gap.tries >= _TRIES:
                    self._gap = None
            case FanEnded() | Evaluated() if not gap.request:
                self._ask(gap, engine)
            case Lost() | Unavailable() | Ready():
                self._gap = None
            case _:
                pass
        return False

    def _ask(self, gap: _Gap, engine: Engine) -> None:
        """Once all branches are there."""
        branches = self._loom.tree.branches(gap.fan)
        if any(branch.finish is None for branch in branches):
            return
        found = [branch for branch in branches if branch.text[branch.healed :]]
        gap.asked, gap.tries = tuple(branch.id for branch in found), gap.tries + 1
        candidates = [self._candidate(branch) for branch in found]
        following = Context((Segment(gap.following),))
        steering = self._loom.tree.fan(gap.fan).settings.steering
        gap.request = engine.levers.follow(gap.context(), candidates, following, steering)

    def _candidate(self, branch: Branch) -> Context:
        piece = Piece(branch.text[branch.healed :], branch.id, branch.healed)
        return context_of((piece,), drawn_in(self._loom))
