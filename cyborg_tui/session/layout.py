"""A frame laid out beside the manuscript, again and again as that grows."""

from collections.abc import Callable

from cyborg_tui.loom.conditions import Insert, Origin
from cyborg_tui.loom.frame import Frame, LoreEntry
from cyborg_tui.loom.lore import Matches, came_up, with_room

__all__ = ["Layout", "memory_of"]


class Layout:
    """What has been told stays told for a while, and a note stays in its place, so that what the model has read can be
    used again."""

    def __init__(self, filled: Callable[[str], str], matches: Matches) -> None:
        """`filled`: a template with its fields filled in."""
        self._filled, self._matches = filled, matches
        self._told: frozenset[str] = frozenset()
        """Names of the lore entries that were told last."""
        self._note_at = -1

    def inserts(self, frame: Frame, text: str, drawn: str) -> tuple[Insert, ...]:
        """What stands beside a text, with what is `drawn` after it. The frame has every key."""
        inserts = [
            *memory_of(frame.memory or ""),
            *(insert for example in frame.examples or () for insert in _paragraph(Origin.EXAMPLE, example)),
            *(Insert(Origin.LORE, _line(entry.text), entry.name) for entry in self._lore(frame, text, drawn)),
            *_paragraph(Origin.HEADER, self._filled(frame.header or "")),
            *self._note(frame, text, drawn),
        ]
        if footer := self._filled(frame.footer or ""):
            inserts.append(Insert(Origin.FOOTER, footer))
        return tuple(inserts)

    def _lore(self, frame: Frame, text: str, drawn: str) -> tuple[LoreEntry, ...]:
        reach, lore = frame.lore_reach or 1, frame.lore or ()
        if not lore:
            return ()
        near = text[-2 * reach :] + drawn
        told = with_room(came_up(lore, near, reach, self._told, self._matches), frame.lore_budget or 1)
        self._told = frozenset(entry.name for entry in told)
        return told

    def _note(self, frame: Frame, text: str, drawn: str) -> tuple[Insert, ...]:
        """The note stays in its place until it has drifted to twice its depth; then it moves once."""
        if not frame.note:
            return ()
        depth = frame.note_depth or 1
        lines = text.count("\n", self._note_at) + drawn.count("\n") if 0 <= self._note_at <= len(text) else 0
        stays = depth <= lines <= 2 * depth and (self._note_at == 0 or text[self._note_at - 1] == "\n")
        if not stays:
            self._note_at = _line_start(text, depth - drawn.count("\n"))
        return (Insert(Origin.NOTE, _line(frame.note), at=self._note_at),)


def memory_of(text: str) -> tuple[Insert, ...]:
    """What stands before everything."""
    return _paragraph(Origin.MEMORY, text)


def _line_start(text: str, depth: int) -> int:
    """Where the line begins that has `depth` line ends after its beginning; the beginning if there are fewer."""
    at = len(text)
    for _ in range(max(1, depth) + 1):
        at = text.rfind("\n", 0, at)
        if at < 0:
            return 0
    return at + 1


def _paragraph(origin: Origin, text: str) -> tuple[Insert, ...]:
    """With an empty line after it; nothing if there is no text."""
    return (Insert(origin, text.rstrip("\n") + "\n\n"),) if text.strip() else ()


def _line(text: str) -> str:
    return text.rstrip("\n") + "\n"
