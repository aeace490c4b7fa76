"""Foresight: what may come next at one place, step by step, as far as somebody wants to see it."""

from collections.abc import Callable, Sequence

from cyborg_tui.engine.protocol import EngineEvent, ForeseeingEnded, Foreseen, Lost, Ready, Unavailable
from cyborg_tui.loom.alternatives import LIKELIEST, pack, unpack
from cyborg_tui.loom.blocks import Path
from cyborg_tui.loom.fan import ModelIdentity, TokenRecord, encode
from cyborg_tui.loom.loom import Chosen
from cyborg_tui.loom.outlook import Outlook

__all__ = ["Foresight"]

_AT_A_TIME = 16
"""Places asked for together; those that turn out to matter more come into the next question."""


class Foresight:
    """Asks for one place after another, and remembers. `ask` asks the engine for some places, and returns the request's
    number, or 0 if it cannot be asked now."""

    def __init__(self, ask: Callable[[Sequence[Path]], int]) -> None:
        self.known: dict[Path, Outlook] = {}
        self._ask = ask
        self._request = 0

    def want(self, places: Sequence[Path]) -> None:
        """Have these places looked at, in this order, unless others are just being looked at; to be called again."""
        lacking = [place for place in places if place not in self.known]
        if lacking and not self._request:
            self._request = self._ask(lacking[:_AT_A_TIME])

    def hear(self, event: EngineEvent) -> None:
        match event:
            case Foreseen(request=self._request, place=place):
                self.known[place] = Outlook(event.entropy, event.ninety, *unpack(event.likeliest))
            case ForeseeingEnded(request=self._request):
                self._request = 0
            case Ready() | Lost() | Unavailable():
                self.known, self._request = {}, 0  # another model sees other things
            case _:
                pass

    def chosen(self, path: Path, model: ModelIdentity) -> Chosen:
        """The tokens of a path, all of which are known."""
        outlooks = [self.known[path[:length]] for length in range(len(path))]
        tokens = [next(t for t in o.likeliest if t.id == id) for o, id in zip(outlooks, path, strict=True)]
        texts = [encode(token.text) for token in tokens]
        records = [
            TokenRecord(token.id, len(text), token.logprob, outlook.entropy)
            for outlook, token, text in zip(outlooks, tokens, texts, strict=True)
        ]
        alternatives = b"".join(pack(outlook.likeliest[:LIKELIEST]) for outlook in outlooks)
        return Chosen(model, tuple(records), b"".join(texts), alternatives)
