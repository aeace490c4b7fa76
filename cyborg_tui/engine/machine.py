"""What the engine must know of the machine it runs on."""

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

__all__ = ["end_with_parent", "has_amx", "on_battery", "physical_cores"]

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
    """Whether the machine says that it runs on battery. Only Linux says so here."""
    online = []
    try:
        for supply in supplies.iterdir():
            if (supply / "type").read_text().strip() in ("Mains", "USB"):
                online.append((supply / "online").read_text().strip() != "0")
            elif (supply / "status").read_text().strip() == "Discharging":
                return True
    except OSError:
        pass
    return bool(online) and not any(online)
