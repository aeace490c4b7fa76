"""What cannot be done with a tree as it is, in one sentence for the person."""

__all__ = ["DAMAGED", "NotPossible"]

DAMAGED = "A part of this loom is damaged and cannot be read; `cyborg-tui doctor` says more and mends it."
"""What is said of a BrokenTree."""


class NotPossible(Exception):
    """The tree does not allow what was asked; the message says why, and nothing was changed."""
