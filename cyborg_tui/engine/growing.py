"""A branch while it grows: its tokens, its text in whole characters, and where it ends."""

from dataclasses import dataclass, field

from cyborg_tui.engine.ends import paragraph_end, sentence_end
from cyborg_tui.engine.llama import Sampler
from cyborg_tui.engine.protocol import Growth
from cyborg_tui.engine.recording import Drawn
from cyborg_tui.engine.seeds import branch_seed
from cyborg_tui.loom.fan import Finish, whole_characters
from cyborg_tui.loom.settings import FanSettings, Until

__all__ = ["GrowingBranch", "branch_seed"]

_TO_COMPLETE = 3
"""Tokens beyond the limit that may complete a character."""


@dataclass(slots=True)
class GrowingBranch:
    index: int
    seed: int
    sampler: Sampler
    settings: FanSettings
    position: int
    """Where its next token stands."""
    sequence: int = -1
    """Where the cache holds it."""
    healed: int = 0
    """Characters of the context that its first token replaces."""
    next: int = 0
    """The token drawn last, not yet evaluated."""
    finish: Finish | None = None
    text: str = ""
    drawn: int = 0
    reported: bool = False
    """Whether its end has been told."""
    _held_back: list[Drawn] = field(default_factory=list)
    _bytes: bytes = b""
    _fresh: list[Drawn] = field(default_factory=list)
    _fresh_text: str = ""
    _fresh_healed: int = 0

    def accept(self, drawn: Drawn, piece: bytes, *, ends_text: bool) -> None:
        """A token was drawn. It belongs to the branch unless the branch was over before it."""
        if ends_text:
            self.finish = Finish.END
            return
        data = self._bytes + piece
        whole = whole_characters(data)
        ended = None if whole is None else self._end_in(whole)
        if ended is not None and ended <= len(self.text):
            self._finish_text()
            return
        self.next = drawn.record.id
        self.drawn += 1
        self._held_back.append(drawn)
        self._bytes = data
        if whole is not None:
            self._release(whole)
            if ended is not None:
                self._finish_text()
        over = self.drawn - self.settings.max_tokens
        if self.finish is None and ((over >= 0 and not self._held_back) or over >= _TO_COMPLETE):
            self.finish = Finish.TOKENS

    def growth(self) -> Growth | None:
        """What the branch has grown by since the last call."""
        if not self._fresh:
            return None
        grown = Growth(
            self.index,
            self.seed,
            self._fresh_text.encode("utf-8", "surrogateescape"),
            self._fresh_healed,
            tuple(drawn.record for drawn in self._fresh),
            b"".join(drawn.alternatives for drawn in self._fresh),
        )
        self._fresh, self._fresh_text, self._fresh_healed = [], "", 0
        return grown

    def _release(self, whole: str) -> None:
        if not self.text and not self._fresh_text:
            self._fresh_healed = self.healed
        self.text += whole
        self._fresh_text += whole
        self._fresh += self._held_back
        self._held_back, self._bytes = [], b""

    def _end_in(self, more: str) -> int | None:
        """Where in the text with `more` added the branch ends, counted with the healed characters."""
        text = (self.text + more)[self.healed :]
        match self.settings.until:
            case Until.SENTENCE:
                end = sentence_end(text)
            case Until.PARAGRAPH:
                end = paragraph_end(text)
            case _:
                end = None
        return None if end is None else end + self.healed

    def _finish_text(self) -> None:
        self.finish = Finish.SENTENCE if self.settings.until is Until.SENTENCE else Finish.PARAGRAPH
