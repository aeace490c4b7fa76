"""What is searched for: words of a text, and what a person types to find them again."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Asked", "Phrase", "Term", "Word", "asked", "folded", "places_of", "words_of"]

_SPACELESS = (
    "\u0e00-\u0eff\u0f40-\u0fbc\u1000-\u109f\u1780-\u17d3\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Scripts without spaces between words, and Hangul, whose words are long: each of their characters is a word."""
_SEPARATORS = (
    "\\s\x00-/:-@\\[-`{-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\xd7\xf7\u2000-\u206f\u2190-\u2bff\u2e00-\u2e7f\u3000-\u303f"
    "\ud800-\udfff\ue000-\uf8ff\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufff0-\uffff"
)
_WORD = re.compile(f"[{_SPACELESS}]|[^{_SEPARATORS}{_SPACELESS}]+")
_ASCII_WORD = re.compile("[0-9A-Za-z]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_ASKED = re.compile(r"""(?:(author|by|on|before|after|tag):)?(?:"([^"]*)("?)|(\S+))""")
_UNFINISHED = ("author:", "by:", "on:", "before:", "after:", "tag:")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z")
_LONGEST = 200
"""Characters of what is asked for that are heeded: as many as each node is found with of what stands before it."""
_MOST_WORDS = 24


class Word(NamedTuple):
    text: str
    """As it is looked up: without accents and capitals."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow one another; the last may be the beginning of one."""

    words: tuple[str, ...]
    open: bool = False


class Term(str, Enum):
    """What else than words can be asked for."""

    AUTHOR = "author"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Asked:
    """All of it must be true of a place."""

    phrases: tuple[Phrase, ...] = ()
    marks: tuple[tuple[Term, Phrase], ...] = ()
    since: date | None = None
    until: date | None = None
    """The first day that is too late."""

    def __bool__(self) -> bool:
        return bool(self.phrases or self.marks or self.since or self.until)


@dataclass(slots=True)
class _Asking:
    phrases: list[Phrase] = field(default_factory=list)
    marks: list[tuple[Term, Phrase]] = field(default_factory=list)
    since: date | None = None
    until: date | None = None


def asked(typed: str) -> Asked:
    """What a person means: words, of which the last may be unfinished; "a phrase"; author: (or by:), tag:, on:,
    before:, after: a year, a month or a day. Nothing a person types is an error."""
    found = _Asking()
    typed = typed[:_LONGEST]
    for part in _ASKED.finditer(typed):
        kind, phrase, closed, plain = part.groups()
        if plain in _UNFINISHED:
            continue
        open_end = not closed and part.end() == len(typed) and not typed[-1:].isspace()
        _add(found, kind or "", phrase if plain is None else plain, open_end or (plain or "").endswith("*"))
    return Asked(tuple(found.phrases), tuple(found.marks), found.since, found.until)


def _add(found: _Asking, kind: str, text: str, open_end: bool) -> None:
    if kind in ("on", "before", "after"):
        _add_dates(found, kind, text)
        return
    words = tuple(word.text for word in words_of(text))[:_MOST_WORDS]
    if not words:
        return
    open_end = open_end and len(words[-1]) > 1  # a single letter begins half of all words
    if kind in ("author", "by"):
        found.marks.append((Term.AUTHOR, Phrase(words, open=True)))
    elif kind == "tag":
        found.marks.append((Term.TAG, Phrase(words, open_end)))
    else:
        found.phrases.append(Phrase(words, open_end))


def _add_dates(found: _Asking, kind: str, text: str) -> None:
    """A date that is still being typed asks for nothing yet."""
    span = _days(text)
    if span is None:
        return
    first, past = span
    if kind in ("on", "after"):
        since = first if kind == "on" else past
        found.since = max(found.since or since, since)
    if kind in ("on", "before"):
        until = past if kind == "on" else first
        found.until = min(found.until or until, until)


def _days(text: str) -> tuple[date, date] | None:
    """The first day of a year, a month or a day, and the first one after it."""
    found = _DATE.match(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first, first + timedelta(1)
        return first, date(year + 1, 1, 1) if month in (None, 12) else date(year, (month or 1) + 1, 1)
    except (ValueError, OverflowError):
        return None


def words_of(text: str) -> Iterator[Word]:
    """The words of a text, folded, with where they stand."""
    if text.isascii():
        lower = text.lower()
        for found in _ASCII_WORD.finditer(lower):
            yield Word(found.group(), found.start(), found.end())
        return
    for found in _WORD.finditer(text):
        word = folded(found.group())
        if word:
            yield Word(word, found.start(), found.end())


@lru_cache(maxsize=4096)
def folded(word: str) -> str:
    """Without accents and capitals, of the plain forms of letters."""
    if word.isascii():
        return word.lower()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", word)).casefold()
    return "".join(_WORD.findall(unicodedata.normalize("NFKC", plain)))


def places_of(what: Asked, text: str, since: int) -> Iterator[tuple[int, int]]:
    """Where in a text the words asked for stand, from start to end, of those places that end after `since`: each
    place of a phrase; of several phrases one place, if all are there, and were not before."""
    found = list(_all_places(what.phrases, text))
    if not found or not all(found):
        return
    here = [[place for place in places if place[1] > since] for places in found]
    if len(found) == 1:
        yield from here[0]
    elif all(here):
        yield min(places[0] for places in here)
    elif (last := max(places[0] for places in found))[1] > since:
        yield last


def _all_places(phrases: tuple[Phrase, ...], text: str) -> Iterator[list[tuple[int, int]]]:
    """The places of each phrase, up to one that has none."""
    if text.isascii():
        lower = text.lower()
        for phrase in phrases:
            yield [found.span() for found in _pattern(phrase).finditer(lower)]
        return
    words = list(words_of(text))
    for phrase in phrases:
        yield list(_places(phrase, words))


@lru_cache(maxsize=64)
def _pattern(phrase: Phrase) -> "re.Pattern[str]":
    """The phrase in a text of ASCII in small letters: the quick way, for a search looks into hundreds of texts."""
    words = "[^0-9a-z]+".join(map(re.escape, phrase.words))
    return re.compile(f"(?<![0-9a-z]){words}{'[0-9a-z]*' if phrase.open else '(?![0-9a-z])'}")


def _places(phrase: Phrase, words: list[Word]) -> Iterator[tuple[int, int]]:
    *first, last = phrase.words
    count = len(phrase.words)
    for at in range(len(words) - count + 1):
        ending = words[at + count - 1].text
        if not (ending.startswith(last) if phrase.open else ending == last):
            continue
        if all(words[at + i].text == word for i, word in enumerate(first)):
            yield words[at].start, words[at + count - 1].end
