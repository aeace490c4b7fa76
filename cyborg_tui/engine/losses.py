"""Workers that were lost: whether another is worth starting, and what is not asked of it again. Pure."""

import hashlib
from collections import Counter

import msgspec

from cyborg_tui.engine.protocol import (
    Evaluate,
    FanRequest,
    Follow,
    Foresee,
    MakeVector,
    Preview,
    ScoreRequest,
    Weigh,
    Work,
)

__all__ = ["Losses"]


_IN_A_ROW = 3
_GUILTY = 2
"""Losses after which whatever was under way each time is held to be the cause."""


class Losses:
    """Losses count until something is answered; a request is blamed until it succeeds."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self._while_loading = 0
        self._blamed: Counter[bytes] = Counter()

    def loaded(self) -> None:
        """A model is there."""
        self._while_loading = 0

    def answered(self, request: Work, *, given_up: bool = False) -> None:
        """A request is over. `given_up`: since something else was wanted, which shows nothing of the request itself."""
        self._in_a_row = 0
        if self._blamed and not given_up:
            for key in _keys(request):
                self._blamed.pop(key, None)

    def lost(self, request: Work | None, *, grew: bool, loading: bool) -> None:
        """A worker was lost while it worked on `request`. `grew`: its branches had begun, so that reading the context
        was not the cause."""
        self._in_a_row += 1
        self._while_loading += loading
        if request is not None:
            self._blamed.update(_keys(request)[:1] if grew else _keys(request))

    def forgive(self) -> None:
        """The person wants another try, with whatever has been mended. Guilty requests stay guilty."""
        self._in_a_row = self._while_loading = 0

    @property
    def loading_is_hopeless(self) -> bool:
        return self._while_loading >= _GUILTY

    @property
    def hopeless(self) -> bool:
        """Whether the next worker would be lost too."""
        return self.loading_is_hopeless or self._in_a_row >= _IN_A_ROW

    def guilty(self, request: Work) -> bool:
        """Whether this request, or reading its context alone, has cost two workers."""
        return bool(self._blamed) and any(self._blamed[key] >= _GUILTY for key in _keys(request))


def _keys(request: Work) -> list[bytes]:
    """What a request is known by, whoever asks for it again and with whichever seed: its context and all else, then its
    context alone, as it is steered. Digests, so that no text is kept."""
    if isinstance(request, MakeVector):
        return [_digest(request.towards, request.away)]
    own: tuple[object, ...] = ()
    match request:
        case FanRequest(settings=settings, beside=beside, following=following):
            steering = settings.steering
            own = (settings, beside, following)
        case ScoreRequest(text=text, steering=steering):
            own = (text,)
        case Follow(candidates=candidates, following=following, steering=steering):
            own = (candidates, following)
        case Weigh(settings=settings, beside=beside):
            steering = settings.steering
            own = (settings, beside)
        case Preview(settings=several):
            return [_digest(request.context, several)]
        case Evaluate(steering=steering) | Foresee(steering=steering):
            pass
    context: tuple[object, ...] = (request.context, steering) if steering else (request.context,)
    return [_digest(*context, *own), _digest(*context)] if own else [_digest(*context)]


def _digest(*parts: object) -> bytes:
    return hashlib.sha256(b"".join(msgspec.msgpack.encode(part) for part in parts)).digest()
