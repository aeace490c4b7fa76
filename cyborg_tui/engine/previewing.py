"""Previews: fans from the end of a context, each with settings of its own, in a small context for as long as it takes.

What has been read for writing is not touched.
"""

from dataclasses import replace

from cyborg_tui.engine.contexts import Contexts
from cyborg_tui.engine.protocol import (
    BranchEnded,
    EngineEvent,
    FanEnded,
    FanRequest,
    Grew,
    Preview,
    PreviewEnded,
    Refused,
)
from cyborg_tui.engine.resident import Say
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.guidance import Mix

__all__ = ["preview"]


def preview(contexts: Contexts, request: Preview, say: Say) -> None:
    """Make the fans, one after the other. Raises BadSteeringError."""
    branches = max((one.width * one.max_tokens for one in request.settings), default=1)
    heard = _Heard(say)
    window = request.tokens + max((one.max_tokens for one in request.settings), default=1)
    with contexts.apart(window, 2 * branches, heard.hear) as fanning:
        for number, settings in enumerate(request.settings):
            hold = contexts.helm.steer(fanning.model, settings.steering)
            fanning.resident.forget()
            told = fanning.resident.tokens_of(request.context)
            cut = min(len(told.own), len(told.tokens) - request.tokens)
            alone = replace(settings, mix=Mix())
            fan = FanRequest(request.id + number, request.context, alone, request.seed, left_out=max(-1, cut))
            fanning.fan(fan, hold.digests)
            if heard.over:
                break
    say(PreviewEnded(request.id, not heard.over, heard.sentence))


class _Heard:
    """Passes on what grows; the ends are said once, of all."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self.over = False
        self.sentence = ""

    def hear(self, event: EngineEvent) -> None:
        match event:
            case Grew() | BranchEnded():
                self._say(event)
            case FanEnded(finish=finish):
                self.over = finish in (Finish.CANCELLED, Finish.INTERRUPTED)
            case Refused(sentence=sentence):
                self.sentence = sentence
            case _:
                pass
