"""Counting words, again and again, in a text that changes a little each time."""

from cyborg_tui.loom.shared import difference

__all__ = ["WordCount"]


class WordCount:
    """Words are what stands between white space. Only the part of a text that changed is counted again."""

    def __init__(self) -> None:
        self._text, self._words = "", 0

    def of(self, text: str) -> int:
        """How many words a text has."""
        old = self._text
        if text is not old:
            begins, _, ends = difference(old, text)
            start, end = _word_start(text, begins), _word_end(text, ends)
            old_end = end - len(text) + len(old)
            self._words += len(text[start:end].split()) - len(old[start:old_end].split())
            self._text = text
        return self._words


def _word_start(text: str, at: int) -> int:
    """Where the word begins that goes on up to `at`; the two texts are the same before it."""
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at


def _word_end(text: str, at: int) -> int:
    """Where the word ends that goes on at `at`; the two texts are the same from there."""
    while at < len(text) and not text[at].isspace():
        at += 1
    return at
