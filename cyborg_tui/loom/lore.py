"""Which entries of the lore are told: those whose keys came up, as far as there is room."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence

from cyborg_tui.loom.frame import LoreEntry

__all__ = ["Matches", "came_up", "key_pattern", "with_room"]

Matches = Callable[[str, str], bool]
"""Whether a regular expression occurs in a text."""


def key_pattern(entry: LoreEntry, key: str) -> str:
    """The regular expression for a key: words are found whole, in capitals or not. In scripts without spaces between
    words they are found anywhere."""
    if entry.regex:
        return key
    pattern = f"(?i:{re.escape(key)})"
    return rf"(?<!\w){pattern}(?!\w)" if key.isascii() else pattern


def came_up(
    lore: Sequence[LoreEntry], text: str, reach: int, told: Collection[str], matches: Matches
) -> tuple[LoreEntry, ...]:
    """The entries that the end of a text brings up. Those that were `told` before (by name) stay until nothing within
    twice the reach brings them up, so that what the model has read stays as it is for a while."""
    near, far = text[-reach:], text[-2 * reach :]
    return tuple(
        entry
        for entry in lore
        if not entry.keys
        or any(matches(key_pattern(entry, key), far if entry.name in told else near) for key in entry.keys)
    )


def with_room(entries: Iterable[LoreEntry], budget: int) -> tuple[LoreEntry, ...]:
    """As many as have room in so many characters, the more important ones first; in the order in which they stand."""
    chosen, left = [], budget
    for entry in sorted(entries, key=lambda entry: -entry.priority):
        if len(entry.text) <= left:
            chosen.append(entry)
            left -= len(entry.text)
    return tuple(sorted(chosen, key=lambda entry: (entry.order, entry.name)))
