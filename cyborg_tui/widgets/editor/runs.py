"""A row of text cut into runs that are drawn alike."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

from cyborg_tui.widgets.cells import clusters, drawable

__all__ = ["Run", "Span", "cut"]

Span = tuple[int, int, str]
"""Where a stretch of a row begins and ends, and who wrote it."""


class Run(NamedTuple):
    text: str
    author: str
    selected: bool = False
    cursor: bool = False


def cut(text: str, spans: Iterable[Span], selection: tuple[int, int], cursor: int) -> Iterator[Run]:
    """The runs of a row. No character is cut in two: it goes with its first code point."""
    drawn = drawable(text)
    borders = range(len(drawn) + 1) if drawn.isascii() else [0, *accumulate(map(len, clusters(text)))]
    under = range(0)
    if 0 <= cursor < len(drawn):
        place = bisect_right(borders, cursor) - 1
        under = range(borders[place], borders[place + 1])
    for begin, end, author in spans:
        places = [begin, *sorted(at for at in (*selection, under.start, under.stop) if begin < at < end), end]
        cuts = [borders[bisect_left(borders, at)] for at in places]
        for low, high in pairwise(cuts):
            if low < high:
                selected = author != "provisional" and selection[0] <= low < selection[1]
                yield Run(drawn[low:high], author, selected, low in under)
