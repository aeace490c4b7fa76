"""Named frames: TOML files in a folder, to be used in any loom and handed on."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import tomli

from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.settings import BadSetting

__all__ = ["BadFrameFile", "NamedFrames", "frame_from_toml", "frame_from_values", "frame_to_toml"]

_LEFT_OUT = ("settings",)
"""Keys of a frame that a file does not hold: a preset says by its name how fans are made."""
_LONGEST_NAME = 80

Find = Callable[[str], Frame]
"""The frame with a name."""


class BadFrameFile(Exception):
    """A named frame that cannot be read or written; the message names the file and what is wrong."""


class NamedFrames:
    """Those in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def names(self) -> list[str]:
        with suppress(OSError):
            return sorted(file.stem for file in self._folder.glob("*.toml"))
        return []

    def read(self, name: str) -> Frame:
        """Raises BadFrameFile."""
        return self._read(name, self.layout)

    def layout(self, name: str) -> Frame:
        """What of a frame can be read together with another. Raises BadFrameFile."""
        return self._read(name, None).layout

    def _read(self, name: str, find: Find | None) -> Frame:
        file = self._file(name)
        try:
            return frame_from_toml(file.read_text("utf-8"), find)
        except (OSError, UnicodeDecodeError) as error:
            raise BadFrameFile(f"{file} could not be read ({error}).") from None
        except (tomli.TOMLDecodeError, msgspec.ValidationError, BadSetting) as error:
            wrong = str(error).replace(" - at `$.", " (").replace("`", ")")
            raise BadFrameFile(f"{file}: {wrong}.") from None

    def save(self, name: str, frame: Frame) -> Path:
        """Write it, over one of the same name; only the person can read it. Raises BadFrameFile."""
        file = self._file(name)
        unfinished = file.with_suffix(".toml.new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as new:
                new.write(frame_to_toml(frame))
                new.flush()
                os.fsync(new.fileno())
            unfinished.replace(file)
        except OSError as error:
            raise BadFrameFile(f"{file} could not be written ({error.strerror}).") from None
        return file

    def _file(self, name: str) -> Path:
        """Raises BadFrameFile for what can be no file's name."""
        if not name or len(name) > _LONGEST_NAME or name.startswith(".") or set(name) & set('/\\\0\n"'):
            raise BadFrameFile(f"“{name}” cannot be the name of a frame; letters, digits and spaces can.")
        return self._folder / f"{name}.toml"


def frame_from_toml(text: str, find: Find | None = None) -> Frame:
    """`find`: a frame that is named in it and not written there; None: those are left out. Raises
    tomli.TOMLDecodeError, msgspec.ValidationError, BadSetting, and what `find` raises."""
    values = tomli.loads(text)
    known = {field.name for field in fields(Frame)} - set(_LEFT_OUT)
    for key in values:
        if key not in known:
            raise msgspec.ValidationError(f"there is no key {key}; there are {', '.join(sorted(known))}")
    return frame_from_values(values, find)


def frame_from_values(values: dict[str, Any], find: Find | None = None) -> Frame:
    """As `frame_from_toml`, of what TOML has read."""
    for part in _only_named(values):
        part["frame"] = msgspec.to_builtins(find(part["name"])) if find is not None else {}
    return msgspec.convert(values, Frame)


def _only_named(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The frames that are read together with one, of which no more than the name is written."""
    blend = values.get("blend")
    blended = [one.get("frame") for one in blend if isinstance(one, dict)] if isinstance(blend, list) else []
    for part in (values.get("against"), *blended):
        if isinstance(part, dict) and isinstance(part.get("name"), str) and "frame" not in part:
            yield part


def frame_to_toml(frame: Frame) -> str:
    """What `frame_from_toml` reads. Entries of lists are tables of their own, so they come last."""
    said = {key: value for key, value in _said(msgspec.to_builtins(frame)).items() if key not in _LEFT_OUT}
    steering = said.pop("steering", None)
    tables = {key: said.pop(key) for key in ("lore", "blend") if said.get(key)}
    tables |= {f"steering.{key}": entries for key, entries in (steering or {}).items()}
    lines = [f"{key} = {_value(value)}" for key, value in said.items()]
    if steering is not None and not any(steering.values()):
        lines.append("steering = {}")
    for table, entries in tables.items():
        for entry in entries:
            lines += ["", f"[[{table}]]", *(f"{key} = {_value(value)}" for key, value in entry.items())]
    return "\n".join(lines) + "\n"


def _said(value: Any) -> Any:
    """Without the keys that say nothing."""
    match value:
        case dict():
            return {key: _said(one) for key, one in value.items() if one is not None}
        case list() | tuple():
            return [_said(one) for one in value]
    return value


def _value(value: object) -> str:
    """JSON's strings, numbers and truth values are TOML's, but for DEL, which TOML wants escaped."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
