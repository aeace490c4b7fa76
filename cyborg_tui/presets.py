"""Presets: named settings for fans, in TOML, each a few keys over another's."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import tomli

from cyborg_tui.fan_settings import FanConfig
from cyborg_tui.loom.settings import BadSetting, FanSettings

__all__ = ["BadPreset", "Preset", "largest_fan", "load_presets", "preset_named"]

_SHIPPED = Path(__file__).with_name("presets.toml")
_OWN_KEYS = ("about", "extends")


class BadPreset(Exception):
    """A preset that cannot be used; the message names the file, the preset and what is wrong."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A name for settings; what it extends is in them already."""

    name: str
    about: str
    values: dict[str, Any] = field(default_factory=dict)
    """Keys of `[fan]`, as TOML has them."""


def load_presets(folder: Path) -> dict[str, Preset]:
    """Those that come with the app, and the person's own in `folder`/presets.toml, which go first. Raises BadPreset."""
    shipped, own_file = _read(_SHIPPED), folder / "presets.toml"
    own = _read(own_file) if own_file.exists() else {}
    found = {name: _resolve(name, {}, shipped, _SHIPPED, ()) for name in shipped}
    return {**found, **{name: _resolve(name, own, shipped, own_file, ()) for name in own}}


def preset_named(name: str, folder: Path) -> Preset:
    """Raises BadPreset, which says which there are."""
    presets = load_presets(folder)
    if name not in presets:
        raise BadPreset(f"There is no preset {name}; there are {', '.join(presets)}.")
    return presets[name]


def largest_fan(fan: FanConfig, folder: Path) -> FanSettings:
    """Of these settings, and these drawn by each preset, those that ask for the most tokens. Where presets cannot be
    used, only these count."""
    with contextlib.suppress(BadPreset, BadSetting, msgspec.ValidationError):
        drawn = [fan.drawn_by(preset.values).settings() for preset in load_presets(folder).values()]
        return max((fan.settings(), *drawn), key=lambda settings: settings.width * settings.max_tokens)
    return fan.settings()


def _read(file: Path) -> dict[str, Any]:
    try:
        values = tomli.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadPreset(f"{file} could not be read ({error}).") from None
    except tomli.TOMLDecodeError as error:
        raise BadPreset(f"{file}: {error}.") from None
    for name, value in values.items():
        if not isinstance(value, dict):
            raise BadPreset(f"{file}: {name} stands outside a preset; presets are tables, such as [plain].")
    return values


def _resolve(
    name: str, own: Mapping[str, Any], shipped: Mapping[str, Any], file: Path, through: tuple[str, ...]
) -> Preset:
    """One's own may extend the shipped one of the same name."""
    mine = name in own and name not in through
    given = (own if mine else shipped).get(name)
    if given is None or (not mine and through.count(name) > 1):
        what = "extends itself" if name in through else "is not there"
        raise BadPreset(f"{file}: {' extends '.join((*through, name))}, which {what}.")
    values = {key: value for key, value in given.items() if key not in _OWN_KEYS}
    below = given.get("extends")
    if below is not None:
        if not isinstance(below, str):
            raise BadPreset(f"{file}: {name}.extends must be the name of a preset.")
        values = {**_resolve(below, own, shipped, file, (*through, name)).values, **values}
    _check(name, values, file)
    return Preset(name, str(given.get("about", "")), values)


def _check(name: str, values: dict[str, Any], file: Path) -> None:
    if "preset" in values:
        raise BadPreset(f"{file}: {name}.preset: presets follow one another by extends.")
    try:
        msgspec.convert(values, FanConfig).settings()
    except (msgspec.ValidationError, BadSetting) as error:
        raise BadPreset(f"{file}: {name}: {str(error).replace(' - at `$.', ' (').replace('`', ')')}.") from None
