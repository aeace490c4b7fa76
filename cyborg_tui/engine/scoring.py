"""Scoring: how likely a text is that stands there already, token by token, 64 rows of logits at a time."""

import time
from collections.abc import Callable, Sequence

from cyborg_tui.engine.llama import Floats, NoNumbersError, NoRoomError
from cyborg_tui.engine.protocol import Scored, ScoreEnded, ScoreRequest
from cyborg_tui.engine.recording import Drawn, Recorder
from cyborg_tui.engine.resident import Interrupted, Resident, Say

__all__ = ["Scoring", "beginning"]

_ROWS = 64
"""Rows of logits asked for at once; those of a large vocabulary are 40 MB then."""
_FEWEST = 8
_LONGEST_STEP = 0.3
"""Seconds without looking whether something else is wanted."""


class Scoring:
    """Reads what stands there as if the model had drawn it. The context is shared with the fans made from it."""

    def __init__(self, resident: Resident, recorder: Recorder, say: Say, wanted_elsewhere: Callable[[], bool]) -> None:
        self._resident, self._recorder, self._say = resident, recorder, say
        self._wanted_elsewhere = wanted_elsewhere
        self._tokens_per_s = 0.0

    def score(self, request: ScoreRequest) -> None:
        """Score a text and tell the records as they come."""
        model = self._resident.model
        tokens = self._resident.tokens_of((*request.context, *request.text)).tokens
        size = sum(len(segment.text) for segment in request.text)
        first, lead = beginning(tokens, model.pieces, size, int(model.adds_bos))
        if first == 0:  # there is nothing to foretell the first token from
            tokens.insert(0, model.bos if model.bos >= 0 else max(model.eos, 0))
            first = 1
        complete = False
        try:
            self._score(request.id, tokens, first, lead)
            complete = True
        except NoNumbersError:
            self._resident.forget()
        except (Interrupted, NoRoomError):
            pass
        self._say(ScoreEnded(request.id, complete))

    def _score(self, id: int, tokens: list[int], first: int, lead: int) -> None:
        """Tokens from `first` on; those of a text longer than the window are scored in turn with half a window each
        before them. Raises Interrupted."""
        window, total, at = self._resident.model.window, len(tokens), first
        while at < total:
            begin = 0 if total <= window else max(0, at - window // 2)
            end = min(total, begin + window)
            trunk, _ = self._resident.evaluate(tokens[begin:at], None)
            row = self._resident.tip(tokens[begin:at])
            sequence = self._resident.branch_off(trunk, at - begin, {trunk})
            while at < end:
                if self._wanted_elsewhere():
                    raise Interrupted
                piece = tokens[at : min(end, at + self._rows())]
                drawn, row = self._read(piece, row, at - begin, sequence, {trunk, sequence})
                at += len(piece)
                self._say(_scored(id, at - first, total - first, drawn, lead))
                lead = 0

    def _read(
        self, piece: Sequence[int], row: Floats, position: int, sequence: int, keep: set[int]
    ) -> tuple[list[Drawn], Floats]:
        """Records of these tokens, of which `row` foretells the first, and the row after them. Raises Interrupted."""
        began = time.perf_counter()
        model = self._resident.model
        batch = [(token, position + i, sequence, True) for i, token in enumerate(piece)]
        self._resident.decode(batch, keep, may_halt=True)
        self._resident.extend(sequence, piece)
        rows = model.rows(len(piece))
        drawn = [
            self._recorder.read(before).drawn(token, len(model.pieces[token]), float(before[token]))
            for token, before in zip(piece, (row, *rows[:-1]), strict=True)
        ]
        self._tokens_per_s = len(piece) / max(1e-6, time.perf_counter() - began)
        return drawn, rows[-1].copy()

    def _rows(self) -> int:
        return max(_FEWEST, min(_ROWS, int(self._tokens_per_s * _LONGEST_STEP)))


def beginning(tokens: Sequence[int], pieces: Sequence[bytes], size: int, least: int) -> tuple[int, int]:
    """The first of the tokens that make the last `size` bytes, none before the one at `least`; and how many of its
    bytes stand before them."""
    at = len(tokens)
    while size > 0 and at > least:
        at -= 1
        size -= len(pieces[tokens[at]])
    return at, max(0, -size)


def _scored(id: int, done: int, total: int, drawn: Sequence[Drawn], lead: int) -> Scored:
    records = tuple(one.record for one in drawn)
    return Scored(id, done, total, records, b"".join(one.alternatives for one in drawn), lead)
