"""The levers of a frame, one by one: what each is called, shown as, and changed by."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from cyborg_tui.frames import BadFrameFile
from cyborg_tui.loom.blend_text import BadBlend, Find, blend_from, blend_to, part_from, part_to
from cyborg_tui.loom.dials import unusual
from cyborg_tui.loom.frame import Frame, Named
from cyborg_tui.loom.lore_text import BadLore, lore_from, lore_to
from cyborg_tui.loom.settings import BadSetting, FanSettings
from cyborg_tui.loom.steering import UNSTEERED, Steering
from cyborg_tui.loom.steering_text import BadSteering, steering_from, steering_to
from cyborg_tui.session.framed import BadFrame

__all__ = ["LEVERS", "Kind", "Lever", "summary_of", "taken_away", "text_of", "with_step", "with_text"]

_BETWEEN = "\n***\n"
"""Between examples."""


class Kind(str, Enum):
    """How a lever is moved."""

    TEXT = "text"
    NUMBER = "number"
    PRESET = "preset"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class Lever:
    key: str
    """Of the frame."""
    name: str
    help: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    step: float = 1
    least: float = 1


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
    Lever(
        "chat", "chat", "Lines with “> ” are yours, what follows them answers; in the model’s template.", Kind.SWITCH
    ),
    Lever("preset", "samplers", "How tokens are drawn.", Kind.PRESET),
    Lever("steering", "steering", "Vectors, adapters, a line each: “1.5 sorrow layers 3-8”, “0.5 adapter poems.gguf”."),
    Lever("against", "against", "Led away from: a memory in place of this one, or “frame:” and the name of a frame."),
    Lever("guidance", "guidance", "How strongly it is led away; 1: not at all.", Kind.NUMBER, "", 0.25, -20),
    Lever("blend", "blend", "Read together with this: memories, “frame: a name”; *** between, “weight: 0.5” first."),
)


def text_of(lever: Lever, frame: Frame) -> str:
    """A text lever as it is edited; empty where the frame says nothing."""
    value = getattr(frame, lever.key)
    match lever.key:
        case "examples":
            return _BETWEEN.join(value or ())
        case "lore":
            return lore_to(value or ())
        case "steering":
            return steering_to(value or UNSTEERED)
        case "blend":
            return blend_to(value or ())
        case "against":
            return part_to(value or "")
    return value or ""


def summary_of(lever: Lever, value: object) -> str:
    """A lever in a few words; empty if it says nothing."""
    match value:
        case bool():
            return "on" if value else "off"
        case int() | float():
            return f"{value:,} {lever.unit}".strip()
        case Steering():
            parts = steering_to(value).splitlines()
        case FanSettings():
            parts = [*unusual(value.sampling)] or ["as usual"]
        case Named():
            parts = [part_to(value)]
        case tuple() if lever.key == "lore":
            parts = [entry.name for entry in value]
        case tuple():
            parts = [f"{len(value)} {'passage' if len(value) == 1 else 'passages'}"] if value else []
        case _:
            parts = [" ".join(str(value or "").split())]
    return ", ".join(parts)


def with_text(lever: Lever, frame: Frame, text: str, find: Find) -> Frame:
    """The frame with a text lever moved. `find`: a frame by its name; raises BadFrameFile. Raises BadFrame."""
    try:
        return _with(lever.key, frame, _read(lever.key, text, find))
    except (BadLore, BadSteering, BadBlend, BadFrameFile) as error:
        raise BadFrame(str(error)) from None


def _read(key: str, text: str, find: Find) -> object:
    """Raises BadLore, BadSteering, BadBlend, BadFrameFile."""
    match key:
        case "examples":
            return tuple(filter(str.strip, text.split(_BETWEEN)))
        case "lore":
            return lore_from(text)
        case "steering":
            return steering_from(text)
        case "blend":
            return blend_from(text, find)
        case "against":
            return part_from(text, find)
    return text


def with_step(lever: Lever, frame: Frame, inherited: Frame, by: int) -> Frame:
    """The frame with a number moved by so many steps from what holds, or a switch. Raises BadFrame."""
    if lever.kind is Kind.SWITCH:
        return _with(lever.key, frame, not getattr(inherited, lever.key))
    now: float = getattr(inherited, lever.key)
    moved = max(lever.least, (now // lever.step + by) * lever.step)
    return _with(lever.key, frame, int(moved) if isinstance(now, int) else round(moved, 6))


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
