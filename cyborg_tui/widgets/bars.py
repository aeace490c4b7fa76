"""Bars for probabilities, and tokens as they are shown."""

from collections.abc import Sequence
from itertools import pairwise

from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.marks import own

__all__ = ["bar", "gauge", "percent", "reach", "rows_of_bars", "spark", "two_parts", "visible"]

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS, _DIGITS = "▁▂▃▄▅▆▇█", "012345678"
"""How high, from nothing to most; the second where only letters can be drawn."""
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


def spark(values: Sequence[float], cells: int) -> str:
    """A line of small bars, one for each value, the highest as high as a cell; of more values than cells the means."""
    values = _thinned(values, cells)
    most = max(values, default=0)
    steps = _HEIGHTS if own("█") == "█" else _DIGITS
    return "".join(steps[round(value / most * (len(steps) - 1)) if most > 0 else 0] for value in values)


def _thinned(values: Sequence[float], cells: int) -> Sequence[float]:
    if len(values) <= cells:
        return values
    edges = [number * len(values) // cells for number in range(cells + 1)]
    return [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]


def rows_of_bars(rows: Sequence[tuple[str, float, str]], cells: int) -> list[str]:
    """Bars below one another, the longest as long as there is room: label, amount, what stands after it."""
    label = max((len(name) for name, *_ in rows), default=0)
    after = max((len(said) for *_, said in rows), default=0)
    most, room = max((amount for _, amount, _ in rows), default=0), max(1, min(30, cells - label - after - 2))
    return [f"{name:>{label}} {bar(amount / most if most else 0, room):<{room}} {said}" for name, amount, said in rows]


def two_parts(share: float, cells: int) -> str:
    """A bar in two parts, the first as long as a share, told apart without colour."""
    first = round(min(1.0, max(0.0, share)) * cells)
    return own("█") * first + own("░") * (cells - first)
