"""The text of the editor in lines, which end at a line feed alone; every other character is kept as it is."""

from bisect import bisect_right
from itertools import accumulate

from cyborg_tui.widgets.cells import clusters, fold

__all__ = ["Document"]


class Document:
    """Lines, each with where its rows begin. Offsets count code points from the start of the text."""

    def __init__(self, text: str = "", columns: int = 76) -> None:
        self._lines = text.split("\n")
        self._columns = columns
        self._folds: list[list[int] | None] = [None] * len(self._lines)
        self._starts: list[int] | None = None
        self._tops: list[int] | None = None

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
            self._tops = None

    def replace(self, start: int, end: int, text: str) -> tuple[int, int, bool]:
        """Put `text` in place of the characters from `start` to `end`.

        Returns the first row that changed, how many rows from there on, and whether the rows below have moved.
        """
        first, column = self.position(start)
        last, end_column = self.position(end)
        top = self.top(first)
        rows = self.top(last) + len(self.rows(last)) - top
        old_fold = self.rows(first) if first == last else []
        new = (self._lines[first][:column] + text + self._lines[last][end_column:]).split("\n")
        self._lines[first : last + 1] = new
        self._folds[first : last + 1] = [None] * len(new)
        self._starts = None
        now = sum(len(self.rows(first + i)) for i in range(len(new)))
        if now != rows:
            self._tops = None
            return top, rows, True
        skipped = max(0, bisect_right(old_fold, max(0, column - 1)) - 2) if len(new) == 1 else 0
        if old_fold and self.rows(first)[: skipped + 1] != old_fold[: skipped + 1]:
            skipped = 0
        return top + skipped, rows - skipped, False

    def start(self, number: int) -> int:
        """The offset at which a line begins."""
        if self._starts is None:
            self._starts = [0, *accumulate(len(line) + 1 for line in self._lines[:-1])]
        return self._starts[number]

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset."""
        self.start(0)
        assert self._starts is not None
        number = bisect_right(self._starts, offset) - 1
        return number, offset - self._starts[number]

    def rows(self, number: int) -> list[int]:
        """The columns at which the rows of a line begin."""
        found = self._folds[number]
        if found is None:
            found = self._folds[number] = fold(self._lines[number], self._columns)
        return found

    def top(self, number: int) -> int:
        """The row at which a line begins."""
        if self._tops is None:
            self._tops = [0, *accumulate(len(self.rows(i)) for i in range(len(self._lines)))]
        return self._tops[number]

    @property
    def height(self) -> int:
        return self.top(len(self._lines))

    def row(self, row: int) -> tuple[int, int]:
        """The offsets at which a row begins and ends."""
        self.top(0)
        assert self._tops is not None
        number = min(bisect_right(self._tops, row) - 1, len(self._lines) - 1)
        folds = self.rows(number)
        index = row - self._tops[number]
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
        return offset - len(clusters(line[max(0, column - 64) : column])[-1])

    def after(self, offset: int) -> int:
        """The offset one character to the right."""
        number, column = self.position(offset)
        line = self._lines[number]
        if column == len(line):
            return min(len(self), offset + 1)
        if line.isascii():
            return offset + 1
        return offset + len(clusters(line[column : column + 64])[0])

    def word_before(self, offset: int) -> int:
        """The start of the word to the left."""
        number, column = self.position(offset)
        if column == 0:
            return max(0, offset - 1)
        line = self._lines[number]
        while column and not line[column - 1].isalnum():
            column -= 1
        while column and line[column - 1].isalnum():
            column -= 1
        return self.start(number) + column

    def word_after(self, offset: int) -> int:
        """The end of the word to the right."""
        number, column = self.position(offset)
        line = self._lines[number]
        if column == len(line):
            return min(len(self), offset + 1)
        while column < len(line) and not line[column].isalnum():
            column += 1
        while column < len(line) and line[column].isalnum():
            column += 1
        return self.start(number) + column
