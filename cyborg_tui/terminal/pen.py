"""The pen: which style the terminal writes in, and the fewest codes to have it write in another."""

from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.style import Style

__all__ = ["Ink", "Pen", "ink_of"]

_SEEN_ON_BLANKS = frozenset({"4", "5", "6", "7", "9", "21", "51", "52", "53"})
"""Attributes that show where there is no letter: underlines, blinking, reverse, lines through and around."""


class Ink(NamedTuple):
    """Codes as terminals understand them, empty where the terminal's own is meant."""

    attributes: str = ""
    colour: str = ""
    background: str = ""

    @property
    def on_blank(self) -> "Ink":
        """The same, for a blank: without what is not seen on one."""
        if _SEEN_ON_BLANKS.intersection(self.attributes.split(";")):
            return self
        return _INKS.setdefault(self.background, Ink("", "", self.background))

    @property
    def reversed(self) -> "Ink":
        """The same with light and dark changed."""
        parts = [part for part in self.attributes.split(";") if part]
        parts = [part for part in parts if part != "7"] if "7" in parts else [*parts, "7"]
        return self._replace(attributes=";".join(parts))


_INKS: dict[str, Ink] = {}
"""One object for each, since what is identical is compared quickly."""


@lru_cache(maxsize=4096)
def ink_of(style: Style | None, colours: ColorSystem) -> Ink:
    if not style:
        return Ink()
    parts = [
        ";".join(colour.downgrade(colours).get_ansi_codes(foreground=foreground)) if colour is not None else ""
        for colour, foreground in ((style.color, True), (style.bgcolor, False))
    ]
    attributes = Style(**{name: getattr(style, name) for name in _ATTRIBUTES if getattr(style, name)})
    codes = attributes._make_ansi_codes(colours)
    return Ink(codes, *("" if part in ("39", "49") else part for part in parts))


_ATTRIBUTES = (
    "bold", "dim", "italic", "underline", "blink", "blink2", "reverse", "conceal", "strike", "underline2", "frame",
    "encircle", "overline",
)  # fmt: skip


class Pen:
    """Writes runs of text one after another. Begins and ends with the terminal's own style."""

    def __init__(self) -> None:
        self._ink = Ink()

    def write(self, text: str, ink: Ink) -> str:
        """What to send. Blanks may be written in what was there before if it looks the same."""
        now = self._ink
        if ink == now or (ink.background == now.background and not ink.attributes and self._unseen(text)):
            return text
        self._ink = ink
        if ink.attributes != now.attributes:
            codes = ["0" if now != Ink() else "", ink.attributes, ink.colour, ink.background]
        else:
            colour = "" if ink.colour == now.colour else ink.colour or "39"
            codes = [colour, "" if ink.background == now.background else ink.background or "49"]
        return f"\x1b[{';'.join(filter(None, codes))}m{text}"

    def lift(self) -> str:
        """What to send at the end."""
        done, self._ink = self._ink != Ink(), Ink()
        return "\x1b[m" if done else ""

    def _unseen(self, text: str) -> bool:
        return text.isspace() and self._ink.on_blank.attributes == ""
