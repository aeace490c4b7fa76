"""Figures with their goals: a table for people, or one JSON object."""

import argparse
import json
import math
import operator
import os
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

__all__ = ["Figure", "Report", "arguments", "cores", "median", "percentile", "say", "spread"]

_COMPARES = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Figure:
    value: float | None
    """None if the measurement is void."""
    unit: str
    goal: str = ""
    """`<= 4` or `>= 0.95`, in the same unit; empty for what is only shown for comparison."""
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """None without a goal. A void measurement holds nothing."""
        if not self.goal:
            return None
        compare, limit = self.goal.split()
        return self.value is not None and _COMPARES[compare](self.value, float(limit))


@dataclass
class Report:
    """Make it before measuring: it notes how busy the machine was."""

    title: str
    figures: dict[str, Figure] = field(default_factory=dict)
    machine: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self.machine = _machine()

    def add(self, name: str, value: float | None, unit: str, goal: str = "", note: str = "") -> None:
        self.figures[name] = Figure(value, unit, goal, note)

    def show(self, *, as_json: bool) -> None:
        print(self.json() if as_json else self.table(), flush=True)

    def json(self) -> str:
        figures = {
            name: {
                "value": None if figure.value is None else float(f"{figure.value:.5g}"),
                "unit": figure.unit,
                "goal": figure.goal or None,
                "holds": figure.holds,
                **({"note": figure.note} if figure.note else {}),
            }
            for name, figure in self.figures.items()
        }
        return json.dumps({"machine": self.machine, "figures": figures}, ensure_ascii=False)

    def table(self) -> str:
        holds = {None: "", True: "holds", False: "MISSED"}
        rows = [
            (name, _number(figure.value), figure.unit, figure.goal, holds[figure.holds], figure.note)
            for name, figure in self.figures.items()
        ]
        heads = (self.title, "", "unit", "goal", "", "")
        sizes = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
        lines = [f"{', '.join(f'{name} {value}' for name, value in self.machine.items())}", ""]
        for row in (heads, tuple("-" * size for size in sizes), *rows):
            cells = [cell.ljust(size) for cell, size in zip(row, sizes, strict=True)]
            cells[1] = row[1].rjust(sizes[1])
            lines.append("  ".join(cells).rstrip())
        return "\n".join(lines) + "\n"


def arguments(description: str) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def say(text: str) -> None:
    """What is being measured, for the person who waits."""
    print(text, file=sys.stderr, flush=True)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many per cent of them do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def spread(values: Sequence[float], digits: int = 2) -> str:
    return f"{min(values):.{digits}f} to {max(values):.{digits}f} in {len(values)}"


def _number(value: float | None) -> str:
    if value is None:
        return "void"
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _machine() -> dict[str, object]:
    packages = ("textual", "llama-cpp-python")
    return {
        "cpu": _cpu(),
        "cores": cores(),
        "memory": f"{_memory() / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
        "million Python loops": f"{min(_million_loops() for _ in range(5)) * 1000:.0f} ms",
        "load": round(os.getloadavg()[0], 2),
    }


def cores() -> int:
    """Cores that may be used."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _million_loops() -> float:
    """Seconds; a measure of how fast one core is just now."""
    start = time.perf_counter()
    total = 0
    for number in range(1_000_000):
        total += number * number
    return time.perf_counter() - start


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
