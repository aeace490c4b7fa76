"""The search screen: places in every loom and branch, found as one types."""

import time
from collections.abc import Callable

from rich.text import Text
from textual.widgets.option_list import Option

from cyborg_tui.library.finding import Finding, Found
from cyborg_tui.library.library import LibraryError
from cyborg_tui.loom.terms import Asked, asked
from cyborg_tui.screens.picking import PickScreen
from cyborg_tui.terminal.closed import work_in_a_thread
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.marks import own, shortened

__all__ = ["FindScreen"]

_LEAD = 24
"""Characters before the place."""
_HOW = 'Words, or "a phrase". Also author:you, author:MODEL, tag:, on:, before:, after: 2026, 2026-11 or 2026-11-24.'


class FindScreen(PickScreen[Found]):
    """Dismisses with the chosen place."""

    PROMPT = "search every loom and branch"
    VERB = "go there"

    def __init__(self, find: Callable[[Asked], Finding], typed: str = "") -> None:
        """`find` is called on another thread. `typed`: what was looked for last."""
        super().__init__(typed)
        self._find = find
        self.typed = typed
        self._places: tuple[Found, ...] = ()

    def on_mount(self) -> None:
        if not self.typed:
            self.fill([], _HOW)

    def look_for(self, typed: str) -> None:
        self.typed = typed
        work_in_a_thread(self, self._look, typed, exit_on_error=False)

    def _look(self, typed: str) -> None:
        try:
            what = asked(typed)
            finding, problem = self._find(what), ""
        except LibraryError as error:
            finding, problem = Finding(), str(error)
        self.call_later(self._show, typed, finding, problem or self._nothing(what, finding))

    def _nothing(self, what: Asked, finding: Finding) -> str:
        """What to say where there are no places."""
        if not what:
            return _HOW
        if not finding.indexed:
            return "Nothing yet; what was written with an earlier version is still being put into the index."
        return "Nothing here yet." if finding.empty else "Nothing like that, in any branch."

    def _show(self, typed: str, finding: Finding, nothing: str) -> None:
        if typed != self.typed or not self.is_mounted:
            return  # more was typed meanwhile, or the screen closed
        self._places = finding.places
        room = self.options.size.width - 2
        self.fill([Option(_entry(found, room), id=str(at)) for at, found in enumerate(finding.places)], nothing)
        many = "" if finding.whole else " of many"
        count = len(finding.places)
        self.say(f"{count}{many} place{'' if count == 1 else 's'}" if count else "")

    def picked(self, option: Option) -> Found | None:
        return self._places[int(option.id)] if option.id else None


def _entry(found: Found, room: int) -> Text:
    """The place in what stands around it, in so many columns, and below it where that is."""
    begin, end = found.at, found.at + found.length
    lead = found.excerpt[max(0, begin - _LEAD) : begin]
    if begin > _LEAD:
        lead = "…" + lead.partition(" ")[2]
    entry = Text(own(_line(lead)))
    entry.append(_line(found.excerpt[begin:end]), style="bold underline")
    entry.append(_line(found.excerpt[end:]))
    entry.truncate(max(1, room), overflow="ellipsis")
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.made_at))
    entry.append("\n" + shortened(f"  {when}   {drawable(found.title)}", room))
    return entry


def _line(text: str) -> str:
    return drawable(text.replace("\n", " ").replace("\t", " "))
