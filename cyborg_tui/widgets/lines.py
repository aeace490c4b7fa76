"""The lines around the panes: the title; what is going on; the keys that work now."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.widget import Widget

from cyborg_tui.actions import Action
from cyborg_tui.widgets.cells import drawable, fold, pairs, width
from cyborg_tui.widgets.marks import own, own_key, shortened

__all__ = ["Footer", "Status", "StatusLine", "Title", "key_name"]

_DOT = " · "
_GAP = 2
"""Cells at least between left, middle and right."""
_LEAST = 8
"""Cells in which the beginning of something says something."""
_NAMES = {
    "tab": "Tab",
    "escape": "Esc",
    "enter": "Enter",
    "alt+down": "Alt+↓",
    "alt+up": "Alt+↑",
    "alt+right": "Alt+→",
    "alt+left": "Alt+←",
    "full_stop": ".",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "equals_sign": "=",
    "shift+tab": "Shift+Tab",
    "slash": "/",
    "plus": "+",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "shift+down": "Shift+↓",
    "shift+up": "Shift+↑",
    "shift+left": "Shift+←",
    "shift+right": "Shift+→",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "backspace": "Backspace",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "space": "Space",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
}


def key_name(key: str) -> str:
    """A key as it is written for people."""
    if key.startswith("ctrl+"):
        return own_key(f"^{_NAMES.get(key[5:], key[5:].upper())}")
    return own_key(_NAMES.get(key, key.upper() if len(key) == 2 and key[0] == "f" else key))


def _keys(action: Action) -> str:
    """The keys of an action as the footer shows them: the first one, or the whole row of digits."""
    keys = action.names
    digits = len(keys) > 2 and all(key.isdigit() for key in keys)
    return f"{keys[0]}-{keys[-1]}" if digits else key_name(keys[0])


class Title(Widget):
    """The loom's name, above the text, and where in its tree one is."""

    DEFAULT_CSS = "Title { height: 2; padding: 0 3; }"

    def __init__(self, title: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = title
        self._place = ""

    def show(self, place: str) -> None:
        """Another place; it is left out where there is no room for it beside the name."""
        if place != self._place:
            self._place = place
            self.refresh()

    def render(self) -> Text:
        title, place, room = drawable(self._title), own(self._place), self.content_size.width
        gap = room - width(title) - width(place)
        line = title + " " * gap + place if place and gap >= 2 else title
        return Text(line, no_wrap=True, overflow="ellipsis")


@dataclass(frozen=True, slots=True)
class Status:
    """Parts in the order in which they stand."""

    left: tuple[str, ...] = ()
    remark: str = ""
    """What is said now and then; it is cut short rather than that something is left out which is there always."""
    more: tuple[str, ...] = ()
    """What is left out first but for most of the middle."""
    middle: tuple[str, ...] = ()
    """Of which all but the first are left out before anything else."""
    right: str = ""
    alarm: str = ""
    place: str = ""
    """Stands at the very end, whatever else there is."""


class StatusLine(Widget):
    """One row; a notice that is longer takes as many as it needs."""

    DEFAULT_CSS = "StatusLine { height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._status = Status()

    def show(self, status: Status) -> None:
        if status == self._status:
            return
        self._status = status
        self._make_room()
        self.refresh()

    def on_resize(self) -> None:
        self._make_room()

    def _make_room(self) -> None:
        rows = len(self._alarm_rows())
        if self.styles.height is None or self.styles.height.value != rows:
            self.styles.height = rows

    def _alarm_rows(self) -> list[str]:
        alarm = drawable(f"{self._status.alarm} · {self._status.place}" if self._status.place else self._status.alarm)
        return [alarm[a:b].rstrip() for a, b in pairs(fold(alarm, max(8, self.size.width - 2)))]

    def render(self) -> Text:
        status = self._status
        if status.alarm:
            return Text("\n".join(f" {row}" for row in self._alarm_rows()), style="bold", no_wrap=True)
        return Text(" " + own(_spread(status, self.size.width - 2)), no_wrap=True)


def _spread(status: Status, room: int) -> str:
    """The parts on one row, as many as there is room for."""
    place = drawable(status.place)
    right = _DOT.join(filter(None, (drawable(status.right), place)))
    if place and width(right) > room:
        right = place
    left, middle = _fitted(status, room - width(right) - _GAP * bool(right))
    gap = max(_GAP, (room - width(left) - width(middle) - width(right)) // 2) if middle else 0
    line = left + " " * gap + middle
    return line + " " * max(1, room - width(line) - width(right)) + right


def _fitted(status: Status, room: int) -> tuple[str, str]:
    """The left and the middle within so many cells: first the rest of the middle is left out, then `more`, then the
    remark is cut, then the middle goes, then the left but for its first part, which is cut."""
    left, more, middle = (list(map(drawable, parts)) for parts in (status.left, status.more, status.middle))
    remark = drawable(status.remark)

    def over() -> int:
        one = _DOT.join(filter(None, (*left, remark, *more)))
        return width(one) + _GAP * bool(one and middle) + width(_DOT.join(middle)) - room

    while over() > 0 and len(middle) > 1:
        middle.pop()
    while over() > 0 and more:
        more.pop()
    if over() > 0 and remark:
        room_left = width(remark) - over()
        remark = shortened(remark, room_left) if room_left >= _LEAST else ""
    if over() > 0:
        middle = []
    while over() > 0 and len(left) > 1:
        left.pop()
    if over() > 0 and left:
        left = [shortened(left[0], room)]
    return _DOT.join(filter(None, (*left, remark, *more))), _DOT.join(middle)


class Footer(Widget):
    DEFAULT_CSS = "Footer { height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._actions: Sequence[Action] = ()

    def show(self, actions: Sequence[Action]) -> None:
        """The actions that work now."""
        if actions != self._actions:
            self._actions = actions
            self.refresh()

    def render(self) -> Text:
        room = self.size.width - 2
        shown: list[Action] = []
        used = 0
        for action in sorted((a for a in self._actions if a.short), key=lambda action: action.rank):
            size = width(_keys(action)) + 1 + width(action.short) + 2
            if used + size > room + 2:
                continue
            shown.append(action)
            used += size
        line = Text(" ", no_wrap=True)
        for action in self._actions:
            if action in shown:
                line.append(own(_keys(action)), style="bold")
                line.append(f" {action.short}  ")
        return line
