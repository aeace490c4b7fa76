"""Foresight: what may come next at one place, step by step, as far as somebody wants to see it."""

from collections.abc import Callable, Sequence

from cyborg_tui.engine.protocol import EngineEvent, ForeseeingEnded, Foreseen, Lost, Ready, Unavailable
from cyborg_tui.loom.blocks import Path
from cyborg_tui.loom.fan import ModelIdentity, TokenRecord, decode
from cyborg_tui.loom.loom import Chosen
from cyborg_tui.loom.outlook import NextToken, Outlook

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
        self._data: dict[Path, bytes] = {}

    def want(self, places: Sequence[Path]) -> None:
        """Have these places looked at, in this order, unless others are just being looked at; to be called again."""
        lacking = [place for place in places if place not in self.known]
        if lacking and not self._request:
            self._request = self._ask(lacking[:_AT_A_TIME])

    def hear(self, event: EngineEvent) -> None:
        match event:
            case Foreseen(request=self._request, place=place):
                self.known[place] = _outlook(event)
                self._data |= {(*place, step.id): step.data for step in event.likeliest}
            case ForeseeingEnded(request=self._request):
                self._request = 0
            case Ready() | Lost() | Unavailable():
                self.known, self._data, self._request = {}, {}, 0  # another model sees other things
            case _:
                pass

    def chosen(self, path: Path, model: ModelIdentity) -> Chosen:
        """The tokens of a path, all of which are known."""
        places = [path[:length] for length in range(1, len(path) + 1)]
        records = [self._record(place) for place in places]
        return Chosen(model, tuple(records), b"".join(self._data[place] for place in places))

    def _record(self, place: Path) -> TokenRecord:
        outlook = self.known[place[:-1]]
        token = next(token for token in outlook.likeliest if token.id == place[-1])
        return TokenRecord(token.id, len(self._data[place]), token.logprob, outlook.entropy)


def _outlook(event: Foreseen) -> Outlook:
    likeliest = tuple(NextToken(step.id, decode(step.data), step.logprob) for step in event.likeliest)
    return Outlook(event.entropy, event.ninety, likeliest)
