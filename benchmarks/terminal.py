"""A program in a real pseudo-terminal, recorded: every key and every byte with its time, shown to a screen afterwards.

While it records it only reads and notes the time, so that the cost of a terminal's own drawing is in no figure.
"""

import os
import re
import select
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.terminal import KEYS, Terminal

__all__ = ["COMMAND", "Happening", "Home", "Recorder"]

_SCRIPT = Path(sys.executable).with_name("cyborg-tui")
COMMAND = (str(_SCRIPT),) if _SCRIPT.exists() else (sys.executable, "-m", "cyborg_tui")
COLUMNS, ROWS = 120, 40
_PRIVATE = re.compile(rb"\x1b\[[<=>?][0-?]*[ -/]*[@-~]|\x1b\].*?(?:\x07|\x1b\\)|\x1bP.*?\x1b\\", re.DOTALL)
"""What pyte takes for text, apart from what shows and hides the cursor, which no figure needs."""
_QUESTION = b"\x1b[5n"
_WHOLE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P].*?(?:\x07|\x1b\\)|[ -/]+[0-~]|[0-OQ-Z\\^-~])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Happening:
    """A key that was pressed, or bytes that arrived."""

    at: float
    """In seconds, as time.monotonic() counts them, which is the same in all processes."""
    key: str = ""
    data: bytes = b""


class Home:
    """A folder that stands for a person's home, so that nobody's own settings and looms are touched."""

    def __init__(self, config: str = "") -> None:
        self.path = Path(tempfile.mkdtemp(prefix="cyborg-tui-"))
        (self.path / "config.toml").write_text(config, "utf-8")
        self.environment = {
            "HOME": str(self.path),
            "XDG_CONFIG_HOME": str(self.path / "config"),
            "XDG_DATA_HOME": str(self.path / "data"),
            "XDG_CACHE_HOME": str(self.path / "cache"),
            "CYBORG_TUI_CONFIG": str(self.path / "config.toml"),
            "CYBORG_TUI_DATA_DIR": str(self.path / "library"),
            "CYBORG_TUI_MODEL": "",
            "CYBORG_TUI_THEME": "",
            "PYTHONDONTWRITEBYTECODE": "",  # else every start would compile the app
        }
        os.environ.pop("NO_COLOR", None)  # set to nothing, it counts as set

    def __enter__(self) -> "Home":
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class Recorder(Terminal):
    """A terminal of 120×40. `record` presses keys; `replay` then shows what came, step by step."""

    def __init__(self, command: Iterable[object], home: Home) -> None:
        self._rest = self._heard = b""
        super().__init__(tuple(map(str, command)), COLUMNS, ROWS, home.environment, home.path, answers=False)

    def read(self, seconds: float = 0.05) -> bool:
        """Take in what arrives within so many seconds. False at the end of the output."""
        end = time.monotonic() + seconds
        while (happening := self._next(end)) is not None:
            self._feed(happening.data)
            if not happening.data:
                return False
        return True

    def settle(self, quiet: float = 0.5, patience: float = 20) -> None:
        """Read until nothing has come for so long."""
        end = time.monotonic() + patience
        while time.monotonic() < end and (happening := self._next(time.monotonic() + quiet)) is not None:
            self._feed(happening.data)

    def record(self, presses: Iterable[tuple[float, str]], after: float = 0.5) -> list[Happening]:
        """Press keys, each so many seconds after the one before, whether or not the program has answered."""
        found: list[Happening] = []
        due = time.monotonic()
        for pause, key in presses:
            due += pause
            found += self._until(due)
            data = KEYS.get(key, key).encode()
            found.append(Happening(time.monotonic(), key))
            os.write(self._fd, data)
        return found + self._until(due + after)

    def replay(self, happenings: Iterable[Happening]) -> Iterator[Happening]:
        """Each in turn, once the screen shows it."""
        for happening in happenings:
            self._feed(happening.data)
            yield happening

    def quit(self) -> None:
        """End the app as a person does. It sees its engine end, whose time then counts as ours, not as others'."""
        self.send("Ctrl+Q")
        self.wait_for_end()

    def processor_seconds(self) -> float | None:
        """How long the program has run on a processor, in all its threads."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def before(self, x: int, y: int) -> str:
        """What stands in row `y` before column `x`."""
        row = self._screen.buffer[y]
        return "".join(row[i].data for i in range(x))

    def reversed_cell(self) -> tuple[int, int] | None:
        """The first cell in reverse video: where an app that draws its own cursor has it."""
        for y in range(ROWS):
            row = self._screen.buffer[y]
            for x in range(COLUMNS):
                if row[x].reverse:
                    return x, y
        return None

    def _until(self, end: float) -> list[Happening]:
        found = []
        while (happening := self._next(end)) is not None:
            if not happening.data:
                raise RuntimeError(f"the program ended:\n{self.screen}")
            found.append(happening)
        return found

    def _next(self, end: float) -> Happening | None:
        """The next bytes that arrive before `end`; none at all at the end of the output."""
        left = end - time.monotonic()
        if left <= 0 or not select.select([self._fd], [], [], left)[0]:
            return None
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            data = b""
        heard = self._heard + data  # whether it is there: answered when read, as it is shown later
        os.write(self._fd, b"\x1b[0n" * heard.count(_QUESTION))
        self._heard = heard[1 - len(_QUESTION) :]
        return Happening(time.monotonic(), data=data)

    def _feed(self, data: bytes) -> None:
        """Show bytes, but for a sequence that is not whole yet."""
        data = self._rest + data
        last = data.rfind(b"\x1b")
        cut = len(data) if last < 0 or _WHOLE.match(data, last) else last
        self._rest = data[cut:]
        self._stream.feed(_PRIVATE.sub(b"", data[:cut]))
