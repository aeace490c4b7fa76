"""How much of a branch is taken: all of it, or its next word, sentence or paragraph."""

import re
from enum import Enum

__all__ = ["Extent", "extent_of"]


class Extent(str, Enum):
    WHOLE = "whole"
    WORD = "word"
    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"


_ENDS = {
    Extent.WORD: re.compile(r"\s*\S+"),
    Extent.SENTENCE: re.compile(r"""\s*\S.*?[.!?…]+["'”’)\]]*(?=\s|$)""", re.DOTALL),
    Extent.PARAGRAPH: re.compile(r"\n*[^\n]+(\n+|$)"),
}


def extent_of(text: str, extent: Extent) -> int:
    """How many characters of `text` one step of this extent takes; all of it if no end is found."""
    pattern = _ENDS.get(extent)
    found = pattern.match(text) if pattern else None
    return found.end() if found else len(text)
