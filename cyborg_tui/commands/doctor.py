"""The doctor: everything the app needs, looked at in turn."""

import asyncio
import os
import platform
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from cyborg_tui.actions import BadKeys, rebound
from cyborg_tui.config import Config
from cyborg_tui.engine.engine import engine_for
from cyborg_tui.engine.protocol import EngineEvent, Lost, Ready, Unavailable
from cyborg_tui.library import examination
from cyborg_tui.library.backups import Backups
from cyborg_tui.loom.fan import ModelIdentity
from cyborg_tui.terminal.kind import kind_of
from cyborg_tui.theme import load_theme

__all__ = ["Finding", "examine"]

_PATIENCE = 120
"""Seconds a model may take to load."""


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    ok: bool
    text: str


def examine(config: Config) -> list[Finding]:
    """What is well, and what to do about what is not."""
    return [
        _python(),
        _terminal(),
        _keys(config),
        _theme(config),
        *asyncio.run(_engine(config)),
        _folder(config.data),
        *_library(config.data),
    ]


def _python() -> Finding:
    return Finding("Python", sys.version_info >= (3, 10), f"{platform.python_version()}; 3.10 or later is needed")


def _terminal() -> Finding:
    term, colour = os.environ.get("TERM", ""), os.environ.get("COLORTERM", "")
    depth = "none (NO_COLOR)" if os.environ.get("NO_COLOR") else "true" if colour else "256" if "256" in term else "16"
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if encoding != "utf8":
        return Finding("terminal", False, f"its encoding is {encoding or 'unknown'}; set LANG to a UTF-8 locale")
    return Finding("terminal", True, f"{term or 'no TERM'}, colours: {depth}, UTF-8")


def _keys(config: Config) -> Finding:
    try:
        rebound(config.keys)
    except BadKeys as error:
        return Finding("keys", False, str(error))
    return Finding("keys", True, f"{len(config.keys)} bound anew" if config.keys else "as they come")


def _theme(config: Config) -> Finding:
    theme, wrong = load_theme(config.theme)
    less = "; ansi is shown here, for there are 16 colours" if kind_of().few_colours and not theme.plain else ""
    return Finding("theme", not wrong, wrong or f"{theme.name}{less}")


async def _engine(config: Config) -> list[Finding]:
    """Load the model in a worker, as the app does."""
    answered: asyncio.Future[EngineEvent] = asyncio.get_running_loop().create_future()

    def hear(event: EngineEvent) -> None:
        trying_again = isinstance(event, Lost) and event.again
        if isinstance(event, (Ready, Unavailable, Lost)) and not trying_again and not answered.done():
            answered.set_result(event)

    client = engine_for(config.engine, hear)
    await client.start()
    try:
        event = await asyncio.wait_for(answered, _PATIENCE)
    except asyncio.TimeoutError:
        return [Finding("model", False, f"it has not loaded in {_PATIENCE} s; try a smaller one")]
    finally:
        await client.close()
    if isinstance(event, Ready):
        return [
            Finding("engine", True, f"{event.build}, runs on {', '.join(event.devices)}"),
            Finding("model", True, f"{_named(event.model)}, window {event.window} tokens"),
        ]
    assert isinstance(event, (Unavailable, Lost))
    return [Finding("model", False, event.sentence)]


def _named(model: ModelIdentity) -> str:
    return f"{model.name} ({model.file})" if model.file else model.name


def _folder(data: Path) -> Finding:
    if not data.exists():
        there = next(above for above in data.absolute().parents if above.exists())
        if not os.access(there, os.W_OK | os.X_OK):
            return Finding("folder", False, f"{data} cannot be made in {there}; name another folder with --data-dir")
        return Finding("folder", True, f"{data} will be made")
    if not os.access(data, os.W_OK):
        return Finding("folder", False, f"{data} cannot be written in; check its permissions")
    if stat.S_IMODE(data.stat().st_mode) & 0o077:
        return Finding("folder", False, f"others can read {data}; chmod 700 it")
    return Finding("folder", True, f"{data}, yours alone")


def _library(data: Path) -> list[Finding]:
    file = data / "library.db"
    backups = Backups(file)
    if not file.exists() and not backups.all():
        return [Finding("library", True, "none yet; the first start makes it")]
    found = examination.examine(file)
    mend = " `cyborg-tui doctor --mend` sets it aside and makes a new one of what can be read."
    looms = f"{found.looms} loom{'' if found.looms == 1 else 's'}"
    text = " ".join(found.faults) + mend if found.faults else f"{looms}, all sound"
    return [Finding("library", not found.faults, text), *([] if found.faults else [_index(file)]), _backups(backups)]


def _index(file: Path) -> Finding:
    if examination.is_indexed(file):
        return Finding("search", True, "everything is in the index")
    return Finding("search", True, "not everything is in the index yet: the app goes on with it, or `doctor --mend`")


def _backups(backups: Backups) -> Finding:
    there = backups.all()
    if not there:
        return Finding("backups", True, "none yet; one is made each day")
    bad = [f"{backup}: {problem}" for backup in there if (problem := backups.problem(backup))]
    newest = f"{len(there)}, the newest of {there[0]}"
    return Finding("backups", not bad, f"{newest}; {'; '.join(bad)}" if bad else newest)
