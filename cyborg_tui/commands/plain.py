"""Text for a terminal that is not under the app's hand."""

__all__ = ["plain"]


def plain(text: str) -> str:
    """The text without anything that would steer the terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
