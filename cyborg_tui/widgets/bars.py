"""Bars for probabilities, and tokens as they are shown."""

from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.marks import own

__all__ = ["bar", "gauge", "percent", "reach", "visible"]

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_STEPS = 8
"""Marks of the gauge, one for each bit."""


def bar(share: float, cells: int) -> str:
    """A bar as long as a share, 0 to 1, of so many cells."""
    if own("█") != "█":
        return own("█") * round(share * cells)
    eighths = round(min(1.0, max(0.0, share)) * cells * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def percent(chance: float) -> str:
    """A probability in six cells."""
    if chance >= 0.9995:
        return " 100 %"
    return f"{chance:5.1%}".replace("%", " %").rjust(6) if chance >= 0.0005 else own("<0.1 %")


def visible(text: str) -> str:
    """A token with marks for the space it begins with and for its line ends."""
    if not text:
        return own("∎")
    body = text.lstrip(" ")
    return own("␣" * (len(text) - len(body))) + drawable(body.replace("\n", own("⏎")))


def gauge(bits: float, ninety: int | None) -> str:
    """How open the next step is: a clock, which can go but one way, or a cloud."""
    filled = min(_STEPS, round(bits))
    scale = own("●") * filled + own("○") * (_STEPS - filled)
    tokens = "" if ninety is None else f" · {reach(ninety)}"
    return own(f"clock {scale} cloud · {bits:.1f} bits{tokens}")


def reach(ninety: int) -> str:
    """How many tokens it takes to reach a probability of 90 %."""
    return "one token reaches 90 %" if ninety == 1 else f"{ninety:,} tokens reach 90 %"
