"""Settings: an option goes before the environment, that before the config file, that before the default."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import platformdirs
import tomli

from cyborg_tui.fan_settings import FanConfig
from cyborg_tui.loom.settings import BadSetting
from cyborg_tui.presets import BadPreset, preset_named

__all__ = ["Config", "ConfigError", "EngineConfig", "FanConfig", "MirrorConfig", "config_file", "load_config"]


class ConfigError(Exception):
    """The settings cannot be used; the message names the file, the key and what was expected."""


class EngineConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[engine]`: which model, and how llama.cpp runs it."""

    model: str = ""
    """Path of a GGUF file; empty means the embedded model."""
    context: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    """Longest window in tokens; 0 means the model's own, at most 4096."""
    threads: Annotated[int, msgspec.Meta(ge=0, le=512)] = 0
    """0 means one for each physical core; a single one for a very small model."""
    gpu_layers: Annotated[int, msgspec.Meta(ge=-1)] = -1
    """Layers to keep on a GPU where llama.cpp was built for one; -1 means all."""
    resident: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 2048
    """Tokens of other paths than the one being written that stay evaluated, for going back and forth among them; what
    paths begin with alike counts once. Memory is taken for as many."""
    cache_type: Literal["f32", "f16", "bf16", "q8_0", "q4_0"] = "f16"
    """How the cache holds numbers: the shorter ones take less memory, and are less exact."""
    flash_attention: Literal["auto", "on", "off"] = "on"
    """Whether attention is computed in one step, which takes less memory; the caches q8_0 and q4_0 need it."""
    folders: tuple[str, ...] = ()
    """Folders with GGUF files, looked through for models beside those of other programs."""
    try_anyway: bool = False
    """Load a model although it is estimated not to fit into memory."""
    keep_mb: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 512
    """Megabytes of what was read that are kept in the data folder, so that the same text need not be read again next
    time; 0 keeps nothing."""
    exact: bool = False
    """Whether fans can be made again to the token: everything that decides what is drawn is fixed, and nothing that has
    been read is used again, which makes them slower."""
    nice: Annotated[int, msgspec.Meta(ge=0, le=19)] = 5
    """How far the engine steps back for the keyboard."""
    command: tuple[str, ...] = ()
    """What starts the engine on another machine, word by word; then `model` is a path there."""
    url: str = ""
    """A server of the OpenAI completions API; then `model` is a name there, empty the first it has."""
    key_file: str = ""
    """A file with the key for that server, which only its owner may read; CYBORG_TUI_API_KEY goes before it."""
    timeout: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 60
    """Seconds that the server may take over its next word."""


class MirrorConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[mirror]`: how the process of writing is looked at."""

    words_a_minute: Annotated[int, msgspec.Meta(ge=20, le=2000)] = 250
    """How quickly you read, for the measures of time."""
    silent: tuple[Literal["position", "beginnings", "pace", "loop", "sitting"], ...] = ()
    """Warnings that are not shown; the mirror changes this too."""
    blind: bool = False
    """Whether the order of branches is shuffled, and probabilities and the model's name are hidden until you choose."""
    limit: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 0
    """Minutes after which the clock of a sitting says that they are over; 0: it never does."""
    look_back: Annotated[int, msgspec.Meta(ge=0, le=20)] = 3
    """How much of what you took is brought up again in a day, at most, if you ask for it."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    engine: EngineConfig = EngineConfig()
    """How the model runs."""
    fan: FanConfig = FanConfig()
    """How branches are drawn."""
    mirror: MirrorConfig = MirrorConfig()
    """How the process of writing is looked at."""
    keys: dict[str, str] = {}
    """Action id → keys, with commas between them."""
    theme: str = "ink"
    """ink, paper, high-contrast, ansi, or the name of a TOML file in `themes` in the usual folder."""
    mouse: bool = False
    """Whether the app hears the mouse; if not, the terminal's own selection works."""
    widen: bool = True
    """Whether a fan gets more branches where they come as soon as those that are wanted: eight may come before five."""
    look_ahead: Literal["on mains", "always", "never"] = "on mains"
    """Whether the next fan from the highlighted branch is made while you read; "on mains": not on battery."""
    day_turns_at: Annotated[int, msgspec.Meta(ge=0, le=23)] = 4
    """The hour at which a new daily loom begins."""
    presets_dir: str = ""
    """Where presets.toml is; empty means beside the config file."""
    data_dir: str = ""
    """Where the library is; empty means the platform's folder for data."""

    @property
    def frames(self) -> Path:
        """Where frames with names are."""
        return self.presets / "frames"

    @property
    def presets(self) -> Path:
        return Path(self.presets_dir).expanduser()

    @property
    def data(self) -> Path:
        return Path(self.data_dir).expanduser() if self.data_dir else Path(platformdirs.user_data_dir("cyborg-tui"))


_ENVIRONMENT = {
    "CYBORG_TUI_MODEL": ("engine", "model"),
    "CYBORG_TUI_DATA_DIR": ("data_dir",),
    "CYBORG_TUI_THEME": ("theme",),
}


def config_file() -> Path:
    """Where the config file is looked for."""
    return Path(platformdirs.user_config_dir("cyborg-tui")) / "config.toml"


_LONGEST = 1 << 20
"""Bytes of a config file."""


def load_config(
    path: Path | None = None, environment: Mapping[str, str] = os.environ, model: str = "", data_dir: str = ""
) -> Config:
    """The settings in force. Raises ConfigError; a file that was not named may be missing."""
    named = path or (Path(environment["CYBORG_TUI_CONFIG"]) if environment.get("CYBORG_TUI_CONFIG") else None)
    file = named or config_file()
    values = _read(file, must_exist=named is not None)
    _check_keys(values, Config, file, "")
    for variable, keys in _ENVIRONMENT.items():
        if environment.get(variable):
            _put(values, keys, environment[variable])
    if model:
        _put(values, ("engine", "model"), model)
    if data_dir:
        _put(values, ("data_dir",), data_dir)
    values["presets_dir"] = values.get("presets_dir") or str(file.parent)
    try:
        _put_under(values)
        config = msgspec.convert(values, Config)
        config.fan.settings()
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {_in_words(str(error))}") from None
    except BadSetting as error:
        raise ConfigError(f"{file}: fan.{error}.") from None
    except BadPreset as error:
        raise ConfigError(str(error)) from None
    if config.engine.command and config.engine.url:
        raise ConfigError(f"{file}: engine.command and engine.url name two engines; leave one of them out.")
    return config


def _put_under(values: dict[str, Any]) -> None:
    """What the preset says that `[fan]` names, where that says nothing itself. Raises BadPreset."""
    fan = values.get("fan")
    name = fan.get("preset") if isinstance(fan, dict) else None
    if isinstance(fan, dict) and isinstance(name, str) and name:
        values["fan"] = {**preset_named(name, Path(str(values["presets_dir"])).expanduser()).values, **fan}


def _read(file: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            data = opened.read(_LONGEST + 1)
        if len(data) > _LONGEST:
            raise ConfigError(f"{file} is no config file: it is longer than {_LONGEST:,} bytes.")
        return tomli.loads(data.decode("utf-8"))
    except FileNotFoundError:
        if must_exist:
            raise ConfigError(f"There is no config file at {file}; check the path.") from None
        return {}
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} could not be read (byte {error.start} is no UTF-8).") from None
    except OSError as error:
        raise ConfigError(f"{file} could not be read ({error.strerror}).") from None
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {error}.") from None


def _put(values: dict[str, Any], keys: tuple[str, ...], value: str) -> None:
    for key in keys[:-1]:
        values = values.setdefault(key, {})
    values[keys[-1]] = value


def _check_keys(values: dict[str, Any], struct: type[msgspec.Struct], file: Path, prefix: str) -> None:
    fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
    for key, value in values.items():
        if key not in fields:
            near = get_close_matches(key, fields, 1)
            hint = f"did you mean {prefix}{near[0]}?" if near else f"known are {', '.join(fields)}."
            raise ConfigError(f"{file}: there is no setting {prefix}{key}; {hint}")
        inner = fields[key]
        if isinstance(value, dict) and isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            _check_keys(value, inner, file, f"{prefix}{key}.")


def _in_words(error: str) -> str:
    what, _, where = error.partition(" - at `$.")
    return f"{where.rstrip('`')}: {what[0].lower()}{what[1:]}." if where else f"{what}."
