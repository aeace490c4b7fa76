"""What the worker was asked for, in turn; and whether that ends what it is at."""

import queue
import threading

from cyborg_tui.engine.halt import Halt
from cyborg_tui.engine.protocol import MakeVector, Request, Work

__all__ = ["Inbox"]


class Inbox:
    """Filled by one thread, emptied by another."""

    def __init__(self) -> None:
        self._requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._at: Request | None = None
        """What is being answered."""
        self.halt = Halt()
        """Set when a batch under way is of no use any more."""

    def put(self, request: Request) -> None:
        with self._lock:
            self._requests.put(request)
            self._wanted.set()
            if not _goes_on(self._at, request):
                self.halt.set()

    def next(self, timeout: float | None = None) -> Request:
        """Raises queue.Empty after so many seconds."""
        with self._lock:
            self._at = None
        request = self._requests.get(timeout=timeout)
        with self._lock:
            self._at = request
            if self._requests.empty():
                self._wanted.clear()
                self.halt.clear()
        return request

    @property
    def waiting(self) -> bool:
        return not self._requests.empty()

    def wanted(self) -> bool:
        """Whether there is something to do since what is being answered was taken out."""
        return self._wanted.is_set()


def _goes_on(at: Request | None, request: Request) -> bool:
    """Whether a request needs all of the text that is being read for the one that is being answered."""
    before, after = _text(at), _text(request)
    return before is not None and after is not None and after.startswith(before)


def _text(request: Request | None) -> bytes | None:
    if not isinstance(request, Work) or isinstance(request, MakeVector):
        return None
    return b"".join(segment.text for segment in request.context)
