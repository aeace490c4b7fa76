"""The text of the editor in lines, which end at a line feed alone; every other character is kept as it is."""

import re
import unicodedata
from bisect import bisect_left, bisect_right

from cyborg_tui.loom.shared import shared_end, shared_length
from cyborg_tui.widgets.cells import clusters, fold, next_row, width
from cyborg_tui.widgets.editor.sums import Sums

__all__ = ["Document"]

_WINDOW = 64
"""So many characters around an offset are looked at first to find where the one beside it ends."""
_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]+\\Z")
"""Halves of flags, of which every other border is one of a flag."""


class Document:
    """Lines, each with where its rows begin. Offsets count code points from the start of the text."""

    def __init__(self, text: str = "", columns: int = 76) -> None:
        self._lines = text.split("\n")
        self._columns = columns
        self._folds: list[list[int] | None] = [None] * len(self._lines)
        self._lengths = Sums(len(line) + 1 for line in self._lines)
        self._heights: Sums | None = None

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    @property
    def lines(self) -> int:
        return len(self._lines)

    def line(self, number: int) -> str:
        return self._lines[number]

    def __len__(self) -> int:
        return self.start(len(self._lines) - 1) + len(self._lines[-1])

    def fold_to(self, columns: int) -> None:
        if columns != self._columns:
            self._columns = columns
            self._folds = [None] * len(self._lines)
            self._heights = None

    def replace(self, start: int, end: int, text: str) -> tuple[int, int, bool]:
        """Put `text` in place of the characters from `start` to `end`.

        Returns the first row that changed, how many rows from there on, and whether the rows below have moved.
        """
        first, column = self.position(start)
        last, end_column = self.position(end)
        top = self.top(first)
        rows = self.top(last) + len(self.rows(last)) - top
        lines = (self._lines[first][:column] + text + self._lines[last][end_column:]).split("\n")
        shift = len(lines[-1]) - len(self._lines[last])
        above = self.rows(first)[: bisect_right(self.rows(first), column)]
        below = [at + shift for at in self.rows(last)[bisect_left(self.rows(last), end_column) :]]
        folds = self._fold_again(lines, above, below)
        self._lines[first : last + 1] = lines
        self._folds[first : last + 1] = folds
        self._lengths.replace(first, last + 1, [len(line) + 1 for line in lines])
        now = sum(map(len, folds))
        if now != rows or first != last or len(lines) > 1:
            self._rows_of_lines.replace(first, last + 1, [len(rows) for rows in folds])
        same_above = max(0, shared_length(folds[0], above) - 1)
        same_below = shared_end(folds[-1], below) if now == rows else 0
        return top + same_above, max(0, max(rows, now) - same_above - same_below), now != rows

    def _fold_again(self, lines: list[str], above: list[int], below: list[int]) -> list[list[int]]:
        """Where the rows of changed lines begin, given where rows began before the change and where those after it
        would now begin."""
        # How a row is wrapped may depend on the first character of the second row below it, so three are not kept.
        if len(lines) == 1:
            return [self._fold_from(lines[0], above[:-3], below)]
        middle = [fold(line, self._columns) for line in lines[1:-1]]
        return [self._fold_from(lines[0], above[:-3], []), *middle, self._fold_from(lines[-1], [], below)]

    def _fold_from(self, line: str, above: list[int], below: list[int]) -> list[int]:
        """Wrap a line below some of its rows, up to one that begins where it would have begun."""
        starts = above or [0]
        while (start := next_row(line, starts[-1], self._columns)) is not None:
            same = bisect_left(below, start)
            if same < len(below) and below[same] == start:
                return starts + below[same:]
            starts.append(start)
        return starts

    def start(self, number: int) -> int:
        """The offset at which a line begins."""
        return self._lengths.before(number)

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset."""
        number = self._lengths.find(offset)
        return number, offset - self._lengths.before(number)

    def rows(self, number: int) -> list[int]:
        """The columns at which the rows of a line begin."""
        found = self._folds[number]
        if found is None:
            found = self._folds[number] = fold(self._lines[number], self._columns)
        return found

    def top(self, number: int) -> int:
        """The row at which a line begins."""
        return self._rows_of_lines.before(number)

    @property
    def _rows_of_lines(self) -> Sums:
        if self._heights is None:
            self._heights = Sums(map(self._height_of, range(len(self._lines))))
        return self._heights

    def _height_of(self, number: int) -> int:
        """How many rows a line has; of most lines that is seen without wrapping them."""
        line = self._lines[number]
        return 1 if len(line) <= self._columns and line.isascii() else len(self.rows(number))

    @property
    def height(self) -> int:
        return self._rows_of_lines.total

    def row(self, row: int) -> tuple[int, int]:
        """The offsets at which a row begins and ends."""
        number = self._rows_of_lines.find(row)
        folds = self.rows(number)
        index = row - self.top(number)
        begin = self.start(number)
        end = folds[index + 1] if index + 1 < len(folds) else len(self._lines[number])
        return begin + folds[index], begin + end

    def is_soft(self, row: int) -> bool:
        """Whether the row ends where the line is wrapped, not where it ends."""
        return row + 1 < self.height and self.row(row)[1] == self.row(row + 1)[0]

    def row_of(self, offset: int) -> int:
        """The row in which an offset stands; at the border of two rows, the lower one."""
        number, column = self.position(offset)
        return self.top(number) + bisect_right(self.rows(number), column) - 1

    def offset_in(self, row: int, column: int) -> int:
        """The offset nearest to a column of cells in a row; the text's beginning or end beyond them."""
        if row < 0:
            return 0
        if row >= self.height:
            return len(self)
        begin, end = self.row(row)
        used, offset = 0, begin
        for cluster in clusters(self.slice(begin, end)):
            used += width(cluster)
            if used > column:
                break
            offset += len(cluster)
        return max(begin, self.before(end)) if offset == end and self.is_soft(row) else offset

    def slice(self, start: int, end: int) -> str:
        first, column = self.position(start)
        last, end_column = self.position(end)
        if first == last:
            return self._lines[first][column:end_column]
        middle = self._lines[first + 1 : last]
        return "\n".join([self._lines[first][column:], *middle, self._lines[last][:end_column]])

    def before(self, offset: int) -> int:
        """The offset one character, as a person counts them, to the left."""
        number, column = self.position(offset)
        if column == 0:
            return max(0, offset - 1)
        line = self._lines[number]
        if line.isascii():
            return offset - 1
        size = _WINDOW
        while True:
            window = line[max(0, column - size) : column]
            parts = clusters(window)
            if size >= column or (len(parts) > 1 and not _FLAGS.match(window)):
                return offset - len(parts[-1])
            size *= 2  # the window began inside the character, or may have begun inside a flag

    def after(self, offset: int) -> int:
        """The offset one character to the right."""
        number, column = self.position(offset)
        line = self._lines[number]
        if column == len(line):
            return min(len(self), offset + 1)
        if line.isascii():
            return offset + 1
        size = _WINDOW
        while len(parts := clusters(line[column : column + size])) == 1 and column + size < len(line):
            size *= 2
        return offset + len(parts[0])

    def word_before(self, offset: int) -> int:
        """The start of the word to the left."""
        number, column = self.position(offset)
        if column == 0:
            return max(0, offset - 1)
        line = self._lines[number]
        found, met = column, False
        for at in range(column - 1, -1, -1):
            if at and _goes_with_the_one_before(line[at]):
                continue
            if met and not line[at].isalnum():
                break
            found, met = at, met or line[at].isalnum()
        return self.start(number) + _character(line, found)[0]

    def word_after(self, offset: int) -> int:
        """The end of the word to the right."""
        number, column = self.position(offset)
        line = self._lines[number]
        if column == len(line):
            return min(len(self), offset + 1)
        found, met, inside = len(line), False, False
        for at in range(column, len(line)):
            inside = inside if _goes_with_the_one_before(line[at]) else line[at].isalnum()
            if met and not inside:
                found = at
                break
            met = met or inside
        return self.start(number) + _character(line, found)[1]


def _goes_with_the_one_before(char: str) -> bool:
    return not char.isascii() and (char in "\u200c\u200d" or unicodedata.category(char)[0] == "M")


def _character(line: str, column: int) -> tuple[int, int]:
    """Where the character begins and ends inside which a column stands; the column twice if it stands between two."""
    if line.isascii():
        return column, column
    end = max(0, column - _WINDOW)
    for cluster in clusters(line[end : column + _WINDOW]):
        begin, end = end, end + len(cluster)
        if begin < column < end:
            return begin, end
        if end >= column:
            break
    return column, column
