"""What stands on the screen: characters as a person sees them, their width, and stand-ins for what cannot be drawn."""

import re

from rich.cells import cell_len
from wcwidth import iter_graphemes

__all__ = ["clusters", "drawable", "fold", "pairs", "width"]

_PLAIN = re.compile(r"[ -~\n]*\Z")
_UNDRAWABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)


def drawable(text: str) -> str:
    """The text with a stand-in, one code point wide, for each control and other undrawable character."""
    return text if _PLAIN.match(text) else _UNDRAWABLE.sub(_stand_in, text)


def _stand_in(found: "re.Match[str]") -> str:
    code = ord(found.group())
    if code == 9:
        return "→"
    if code < 32:
        return chr(0x2400 + code)
    return "␡" if code == 127 else "�"


def width(text: str) -> int:
    """Terminal cells of a drawable text."""
    return len(text) if text.isascii() else cell_len(text)


def clusters(text: str) -> list[str]:
    """The characters as a person counts them: a letter with its accents, a flag, an emoji with its joiners."""
    if text.isascii():
        return list(text)
    return list(iter_graphemes(drawable(text)))


def fold(line: str, columns: int) -> list[int]:
    """Where each row of a line begins when it is wrapped to so many cells: at white space, else between characters."""
    columns = max(2, columns)
    if _PLAIN.match(line):
        return _fold_plain(line, columns)
    starts, start, at, used, room = [0], 0, 0, 0, -1
    for cluster in clusters(line):
        wide = width(cluster)
        if used + wide > columns and not cluster.isspace():
            start = room if room > start else at
            starts.append(start)
            used = width(drawable(line[start:at]))
        used += wide
        at += len(cluster)
        if cluster.isspace() or wide == 2:
            room = at
    return starts


def pairs(starts: list[int]) -> list[tuple[int, int | None]]:
    """Where each row begins and ends, the last one with its line."""
    return list(zip(starts, [*starts[1:], None], strict=True)) if starts else []


def _fold_plain(line: str, columns: int) -> list[int]:
    starts, start = [0], 0
    while len(line) - start > columns:
        space = line.rfind(" ", start, start + columns + 1)
        end = space + 1 if space >= start else start + columns
        while end < len(line) and line[end] == " " and space >= start:
            end += 1
        if end >= len(line):
            break
        start = end
        starts.append(start)
    return starts
