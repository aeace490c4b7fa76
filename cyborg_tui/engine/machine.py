"""What the engine must know of the machine it runs on."""

import contextlib
import ctypes
import os
import signal
import sys
import time
from functools import lru_cache
from pathlib import Path

__all__ = ["draws_from_battery", "end_with_parent", "has_amx", "on_battery", "physical_cores"]

_SET_SIGNAL_OF_PARENTS_DEATH = 1
"""PR_SET_PDEATHSIG, see prctl(2)."""


def end_with_parent() -> None:
    """Have the system end this process when the one that started it is gone, even if it is stuck; Linux can do that."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_SIGNAL_OF_PARENTS_DEATH, signal.SIGKILL)


def physical_cores() -> int:
    """How many threads can compute at once without sharing a core."""
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:
        usable = os.cpu_count() or 1
    pairs = set()
    try:
        for cpu in Path("/sys/devices/system/cpu").glob("cpu[0-9]*/topology/thread_siblings_list"):
            pairs.add(cpu.read_text())
    except OSError:
        pairs = set()
    return max(1, min(usable, len(pairs) or usable))


def has_amx() -> bool:
    """Whether llama.cpp would repack weights for AMX; its AMX product crashes on matrices of some widths."""
    try:
        return "amx_int8" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


def on_battery(supplies: Path = Path("/sys/class/power_supply")) -> bool:
    """Whether the machine says that it runs on battery; Linux and Macs say so."""
    if sys.platform == "darwin":
        return _mac_on_battery(int(time.monotonic() // 60))
    try:
        found = [supply for supply in supplies.iterdir() if _fact(supply, "scope") != "Device"]  # else of a mouse
    except OSError:
        return False
    if any(_fact(supply, "status") == "Discharging" for supply in found):
        return True
    online = [_fact(supply, "online") for supply in found if _fact(supply, "type") in ("Mains", "USB")]
    return bool(online) and not any(one and one != "0" for one in online)


def _fact(supply: Path, name: str) -> str:
    """Empty if it is not told."""
    try:
        return (supply / name).read_text().strip()
    except OSError:
        return ""


@lru_cache(maxsize=1)
def _mac_on_battery(_minute: int) -> bool:
    """Asked once a minute."""
    import subprocess  # seldom needed

    with contextlib.suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(["/usr/bin/pmset", "-g", "batt"], capture_output=True, text=True, timeout=1, check=False)
        return draws_from_battery(said.stdout)
    return False


def draws_from_battery(said: str) -> bool:
    """From what `pmset -g batt` says on a Mac."""
    return "Now drawing from 'Battery Power'" in said
