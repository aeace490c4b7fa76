"""Text to measure with: paragraphs of made-up prose, and words to type into them."""

import random
import string
from collections.abc import Iterator

__all__ = ["presses", "prose"]

_PARAGRAPH = 600


def prose(size: int) -> str:
    """About so many characters in paragraphs of about 600, with empty lines between them."""
    chance = random.Random(1)
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) + 2 * len(paragraphs) < size:
        sentences: list[str] = []
        while sum(map(len, sentences)) < _PARAGRAPH:
            words = [_word(chance) for _ in range(chance.randint(5, 18))]
            sentences.append(" ".join(words).capitalize() + ".")
        paragraphs.append(" ".join(sentences))
    return "\n\n".join(paragraphs)[: size - 1] + "\n"


def presses(count: int, seed: int) -> Iterator[tuple[float, str]]:
    """So many keys at the pace of a fast typist, 30 to 60 ms apart, in no step with any timer: (pause, key)."""
    chance = random.Random(seed)
    text = " "
    while len(text) < count:
        text += _word(chance, no_pairs=True) + " "
    for key in text[:count]:
        yield chance.uniform(0.03, 0.06), key


def _word(chance: random.Random, *, no_pairs: bool = False) -> str:
    """With `no_pairs`, no letter twice in a row, so that each letter changes the screen."""
    word = ""
    for _ in range(chance.randint(2, 8)):
        word += chance.choice([x for x in string.ascii_lowercase if not (no_pairs and word.endswith(x))])
    return word
