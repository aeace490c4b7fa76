"""Looking at what may come next, without drawing anything: the distribution after each of some places."""

import numpy as np

from cyborg_tui.engine.llama import Floats, Llama
from cyborg_tui.engine.protocol import Foresee, ForeseeingEnded, Foreseen
from cyborg_tui.engine.resident import Interrupted, Resident, Say
from cyborg_tui.engine.together import Together
from cyborg_tui.loom.alternatives import Alternative, pack
from cyborg_tui.loom.fan import decode

__all__ = ["foresee"]

_TOLD = 40
"""Tokens told of each place."""
_MOST = 0.9
"""The probability that is reached by `ninety` tokens."""


def foresee(resident: Resident, request: Foresee, say: Say) -> None:
    """Answer for one place after another, until all are told or something else is wanted."""
    try:
        longest = max((len(place) for place in request.places), default=0)
        together = Together(resident, request.context, request.beside, request.mix, longest=longest + 1)
        for place in request.places:
            together.evaluate(None, more=place)
            say(_foreseen(request.id, place, resident.model, together.tip(more=place)))
    except Interrupted:
        pass
    say(ForeseeingEnded(request.id))


def _foreseen(request: int, place: tuple[int, ...], model: Llama, row: Floats) -> Foreseen:
    """`row`: the logits at the place, shape (vocabulary,)."""
    logprobs = row - row.max()
    logprobs -= np.log(np.exp(logprobs).sum())
    chances = np.exp(logprobs)
    entropy = float(-(chances * np.where(chances > 0, logprobs, 0.0)).sum())
    order = np.argsort(-chances)
    ninety = int(np.searchsorted(np.cumsum(chances[order]), _MOST)) + 1
    likeliest = (
        Alternative(int(token), decode(model.pieces[token]), float(logprobs[token])) for token in order[:_TOLD]
    )
    return Foreseen(request, place, entropy, ninety, pack(likeliest))
