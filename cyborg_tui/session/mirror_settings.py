"""What the person wants of the mirror: which warnings are silent, and whether fans are blind."""

import contextlib
import os
from pathlib import Path

import msgspec

from cyborg_tui.config import MirrorConfig
from cyborg_tui.loom.mirror.warnings import WarningKind

__all__ = ["MirrorSettings"]

_NAME = "mirror"
_LONGEST = 4096


class _Kept(msgspec.Struct):
    silent: tuple[str, ...] = ()
    blind: bool | None = None


class MirrorSettings:
    """The settings, with what was changed on the mirror, which is kept in a private file. What cannot be kept holds
    until the app ends."""

    def __init__(self, config: MirrorConfig, folder: Path) -> None:
        """`folder`: the library's."""
        self.config = config
        self._file = folder / _NAME
        kept = self._read()
        self.silent = set(config.silent) if kept is None else set(kept.silent)
        self.blind = config.blind if kept is None or kept.blind is None else kept.blind

    def speaks(self, warning: WarningKind) -> bool:
        """Whether this kind of warning is shown."""
        return warning.value not in self.silent

    def silence(self, warning: WarningKind) -> bool:
        """Show this kind of warning no more, or again. Returns whether it is shown now."""
        self.silent ^= {warning.value}
        self._keep()
        return self.speaks(warning)

    def make_blind(self, blind: bool) -> None:
        """Whether the next fans are blind."""
        self.blind = blind
        self._keep()

    def _read(self) -> _Kept | None:
        try:
            return msgspec.json.decode(self._file.read_bytes()[:_LONGEST], type=_Kept)
        except (OSError, msgspec.MsgspecError, ValueError):
            return None

    def _keep(self) -> None:
        part = self._file.with_suffix(".part")
        with contextlib.suppress(OSError):
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(_Kept(tuple(sorted(self.silent)), self.blind)))
            part.replace(self._file)
