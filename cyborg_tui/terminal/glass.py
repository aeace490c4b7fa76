"""What the terminal shows, cell by cell, so that only what differs is sent."""

from collections.abc import Iterable, Iterator

from rich.color import ColorSystem
from rich.console import Console
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from cyborg_tui.terminal.pen import Ink, Pen, ink_of
from cyborg_tui.widgets.cells import clusters, is_narrow, width

__all__ = ["Difference", "Glass"]

Cell = tuple[str, Ink]
"""A character one cell wide, and its style."""
_UNKNOWN: Cell = ("", Ink())
_BRIDGE = 8
"""So many cells that are the same are sent again rather than jumped over."""


class Glass:
    """The cells of a terminal as far as they are known."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        self._ascii_only = ascii_only
        self._rows: dict[int, list[Cell]] = {}
        self.budget: int | None = None
        """So many bytes, or a row's more, are enough for one update; None for any number."""
        self.eye = 0
        """The row that the person looks at: sent first if there is a budget."""
        self.is_whole = True
        """Whether all of the last update was sent."""

    def forget(self) -> None:
        """Nothing is known of what the terminal shows; everything will be sent again."""
        self._rows.clear()

    def draw(self, pieces: Iterable[tuple[int, int, Strip]], colours: ColorSystem) -> str:
        """What to send so that these pieces, (column, row, strip), are shown, in order."""
        out: list[str] = []
        pen = Pen()
        size, self.is_whole = 0, True
        if self.budget is not None:
            pieces = sorted(pieces, key=lambda piece: abs(piece[1] - self.eye))
        for x, y, strip in pieces:
            if self.budget is not None and size >= self.budget:
                self.is_whole = False
                break
            begun = len(out)
            for column, run in self._changed(x, y, strip, colours):
                out.append(f"\x1b[{y + 1};{column + 1}H")
                out += [pen.write(text, ink) for text, ink in run]
            size += sum(map(len, out[begun:]))
        return "".join(out) + pen.lift()

    def _changed(
        self, x: int, y: int, strip: Strip, colours: ColorSystem
    ) -> Iterator[tuple[int, Iterable[tuple[str, Ink]]]]:
        """(column, [(text, ink)]) of each stretch that is not as it is shown already."""
        row = self._rows.setdefault(y, [])
        segments = [(text, ink_of(style, colours)) for text, style, control in strip if text and not control]
        end = x + strip.cell_length
        if len(row) < end:
            row += [_UNKNOWN] * (end - len(row))
        if self._ascii_only:
            segments = [part for text, ink in segments for part in _in_ascii(text, ink)]
        if not all(is_narrow(text) for text, _ in segments):
            row[x:] = [_UNKNOWN] * (len(row) - x)  # terminals do not agree on how wide it is
            yield x, segments
            return
        cells = [cell for text, ink in segments for cell in _cells(text, ink)]
        shown = row[x:end]
        if cells == shown:
            return
        row[x:end] = cells
        for start, stop in _stretches(cells, shown):
            yield x + start, _joined(cells[start:stop])


def _stretches(cells: list[Cell], shown: list[Cell]) -> Iterator[tuple[int, int]]:
    """Where cells differ; stretches with little between them are one."""
    start = stop = -1
    for at, (cell, was) in enumerate(zip(cells, shown, strict=True)):
        if cell == was:
            continue
        if start >= 0 and at - stop > _BRIDGE:
            yield start, stop
            start = at
        start = at if start < 0 else start
        stop = at + 1
    if start >= 0:
        yield start, stop


def _joined(cells: list[Cell]) -> Iterator[tuple[str, Ink]]:
    """Runs of one style."""
    begin = 0
    for at in range(1, len(cells) + 1):
        if at == len(cells) or cells[at][1] != cells[begin][1]:
            yield "".join(char for char, _ in cells[begin:at]), cells[begin][1]
            begin = at


def _in_ascii(text: str, ink: Ink) -> Iterator[tuple[str, Ink]]:
    """The same in ASCII: for each cell of another letter a ? in reverse, which no text is."""
    if text.isascii():
        yield text, ink
        return
    for cluster in clusters(text):
        yield (cluster, ink) if cluster.isascii() else ("?" * width(cluster), ink.reversed)


def _cells(text: str, ink: Ink) -> list[Cell]:
    if " " not in text:
        return [(char, ink) for char in text]
    blank = (" ", ink.on_blank)
    return [blank if char == " " else (char, ink) for char in text]


class Difference(CompositorUpdate):
    """An update of Textual's, of which only what differs from the glass is sent."""

    def __init__(self, update: CompositorUpdate, glass: Glass) -> None:
        self._update, self._glass = update, glass

    def render_segments(self, console: Console) -> str:
        pieces = _pieces(self._update)
        if pieces is None:
            self._glass.forget()
            return self._update.render_segments(console)
        return self._glass.draw(pieces, console._color_system or ColorSystem.TRUECOLOR)


def _pieces(update: CompositorUpdate) -> Iterator[tuple[int, int, Strip]] | None:
    if isinstance(update, ChopsUpdate):
        return _pieces_of_chops(update)
    if isinstance(update, LayoutUpdate):
        return _pieces_of_layout(update)
    return None


def _pieces_of_layout(update: LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield x, y, strip
            x += strip.cell_length


def _pieces_of_chops(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """The same pieces as Textual would send."""
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > last or end <= first:
                continue
            whole = first <= x < last and end <= last
            yield x, y, strip if whole else strip.crop(0, min(end, last) - x)
