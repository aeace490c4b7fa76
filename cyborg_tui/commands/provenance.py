"""Who wrote what, printed."""

import sys
from dataclasses import replace
from enum import Enum
from functools import partial

from cyborg_tui.commands.naming import find_loom
from cyborg_tui.commands.plain import plain
from cyborg_tui.formats.page import to_html
from cyborg_tui.formats.provenance import author_rows, bits_words, choice_rows, to_json, total_words
from cyborg_tui.library.library import Library
from cyborg_tui.loom.measures import typed_bits
from cyborg_tui.loom.provenance import Provenance, provenance
from cyborg_tui.loom.score import known_scores

__all__ = ["Form", "print_provenance"]


class Form(str, Enum):
    TEXT = "text"
    HTML = "html"
    JSON = "json"


def print_provenance(library: Library, name: str, form: Form) -> None:
    """To standard output. Raises LibraryError."""
    row = find_loom(library, name)
    loom = library.open(row.id)
    found = provenance(loom.manuscript, library.taken(row.id))
    scorer = library.scorer(row.id)
    if scorer is not None:
        scored = known_scores(loom.manuscript.pieces, loom.text, scorer, partial(library.score, row.id))
        found = replace(found, bits=found.bits.with_typed(typed_bits(scored, loom.text, 0, len(loom.text))))
    if form is Form.TEXT:
        sys.stdout.write("".join(f"{plain(line)}\n" for line in _lines(row.title, found)))
        return
    data = to_json(row.title, found) + b"\n" if form is Form.JSON else to_html(row.title, found).encode()
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


def _lines(title: str, found: Provenance) -> list[str]:
    if not found.characters:
        return [title, "Nothing here yet."]
    rows = author_rows(found)
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [title, total_words(found), ""]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join((row[0].ljust(widths[0]), *cells)).rstrip())
    lines += ["", *bits_words(found)]
    chosen = choice_rows(found)
    if chosen:
        width = max(len(how) for how, _ in chosen)
        lines += ["", "The models' text, in order:", *(f"  {how.ljust(width)}  {begin}" for how, begin in chosen)]
    return lines
