"""How busy others keep the machine while something is measured; what they disturb is measured again."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

__all__ = ["ENOUGH", "Watch", "note", "quietest", "wait_for_quiet"]

ENOUGH = 0.1
"""Cores that others may keep busy."""
T = TypeVar("T")


class Watch:
    """`others`, after the block: how many cores all but this process and its children kept busy, on average. What a
    virtual machine was not given counts too. 0 where the system does not tell."""

    others = 0.0

    def __enter__(self) -> "Watch":
        self._began, self._before = time.monotonic(), _others()
        return self

    def __exit__(self, *_: object) -> None:
        self.others = max(0.0, (_others() - self._before) / (time.monotonic() - self._began))


class _Patience:
    seconds = 20.0
    """What is left of the time that one benchmark waits in all; a machine that is never quiet must not take hours."""


def wait_for_quiet() -> None:
    """Wait until others have left the machine alone for two seconds, as long as there is patience."""
    while _Patience.seconds > 0:
        with Watch() as watch:
            time.sleep(2)
        if watch.others <= ENOUGH:
            return
        _Patience.seconds -= 2


def quietest(measure: Callable[[], T], tries: int = 2) -> tuple[T, str]:
    """What was measured while others did least, and a note of what they did; tried again only if they disturbed."""
    found: list[tuple[float, T]] = []
    while not found or (found[-1][0] > ENOUGH and len(found) < tries):
        wait_for_quiet()
        with Watch() as watch:
            value = measure()
        found.append((watch.others, value))
    others, value = min(found, key=lambda pair: pair[0])
    return value, note(others)


def note(others: float) -> str:
    return f"others kept {others:.1f} cores busy" if others > ENOUGH else ""


def _others() -> float:
    """Seconds of processor time since the machine started that neither were idle nor went to us."""
    try:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        processes = dict(_processes())
    except OSError:
        return 0.0
    user, nice, system, _idle, _waiting, interrupts, soft_interrupts, stolen = fields
    busy = user + nice + system + interrupts + soft_interrupts + stolen
    ours = {os.getpid()}
    while more := {pid for pid, (parent, _) in processes.items() if parent in ours} - ours:
        ours |= more
    return (busy - sum(processes[pid][1] for pid in ours if pid in processes)) / os.sysconf("SC_CLK_TCK")


def _processes() -> list[tuple[int, tuple[int, int]]]:
    """(process, (its parent, ticks that it and the children it has seen end have run)) of all."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found.append((int(folder.name), (int(fields[1]), sum(map(int, fields[11:15])))))
    return found
