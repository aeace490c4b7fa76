"""Writes to the terminal from a thread of its own, so that nobody else ever waits on the line."""

import contextlib
import os
import select
import termios
import threading
import time
from collections import deque

__all__ = ["Writer"]

_CHUNK = 1024
"""Bytes handed to the system at once: small, so that it is known how many it has not taken."""
_GLANCE = 0.1
"""Seconds after which a writer that waits on the line sees whether it is still to wait."""


class Writer:
    """Takes any number of bytes at once and writes them in order."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._waits = _opened_again(descriptor)
        self._queue: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._unwritten = 0
        self._ending = False
        self._broken = False
        self._thread = threading.Thread(target=self._run, name="terminal-output", daemon=True)
        self._thread.start()

    @property
    def unwritten(self) -> int:
        """Bytes that the system has not taken yet."""
        return self._unwritten

    def write(self, data: bytes) -> None:
        with self._changed:
            if self._broken or self._ending:
                return
            self._queue.append(data)
            self._unwritten += len(data)
            self._changed.notify()

    def close(self, patience: float, restore: bytes) -> None:
        """Write what is left and end. If the line takes none of it for so many seconds, that and what the system still
        holds is dropped, and `restore` is written in its place, for when the terminal reads again."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        left, since = self._unwritten, time.monotonic()
        while self._thread.is_alive() and time.monotonic() - since < patience:
            self._thread.join(0.02)
            if self._unwritten != left:
                left, since = self._unwritten, time.monotonic()
        if self._thread.is_alive():
            self._break()
            self._thread.join(3 * _GLANCE)
            with contextlib.suppress(OSError, termios.error):
                termios.tcflush(self._descriptor, termios.TCOFLUSH)
                if not self._waits:
                    os.write(self._descriptor, restore)
        if not self._waits:
            os.close(self._descriptor)

    def _break(self) -> None:
        with self._changed:
            self._broken, self._unwritten = True, 0
            self._queue.clear()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._ending:
                    self._changed.wait()
                data = b"".join(self._queue)
                self._queue.clear()
            if not data:
                break
            self._write(data)

    def _write(self, data: bytes) -> None:
        """Wait until the system has taken all of it, or nothing more is to be written."""
        while data and not self._broken:
            if not self._waits and not select.select([], [self._descriptor], [], _GLANCE)[1]:
                continue
            try:
                taken = os.write(self._descriptor, data[:_CHUNK])
            except BlockingIOError:
                continue
            except OSError:
                self._break()
                return
            data = data[taken:]
            with self._changed:
                self._unwritten -= taken


def _opened_again(descriptor: int) -> tuple[int, bool]:
    """The terminal opened once more, so that a write to it never waits, while it does for other programs that have it;
    the same descriptor, and True, where that cannot be done."""
    try:
        return os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC), False
    except OSError:
        return descriptor, True
