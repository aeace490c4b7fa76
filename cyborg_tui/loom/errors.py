"""What cannot be done with a tree as it is, in one sentence for the person."""

__all__ = ["NotPossible"]


class NotPossible(Exception):
    """The tree does not allow what was asked; the message says why, and nothing was changed."""
