"""What the worker does while nothing is asked of it: in small steps, so that a request hardly waits."""

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cyborg_tui.engine.kept import KeptCache
from cyborg_tui.engine.llama import NoNumbersError, NoRoomError
from cyborg_tui.engine.protocol import EngineEvent, FileHash, Widths
from cyborg_tui.engine.remembered import Remembered
from cyborg_tui.engine.resident import Interrupted, Resident
from cyborg_tui.engine.widths import WIDTHS

__all__ = ["Chores"]

_LEAVING = 0.3
"""Seconds that keeping may take at the end."""
_PIECE = 4 * 2**20
"""Bytes of the model's file that are hashed in one step."""


class Chores:
    """For one model. Done in this order: the next window, the widths, the hash of the model's file, the cache kept."""

    def __init__(
        self,
        resident: Resident,
        path: Path,
        say: Callable[[EngineEvent], None],
        kept: Path | None,
        at_work: Callable[[], Resident] | None = None,
    ) -> None:
        """`kept`: the file in which the cache is kept. `at_work`: the one that was asked for last, where what is
        steered has one of its own."""
        self._resident, self._path, self._say = resident, path, say
        self._at_work = at_work or (lambda: resident)
        self._remembered = Remembered()
        self._seconds: dict[int, float] = {}
        self._hashing: Iterator[None] = self._hash()
        self._to_do: Iterator[None] = iter(())
        self._tell_what_is_known()
        if kept is not None and not resident.model.exact:
            with contextlib.suppress(OSError):  # another window has it, or it cannot be written
                resident.keeping.file = KeptCache(kept, self._key_of_cache, resident.model.kept_at_most)

    def renew(self) -> None:
        """Something was asked for: there may be more to do now."""
        self._to_do = self._all()

    def do_a_step(self) -> bool:
        """False if there is nothing left to do."""
        try:
            return next(self._to_do, self) is not self
        except NoNumbersError:
            self._at_work().forget()
            self._resident.forget()
        except (Interrupted, NoRoomError, OSError):
            pass
        return True

    def _all(self) -> Iterator[None]:
        yield from self._at_work().prepare_next_window()
        yield from self._measure_widths()
        for _ in self._hashing:  # which goes on where it was if something is asked for meanwhile
            yield
        yield from self._resident.keep(to_the_end=False)

    def keep_all(self) -> None:
        """The person leaves: keep the rest of the cache, if that is soon done."""
        until = time.monotonic() + _LEAVING
        with contextlib.suppress(OSError):
            for _ in self._resident.keep(to_the_end=True):
                if time.monotonic() > until:
                    return

    def _tell_what_is_known(self) -> None:
        with contextlib.suppress(OSError):
            if digest := self._remembered.hash_of(self._path):
                self._say(FileHash(digest))
                self._hashing = iter(())
        self._seconds = dict(self._remembered.widths(self._key))
        if len(self._seconds) == len(WIDTHS):
            self._say(Widths(self._seconds))

    @property
    def _key(self) -> str:
        model = self._resident.model
        identity, how = model.identity, model.decoding
        settings = (identity.name, identity.size, identity.vocabulary, how.build, how.threads, how.gpu_layers)
        return " ".join(map(str, (*settings, how.cache_type, how.flash_attention)))

    @property
    def _key_of_cache(self) -> str:
        model, changed = self._resident.model, self._path.stat().st_mtime_ns
        return f"{self._key} {changed} {model.cells} {model.window} {model.decoding.machine}"

    def _measure_widths(self) -> Iterator[None]:
        """Once for a model and a machine; not where the width must stay as it is."""
        if self._resident.model.exact or len(self._seconds) == len(WIDTHS):
            return
        for width in WIDTHS:
            if width not in self._seconds:
                seconds = self._resident.time_step(width)
                if seconds is None:
                    return
                self._seconds[width] = seconds
                yield
        self._remembered.keep_widths(self._key, self._seconds)
        self._say(Widths(self._seconds))

    def _hash(self) -> Iterator[None]:
        digest = hashlib.sha256()
        with self._path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                yield
        self._remembered.keep_hash(self._path, digest.hexdigest())
        self._say(FileHash(digest.hexdigest()))
