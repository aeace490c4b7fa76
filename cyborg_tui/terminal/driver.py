"""Textual's driver for terminals, with a line that may be slow, stall or break."""

import asyncio
import contextlib
import os
import re
import selectors
import signal
import sys
import threading
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from cyborg_tui.terminal.keys import KeyParser
from cyborg_tui.terminal.line import Line
from cyborg_tui.terminal.pastes import Pasted, Pastes
from cyborg_tui.terminal.writer import Writer

if TYPE_CHECKING:
    from textual.app import App

__all__ = ["LineDriver", "has_shell"]

_QUESTION = "\x1b[5n"
_ANSWER = re.compile(r"\x1b\[[03]n")
_PATIENCE = 1.0
"""Seconds that a line may take nothing before what is left for it is dropped, when the app ends or makes room."""
_UNDER_WAY = 0.1
"""Seconds for which a signal may be under way that was typed while another program had the terminal."""
_MODES = b"2026l 2004l 1000l 1003l 1015l 1006l 7h 1004l 25h 1049l".split()
_RESTORE = b"\x18\x1b[m\x1b[<u" + b"".join(b"\x1b[?" + mode for mode in _MODES)
"""Ends what was cut off in its middle, and undoes every mode."""


class _Answer(str, Enum):
    SHOWN = "terminal-has-shown-it"


for _sequence in ("\x1b[0n", "\x1b[3n"):
    cast("dict[str, object]", ANSI_SEQUENCES_KEYS)[_sequence] = (_Answer.SHOWN,)


class LineDriver(LinuxDriver):
    """Never makes the event loop wait, and knows how much is under way."""

    def __init__(self, app: "App[Any]", **options: Any) -> None:
        super().__init__(app, **options)
        self._output = sys.__stderr__.fileno() if sys.__stderr__ is not None else 2
        self.line = Line()
        self.on_progress: Callable[[], None] = lambda: None
        """Called on the event loop when the terminal has shown something."""
        self.on_gone: Callable[[], None] = lambda: None
        """Called on the event loop when the terminal is not there any more."""
        self.on_start: Callable[[], None] = lambda: None
        """Called when the terminal has been taken, at first and after it was given back."""
        self._writer: Writer | None = None
        self._counting = threading.Lock()
        self._loans = 0
        """How often the terminal was lent of which signals may still come."""

        for name, heed in ((signal.SIGTSTP, self._stop), (signal.SIGCONT, self._continue)):
            with contextlib.suppress(RuntimeError, ValueError):  # not in the main thread, as in some tests
                self._loop.add_signal_handler(name, heed)

    # output

    def write(self, data: str) -> None:
        if self._writer is None or not data:
            return
        with self._counting:
            encoded = data.encode("utf-8", "replace")
            self._writer.write(encoded)
            self.line.sent(len(encoded), time.monotonic())

    def flush(self) -> None:
        """After all that belongs together: ask whether it has been shown, now and then."""
        with self._counting:
            self._ask_now_and_then()

    def has_room(self) -> bool:
        """Whether the terminal keeps up with what is sent."""
        if self._writer is None:
            return False
        with self._counting:
            self.line.look(time.monotonic(), unwritten=self._writer.unwritten)
            self._ask_now_and_then()
            return self.line.may_send(unwritten=self._writer.unwritten)

    def _ask_now_and_then(self) -> None:
        now = time.monotonic()
        if self._writer is not None and self.input_tty and self.line.wants_to_ask(now):
            self._writer.write(_QUESTION.encode())
            self.line.asked(now)

    def _shown(self, now: float) -> None:
        with self._counting:
            self.line.answered(now)
            self._ask_now_and_then()
        self._loop.call_soon_threadsafe(self.on_progress)

    # the terminal taken, and given back

    def start_application_mode(self) -> None:
        with self._counting:
            self.line = Line()
            self._writer = Writer(self._output)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None:  # Textual's own has nothing to do
            self._writer_thread.stop()
            self._writer_thread = None
        self.flush()
        self.on_start()

    @property
    def is_lent(self) -> bool:
        """Whether what is typed may come as a signal, since another program has the terminal, or just had it."""
        return self._loans > 0

    @contextlib.contextmanager
    def lent(self) -> Iterator[None]:
        """Another program has the terminal meanwhile. Whoever lends it takes it again."""
        self._loans += 1
        try:
            self.suspend_application_mode()
            with self.no_automatic_restart():
                yield
        finally:
            self._settling = asyncio.ensure_future(self._settle())

    async def _settle(self) -> None:
        """Signals come before what was to be done at the same time; the loop hears of them one round late."""
        await asyncio.sleep(_UNDER_WAY)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self._loans -= 1

    def _stop(self) -> None:
        """The shell wants the terminal. Ctrl+Z in another program that has it now comes here too; where there is no
        shell, nobody would ever let the app go on."""
        if not self.is_lent or has_shell():
            self._sigtstp_application()

    def _continue(self) -> None:
        """The shell gives the terminal back, whether it asked for it or just stopped the app."""
        if self._auto_restart:
            self.suspend_application_mode()
            self.resume_application_mode()

    def stop_application_mode(self) -> None:
        if self._writer is None:
            return
        super().stop_application_mode()
        self.close()

    def close(self) -> None:
        """Give the line time to take what is left; what it does not take is dropped, and the terminal restored all the
        same as soon as it reads again."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close(_PATIENCE, _RESTORE)

    # input

    def run_input_thread(self) -> None:
        """Read keys, and the terminal's answers, until the app ends or the terminal is gone."""
        parser, pastes = KeyParser(self._debug), Pastes()
        decode = getincrementaldecoder("utf-8")("surrogateescape").decode  # a paste is kept byte for byte
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.01 if pastes.waits else _wait_for(parser)):
                    data = self._read()
                    if not data:
                        self._loop.call_soon_threadsafe(self.on_gone)
                        return
                    for part in pastes.feed(self._without_answers(decode(data)), time.monotonic()):
                        self._hand_on(part, parser)
                for part in pastes.tick(time.monotonic()):
                    self._hand_on(part, parser)
                for event in parser.tick():
                    self.process_message(event)

    def _read(self) -> bytes:
        """What was typed; nothing if the terminal is gone."""
        try:
            return os.read(self.fileno, 1 << 16)
        except OSError:
            return b""

    def _without_answers(self, text: str) -> str:
        """Take out answers before anybody sees them: one that comes in the middle of a paste would spoil it."""
        if "\x1b[" in text:
            text, found = _ANSWER.subn("", text)
            for _ in range(found):
                self._shown(time.monotonic())
        return text

    def _hand_on(self, part: str | Pasted, parser: KeyParser) -> None:
        if isinstance(part, Pasted):
            self.process_message(events.Paste(self._without_answers(part.text)))
            return
        for event in parser.feed(part):
            self.process_message(event)

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.Key) and message.key == _Answer.SHOWN.value:
            self._shown(time.monotonic())
        else:
            super().process_message(message)


def has_shell() -> bool:
    """Whether there is a shell that could bring the app back after it was stopped."""
    return os.getsid(os.getppid()) == os.getsid(0)


def _wait_for(parser: KeyParser) -> float:
    """Seconds until the parser wants to be looked after: soon if it has an Esc of which it does not know what it is."""
    if parser._timeout_time is None:
        return 0.1
    return max(0.0, min(0.1, parser._timeout_time - time.monotonic()))
