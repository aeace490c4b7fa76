"""Looking at what may come next, without drawing anything: the distribution after each of some places."""

import numpy as np

from cyborg_tui.engine.llama import Floats, Llama
from cyborg_tui.engine.protocol import Foresee, ForeseeingEnded, Foreseen, NextStep
from cyborg_tui.engine.resident import Interrupted, Resident, Say

__all__ = ["foresee", "next_steps"]

_LIKELIEST = 40
"""Tokens told of each place."""
_MOST = 0.9
"""The probability that is reached by `ninety` tokens."""


def foresee(resident: Resident, request: Foresee, say: Say) -> None:
    """Answer for one place after another, until all are told or something else is wanted."""
    try:
        tokens, _ = resident.tokens_of(request.context)
        longest = max((len(place) for place in request.places), default=0)
        tokens, _ = resident.in_window(tokens, longest + 1)
        for place in request.places:
            path = [*tokens, *place]
            resident.evaluate(path, None)
            entropy, ninety, steps = next_steps(resident.model, resident.tip(path))
            say(Foreseen(request.id, place, entropy, ninety, steps))
    except Interrupted:
        pass
    say(ForeseeingEnded(request.id))


def next_steps(model: Llama, row: Floats) -> tuple[float, int, tuple[NextStep, ...]]:
    """The entropy in nats of a row of logits, shape (vocabulary,); how many tokens reach 90 %; and the likeliest."""
    logprobs = row - row.max()
    logprobs -= np.log(np.exp(logprobs).sum())
    chances = np.exp(logprobs)
    entropy = float(-(chances * np.where(chances > 0, logprobs, 0.0)).sum())
    order = np.argsort(-chances)
    ninety = int(np.searchsorted(np.cumsum(chances[order]), _MOST)) + 1
    likeliest = [int(token) for token in order[:_LIKELIEST]]
    return entropy, ninety, tuple(NextStep(token, model.pieces[token], float(logprobs[token])) for token in likeliest)
