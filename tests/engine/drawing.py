"""Fans made in this process, one after the other, from one loaded model."""

from dataclasses import dataclass, field

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.engine.fanning import Fanning
from cyborg_tui.engine.llama import Llama
from cyborg_tui.engine.protocol import BranchEnded, FanEnded, FanRequest, Grew, Refused, wire
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.fan import Finish, TokenRecord, decode
from cyborg_tui.loom.settings import FanSettings, Sampling


@dataclass
class Drawn:
    texts: list[str]
    tokens: list[list[TokenRecord]]
    finishes: list[Finish | None]
    healed: list[int]
    told: list[list[str]]
    """Each branch's text after each time it grew."""
    ended: FanEnded | None = None
    refused: str = ""

    @property
    def firsts(self):
        return [tokens[0].id if tokens else None for tokens in self.tokens]


@dataclass
class Pen:
    heard: list[object] = field(default_factory=list)

    def __post_init__(self):
        self.model = Llama(embedded_model(), EngineConfig(), room=9000, progress=lambda _: None)
        self.fanning = Fanning(self.model, self.heard.append, lambda: False)

    def fan(self, text, seed=1, begun=(), sampling=None, **settings):
        self.heard.clear()
        wanted = FanSettings(**{"max_tokens": 16, "sampling": Sampling(**(sampling or {})), **settings})
        self.fanning.fan(FanRequest(1, wire(Context((Segment(text),))), wanted, seed, tuple(begun)))
        n = wanted.width
        drawn = Drawn([""] * n, [[] for _ in range(n)], [None] * n, [0] * n, [[] for _ in range(n)])
        for event in self.heard:
            match event:
                case Grew(growth=growth):
                    for grown in growth:
                        drawn.texts[grown.index] += decode(grown.text)
                        drawn.tokens[grown.index] += grown.tokens
                        drawn.healed[grown.index] += grown.healed
                        drawn.told[grown.index].append(drawn.texts[grown.index])
                case BranchEnded(index=index, finish=finish):
                    drawn.finishes[index] = finish
                case FanEnded():
                    drawn.ended = event
                case Refused(sentence=sentence):
                    drawn.refused = sentence
        return drawn
