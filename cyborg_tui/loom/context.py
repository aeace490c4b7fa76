"""What a model is asked to continue: text, in segments, some of it as the very tokens a model once drew."""

from dataclasses import dataclass

__all__ = ["Context", "Segment"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of the context. With `tokens`, exactly those ids, valid for `vocabulary` alone; without, text to tokenise."""

    text: str
    tokens: tuple[int, ...] = ()
    vocabulary: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """Segments in order, and how many characters of the manuscript before them were left out as out of reach."""

    segments: tuple[Segment, ...] = ()
    left_out: int = 0

    @property
    def text(self) -> str:
        return "".join(segment.text for segment in self.segments)
