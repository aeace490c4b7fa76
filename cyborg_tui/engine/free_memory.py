"""How much memory a process may still have, in bytes: what the machine has free, and no more than its limits allow."""

import contextlib
import os
import re
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["free_memory", "free_on_mac"]


def free_memory(root: Path = Path("/"), *, mapped: int = 0) -> int | None:
    """None where it cannot be told. `root` is the machine's, unless a test has another. `mapped`: bytes of files that
    this process goes on using, which are not free although the machine says so."""
    machine = _on_mac() if sys.platform == "darwin" else _available(root)
    if machine is not None:
        machine -= mapped
    bounds = [left for left in (machine, *_left_in_groups(root), _left_of_address_space(root)) if left is not None]
    return max(0, min(bounds)) if bounds else None


def _available(root: Path) -> int | None:
    """Free, and what Linux can take back: file pages among them, as those of a model read before."""
    with contextlib.suppress(OSError):
        found = re.search(r"^MemAvailable:\s+(\d+) kB", (root / "proc/meminfo").read_text(), re.MULTILINE)
        if found:
            return int(found.group(1)) * 1024
    return None


def _left_in_groups(root: Path) -> Iterator[int]:
    """Under the limit of each control group that this process is in, of version 1 or 2."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            base, files = root / "sys/fs/cgroup", ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            base = root / "sys/fs/cgroup/memory"
            files = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        group = base / path.strip("/")
        for folder in (group, *group.parents):
            left = _left_in(folder, *files)
            if left is not None:
                yield left
            if folder == base:
                break


def _left_in(folder: Path, limit: str, usage: str, idle: str) -> int | None:
    """None without a limit. File pages that nobody uses are given back when memory is wanted."""
    try:
        most, used = (folder / limit).read_text().strip(), int((folder / usage).read_text())
        statistics = (folder / "memory.stat").read_text()
    except (OSError, ValueError):
        return None
    found = re.search(rf"^{idle} (\d+)$", statistics, re.MULTILINE)
    return int(most) - used + (int(found.group(1)) if found else 0) if most.isdigit() else None


def _left_of_address_space(root: Path) -> int | None:
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return None
    with contextlib.suppress(OSError, ValueError):
        return limit - int((root / "proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return limit


def _on_mac() -> int | None:
    import subprocess  # nothing else in the worker needs it

    with contextlib.suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(["/usr/bin/vm_stat"], capture_output=True, text=True, timeout=2, check=False)
        return free_on_mac(said.stdout)
    return None


def free_on_mac(said: str) -> int | None:
    """From what `vm_stat` says: pages that are free, or hold what can be had again."""
    size = re.search(r"page size of (\d+) bytes", said)
    kinds = ("free", "inactive", "speculative", "purgeable")
    pages = [re.search(rf"^Pages {kind}:\s+(\d+)\.", said, re.MULTILINE) for kind in kinds]
    counts = [int(found.group(1)) for found in pages if found]
    return sum(counts) * int(size.group(1)) if size and counts else None
