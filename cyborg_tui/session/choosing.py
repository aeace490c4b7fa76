"""Which model is asked: the one that the settings name, else the one that was chosen last."""

import contextlib
import os
from pathlib import Path

import msgspec

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.engine import Engine
from cyborg_tui.engine.protocol import EngineEvent, Lost, Ready, Unavailable

__all__ = ["Choosing", "chosen_last"]

_FILE = "model"
_LONGEST_PATH = 4096


def chosen_last(config: EngineConfig, folder: Path) -> tuple[EngineConfig, str]:
    """The settings with the model that was chosen last, if they name none and it is still there; and a sentence if it
    is not. `folder`: the library's."""
    if config.model or config.command:
        return config, ""
    try:
        path = os.fsdecode((folder / _FILE).read_bytes()[:_LONGEST_PATH])
        is_there = not path or Path(path).is_file()
    except (OSError, ValueError):
        return config, ""
    if not is_there:
        return config, f"{Path(path).name} is not there any more, so the embedded model writes; F8 chooses another."
    return msgspec.structs.replace(config, model=path), ""


class Choosing:
    """Has another model loaded. Until it is there, one can go back to the one before; if it fails, that happens."""

    def __init__(self, engine: Engine, config: EngineConfig, folder: Path) -> None:
        self._engine, self._config, self._file = engine, config, folder / _FILE
        self._before: EngineConfig | None = None
        """What is gone back to; None if nothing is being chosen."""
        self._lent = False

    @property
    def model(self) -> str:
        """The path of the model that is there, or that is wanted; empty for the embedded one."""
        return self._config.model

    @property
    def under_way(self) -> bool:
        return self._before is not None

    @property
    def name(self) -> str:
        """The file's name of the model that is wanted."""
        return Path(self.model).name or "the embedded model"

    def choose(self, model: str) -> None:
        """Have this one loaded instead; empty for the embedded one."""
        if model != self._config.model or self.under_way or self._lent:
            self._before, self._lent = self._before or self._config, False
            self._use(msgspec.structs.replace(self._config, model=model))

    def cancel(self) -> bool:
        """Go back to the model before. False if none is being chosen."""
        if self._before is None:
            return False
        before, self._before = self._before, None
        self._use(before)
        return True

    def lend(self, model: str) -> None:
        """Have another model loaded in the place of the one that writes, for a while: nothing is chosen by that."""
        self._lent = True
        self._engine.load(msgspec.structs.replace(self._config, model=model))

    def take_back(self) -> None:
        """Have the model that writes again, if its place was lent."""
        if self._lent:
            self._lent = False
            self._engine.load(self._config)

    def hear(self, event: EngineEvent) -> None:
        """Everything the engine says comes in here."""
        if self._before is None:
            return
        match event:
            case Ready():
                self._before = None
                self._remember()
            case Unavailable() | Lost(again=False):
                self.cancel()
            case _:
                pass

    def _use(self, config: EngineConfig) -> None:
        self._config = config
        self._engine.load(config)

    def _remember(self) -> None:
        """What cannot be remembered is chosen again the next time."""
        unfinished = self._file.with_suffix(".part")
        with contextlib.suppress(OSError):
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(os.fsencode(self.model))
            unfinished.replace(self._file)
