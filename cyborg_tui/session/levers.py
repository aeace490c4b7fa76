"""The levers of a frame, one by one: what each is called, shown as, and changed by."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.lore_text import BadLore, lore_from, lore_to
from cyborg_tui.loom.settings import BadSetting
from cyborg_tui.session.framed import BadFrame

__all__ = ["LEVERS", "Kind", "Lever", "taken_away", "text_of", "with_step", "with_text"]

_BETWEEN = "\n***\n"
"""Between examples."""


class Kind(str, Enum):
    """How a lever is moved."""

    TEXT = "text"
    NUMBER = "number"
    PRESET = "preset"


@dataclass(frozen=True, slots=True)
class Lever:
    key: str
    """Of the frame."""
    name: str
    help: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    step: int = 1


LEVERS = (
    Lever("memory", "memory", "Stands before everything the model reads."),
    Lever("examples", "examples", "Passages after the memory, with *** on a line between them."),
    Lever("lore", "lore", "What the model is told when a key comes up: “# name”, “keys: …”, then the text."),
    Lever("lore_reach", "lore reach", "How far back keys are looked for.", Kind.NUMBER, "characters", 100),
    Lever("lore_budget", "lore budget", "How long all entries may be together.", Kind.NUMBER, "characters", 500),
    Lever("header", "header", "Just before the manuscript: {date}, {weekday}, {title} … are filled in."),
    Lever("note", "note", "A few lines before the cursor, where it weighs most."),
    Lever("note_depth", "note depth", "How far before the cursor the note stands.", Kind.NUMBER, "lines"),
    Lever("footer", "footer", "After the manuscript, just before what the model writes."),
    Lever("preset", "samplers", "How tokens are drawn.", Kind.PRESET),
)


def text_of(lever: Lever, frame: Frame) -> str:
    """A text lever as it is edited; empty where the frame says nothing."""
    value = getattr(frame, lever.key)
    match lever.key:
        case "examples":
            return _BETWEEN.join(value or ())
        case "lore":
            return lore_to(value or ())
    return value or ""


def with_text(lever: Lever, frame: Frame, text: str) -> Frame:
    """The frame with a text lever moved. Raises BadFrame."""
    value: object = text
    match lever.key:
        case "examples":
            value = tuple(filter(str.strip, text.split(_BETWEEN)))
        case "lore":
            try:
                value = lore_from(text)
            except BadLore as error:
                raise BadFrame(str(error)) from None
    return _with(lever.key, frame, value)


def with_step(lever: Lever, frame: Frame, inherited: Frame, by: int) -> Frame:
    """The frame with a number moved by so many steps from what holds. Raises BadFrame."""
    now: int = getattr(inherited, lever.key)
    step = lever.step
    return _with(lever.key, frame, max(1, (now // step + by) * step))


def taken_away(lever: Lever, frame: Frame) -> Frame:
    """The frame without what it says of this lever."""
    without = _with(lever.key, frame, None)
    return _with("settings", without, None) if lever.kind is Kind.PRESET else without


def _with(key: str, frame: Frame, value: object) -> Frame:
    change: Callable[..., Frame] = replace
    try:
        return change(frame, **{key: value})
    except BadSetting as error:
        raise BadFrame(f"{str(error).replace('_', ' ').capitalize()}.") from None
