"""Names and texts out of files, made harmless: nothing in them moves a cursor, turns a line round or fills a screen."""

__all__ = ["inert"]


def inert(text: str, longest: int) -> str:
    """The text with a question mark for whatever cannot be printed, and cut to so many characters."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(letter if letter.isprintable() else "?" for letter in cut)
