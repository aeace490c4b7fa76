"""A loom's text, counted: words, who wrote it, and how much was chosen."""

from dataclasses import dataclass, replace

from cyborg_tui.library.library import Library, LoomRow
from cyborg_tui.loom.measures import Bits, typed_bits
from cyborg_tui.loom.provenance import Provenance
from cyborg_tui.loom.score import Score, Scored
from cyborg_tui.loom.words import WordCount
from cyborg_tui.session.framed import FramedLoom
from cyborg_tui.session.generation import Generation
from cyborg_tui.session.scoring import Progress, Scoring

__all__ = ["CountedLoom", "Part"]


@dataclass(frozen=True, slots=True)
class Part:
    """What there is to say of the manuscript or a stretch of it."""

    words: int
    person_share: float | None
    """The part of the characters that the person typed; None if there are none."""
    bits: Bits


class CountedLoom(FramedLoom):
    """What the person typed can be scored by the model; what is not scored is not known."""

    def __init__(self, row: LoomRow, library: Library) -> None:
        """As KeptLoom has it."""
        super().__init__(row, library)
        self._generation = Generation(self.loom, self._framing)
        self._scoring = Scoring(self.loom, self._generation, library, row.id)
        self._typed: tuple[str, Bits] = ("", Bits())
        """The text that was scored last, and its bits."""
        self._words = WordCount()

    def score(self, start: int = 0, end: int | None = None) -> bool:
        """Have everything that the person typed between two offsets scored, whatever is not known yet; anything else
        that is asked for comes first, an edit stops it. False if there is nothing to do, or no model."""
        return self._scoring.begin(start, len(self.loom.manuscript) if end is None else end)

    def scores(self, start: int = 0, end: int | None = None) -> tuple[Scored, ...]:
        """What the person typed between two offsets, paragraph by paragraph, with its score where it is known of the
        model in use. Raises LibraryError."""
        return self._scoring.known(start, len(self.loom.manuscript) if end is None else end)

    def score_of(self, start: int, end: int) -> Score | None:
        """What the model in use has found of one such paragraph. Raises LibraryError."""
        return self._scoring.score(start, end)

    def stop_scoring(self) -> None:
        """What has been scored is kept."""
        self._scoring.stop()

    @property
    def scoring(self) -> Progress | None:
        """How far the scoring under way is; None if there is none."""
        return self._scoring.progress

    @property
    def words(self) -> int:
        return self._words.of(self.loom.text)

    @property
    def person_share(self) -> float | None:
        """The part of the characters that the person typed; None on an empty page."""
        return self._followed.person_share

    @property
    def own_characters(self) -> int:
        """How many characters of the manuscript the person typed."""
        return self._followed.typed

    @property
    def bits(self) -> Bits:
        """Of the manuscript."""
        bits = self._followed.bits()
        text, typed = self._typed
        return bits if text is not self.loom.text else bits.with_typed(typed)

    def count_on(self, seconds: float) -> bool:
        """Count for about so long what is not counted yet. Returns whether all is, so that `whole` is there at once."""
        return self._tally.go_on(self.loom.manuscript.path, seconds)

    def part(self, start: int, end: int) -> Part:
        """A stretch of the manuscript, counted."""
        pieces = self.loom.manuscript.pieces_between(start, end)
        typed = sum(len(piece.text) for piece in pieces if piece.branch is None)
        words = len("".join(piece.text for piece in pieces).split())
        bits = self._followed.bits_in(pieces)
        if self._typed[0] is self.loom.text:
            bits = bits.with_typed(typed_bits(self.scores(start, end), self.loom.text, start, end))
        return Part(words, typed / (end - start) if end > start else None, bits)

    def provenance(self, stretch: tuple[int, int] | None = None) -> Provenance:
        """As KeptLoom has it, with what the model has scored of the person's text."""
        self._note_scores()
        start, end = stretch or (0, len(self.loom.manuscript))
        found = super().provenance(stretch)
        typed = typed_bits(self.scores(start, end), self.loom.text, start, end)
        return replace(found, bits=found.bits.with_typed(typed))

    def _note_scores(self) -> None:
        """What is known now of the bits of the person's text, as it stands."""
        text = self.loom.text
        self._typed = text, typed_bits(self.scores(), text, 0, len(text))

    @property
    def whole(self) -> Part:
        """The manuscript, counted."""
        return Part(self.words, self.person_share, self.bits)
