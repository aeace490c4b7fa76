"""The next steps as nested blocks, each as tall as it is likely ("Block multiverse", generative.ink).

A block's height is its share of its parent's height; zooming in on a block makes it as tall as the view, which
renormalises everything inside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from cyborg_tui.loom.outlook import Outlook

__all__ = ["Block", "Path", "lay_out", "wanted"]

Path = tuple[int, ...]
"""The ids of the tokens after the context, one after the other."""


@dataclass(frozen=True, slots=True)
class Block:
    path: Path
    """The last token is the block's own. Empty for what is left: all tokens too unlikely for a row of their own."""
    text: str
    chance: float
    """Of its token after those before it, 0 to 1; of a rest, all together."""
    top: int
    """The row in which it begins, from the top of the view."""
    rows: int
    column: int
    """0 for the steps right after the root."""


def lay_out(root: Path, known: Mapping[Path, Outlook], rows: int, columns: int) -> tuple[Block, ...]:
    """The blocks after `root` in a view of `rows` rows and `columns` steps, as far as outlooks are known."""
    return tuple(_divide(root, known, _Area(0, rows, 0, columns)))


def wanted(root: Path, known: Mapping[Path, Outlook], rows: int, columns: int) -> tuple[Path, ...]:
    """The places whose outlook the view still lacks, the tallest first."""
    if root not in known:
        return (root,)
    room = [
        block
        for block in lay_out(root, known, rows, columns)
        if block.path and block.rows > 1 and block.column + 1 < columns and block.path not in known
    ]
    return tuple(block.path for block in sorted(room, key=lambda block: (-block.rows, block.top)))


@dataclass(frozen=True, slots=True)
class _Area:
    top: int
    rows: int
    column: int
    columns: int
    """How many columns the view has."""


def _divide(place: Path, known: Mapping[Path, Outlook], area: _Area) -> Iterator[Block]:
    outlook = known.get(place)
    if outlook is None or area.column >= area.columns or area.rows < 1:
        return
    chances = [min(1.0, exp(token.logprob)) for token in outlook.likeliest]
    heights = _heights(chances, area.rows)
    top = area.top
    for token, chance, height in zip(outlook.likeliest, chances, heights, strict=False):
        path = (*place, token.id)
        yield Block(path, token.text, chance, top, height, area.column)
        yield from _divide(path, known, _Area(top, height, area.column + 1, area.columns))
        top += height
    left = area.top + area.rows - top
    if left:
        yield Block((), "", max(0.0, 1 - sum(chances[: len(heights)])), top, left, area.column)


def _heights(chances: Sequence[float], rows: int) -> list[int]:
    """Whole rows for the likeliest: each at least one, about in proportion, together no more than there are. Those that
    would get less than half a row get none, and the first always gets one."""
    heights: list[int] = []
    upto = 0.0
    for chance in chances:
        begun = sum(heights)
        upto += chance * rows
        height = max(1, round(upto) - begun) if chance * rows >= 0.5 or not heights else 0
        if not height or begun + height > rows:
            break
        heights.append(height)
    return heights
