"""Finding and replacing in a text, with regular expressions that cannot hang the app."""

import contextlib
import json
import subprocess
import sys
import threading
from pathlib import Path

import msgspec

from cyborg_tui.loom.editing import Edit

__all__ = ["BadPattern", "Matcher"]

_HELPER = Path(__file__).with_name("matching.py")


class BadPattern(Exception):
    """Nothing can be found with this; the message says why."""


class _Answer(msgspec.Struct):
    places: list[tuple[int, int, str]] = []
    wrong: str = ""


class Matcher:
    """Asks a process of its own, which ends by itself when a pattern takes longer than a second; the next question gets
    another one. May be used from any thread."""

    def __init__(self) -> None:
        self._helper: subprocess.Popen[bytes] | None = None
        self._text: str | None = None
        """What the process knows already."""
        self._lock = threading.Lock()

    def find(self, text: str, pattern: str, new: str = "", *, regex: bool = False) -> list[Edit]:
        """What to do to have `new` in place of every match; capitals count if the pattern has any. In a regular
        expression `^` and `$` are the ends of lines, and `new` may name groups. Raises BadPattern."""
        if not pattern:
            return []
        with self._lock:
            question: dict[str, object] = {"pattern": pattern, "new": new, "regex": regex}
            if self._helper is None or text != self._text:
                question["text"] = self._text = text
            answer = self._ask(_json(question))
        if answer.wrong:
            raise BadPattern(f"This is no regular expression: {answer.wrong}.")
        return [Edit(*place) for place in answer.places]

    def close(self) -> None:
        with self._lock:
            self._end()

    def _ask(self, question: bytes) -> _Answer:
        helper = self._helper = self._helper or subprocess.Popen(
            [sys.executable, "-I", "-S", str(_HELPER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert helper.stdin is not None
        assert helper.stdout is not None
        line = b""
        with contextlib.suppress(OSError):  # it has ended
            helper.stdin.write(question + b"\n")
            helper.stdin.flush()
            line = helper.stdout.readline()
        if not line:
            self._end()
            raise BadPattern("This takes too long to find; try a simpler pattern.")
        return msgspec.convert(json.loads(line), _Answer)

    def _end(self) -> None:
        helper, self._helper, self._text = self._helper, None, None
        if helper is not None:
            helper.kill()
            for pipe in (helper.stdin, helper.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            helper.wait()


def _json(question: dict[str, object]) -> bytes:
    """In ASCII: lone surrogates survive so, and no line ends within."""
    return json.dumps(question).encode("ascii")
