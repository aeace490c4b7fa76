"""Lore as a text that a person can edit.

    # Anna
    keys: Anna, the captain's daughter
    priority: 5

    Anna is fourteen and has never left the island.

Each entry begins with `# ` and its name. `keys` (words, with commas between them) or `regex` (one regular expression a
line), `order` and `priority` may follow; what comes after them is what the model is told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cyborg_tui.loom.frame import LoreEntry

__all__ = ["BadLore", "lore_from", "lore_to"]

_HEAD = ("keys", "regex", "order", "priority")


class BadLore(Exception):
    """The message names the line and says what is wrong."""


def lore_to(lore: Iterable[LoreEntry]) -> str:
    return "\n\n".join("\n".join(_lines(entry)) for entry in lore)


def _lines(entry: LoreEntry) -> Iterator[str]:
    yield f"# {entry.name}"
    if entry.regex:
        yield from (f"regex: {key}" for key in entry.keys)
    elif entry.keys:
        yield f"keys: {', '.join(entry.keys)}"
    if entry.order:
        yield f"order: {entry.order}"
    if entry.priority:
        yield f"priority: {entry.priority}"
    yield ""
    for line in entry.text.split("\n"):
        yield f"\\{line}" if line.lstrip("\\").startswith("# ") else line


def lore_from(text: str) -> tuple[LoreEntry, ...]:
    """What `lore_to` writes, or a person. Raises BadLore."""
    entries: list[LoreEntry] = []
    body: list[str] = []
    in_head = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("# "):
            _close(entries, body)
            entries.append(LoreEntry(line[2:].strip(), ""))
            in_head = True
        elif not entries:
            if line.strip():
                raise BadLore(f"Line {number}: an entry begins with “# ” and its name; this stands before the first.")
        elif in_head and _is_head(line):
            entries[-1] = _with(entries[-1], line, number)
        else:
            in_head = False
            body.append(line.removeprefix("\\") if line.lstrip("\\").startswith("# ") else line)
    _close(entries, body)
    return tuple(entries)


def _close(entries: list[LoreEntry], body: list[str]) -> None:
    if entries:
        entries[-1] = replace(entries[-1], text="\n".join(body).strip("\n"))
    body.clear()


def _is_head(line: str) -> bool:
    return line.partition(":")[0].strip() in _HEAD and ":" in line


def _with(entry: LoreEntry, line: str, number: int) -> LoreEntry:
    name, _, value = line.partition(":")
    name, value = name.strip(), value.strip()
    match name:
        case "keys":
            return replace(entry, keys=tuple(filter(None, (key.strip() for key in value.split(",")))))
        case "regex":
            return replace(entry, keys=(*entry.keys, value) if entry.regex else (value,), regex=True)
    try:
        rank = int(value)
    except ValueError:
        raise BadLore(f"Line {number}: {name} must be a whole number, not “{value}”.") from None
    return replace(entry, order=rank) if name == "order" else replace(entry, priority=rank)
