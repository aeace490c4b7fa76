"""How likely a model finds what stands there already: the records of a text that a person wrote."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import log

from cyborg_tui.loom.alternatives import Alternatives, unpack
from cyborg_tui.loom.context import out_of_reach
from cyborg_tui.loom.fan import ModelIdentity, TokenRecord, encode, whole_characters
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.tokens import TokenAt

__all__ = ["Score", "Scored", "Scorer", "known_scores", "score_key", "tokens_of", "typed_stretches"]

_PARAGRAPH = re.compile(r"[^\n]*\n*")


@dataclass(frozen=True, slots=True)
class Score:
    """A text, token by token, as a model finds it."""

    tokens: tuple[TokenRecord, ...]
    packed: bytes
    """What could have stood in their places, as `alternatives.pack` has it."""
    lead: int = 0
    """Bytes of the first token that stand before the text."""

    @property
    def alternatives(self) -> tuple[Alternatives, ...]:
        """The ten likeliest in the place of each token."""
        return unpack(self.packed)

    @property
    def bits(self) -> float:
        """What it costs to write this: log2(1/p) for each token ("Quantifying curation", generative.ink, 2021)."""
        return -sum(token.logprob for token in self.tokens) / log(2)


@dataclass(frozen=True, slots=True)
class Scored:
    """A stretch of the manuscript that the person typed, and what is known of it."""

    start: int
    end: int
    score: Score | None
    """None: it has not been scored as it stands now."""


@dataclass(frozen=True, slots=True)
class Scorer:
    """What a text was scored by."""

    model: ModelIdentity
    window: int
    """How many tokens of what stands before it can be seen."""


def typed_stretches(pieces: Iterable[Piece], at: int) -> Iterator[tuple[int, int]]:
    """What the person typed in these pieces, the first of which begins at offset `at`, paragraph by paragraph, so that
    little has to be scored again after an edit."""
    typed = ""
    for piece in (*pieces, None):
        if piece is not None and piece.branch is None:
            typed += piece.text
            continue
        for found in _PARAGRAPH.finditer(typed):
            if found.group():
                yield at + found.start(), at + found.end()
        at += len(typed) + (len(piece.text) if piece is not None else 0)
        typed = ""


def tokens_of(score: Score, text: str, start: int) -> Iterator[TokenAt]:
    """The tokens of a text that was scored and begins at an offset of the manuscript. Of the first one, what stands
    before the text is left out."""
    data = encode(text)
    begin, at, first, size = start, 0, 0, -score.lead
    for index, token in enumerate(score.tokens):
        size += token.size
        characters = whole_characters(data[at : at + size]) if size > 0 else None
        if characters:
            yield TokenAt(begin, begin + len(characters), None, first, score.tokens[first : index + 1])
            begin, at, first, size = begin + len(characters), at + size, index + 1, 0


def score_key(text: str, start: int, end: int, scorer: Scorer) -> bytes:
    """Of a stretch of a text: stands for everything that makes its score true, also what stands before it, as far as
    the scorer sees that."""
    model, digest = scorer.model, hashlib.sha256()
    known = (model.vocabulary, model.file, str(model.size), model.quantisation, str(scorer.window))
    for part in (*known, text[out_of_reach(start, scorer.window) : start], text[start:end]):
        data = encode(part)
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def known_scores(
    pieces: Iterable[Piece], text: str, scorer: Scorer, score: Callable[[bytes], Score | None]
) -> Iterator[Scored]:
    """What the person typed of a text made of these pieces, paragraph by paragraph; `score` gives what is kept under a
    key."""
    for start, end in typed_stretches(pieces, 0):
        yield Scored(start, end, score(score_key(text, start, end, scorer)))
