"""Finding a pattern in a text, as a process of its own: a line of JSON in, a line of JSON out.

A regular expression can take longer than the world lasts, and Python cannot stop one that runs; the system can end a
process. This file is run by itself, without the rest of the app, so that it is there at once.
"""

import contextlib
import json
import re
import signal
import sys
from collections.abc import Iterator

_SECONDS = 1.0
"""Of the processor's time, until the process ends."""
_PATIENCE = 10.0
"""Of anybody's."""
_MEMORY = 1 << 30
"""Bytes it may have."""
_MOST = 100_000
"""Places that are told."""


def main() -> None:
    """Answer until the input ends. Ended by a signal when something takes too long."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    text = ""
    for line in sys.stdin:
        asked = json.loads(line)
        text = asked.get("text", text)
        signal.setitimer(signal.ITIMER_PROF, _SECONDS)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
        answer = _answer(text, asked["pattern"], asked["new"], asked["regex"])
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _answer(text: str, pattern: str, new: str, regex: bool) -> dict[str, object]:
    """The places: start, end and what is to stand there; or what is wrong with the pattern."""
    small = 0 if any(letter.isupper() for letter in pattern) else re.IGNORECASE
    try:
        found = re.compile(pattern if regex else re.escape(pattern), re.MULTILINE | small)
        places = list(_places(found, text, new, regex))
    except (re.error, IndexError, OverflowError, RecursionError, MemoryError) as error:
        return {"wrong": str(error) or type(error).__name__}
    return {"places": places}


def _places(found: "re.Pattern[str]", text: str, new: str, regex: bool) -> Iterator[tuple[int, int, str]]:
    for number, match in enumerate(found.finditer(text)):
        if number == _MOST:
            break
        yield match.start(), match.end(), match.expand(new) if regex else new


if __name__ == "__main__":
    main()
