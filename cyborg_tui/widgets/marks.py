"""The marks that the app itself draws, and stand-ins for them where a terminal has ASCII only."""

__all__ = ["own", "use_ascii"]

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
