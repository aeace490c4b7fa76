"""Regular expressions that cannot hang the app, for short texts and without a process of their own."""

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import FrameType

__all__ = ["BadExpression", "occurs"]

_SECONDS = 0.05
"""What one expression may take on the text near the cursor."""


class BadExpression(Exception):
    """Nothing can be found with this; the message says why."""


class _TooLong(Exception):
    pass


def occurs(pattern: str, text: str) -> bool:
    """Whether a regular expression occurs in a text. Raises BadExpression, also where that takes too long."""
    found = _compiled(pattern)
    try:
        with _in_time():
            return found.search(text) is not None
    except _TooLong:
        raise BadExpression(f"The expression {pattern} takes too long; a simpler one may do.") from None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> "re.Pattern[str]":
    try:
        return re.compile(pattern, re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadExpression(f"{pattern} is no regular expression: {error}.") from None


@contextmanager
def _in_time() -> Iterator[None]:
    """Python looks for signals while it matches; only the main thread hears them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
