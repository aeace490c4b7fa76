"""Everything that an engine can be asked, answered in this process."""

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.answering import Answering
from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.engine.llama import Llama
from cyborg_tui.engine.protocol import (
    BranchEnded,
    FanEnded,
    FanRequest,
    Follow,
    Followed,
    FollowEnded,
    Foresee,
    Foreseen,
    Grew,
    MakeVector,
    Preview,
    Refused,
    Scored,
    ScoreRequest,
    VectorEnded,
    wire,
)
from cyborg_tui.loom.alternatives import unpack
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.contrast import Method
from cyborg_tui.loom.fan import decode
from cyborg_tui.loom.guidance import ALONE
from cyborg_tui.loom.settings import FanSettings, Sampling
from cyborg_tui.loom.steering import UNSTEERED, Steering, Vector
from tests.engine.drawing import Drawn

_PEOPLE = ("I", "she", "the old man", "my brother", "the children", "the captain", "his wife", "they all")
PLUS = tuple(f"That night {who} wept, full of sorrow and despair" for who in _PEOPLE)
MINUS = tuple(f"That night {who} laughed, full of joy and delight" for who in _PEOPLE)


def context(text):
    return wire(Context((Segment(text),) if text else ()))


def steered(*vectors):
    """By (path, strength), or more of what a vector has."""
    return Steering(tuple(Vector(str(path), *how) for path, *how in vectors))


class Deck:
    def __init__(self, path=None, **config):
        self.model = Llama(path or embedded_model(), EngineConfig(**config), room=1200, progress=lambda _: None)
        self.heard = []
        self.stops_after = None
        """So many events."""
        self.answering = Answering(self.model, self.heard.append, self._wanted_elsewhere)

    def _wanted_elsewhere(self):
        return self.stops_after is not None and len(self.heard) >= self.stops_after

    def close(self):
        self.answering.contexts.close()
        self.model.close()

    def ask(self, request):
        self.heard.clear()
        self.answering.answer(request)
        return list(self.heard)

    def fan(self, text, seed=1, *, beside=(), following="", steering=UNSTEERED, mix=ALONE, sampling=None, **settings):
        wanted = {"width": 4, "max_tokens": 12, "steering": steering, "mix": mix, **settings}
        wanted = FanSettings(sampling=Sampling(**(sampling or {})), **wanted)
        others = tuple(context(other) for other in beside)
        return self.drawn(
            self.ask(FanRequest(1, context(text), wanted, seed, beside=others, following=context(following))),
            wanted.width,
        )

    def drawn(self, events, n, first=1):
        drawn = Drawn([""] * n, [[] for _ in range(n)], [None] * n, [0] * n, [[] for _ in range(n)])
        for event in events:
            match event:
                case Grew(fan=fan, growth=growth) if fan == first:
                    for grown in growth:
                        drawn.texts[grown.index] += decode(grown.text)
                        drawn.tokens[grown.index] += grown.tokens
                        drawn.healed[grown.index] += grown.healed
                case BranchEnded(fan=fan, index=index, finish=finish) if fan == first:
                    drawn.finishes[index] = finish
                case FanEnded():
                    drawn.ended = event
                case Refused(sentence=sentence):
                    drawn.refused = sentence
        return drawn

    def score(self, text, following, steering=UNSTEERED):
        """The log-probability of a text after another."""
        events = self.ask(ScoreRequest(1, context(text), context(following), steering))
        return sum(token.logprob for event in events if isinstance(event, Scored) for token in event.tokens)

    def foresee(self, text, *, steering=UNSTEERED, mix=ALONE, beside=()):
        """The log-probabilities of the likeliest tokens that may come next."""
        others = tuple(context(other) for other in beside)
        events = self.ask(Foresee(1, context(text), ((),), steering, mix, others))
        (foreseen,) = (event for event in events if isinstance(event, Foreseen))
        return {one.id: one.logprob for one in unpack(foreseen.likeliest)[0]}

    def follow(self, text, candidates, following, steering=UNSTEERED):
        """Sum and count for each, in their order; and whether that was all."""
        request = Follow(1, context(text), tuple(map(context, candidates)), context(following), steering)
        events = self.ask(request)
        told = {event.candidate: (event.logprob, event.tokens) for event in events if isinstance(event, Followed)}
        return [told[index] for index in sorted(told)], isinstance(events[-1], FollowEnded) and events[-1].complete

    def make_vector(self, path, towards=PLUS, away=MINUS, method=Method.MEANS, name="sorrow"):
        texts = (tuple(text.encode() for text in some) for some in (towards, away))
        events = self.ask(MakeVector(1, str(path).encode(), name, *texts, method))
        assert isinstance(events[-1], VectorEnded)
        return events[-1]

    def preview(self, text, settings, tokens=256):
        return self.ask(Preview(1, context(text), tuple(settings), 7, tokens))
