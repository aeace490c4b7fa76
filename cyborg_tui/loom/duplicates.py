"""Branches that say, word for word, what another one says."""

from collections.abc import Iterable

from cyborg_tui.loom.fan import Branch, BranchId

__all__ = ["duplicates"]


def duplicates(branches: Iterable[Branch]) -> set[BranchId]:
    """Those that have ended with the same text as one before them; the first of them is none."""
    seen: set[str] = set()
    found: set[BranchId] = set()
    for branch in branches:
        text = branch.text[branch.healed :]
        if branch.finish is None or not text:
            continue
        if text in seen:
            found.add(branch.id)
        seen.add(text)
    return found
