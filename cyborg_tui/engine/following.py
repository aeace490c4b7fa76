"""How well a text follows after each of some candidates: what a bridge over a gap is worth. Nothing is sorted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cyborg_tui.engine.llama import Floats
from cyborg_tui.engine.protocol import Follow, Followed, FollowEnded
from cyborg_tui.engine.recording import Recorder
from cyborg_tui.engine.resident import Interrupted, Resident, Say
from cyborg_tui.engine.scoring import beginning
from cyborg_tui.loom.shared import shared_length

__all__ = ["follow"]

_MOST_FOLLOWING = 128
"""Tokens of the text after the gap that are looked at."""
_ROWS = 64
"""Rows of logits asked for at once, of all candidates together."""
_AT_ONCE = 256
"""Tokens evaluated at once of which no logits are wanted."""


@dataclass(slots=True)
class _Bridge:
    """A candidate, as the tokens of the context, of itself and of what follows."""

    index: int
    tokens: list[int]
    first: int
    """Where what follows begins."""
    sequence: int = -1
    at: int = 0
    """Tokens that were evaluated."""
    row: Floats | None = None
    """The logits after those, once they matter."""
    logprobs: list[float] = field(default_factory=list)


def follow(
    resident: Resident, recorder: Recorder, request: Follow, say: Say, wanted_elsewhere: Callable[[], bool]
) -> None:
    """Tell of each candidate, all of them evaluated side by side. Raises Interrupted, NoNumbersError, NoRoomError."""
    _Following(resident, recorder, request, wanted_elsewhere).follow(say)
    say(FollowEnded(request.id, True))


class _Following:
    def __init__(
        self, resident: Resident, recorder: Recorder, request: Follow, wanted_elsewhere: Callable[[], bool]
    ) -> None:
        self._resident, self._recorder, self._request = resident, recorder, request
        self._wanted_elsewhere = wanted_elsewhere
        self._bridges = [self._bridge(index) for index in range(len(request.candidates))]
        self._keep: set[int] = set()

    def _bridge(self, index: int) -> _Bridge:
        request, model = self._request, self._resident.model
        told = self._resident.tokens_of((*request.context, *request.candidates[index], *request.following))
        tokens, size = told.tokens, sum(len(segment.text) for segment in request.following)
        first, _ = beginning(tokens, model.pieces, size, int(model.adds_bos))
        if first == 0:  # there is nothing to foretell the first token from
            tokens, first = [*self._resident.tokens_of(()).tokens, *tokens], 1
        tokens = tokens[: first + _MOST_FOLLOWING]
        cut = max(0, len(tokens) - model.window)
        return _Bridge(index, tokens[cut:], max(1, first - cut))

    def follow(self, say: Say) -> None:
        """Raises Interrupted, NoNumbersError, NoRoomError."""
        if not self._bridges:
            return
        shared = min(shared_length(self._bridges[0].tokens, one.tokens) for one in self._bridges)
        start = min(shared, *(one.first - 1 for one in self._bridges))
        room = max(1, self._resident.model.sequences // 2 - 2)
        for at in range(0, len(self._bridges), room):
            some = self._bridges[at : at + room]
            self._keep = set()
            for one in some:
                self._begin(one, start or max(1, one.first - 1))
            self._read(some)
            for one in some:
                say(Followed(self._request.id, one.index, sum(one.logprobs), len(one.logprobs)))

    def _begin(self, one: _Bridge, start: int) -> None:
        """After the first `start` tokens, which the others may begin with too."""
        trunk, _ = self._resident.evaluate(one.tokens[:start], None, keep=self._keep)
        self._keep.add(trunk)
        one.sequence, one.at = self._resident.branch_off(trunk, start, self._keep), start
        self._keep.add(one.sequence)
        if one.first == start:
            one.row = self._resident.tip(one.tokens[:start])

    def _read(self, bridges: Sequence[_Bridge]) -> None:
        while waiting := [one for one in bridges if one.at < one.first - 1]:
            some = max(1, _AT_ONCE // len(waiting))
            self._step([(one, one.tokens[one.at : min(one.first - 1, one.at + some)]) for one in waiting], wants=False)
        while waiting := [one for one in bridges if one.at < len(one.tokens) - 1]:
            some = max(1, _ROWS // len(waiting))
            self._step([(one, one.tokens[one.at : min(len(one.tokens) - 1, one.at + some)]) for one in waiting])
        for one in bridges:
            if one.row is not None and len(one.tokens) > one.first:
                self._note(one, one.tokens[-1:], [one.row])

    def _step(self, parts: Sequence[tuple[_Bridge, list[int]]], *, wants: bool = True) -> None:
        """Evaluate some tokens of each, with the logits after them or without."""
        if self._wanted_elsewhere():
            raise Interrupted
        batch = [(token, one.at + i, one.sequence, wants) for one, part in parts for i, token in enumerate(part)]
        self._resident.decode(batch, self._keep, may_halt=True)
        rows, at = self._resident.model.rows(len(batch)) if wants else None, 0
        for one, part in parts:
            self._resident.extend(one.sequence, part)
            if rows is not None:
                mine = rows[at : at + len(part)]
                known = [*mine] if one.row is None else [one.row, *mine]
                foretold = one.tokens[one.at + len(part) - len(known) + 1 : one.at + len(part)]
                self._note(one, foretold, known[:-1])
                one.row = mine[-1].copy()
            one.at += len(part)
            at += len(part)

    def _note(self, one: _Bridge, tokens: Sequence[int], rows: Sequence[Floats]) -> None:
        for token, row in zip(tokens, rows, strict=True):
            one.logprobs.append(self._recorder.read(row).drawn(token, 0, float(row[token])).record.logprob)
