"""Answering what takes a while: each request by the context that it is for, and each, in turn, with its own end."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from cyborg_tui.engine.contexts import Contexts
from cyborg_tui.engine.fanning import Fanning
from cyborg_tui.engine.following import follow
from cyborg_tui.engine.foreseeing import foresee
from cyborg_tui.engine.llama import Llama, NoNumbersError, NoRoomError
from cyborg_tui.engine.looking_at import look_at
from cyborg_tui.engine.making import make_vector
from cyborg_tui.engine.previewing import preview
from cyborg_tui.engine.protocol import (
    Evaluate,
    Evaluated,
    FanEnded,
    FanRequest,
    FanStats,
    Follow,
    Foresee,
    LookAt,
    LookedAt,
    MakeVector,
    Preview,
    PreviewEnded,
    Refused,
    Render,
    Rendered,
    Saw,
    ScoreRequest,
    See,
    VectorEnded,
    Weigh,
    Weighed,
    WireContext,
    Work,
)
from cyborg_tui.engine.rendering import render
from cyborg_tui.engine.resident import FrameTooLong, Interrupted, Say
from cyborg_tui.engine.together import Together, left_out
from cyborg_tui.engine.undone import undone
from cyborg_tui.engine.vectors import BadSteeringError
from cyborg_tui.engine.weighing import weigh
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.guidance import Mix

__all__ = ["Answering"]

_AHEAD = 32
"""Tokens of branches that are reckoned with when a context is read ahead."""


class Answering:
    """For one model."""

    def __init__(self, model: Llama, say: Say, wanted_elsewhere: Callable[[], bool]) -> None:
        self.contexts = Contexts(model, say, wanted_elsewhere)
        self._say, self._wanted_elsewhere = say, wanted_elsewhere

    def answer(self, request: Work) -> None:
        """Do it, and say what comes of it."""
        try:
            self._answer(request)
        except (BadSteeringError, FrameTooLong) as error:
            self._refuse(request, str(error))
        except NoNumbersError:  # whoever asks for a fan here is told
            self.contexts.at_work.resident.forget()
            self._say(undone(request))
        except (Interrupted, NoRoomError):
            self._say(undone(request))

    def _answer(self, request: Work) -> None:
        contexts, say = self.contexts, self._say
        match request:
            case FanRequest(settings=settings):
                _check(request.beside, settings.mix)
                self._check(request)
                contexts.under(settings.steering).fan(request, contexts.steered_by)
            case Evaluate(steering=steering):
                self._evaluate(contexts.under(steering), request)
            case Foresee(steering=steering):
                _check(request.beside, request.mix)
                foresee(contexts.under(steering).resident, request, say)
            case ScoreRequest(steering=steering):
                contexts.under(steering).scoring.score(request)
            case Follow(steering=steering):
                fanning = contexts.under(steering)
                follow(fanning.resident, fanning.recorder, request, say, self._wanted_elsewhere)
            case Weigh(settings=settings):
                _check(request.beside, settings.mix)
                weigh(contexts.under(settings.steering).resident, request, say)
            case Preview():
                preview(contexts, request, say)
            case MakeVector(path=path):
                make_vector(contexts.plain, request, Path(os.fsdecode(path)), say, self._wanted_elsewhere)

    def see(self, request: See) -> Saw:
        """The tokens of a context."""
        resident = self.contexts.at_work.resident
        told = resident.tokens_of(request.context)
        out = left_out(resident, told, request.among) if request.among.longest else 0
        texts = tuple(resident.model.pieces[token] for token in told.tokens)
        return Saw(request.id, tuple(told.tokens), texts, told.head, out)

    def look_up(self, request: LookAt | Render) -> LookedAt | Rendered:
        """What does not need the model's computing."""
        model = self.contexts.model
        return render(model, request) if isinstance(request, Render) else look_at(model, request)

    def _check(self, request: FanRequest) -> None:
        """Raises BadSteeringError."""
        if request.following and self.contexts.model.fill_marks is None:
            raise BadSteeringError(
                f"{self.contexts.model.identity.name} was not trained to fill in the middle; see how the text follows "
                "after branches instead."
            )

    def _evaluate(self, fanning: Fanning, request: Evaluate) -> None:
        tokens, resident = 0, fanning.resident
        if not fanning.model.exact:
            together = Together(resident, request.context, request.beside, width=8, longest=_AHEAD)
            rows = 2 if together.typed and len(together.own.tokens) > 1 else 1
            together.evaluate(None, rows=rows)
            tokens = len(together.own.tokens)
        self._say(Evaluated(tokens, resident.held))

    def _refuse(self, request: Work, sentence: str) -> None:
        match request:
            case FanRequest(id=id):
                self._say(FanEnded(id, Finish.INTERRUPTED, FanStats()))
                self._say(Refused(sentence))
            case Preview(id=id):
                self._say(PreviewEnded(id, False, sentence))
            case MakeVector(id=id):
                self._say(VectorEnded(id, None, sentence))
            case Weigh(id=id):
                self._say(Weighed(id, sentence=sentence))
            case _:
                self._say(undone(request))


def _check(beside: Sequence[WireContext], mix: Mix) -> None:
    """Raises BadSteeringError."""
    if len(beside) != len(mix.others):
        raise BadSteeringError("There are not as many other contexts as weights for them; choose them again.")
