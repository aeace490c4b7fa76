"""Process files: named steps in TOML. What is wrong in one is said with its file, line and step."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import msgspec
import tomli

from cyborg_tui.fan_settings import FanConfig
from cyborg_tui.frames import BadFrameFile, NamedFrames, frame_from_values
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.process import BadProcess, Process, Step, Wait, Wanted, check
from cyborg_tui.loom.settings import BadSetting
from cyborg_tui.presets import BadPreset, preset_named

__all__ = ["BadProcessFile", "Listed", "list_processes", "own_folder", "read_process", "save_own"]

SHIPPED = Path(__file__).parent
_LONGEST = 1 << 18
"""Bytes of a file."""
_HEADER = re.compile(r"^\s*\[\[\s*step\s*\]\]", re.MULTILINE)
_WAITS = {wait.value: wait for wait in Wait if wait is not Wait.NOTHING}


class BadProcessFile(Exception):
    """The message names the file, the line and the step, and says what there is."""


class _Step(msgspec.Struct, forbid_unknown_fields=True):
    """`[[step]]`: what each key means stands with `loom.process.Step`, and in docs/processes.md."""

    name: str = ""
    insert: str = ""
    frame: dict[str, Any] = {}
    fan: str | dict[str, Any] | None = None
    choose: str = ""
    write: str = ""
    ask: str = ""
    offer: str = ""
    into: str = ""
    options: dict[str, str] = {}
    bookmark: bool = False
    tag: str = ""
    times: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    then: str = ""
    rounds: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A process file. One that cannot be used has no process, and says why."""

    name: str
    file: Path
    own: bool
    """Whether it is the person's."""
    process: Process | None = None
    problem: str = ""


def own_folder(config_folder: Path) -> Path:
    """Where the person's processes are."""
    return config_folder / "processes"


def list_processes(config_folder: Path, fans: FanConfig) -> list[Listed]:
    """All there are, by name; the person's own instead of one of the same name that comes with the app. `fans`: the
    settings on which those of a step stand."""
    files = {file.stem: (file, False) for file in sorted(SHIPPED.glob("*.toml"))}
    files |= {file.stem: (file, True) for file in sorted(own_folder(config_folder).glob("*.toml"))}
    return [_listed(file, own, config_folder, fans) for _, (file, own) in sorted(files.items())]


def _listed(file: Path, own: bool, config_folder: Path, fans: FanConfig) -> Listed:
    try:
        return Listed(_name(file), file, own, read_process(file, config_folder, fans))
    except BadProcessFile as error:
        return Listed(_name(file), file, own, problem=str(error))


def read_process(file: Path, config_folder: Path, fans: FanConfig) -> Process:
    """Raises BadProcessFile. `config_folder`: where the person's presets and frames are."""
    text = _text(file)
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise BadProcessFile(f"{file.name}: {error}.") from None
    try:
        about, steps = _tables(values)
        made = [_step(at, table, config_folder, fans) for at, table in enumerate(steps)]
        check(made)
    except BadProcess as error:
        raise BadProcessFile(f"{file.name}{_place(text, error)}: {error}.") from None
    return Process(_name(file), about, tuple(made))


def _name(file: Path) -> str:
    return file.stem.replace("-", " ")


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(_LONGEST + 1)
    except OSError as error:
        raise BadProcessFile(f"{file} could not be read ({error.strerror}).") from None
    if len(data) > _LONGEST:
        raise BadProcessFile(f"{file.name} is no process: it is longer than {_LONGEST:,} bytes.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadProcessFile(f"{file.name} could not be read (byte {error.start} is no UTF-8).") from None


def _tables(values: dict[str, Any]) -> tuple[str, Sequence[object]]:
    """What it is about, and its steps."""
    for key in values:
        if key not in ("about", "step"):
            raise BadProcess(f"there is no {key}; a process has about, and [[step]] again and again")
    about, steps = values.get("about", ""), values.get("step", [])
    if not isinstance(about, str):
        raise BadProcess("about must be text")
    if not isinstance(steps, list):
        raise BadProcess("its steps must be written [[step]], with two brackets")
    return about, steps


def _step(at: int, table: object, config_folder: Path, fans: FanConfig) -> Step:
    """Raises BadProcess."""
    if not isinstance(table, dict):
        raise BadProcess("a step must be a table", at)
    for key in table:
        if key not in _Step.__struct_fields__:
            near = get_close_matches(key, _Step.__struct_fields__, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_Step.__struct_fields__)}"
            raise BadProcess(f"there is no step {key}; {hint}", at, key)
    try:
        given = msgspec.convert(table, _Step)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        key = re.split(r"[.\[`]", where)[0]
        raise BadProcess(f"{key}: {what[:1].lower()}{what[1:]}", at, key) from None
    wait = _wait(at, given)
    says = str(getattr(given, wait.value)) if wait is not Wait.NOTHING else ""
    fan = None if given.fan is None else Wanted(_fan(at, given.fan, config_folder, fans))
    kept = {name: getattr(given, name) for name in _SAME}
    return Step(
        given.name or f"step {at + 1}",
        frame=_frame(at, given.frame, NamedFrames(config_folder / "frames")) if given.frame else None,
        fan=fan,
        wait=wait,
        says=says,
        options=tuple(given.options.items()),
        **kept,
    )


_FRAME = tuple(field.name for field in fields(Frame) if field.name not in ("preset", "settings"))
_SAME = ("insert", "into", "bookmark", "tag", "times", "then", "rounds", "otherwise")
"""Keys that the file and the step have in common."""


def _wait(at: int, given: _Step) -> Wait:
    waits = [wait for key, wait in _WAITS.items() if getattr(given, key)]
    if len(waits) > 1:
        raise BadProcess(f"a step waits for one thing: {waits[0].value} or {waits[1].value}", at, waits[1].value)
    wait = waits[0] if waits else Wait.NOTHING
    for key, needed in (("into", Wait.ANSWER), ("options", Wait.OPTION)):
        if bool(getattr(given, key)) != (wait is needed):
            said = f"{needed.value} needs {key}" if wait is needed else f"{key} goes with {needed.value}"
            raise BadProcess(said, at, needed.value if wait is needed else key)
    if given.into and not given.into.isidentifier():
        raise BadProcess(f"into: {given.into} cannot be a field; letters, digits and _ make one", at, "into")
    return wait


def _frame(at: int, given: dict[str, Any], named: NamedFrames) -> Frame:
    """Keys of a frame, but for the sampler settings, which are the fan's. `named`: others that are read together with
    it."""
    for key in given:
        if key not in _FRAME:
            raise BadProcess(f"frame: there is no {key}; there are {', '.join(_FRAME)}", at, "frame")
    try:
        return frame_from_values(given, named.layout)
    except (msgspec.ValidationError, BadSetting, BadFrameFile) as error:
        said = str(error).replace(" - at `$.", " (").replace("`", ")").rstrip(".")
        raise BadProcess(f"frame: {said[:1].lower()}{said[1:]}", at, "frame") from None


def _fan(at: int, given: str | dict[str, Any], config_folder: Path, fans: FanConfig) -> Any:
    """The settings of a step's fan: a preset, or keys of `[fan]`; None for those in force."""
    keys = {"preset": given} if isinstance(given, str) else dict(given)
    if not any(keys.values()):
        return None
    name = keys.pop("preset", "")
    try:
        preset = preset_named(name, config_folder).values if name else {}
        base = fans.drawn_by(preset) if name else fans
        return msgspec.convert({**msgspec.to_builtins(base), **keys}, FanConfig).settings()
    except (BadPreset, BadSetting, msgspec.ValidationError) as error:
        said = str(error).replace(" - at `$.", " (").replace("`", ")").rstrip(".")
        raise BadProcess(f"fan: {said[:1].lower()}{said[1:]}", at, "fan") from None


def _place(text: str, error: BadProcess) -> str:
    """Line and step of what is wrong, as far as they can be told."""
    if error.step is None:
        return ""
    headers = [match.start() for match in _HEADER.finditer(text)]
    if error.step >= len(headers):
        return f", step {error.step + 1}"
    begin = headers[error.step]
    end = headers[error.step + 1] if error.step + 1 < len(headers) else len(text)
    key = re.search(rf"^\s*(?:\[+step\.)?{re.escape(error.key)}\s*[=.\]]", text[begin:end], re.MULTILINE)
    at = begin + (key.end() if key and error.key else 0)
    return f", line {text.count(chr(10), 0, at) + 1} (step {error.step + 1})"


def save_own(config_folder: Path, file: Path, text: str) -> Path:
    """Keep an edited process as the person's own, under the name it had. Raises BadProcessFile."""
    kept = own_folder(config_folder) / file.name
    unfinished = kept.with_suffix(".part")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(text.encode("utf-8", "surrogateescape"))
        unfinished.replace(kept)
    except OSError as error:
        raise BadProcessFile(f"{kept} could not be written ({error.strerror}).") from None
    return kept
