"""How samplers change what may come next: probabilities as the model has them, and as tokens are drawn."""

import numpy as np

from cyborg_tui.engine.biases import Biases
from cyborg_tui.engine.llama import Floats, Llama, NoNumbersError, NoRoomError
from cyborg_tui.engine.protocol import Weigh, Weighed, WeighedToken
from cyborg_tui.engine.resident import FrameTooLong, Interrupted, Resident, Say
from cyborg_tui.engine.samplers import BadGrammarError, chances

__all__ = ["weigh"]

_TOLD = 40
"""Tokens told, at most twice: the likeliest before, and after."""


def weigh(resident: Resident, request: Weigh, say: Say) -> None:
    """Answer. Where the context has been evaluated before, nothing is evaluated."""
    model, sampling = resident.model, request.settings.sampling
    try:
        tokens, _ = resident.in_window(resident.tokens_of(request.context), request.settings.max_tokens)
        resident.evaluate(tokens, None)
        row = resident.tip(tokens)
        biases = Biases(sampling, lambda text: model.tokenize(text, at_start=False))
        say(_weighed(request.id, model, _softmax(row), chances(model, sampling, tokens, biases, row)))
    except Interrupted:
        say(Weighed(request.id))
    except FrameTooLong as error:
        say(Weighed(request.id, sentence=str(error)))
    except BadGrammarError:
        say(Weighed(request.id, sentence="llama.cpp cannot use this grammar; change it."))
    except (NoNumbersError, NoRoomError):
        say(Weighed(request.id, sentence="What may come next cannot be told here."))


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
