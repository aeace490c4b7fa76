"""The signs that stand beside text, and what they mean: help and docs are made from it."""

from dataclasses import dataclass

__all__ = ["SIGNS", "Sign"]


@dataclass(frozen=True, slots=True)
class Sign:
    sign: str
    means: str


SIGNS: dict[str, tuple[Sign, ...]] = {
    "branches": (
        Sign("▌", "highlighted: it stands in the text"),
        Sign("✓", "taken"),
        Sign("~", "a part of it is taken"),
        Sign("*", "bookmarked"),
        Sign("=", "the same text as one above"),
        Sign("c", "to be compared: c on another one"),
        Sign("¶", "a new line begins"),
        Sign("▍", "it still grows"),
        Sign("∎", "the model ended the text here"),
    ),
    "map": (
        Sign("❯", "where you are"),
        Sign("┃", "on your path"),
        Sign("✓", "taken once"),
        Sign("◦", "unread: you have not looked at it"),
        Sign("├ 3", "branch 3 of its fan; several fans of one place have a row each"),
        Sign("▸", "more is folded here: a line"),
        Sign("+7", "7 branches are folded here"),
        Sign("◦5", "5 of what is folded are unread"),
        Sign("*", "bookmarked"),
        Sign("#sea", "a tag"),
        Sign('"', "a note"),
        Sign("✗", "hidden; shown after X"),
        Sign("←", "from before an edit"),
        Sign("compare", "to be compared: c on another one"),
    ),
}
"""By place of `PLACES`."""
