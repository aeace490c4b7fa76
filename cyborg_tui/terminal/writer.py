"""Writes to the terminal from a thread of its own, so that nobody else ever waits on the line."""

import os
import threading
import time
from collections import deque

__all__ = ["Writer"]

_CHUNK = 1024
"""Bytes handed to the system at once: small, so that it is known how many it has not taken."""


class Writer:
    """Takes any number of bytes at once and writes them in order."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
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

    def close(self, patience: float) -> bool:
        """Write what is left and end. False if the line took none of it for so many seconds: the rest is dropped."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        left, since = self._unwritten, time.monotonic()
        while self._thread.is_alive() and time.monotonic() - since < patience:
            self._thread.join(0.05)
            if self._unwritten != left:
                left, since = self._unwritten, time.monotonic()
        if not self._thread.is_alive():
            return not self._broken
        with self._changed:
            self._broken = True
            self._queue.clear()
        return False

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._ending:
                    self._changed.wait()
                if not self._queue:
                    return
                data = b"".join(self._queue)
                self._queue.clear()
            for at in range(0, len(data), _CHUNK):
                if not self._write(data[at : at + _CHUNK]):
                    return

    def _write(self, data: bytes) -> bool:
        """Wait until the system has taken it. False if nothing more is to be written."""
        while data:
            if self._broken:
                return False
            try:
                taken = os.write(self._descriptor, data)
            except BlockingIOError:
                time.sleep(0.01)
                continue
            except OSError:
                with self._changed:
                    self._broken, self._unwritten = True, 0
                    self._queue.clear()
                return False
            data = data[taken:]
            with self._changed:
                self._unwritten -= taken
        return True
