"""The worker: a process that holds the model and answers on its standard output.

Environment: CYBORG_TUI_ENGINE_NICE, how far it steps back for the keyboard (0 to 19). CYBORG_TUI_ENGINE_PACE, for
tests: "0.3,30" makes it as slow as a machine that takes 0.3 seconds a step and reads 30 tokens of a prompt a second.
"""

import contextlib
import os
import queue
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cyborg_tui import __version__
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.catalogue import look_at
from cyborg_tui.engine.checks import BadModelError, embedded_model
from cyborg_tui.engine.free_memory import free_memory
from cyborg_tui.engine.inbox import Inbox
from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.machine import end_with_parent
from cyborg_tui.engine.memory import estimate, too_large, window_of
from cyborg_tui.engine.portrait import Shape
from cyborg_tui.engine.protocol import (
    MAGIC,
    VERSION,
    Cancel,
    Card,
    EngineEvent,
    Hello,
    Leave,
    Load,
    Loading,
    LookAt,
    Makeup,
    Ping,
    Pong,
    Ready,
    Render,
    Request,
    See,
    Unavailable,
    Work,
    decode_request,
    encode_frame,
    frames,
)
from cyborg_tui.engine.undone import undone

if TYPE_CHECKING:
    from cyborg_tui.engine.answering import Answering
    from cyborg_tui.engine.chores import Chores
    from cyborg_tui.engine.llama import Llama

__all__ = ["main"]

_LONGEST_SENTENCE = 400
_LEAVE = 0.7
"""Seconds that may go by until the end when the app says that it leaves."""
_QUIET = 1.0
"""Seconds without a request after which there is time for chores."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The model that is there."""

    request: Load
    stamp: tuple[int, int]
    shape: Shape
    answer: Ready


class Worker:
    """Reads requests in a thread of its own, so that the one that is being answered can be stopped."""

    def __init__(self, source: BinaryIO, target: BinaryIO) -> None:
        self._source, self._target = source, target
        self._inbox = Inbox()
        self._saying = threading.Lock()
        self._model: Llama | None = None
        self._loaded: _Loaded | None = None
        self._answering: Answering | None = None
        self._chores: Chores | None = None
        self._loads_asked = self._loads_begun = 0
        self._steps_loading = 0
        self._looking: list[threading.Thread] = []
        """What looks something up in the model, beside what is being evaluated."""
        self._leaving: threading.Event | None = None
        """Set when what is kept has been kept."""

    def run(self) -> None:
        self._target.write(MAGIC)
        self._say(Hello(VERSION, __version__))
        threading.Thread(target=self._read_to_the_end, daemon=True).start()
        while True:
            request = self._latest()
            if isinstance(request, Load):
                self._load(request)
            elif isinstance(request, Leave):
                self._leave()
            elif self._answering is not None and isinstance(request, Work):
                self._answering.answer(request)

    def _read_to_the_end(self) -> None:
        """The end of the input is the end of the process, even in the middle of a step; so is an input that cannot be
        understood, and an output that nobody takes any more."""
        try:
            self._read()
            if self._leaving is not None:
                self._leaving.wait(_LEAVE)
            os._exit(0)
        except Exception:
            traceback.print_exc()
            os._exit(1)

    def _read(self) -> None:
        """Everything asked for."""
        buffer = bytearray()
        while data := os.read(self._source.fileno(), 1 << 16):
            buffer += data
            for body in frames(buffer):
                request = decode_request(body)
                if isinstance(request, Ping):
                    self._say(Pong(self._steps_loading + (self._model.steps if self._model is not None else 0)))
                    continue
                if isinstance(request, Leave):
                    self._leaving = threading.Event()
                if isinstance(request, See | LookAt | Render):
                    self._answer_beside(request)
                    continue
                self._loads_asked += isinstance(request, Load)
                self._inbox.put(request)

    def _answer_beside(self, request: See | LookAt | Render) -> None:
        """At once, beside whatever is being evaluated; what may take a moment does not hold up the next request."""
        answering = self._answering
        if answering is None:
            return
        if isinstance(request, See):
            self._say(answering.see(request))
        else:
            self._looking = [one for one in self._looking if one.is_alive()]
            self._looking.append(threading.Thread(target=lambda: self._say(answering.look_up(request)), daemon=True))
            self._looking[-1].start()

    def _latest(self) -> Request:
        """The next request that still matters: whatever is asked for makes what was asked before void."""
        request = self._next()
        while isinstance(request, Work | Cancel) and self._inbox.waiting:
            if not isinstance(request, Cancel):
                self._say(undone(request))
            request = self._inbox.next()
        return request

    def _next(self) -> Request:
        """The next request. If none comes for a while there are chores; after them nothing wakes the machine."""
        chores = self._chores
        if chores is not None:
            chores.renew()
            with contextlib.suppress(queue.Empty):
                return self._inbox.next(_QUIET)
            while not self._inbox.waiting and chores.do_a_step():
                pass
        return self._inbox.next()

    def _leave(self) -> None:
        if self._chores is not None:
            self._chores.keep_all()
        if self._leaving is not None:
            self._leaving.set()

    def _say(self, event: EngineEvent) -> None:
        with self._saying:
            self._target.write(encode_frame(event))
            self._target.flush()

    def _load(self, request: Load) -> None:
        """Answered with Ready or Unavailable, each once."""
        from cyborg_tui.engine.answering import Answering
        from cyborg_tui.engine.chores import Chores
        from cyborg_tui.engine.model import ModelRefusedError

        path = _path(request.model)
        self._loads_begun += 1
        try:
            if self._is_there(path, request):
                return
            shape = look_at(path, unique=True).shape
            if problem := self._no_room_for(path, shape, request):
                raise BadModelError(problem)
            self._let_go()
            self._model = model = self._read_model(path, shape, request)
        except (BadModelError, ModelRefusedError) as error:
            self._say(Unavailable(inert(str(error), _LONGEST_SENTENCE)))
            return
        self._loaded = _Loaded(request, _stamp(path), shape, self._ready(model, shape, request.config))
        model.halt = self._inbox.halt
        self._answering = Answering(model, self._say, self._inbox.wanted)
        self._say(self._loaded.answer)
        kept = Path(os.fsdecode(request.kept)) if request.kept and request.config.keep_mb else None
        contexts = self._answering.contexts
        self._chores = Chores(contexts.plain.resident, path, self._say, kept, at_work=lambda: contexts.at_work.resident)

    def _is_there(self, path: Path, request: Load) -> bool:
        """Answer at once if just that model is loaded: it was left for one that could not be had."""
        loaded = self._loaded
        if loaded is None or loaded.request != request or loaded.stamp != _stamp(path):
            return False
        self._say(loaded.answer)
        return True

    def _let_go(self) -> None:
        for looking in [*self._looking]:
            looking.join()
        if self._answering is not None:
            self._answering.contexts.close()
        self._answering = self._chores = None
        if self._model is not None:
            self._model.close()
        self._model = self._loaded = None

    def _no_room_for(self, path: Path, shape: Shape, request: Load) -> str:
        """Why the model would not fit into memory, if that can be told and is not to be tried all the same."""
        from cyborg_tui.engine.model import on_a_card

        config, free = request.config, free_memory()
        if free is None or config.try_anyway or on_a_card(config):
            return ""
        if self._loaded is not None:  # its weights are pages of a file, which count as free
            then = self._loaded.request
            free += estimate(self._loaded.shape, then.config, then.branches).beside_weights
        if self._answering is not None:
            free += self._answering.contexts.size_beside
        return too_large(path.name, shape, config, free, request.branches)

    def _read_model(self, path: Path, shape: Shape, request: Load) -> "Llama":
        """Raises ModelRefusedError."""
        from cyborg_tui.engine.model import ModelRefusedError
        from cyborg_tui.engine.pace import loader

        told = -1.0

        def progress(fraction: float) -> bool:
            nonlocal told
            self._steps_loading += 1
            if fraction - told >= 0.1:
                told = fraction
                self._say(Loading(fraction))
            return self._loads_asked <= self._loads_begun  # else another model is wanted by now

        try:
            rooms = (self._room(shape, request), 2 * request.branches)
            return loader()(path, request.config, *rooms, progress=progress)
        except ModelRefusedError as error:
            free = free_memory()
            no_room = "" if free is None else too_large(path.name, shape, request.config, free, request.branches)
            raise ModelRefusedError(no_room or str(error)) from None

    def _room(self, shape: Shape, request: Load) -> int:
        """Cells for branches: for two of the usual fans, or one of the largest if there is memory for it. One larger
        than the window gets its room when it is asked for."""
        usual, free = 2 * request.branches, free_memory()
        large = max(usual, min(request.most, window_of(request.config, shape.context)))
        fits = free is None or estimate(shape, request.config, -(-large // 2)).total <= free
        return large if fits else usual

    def _ready(self, model: "Llama", shape: Shape, config: EngineConfig) -> Ready:
        from cyborg_tui.engine.ggml import free_on_cards
        from cyborg_tui.engine.model import build, devices, on_a_card

        wanted, says = window_of(config, shape.context), ""
        if model.window < wanted:
            says = f"There was no memory for a window of {wanted:,} tokens; it has {model.window:,}."
        fills, chats = model.fill_marks is not None, bool(model.template)
        makeup = Makeup(model.layers, model.width, fills, chats)
        card = Card(free_on_cards()) if on_a_card(config) else None
        return Ready(model.identity, model.window, build(), devices(), says, model.decoding, makeup, card)


def _path(model: bytes) -> Path:
    """Empty: the embedded one. Of somebody who is not known here it is looked for as it is written."""
    path = Path(os.fsdecode(model)) if model else embedded_model()
    with contextlib.suppress(RuntimeError):
        return path.expanduser()
    return path


def _stamp(path: Path) -> tuple[int, int]:
    """Size and time of a file; another pair, another file."""
    with contextlib.suppress(OSError):
        state = path.stat()
        return state.st_size, state.st_mtime_ns
    return 0, 0


def main() -> None:
    """Run the worker on standard input and output. What llama.cpp prints goes to standard error."""
    end_with_parent()
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _offer_to_the_oom_killer()
    nice = int(os.environ.get("CYBORG_TUI_ENGINE_NICE", "0"))
    if nice:
        os.nice(nice)
    Worker(sys.stdin.buffer, target).run()


def _offer_to_the_oom_killer() -> None:
    """When memory runs out, a fan is the least that can be lost."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")
