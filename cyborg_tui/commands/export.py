"""The record handed on, a choice a line."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from cyborg_tui.commands.naming import find_loom
from cyborg_tui.formats.features import features
from cyborg_tui.formats.process import pair, preferences, process
from cyborg_tui.formats.record import Pair, Preference, Process, write
from cyborg_tui.library.library import Library, LoomRow
from cyborg_tui.loom.mirror.choices import choices
from cyborg_tui.loom.mirror.recorded import good_because

__all__ = ["ExportError", "Form", "print_features", "processes", "run_export"]


class ExportError(Exception):
    """It cannot be exported; the message says why, and what to do."""


class Form(str, Enum):
    PROCESS = "process"
    SUPERVISED = "supervised"
    PREFERENCE = "preference"


def run_export(
    library: Library, loom: str, form: Form, characters: int, output: Path | None, *, knowingly: bool
) -> None:
    """Write the choices of a loom, or of all, line by line. `characters`: of the context, about. Raises LibraryError,
    ExportError."""
    if form is Form.PREFERENCE and not knowingly:
        raise ExportError(
            "A pair of preferences only says that one branch was taken over another that had been looked at: it is no "
            "judgement of quality, of truth or of an outcome. With --knowingly they are exported all the same."
        )
    looms = library.looms() if loom == "all" else [find_loom(library, loom)]
    with _opened(output) as file:
        for row in sorted(looms, key=lambda one: one.id):
            for line in _lines(library, row, form, characters):
                file.write(line)


def print_features(form: Form) -> None:
    """The types of the fields, as JSON, to standard output."""
    kinds: dict[Form, type[Process | Pair | Preference]] = {
        Form.PROCESS: Process,
        Form.SUPERVISED: Pair,
        Form.PREFERENCE: Preference,
    }
    sys.stdout.write(json.dumps(features(kinds[form]), indent=1) + "\n")


def processes(library: Library, loom: LoomRow, characters: int = 16_000) -> Iterator[Process]:
    """The choices of a loom, each when nothing more can be said of it; little of it is in memory. Raises
    LibraryError."""
    records = library.records
    judgements, praises = records.judgements(loom.id), records.praises(loom.id)
    for choice in choices(library.log.lines(loom=loom.id, texts=True)):
        recorded = records.fan(loom.id, choice.fan)
        if recorded is None or (choice.taken is None and not choice.ended):
            continue
        context = records.context(loom.id, recorded.fan.context, characters)
        good = good_because(choice, recorded, judgements, praises)
        told = records.told(loom.id, recorded, characters)
        yield process(loom.title, choice, recorded, context, judgements, told=told, good=good)


def _lines(library: Library, loom: LoomRow, form: Form, characters: int) -> Iterator[bytes]:
    for row in processes(library, loom, characters):
        if form is Form.PROCESS:
            yield write(row)
        elif form is Form.PREFERENCE:
            yield from map(write, preferences(row))
        elif (made := pair(row)) is not None:
            yield write(made)


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    """Where the lines go; a new file is the person's alone. Raises ExportError."""
    if output is None:
        yield sys.stdout.buffer
        return
    try:
        file = os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError:
        raise ExportError(f"There is already a file {output}; name another.") from None
    except OSError as error:
        raise ExportError(f"{output} cannot be written ({error.strerror}).") from None
    with file:
        yield file
