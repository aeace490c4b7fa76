"""A frame: what conditions the model beside the manuscript. It is inherited down the path, key by key."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from cyborg_tui.loom.guidance import ALONE, MOST_OTHERS, Mix, blended
from cyborg_tui.loom.sampling import check_range
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED, Steering

__all__ = ["USUAL", "Blended", "Frame", "LoreEntry", "Named", "Part", "inherited"]

_LAYOUT = ("memory", "examples", "lore", "lore_reach", "lore_budget", "header", "note", "note_depth", "footer", "chat")
_USUAL_GUIDANCE = 1.5
_STRONGEST = 20.0
"""Guidance."""


@dataclass(frozen=True, slots=True)
class LoreEntry:
    """Something the model is told when it comes up, or always."""

    name: str
    text: str
    keys: tuple[str, ...] = ()
    """It comes in when one of these occurs near the end of the manuscript; with none, it is always there."""
    regex: bool = False
    """Whether the keys are regular expressions; else words, in capitals or not."""
    order: int = 0
    """Lower ones stand first."""
    priority: int = 0
    """Where there is no room for all, higher ones stay."""


@dataclass(frozen=True, slots=True)
class Named:
    """A frame with a name, as it was when it was named here. It is read whole: what it does not say is not there."""

    name: str
    frame: "Frame"
    """What of it stands beside a manuscript."""


Part = str | Named
"""What is read together with a frame: the same with another memory, or another one."""


@dataclass(frozen=True, slots=True)
class Blended:
    """A part of a blend. The frame itself has the weight 1."""

    text: str = ""
    """Stands in the memory's place, all else being equal."""
    weight: float = 1.0
    frame: Named | None = None
    """Read instead of that."""

    def __post_init__(self) -> None:
        check_range("weight of a blend", self.weight, 0.0, 100.0)

    @property
    def part(self) -> Part:
        return self.text if self.frame is None else self.frame


@dataclass(frozen=True, slots=True)
class Frame:
    """None for a key: as above. An empty text takes away what is said above."""

    memory: str | None = None
    """Stands before everything."""
    examples: tuple[str, ...] | None = None
    """Passages after the memory."""
    lore: tuple[LoreEntry, ...] | None = None
    lore_reach: int | None = None
    """Characters before the cursor in which keys are looked for."""
    lore_budget: int | None = None
    """Characters that the entries may have together."""
    header: str | None = None
    """Stands just before the manuscript; fields in braces are filled in: {date}, {title} …"""
    note: str | None = None
    """Stands a few lines before the cursor."""
    note_depth: int | None = None
    """How many lines before it."""
    footer: str | None = None
    """Stands after the manuscript, just before what the model writes; fields in braces are filled in."""
    chat: bool | None = None
    """Whether the manuscript is read as a conversation, with the model's chat template around its turns."""
    preset: str | None = None
    """The name of the sampler settings."""
    settings: FanSettings | None = None
    """How fans are made, instead of the app's settings."""
    steering: Steering | None = None
    """What is added inside the model while it writes."""
    against: Part | None = None
    """What the model is led away from: the negative frame. Empty: nothing."""
    guidance: float | None = None
    """How strongly it is led away: out + guidance·(with − out). 1: not at all."""
    blend: tuple[Blended, ...] | None = None
    """Read together with this frame, as a weighted product."""

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("lore_reach", self.lore_reach, 1, 100_000),
            ("lore_budget", self.lore_budget, 1, 1_000_000),
            ("note_depth", self.note_depth, 1, 1_000),
            ("guidance", self.guidance, -_STRONGEST, _STRONGEST),
            ("number of parts of the blend", None if self.blend is None else len(self.blend), 0, MOST_OTHERS - 1),
        ):
            if value is not None:
                check_range(name, value, least, most)

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return self != Frame()

    def over(self, above: "Frame") -> "Frame":
        """This frame where it says something, else the one above it."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        return replace(above, **{name: value for name, value in said.items() if value is not None})

    @property
    def layout(self) -> "Frame":
        """What of it stands beside a manuscript."""
        return Frame(**{key: getattr(self, key) for key in _LAYOUT})

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is read together with this one."""
        return (*(blended.part for blended in self.blend or ()), *((self.against,) if self.against else ()))

    @property
    def named(self) -> tuple[Named, ...]:
        """Those of the parts that have names."""
        return tuple(part for part in self.parts if isinstance(part, Named))

    @property
    def chats(self) -> bool:
        """Whether the manuscript is read as a conversation, in this frame or in a part."""
        return any(one.chat for one in (self, *(part.frame for part in self.named)))

    @property
    def mix(self) -> Mix:
        """How those count: first the blend, from which the negative frame leads away."""
        blend = blended(1.0, [part.weight for part in self.blend or ()])
        if not self.against:
            return blend if blend else ALONE
        strength = self.guidance if self.guidance is not None else _USUAL_GUIDANCE
        return Mix(strength * blend.own, (*(strength * weight for weight in blend.others), 1.0 - strength))


USUAL = Frame(
    memory="",
    examples=(),
    lore=(),
    lore_reach=1000,
    lore_budget=4000,
    header="",
    note="",
    note_depth=3,
    footer="",
    chat=False,
    preset="",
    steering=UNSTEERED,
    against="",
    guidance=_USUAL_GUIDANCE,
    blend=(),
)
"""What holds where nothing is said."""


def inherited(frames: Iterable[Frame]) -> Frame:
    """What frames from above to below come to."""
    whole = USUAL
    for frame in frames:
        whole = frame.over(whole)
    return whole
