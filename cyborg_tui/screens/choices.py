"""How the next fans are made, as the palette offers it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from cyborg_tui.config import Config
from cyborg_tui.loom.settings import FanKind, FanSettings, Until
from cyborg_tui.presets import BadPreset, Preset, load_presets

__all__ = ["Choice", "choices", "ways_to_draw"]

_KINDS = {
    FanKind.SAMPLED: "each branch is drawn for itself",
    FanKind.DISTINCT: "no two branches begin alike",
    FanKind.THRESHOLD: "one branch for each of the likeliest beginnings",
}
_ENDS = {
    Until.TOKENS: "branches end at their longest",
    Until.SENTENCE: "branches end with the sentence",
    Until.PARAGRAPH: "branches end before the next line",
    Until.LINE: "branches end with the line",
    Until.STRING: "branches end with fan.stop",
    Until.END: "branches end where the model ends the text",
    Until.FORK: "branches end where they could best go another way",
}


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    about: str
    made: Callable[[FanSettings], FanSettings]
    """From the settings in force; raises BadSetting."""


def choices(config: Config) -> Iterator[Choice]:
    """Presets, kinds and ends. Where the person's presets cannot be read, that is said in their place."""
    try:
        presets = load_presets(config.presets)
    except BadPreset as error:
        presets = {}
        yield Choice("Presets cannot be read", str(error), lambda settings: settings)
    for preset in presets.values():
        yield Choice(f"Preset: {preset.name}", preset.about, _by(config, preset))
    for kind, about in _KINDS.items():
        yield Choice(f"Fans: {kind.value}", about, _with(kind))
    for until, about in _ENDS.items():
        yield Choice(f"Ends: {until.value}", about, _ending(until))


def ways_to_draw(config: Config) -> dict[str, FanSettings]:
    """By the names of the presets; none if the person's cannot be read."""
    try:
        presets = load_presets(config.presets)
    except BadPreset:
        return {"": config.fan.settings()}
    return {name: config.fan.drawn_by(preset.values).settings() for name, preset in presets.items()}


def _by(config: Config, preset: Preset) -> Callable[[FanSettings], FanSettings]:
    return lambda _settings: config.fan.drawn_by(preset.values).settings()


def _with(kind: FanKind) -> Callable[[FanSettings], FanSettings]:
    return lambda settings: replace(settings, kind=kind)


def _ending(until: Until) -> Callable[[FanSettings], FanSettings]:
    return lambda settings: replace(settings, until=until)
