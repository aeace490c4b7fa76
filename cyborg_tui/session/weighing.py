"""Weighing: how samplers change what may come next at the cursor, asked again whenever they are changed."""

from dataclasses import dataclass

from cyborg_tui.engine.protocol import EngineEvent, Lost, Ready, Unavailable, Weighed
from cyborg_tui.loom.fan import decode
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session.session import Session

__all__ = ["Chance", "Chances", "Weighing"]


@dataclass(frozen=True, slots=True)
class Chance:
    """A token that may come next."""

    text: str
    before: float
    """Its probability as the model has it."""
    after: float
    """The same as it would be drawn."""


@dataclass(frozen=True, slots=True)
class Chances:
    tokens: tuple[Chance, ...] = ()
    """The likeliest before and after; the likeliest before first."""
    left: int = 0
    """How many tokens can be drawn at all."""
    before: float = 0.0
    """How uncertain the model is, in nats."""
    after: float = 0.0
    """How uncertain the draw is, in nats."""
    problem: str = ""
    """Why it is not known."""


class Weighing:
    """What is wanted last is asked for; what is known of settings before that is shown until the answer is there."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.chances = Chances()
        self._wanted: FanSettings | None = None
        self._asked: FanSettings | None = None
        self._request = 0
        end = session.loom.cursor
        self._end = len(session.loom.text[:end].rstrip(" "))
        """Most tokens begin with the space that may stand there already."""
        session.listen(self._hear)

    def want(self, settings: FanSettings) -> None:
        """Have these settings weighed."""
        self._wanted = settings
        self.ask()

    def ask(self) -> None:
        """Ask for what is wanted and has not been asked for; to be called again where it could not be."""
        if self._wanted is not None and (request := self._session.weigh(self._end, self._wanted)):
            self._wanted, self._asked, self._request = None, self._wanted, request

    def leave(self) -> None:
        """Nothing more is wanted."""
        self._session.stop_listening(self._hear)

    def _hear(self, event: EngineEvent) -> None:
        match event:
            case Weighed(request=self._request, sentence=sentence) if sentence:
                self.chances = Chances(problem=sentence)
            case Weighed(request=self._request, tokens=tokens) if tokens:
                told = tuple(Chance(decode(token.text), token.before, token.after) for token in tokens)
                self.chances = Chances(told, event.left, event.before, event.after)
            case Weighed(request=self._request):  # something else came between
                self._wanted = self._wanted or self._asked
            case Ready() | Lost() | Unavailable():
                self.chances, self._request = Chances(), 0
                self._wanted = self._wanted or self._asked
            case _:
                pass
