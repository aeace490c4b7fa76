"""The marks that the app itself draws, and stand-ins for them where a terminal has ASCII only."""

from cyborg_tui.widgets.cells import width

__all__ = ["own", "shortened", "use_ascii"]

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
_ascii = False


def use_ascii(ascii_only: bool) -> None:
    """Say what the terminal of this process can draw."""
    global _ascii  # noqa: PLW0603 - a process has one terminal
    _ascii = ascii_only


def own(text: str) -> str:
    """A text of the app's own, such as this terminal can draw it."""
    return text.translate(_STAND_INS) if _ascii else text


def shortened(text: str, room: int) -> str:
    """A drawable text in so many cells at most; with a mark at its end where it goes on."""
    if width(text) <= room:
        return text
    while text and width(text) > room - 1:
        text = text[:-1]
    return text.rstrip() + own("…")
