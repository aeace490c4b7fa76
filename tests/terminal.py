"""A program in a real pseudo-terminal, its screen read as a terminal would show it."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import threading
import time

import pyte
from wcwidth import wcwidth

APP = (sys.executable, "-m", "cyborg_tui")
KEYS = {
    "Tab": "\t",
    "Enter": "\r",
    "Esc": "\x1b",
    "Up": "\x1b[A",
    "Down": "\x1b[B",
    "Right": "\x1b[C",
    "Left": "\x1b[D",
    "Alt+Down": "\x1b[1;3B",
    "Alt+Up": "\x1b[1;3A",
    "Alt+Right": "\x1b[1;3C",
    "Alt+Left": "\x1b[1;3D",
    "Home": "\x1b[H",
    "End": "\x1b[F",
    **{f"F{i}": f"\x1bO{letter}" for i, letter in enumerate("PQRS", 1)},
    **{f"F{i}": f"\x1b[{code}~" for i, code in enumerate((15, 17, 18, 19, 20, 21, 23, 24), 5)},
    "Backspace": "\x7f",
    **{f"Ctrl+{chr(65 + i)}": chr(1 + i) for i in range(26)},
}
# pyte takes the parameters of private sequences it does not know for text
_UNKNOWN = re.compile(rb"\x1b\[[<=>?][0-9;]*[a-zA-Z]?(?:\$[a-z])?|\x1b\[\?[0-9;]*\$p|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_WHOLE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P].*?(?:\x07|\x1b\\)|[ -/]+[0-~]|[0-OQ-Z\\^-~])", re.DOTALL)


class Screen(pyte.Screen):
    """Answers when it is asked whether it is there, as terminals do."""

    def __init__(self, columns, rows, answer):
        super().__init__(columns, rows)
        self._answer = answer

    def write_process_input(self, data):
        self._answer(data.encode())

    def report_device_status(self, mode=0, **options):
        if mode == 5:  # where the cursor is, the app never asks
            super().report_device_status(mode)


class Terminal:
    """`send` types, `screen` is what stands there, `raw` every byte that was sent."""

    def __init__(self, command=APP, columns=120, rows=34, environment=None, folder=None, answers=True):
        self.raw = b""
        self._screen = Screen(columns, rows, self._answer if answers else lambda data: None)
        self._stream = pyte.ByteStream(self._screen)
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        variables = {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environment or {})}
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            if folder:
                os.chdir(folder)
            os.execvpe(command[0], list(map(str, command)), variables)
        self.resize(columns, rows)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def resize(self, columns, rows):
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen.resize(rows, columns)

    def send(self, *keys):
        """Names of keys, or text."""
        for key in keys:
            os.write(self._fd, KEYS.get(key, key).encode())

    def _answer(self, data):
        with contextlib.suppress(OSError):  # the program may have ended meanwhile
            os.write(self._fd, data)

    def read(self, seconds=0.05):
        """Take in what arrives within so many seconds. False at the end of the output."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self._fd], [], [], left)[0]:
                break
            try:
                data = os.read(self._fd, 1 << 16)
            except OSError:
                return False
            if not data:
                return False
            self.raw += data
            self._stream.feed(_UNKNOWN.sub(b"", data))
        return True

    @property
    def screen(self):
        return "\n".join(self._row(self._screen.buffer[row]).rstrip() for row in range(self._screen.lines))

    def _row(self, cells):
        """Its letters; where the first half of a wide one was written over the second is blank, as in a terminal."""
        row, wide = "", False
        for column in range(self._screen.columns):
            letter = cells[column].data
            if not wide:
                row += letter or " "
            wide = not wide and bool(letter) and wcwidth(letter[0]) == 2
        return row

    @property
    def cursor(self):
        return self._screen.cursor.x, self._screen.cursor.y

    def wait_for(self, what, seconds=15):
        """Read until the screen shows a text, or what a function of it says."""
        shows = what if callable(what) else lambda screen: what in screen
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            alive = self.read(0.05)
            if shows(self.screen):
                return self.screen
            if not alive:
                break
        raise AssertionError(f"waited in vain for {what!r}:\n{self.screen}")

    def press_until(self, what, key, times=4):
        """Press a key, again each second until the screen shows what it must; a busy machine may paint late, and a key
        does nothing to what is not painted yet."""
        for _ in range(times - 1):
            self.send(key)
            end = time.monotonic() + 1
            while time.monotonic() < end:
                self.read(0.05)
                if what(self.screen):
                    return self.screen
        self.send(key)
        return self.wait_for(what, 2)

    def settle(self, quiet=0.2):
        """The screen, once nothing more has been sent for so many seconds."""
        size = -1
        while size != len(self.raw):
            size = len(self.raw)
            self.read(quiet)
        return self.screen

    def wait_for_end(self, seconds=10):
        """The exit code, once the program has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = None
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"still running:\n{self.screen}")

    def kill(self, sign=signal.SIGKILL):
        os.kill(self.pid, sign)

    def close(self):
        if self.pid is not None:
            self.kill()
            os.waitpid(self.pid, 0)
            self.pid = None
        os.close(self._fd)


class SlowTerminal(Terminal):
    """A terminal at the end of a line that carries `rate` bytes a second; with none, nothing is read at all."""

    def __init__(self, *arguments, rate=4096, **options):
        self.rate = rate
        self._lock = threading.RLock()
        self._alive = True
        super().__init__(*arguments, **options)
        self._reader = threading.Thread(target=self._read_at_pace, daemon=True)
        self._reader.start()

    def _read_at_pace(self):
        credit, then = 0.0, time.monotonic()
        while self._alive:
            time.sleep(0.01)
            now = time.monotonic()
            credit, then = min(credit + self.rate * (now - then), self.rate * 0.05), now
            if credit < 1 or not select.select([self._fd], [], [], 0)[0]:
                continue
            try:
                data = os.read(self._fd, int(credit))
            except OSError:
                break
            credit -= len(data)
            with self._lock:
                self.raw += data
                self._stream.feed(self._whole(data))
        self._alive = False

    def _whole(self, data):
        """What can be fed: not the beginning of a sequence that goes on in the next piece."""
        data = self._rest + data
        last = data.rfind(b"\x1b")
        cut = len(data) if last < 0 or _WHOLE.match(data, last) else last
        self._rest = data[cut:]
        return _UNKNOWN.sub(b"", data[:cut])

    _rest = b""

    def read(self, seconds=0.05):
        time.sleep(min(seconds, 0.01))
        return self._alive

    @property
    def screen(self):
        with self._lock:
            return super().screen

    def resize(self, columns, rows):
        with self._lock:
            super().resize(columns, rows)

    def seconds_until(self, what, *keys, patience=20):
        """Press keys; how long it takes until the screen shows it."""
        began = time.monotonic()
        self.send(*keys)
        self.wait_for(what, patience)
        return time.monotonic() - began

    def close(self):
        self._alive = False
        self._reader.join()
        super().close()


def words(screen):
    """The screen's words, however they are wrapped."""
    return " ".join(screen.split())
