"""The marks that the app itself draws, and stand-ins for them where a terminal has ASCII only."""

import re

from cyborg_tui.widgets.cells import width

__all__ = ["own", "own_key", "shortened", "use_ascii"]

_STAND_INS = str.maketrans(
    {
        "│": "|",
        "┃": "|",
        "├": "+",
        "└": "`",
        "─": "-",
        "▌": "|",
        "▏": ":",
        "▍": "_",
        "✓": "+",
        "✗": "x",
        "❯": "@",
        "▸": ">",
        "◦": "o",
        "−": "-",
        "–": "-",
        "±": "*",
        "»": ">",
        "¶": "#",
        "∎": "#",
        "…": "~",
        "·": "-",
        "→": ">",
        "←": "<",
        "↑": "^",
        "↓": "v",
        "␣": "_",
        "⏎": "/",
        "█": "=",
        "░": "-",
        "▔": "-",
        "┌": "+",
        "●": "#",
        "○": "-",
    }
)
_KEYS = {"↑": "Up", "↓": "Down", "←": "Left", "→": "Right"}
"""Keys are told in words there: ↓ would read as the letter v."""
_ascii = False


def use_ascii(ascii_only: bool) -> None:
    """Say what the terminal of this process can draw."""
    global _ascii  # noqa: PLW0603 - a process has one terminal
    _ascii = ascii_only


def own(text: str) -> str:
    """A text of the app's own, such as this terminal can draw it."""
    if not _ascii:
        return text
    return re.sub("↑↓|↓↑", "Up/Down", text).translate(_STAND_INS)


def own_key(name: str) -> str:
    """The name of a key, such as this terminal can draw it."""
    return re.sub("[↑↓←→]", lambda arrow: _KEYS[arrow.group()], name) if _ascii else name


def shortened(text: str, room: int) -> str:
    """A drawable text in so many cells at most; with a mark at its end where it goes on."""
    if width(text) <= room:
        return text
    while text and width(text) > room - 1:
        text = text[:-1]
    return text.rstrip() + own("…")
