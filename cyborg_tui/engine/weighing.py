"""How samplers change what may come next: probabilities as the model has them, and as tokens are drawn."""

import numpy as np

from cyborg_tui.engine.biases import Biases
from cyborg_tui.engine.llama import Floats, Llama
from cyborg_tui.engine.protocol import Weigh, Weighed, WeighedToken
from cyborg_tui.engine.resident import Resident, Say
from cyborg_tui.engine.samplers import BadGrammarError, chances
from cyborg_tui.engine.together import Together

__all__ = ["weigh"]

_TOLD = 40
"""Tokens told, at most twice: the likeliest before, and after."""


def weigh(resident: Resident, request: Weigh, say: Say) -> None:
    """Answer; where the contexts have been evaluated before, nothing is evaluated. Raises Interrupted, NoRoomError,
    NoNumbersError, FrameTooLong."""
    model, settings, sampling = resident.model, request.settings, request.settings.sampling
    width, longest = settings.width, settings.max_tokens
    together = Together(resident, request.context, request.beside, settings.mix, width=width, longest=longest)
    together.evaluate(None)
    row = together.tip()
    biases = Biases(sampling, lambda text: model.tokenize(text, at_start=False))
    try:
        after = chances(model, sampling, together.own.tokens, biases, row)
    except BadGrammarError:
        say(Weighed(request.id, sentence="llama.cpp cannot use this grammar; change it."))
    else:
        say(_weighed(request.id, model, _softmax(row), after))


def _weighed(request: int, model: Llama, before: Floats, after: Floats) -> Weighed:
    likeliest = {*_highest(before), *_highest(after)}
    told = sorted(likeliest, key=lambda token: -float(before[token]))
    tokens = tuple(WeighedToken(model.pieces[token], float(before[token]), float(after[token])) for token in told)
    return Weighed(request, tokens, int(np.count_nonzero(after)), _entropy(before), _entropy(after))


def _highest(chances: Floats) -> list[int]:
    """The likeliest tokens, of those that are possible."""
    count = min(_TOLD, len(chances))
    top = np.argpartition(-chances, count - 1)[:count]
    return [int(token) for token in top if chances[token] > 0]


def _softmax(row: Floats) -> Floats:
    parts = np.exp(row - row.max())
    chances: Floats = parts / parts.sum()
    return chances


def _entropy(chances: Floats) -> float:
    """In nats."""
    some = chances[chances > 0]
    return max(0.0, -float((some * np.log(some)).sum()))
