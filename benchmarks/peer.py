"""Something to compare with, kept loaded in a process of its own and asked over its standard input and output.

A question and an answer are a line of JSON each. Peers take their own times, so that asking costs them nothing.
"""

import contextlib
import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import llama_cpp as ll

__all__ = ["ROOT", "Peer", "answer", "be_quiet", "timed"]

ROOT = Path(__file__).parent.parent
Answers = dict[str, Callable[..., Any]]


class Peer:
    """The child `python -m benchmarks.MODULE`, seen from the benchmark."""

    def __init__(self, module: str, *options: object) -> None:
        command = (sys.executable, "-m", f"benchmarks.{module}", *map(str, options))
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, what: str, **values: object) -> Any:
        """Raises RuntimeError if the peer has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([what, values]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args} ended with {self._process.wait()}")
        return json.loads(line)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def answer(answers: Answers) -> None:
    """The child's side: answer until there are no more questions."""
    target = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        what, values = json.loads(line)
        target.write(json.dumps(answers[what](**values)) + "\n")
        target.flush()


@contextlib.contextmanager
def timed() -> Iterator[list[float]]:
    """A list that holds the seconds the block took, once it is over."""
    seconds: list[float] = []
    start = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - start)


@ll.llama_log_callback
def _silent(_level: int, _text: bytes, _data: object) -> None:
    pass


def be_quiet() -> None:
    """llama.cpp prints nothing from now on."""
    ll.llama_log_set(_silent, ctypes.c_void_p(0))
