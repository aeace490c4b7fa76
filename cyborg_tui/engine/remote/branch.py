"""A branch that a server draws: its text as it comes in, and where it ends. Pure."""

from dataclasses import dataclass, field

from cyborg_tui.engine.ends import FINISHES, end_of
from cyborg_tui.engine.protocol import Growth
from cyborg_tui.engine.remote.tokens import Told
from cyborg_tui.loom.fan import Finish, TokenRecord, encode
from cyborg_tui.loom.settings import FanSettings

__all__ = ["RemoteBranch"]

_FINISHES = {"stop": Finish.END, "length": Finish.TOKENS, "eos": Finish.END}


@dataclass(slots=True)
class RemoteBranch:
    """It is over when `finish` is set; whatever the server still says of it is passed over."""

    index: int
    seed: int
    """Of the request that it is part of."""
    settings: FanSettings
    lead: str
    """What it must begin with: the end of the context, which was held back."""
    text: str = ""
    drawn: int = 0
    """Tokens, or pieces where tokens cannot be told apart."""
    finish: Finish | None = None
    reported: bool = False
    """Whether its end has been told."""
    astray: bool = False
    """Whether it does not begin as it must, and has to be drawn in another way."""
    _fresh: list[Told] = field(default_factory=list)
    _released: int = 0
    """Characters that were told of."""

    def accept(self, piece: Told) -> None:
        """More of it was drawn. A piece belongs to the branch unless the branch was over before it."""
        if self.finish is not None:
            return
        ended = self._end_in(self.text + piece.text)
        if ended is not None and ended <= len(self.text):
            self._finish_text()
            return
        if ended is not None and not piece.records:
            piece = Told(piece.text[: ended - len(self.text)])
        self.text += piece.text
        self._fresh.append(piece)
        self.drawn += max(1, len(piece.records)) if len(self.text) > len(self.lead) else 0
        together = min(len(self.text), len(self.lead))
        if self.text[:together] != self.lead[:together]:
            self.astray, self.finish = True, Finish.INTERRUPTED
        elif ended is not None:
            self._finish_text()
        elif self.drawn >= self.settings.max_tokens:
            self.finish = Finish.TOKENS

    def end(self, reason: str) -> None:
        """The server drew it to its end."""
        if self.finish is None:
            self.finish = _FINISHES.get(reason, Finish.INTERRUPTED)
            self.astray = len(self.text) < len(self.lead)

    def growth(self) -> Growth | None:
        """What it has grown by since the last call; nothing before it has begun as it must."""
        if not self._fresh or self.astray or len(self.text) < len(self.lead):
            return None
        text = "".join(piece.text for piece in self._fresh)
        records: tuple[TokenRecord, ...] = tuple(record for piece in self._fresh for record in piece.records)
        alternatives = b"".join(piece.alternatives for piece in self._fresh)
        healed = 0 if self._released else len(self.lead)
        self._released += len(text)
        self._fresh = []
        return Growth(self.index, self.seed, encode(text), healed, records, alternatives)

    def _end_in(self, text: str) -> int | None:
        """Where a text ends, counted with what it must begin with."""
        end = end_of(self.settings, text[len(self.lead) :])
        return None if end is None else end + len(self.lead)

    def _finish_text(self) -> None:
        self.finish = FINISHES[self.settings.until]
