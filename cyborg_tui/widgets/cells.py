"""What stands on the screen: characters as a person sees them, their width, and stand-ins for what cannot be drawn."""

import re
from collections.abc import Iterator

from rich.cells import cell_len
from wcwidth import iter_graphemes

__all__ = ["clusters", "drawable", "fold", "is_narrow", "next_row", "pairs", "width"]

_JOINER = "\u200d"
_UNKNOWN = "\ufffd"
_LOOK_AHEAD = 32
"""Characters read past the columns of a row, so that most rows are wrapped at the first try."""
_UNBREAKABLE = "\xa0\u2007\u202f"
_PLAIN = re.compile(r"[ -~]*\Z")
_ONE_CELL = " -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e"
_TWO_CELLS = "\u3001-\u3029\u3041-\u3096\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60"
_NARROW = re.compile(f"[{_ONE_CELL}]*\\Z")
_NARROW_OR_MARK = re.compile(f"[{_ONE_CELL}→←↑↓✓✗❯▸◦−∎─-▟]*\\Z")
_ALONE = re.compile(f"[{_ONE_CELL}{_TWO_CELLS}]*\\Z")
"""Text of which every code point is a character of its own, and drawable: most text is, and this is seen quickly."""
_TAGS = "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
"""The flag of a region, as of Scotland: a black flag and letters that are not seen."""
_UNDRAWABLE = re.compile(
    f"({_TAGS})|"
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0"
    "\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_IDLE_JOINERS = re.compile(f"{_JOINER}+\\Z")


def drawable(text: str) -> str:
    """The text with a stand-in, one code point wide, for each control and other undrawable character."""
    if _PLAIN.match(text):
        return text
    drawn = _UNDRAWABLE.sub(_stand_in, text)
    if _JOINER not in drawn:
        return drawn
    # Rich gives what follows a joiner no width, terminals do unless it was joined.
    return "".join(_IDLE_JOINERS.sub(lambda found: _UNKNOWN * len(found.group()), c) for c in iter_graphemes(drawn))


def _stand_in(found: "re.Match[str]") -> str:
    if found.group(1):
        return found.group()
    code = ord(found.group())
    if code == 9:
        return "→"
    if code < 32:
        return chr(0x2400 + code)
    return "␡" if code == 127 else _UNKNOWN


def is_narrow(text: str) -> bool:
    """Whether every code point is a character of its own that every terminal draws one cell wide."""
    return text.isascii() or _NARROW_OR_MARK.match(text) is not None


def width(text: str) -> int:
    """Terminal cells of a drawable text."""
    return len(text) if text.isascii() else cell_len(text)


def clusters(text: str) -> list[str]:
    """The characters as a person counts them, drawable: a letter with its accents, a flag, an emoji with its
    joiners."""
    if _ALONE.match(text):
        return list(text)
    return list(iter_graphemes(drawable(text)))


def fold(line: str, columns: int) -> list[int]:
    """Where each row of a line begins when it is wrapped to so many cells: at white space, else between characters.

    White space at the end of a row may go past the columns.
    """
    starts = [0]
    while (start := next_row(line, starts[-1], columns)) is not None:
        starts.append(start)
    return starts


def next_row(line: str, start: int, columns: int) -> int | None:
    """Where the row after the one that begins at `start` begins; None for the line's last row.

    What stands before `start` plays no part.
    """
    columns = max(2, columns)
    size = columns + _LOOK_AHEAD
    while True:
        window = line[start : start + size]
        whole = start + size >= len(line)
        narrow = _NARROW.match(window)
        if whole and narrow and len(window) <= columns:
            return None
        end = _narrow_end(window, columns) if narrow else 0
        end = end or _row_end(window, columns, whole)
        if end or whole:
            return start + end if end else None
        size *= 2


def _narrow_end(text: str, columns: int) -> int:
    """Where the first row ends of a text that needs more than one, of characters one cell wide; 0 if it cannot be seen
    from this text."""
    space = text.rfind(" ", 0, columns + 1)
    end = space + 1 or columns
    while space >= 0 and end < len(text) and text[end] == " ":
        end += 1
    return end if end < len(text) else 0


def _row_end(text: str, columns: int, whole: bool) -> int:
    """Where the first row of a text ends; 0 if all of it fits, as far as can be seen from this text."""
    used = at = room = 0
    for length, wide, blank in _measured(text, whole):
        if at and not blank and used + wide > columns:
            return room or at
        used += wide
        at += length
        if blank or wide == 2:
            room = at
    return 0


def _measured(text: str, whole: bool) -> Iterator[tuple[int, int, bool]]:
    """The characters of a text: code points, cells, and whether a row may end after them as after a space. Without the
    last one if the text goes on, for that one may too."""
    if _ALONE.match(text):
        for char in text if whole else text[:-1]:
            yield 1, 2 if char > "\u3000" else 1, char == " "
        return
    at = 0
    parts = clusters(text)
    for cluster in parts if whole else parts[:-1]:
        yield len(cluster), width(cluster), _is_blank(text[at : at + len(cluster)])
        at += len(cluster)


def _is_blank(text: str) -> bool:
    return text.isspace() and text not in _UNBREAKABLE


def pairs(starts: list[int]) -> list[tuple[int, int | None]]:
    """Where each row begins and ends, the last one with its line."""
    return list(zip(starts, [*starts[1:], None], strict=True)) if starts else []
