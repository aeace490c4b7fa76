"""A library that cannot be used, set aside, and another in its place: asked for first."""

import sqlite3
from datetime import datetime
from pathlib import Path

import click

from cyborg_tui.commands.plain import plain
from cyborg_tui.library.aside import begin_empty, restore
from cyborg_tui.library.backups import Backup, Backups
from cyborg_tui.library.errors import LibraryError, NewerLibraryError, UnusableLibraryError, reason
from cyborg_tui.library.examination import examine
from cyborg_tui.library.index import build_all
from cyborg_tui.library.mending import Mended
from cyborg_tui.library.mending import mend as make_anew
from cyborg_tui.library.repairing import GAP

__all__ = ["mend", "offer"]


def offer(file: Path, problem: UnusableLibraryError) -> bool:
    """At the start: say what is wrong and ask what to do. True if there is a library now that can be opened."""
    backup = Backups(file).newest_good()
    ways = {"r": f"restore the backup of {backup}"} if backup is not None else {}
    if not isinstance(problem, NewerLibraryError):
        ways["m"] = "mend it: make a new one of everything that can still be read"
    ways |= {"e": "begin an empty library", "q": "quit"}
    click.echo(plain(str(problem)))
    click.echo("\n".join(f"  {letter}  {way}" for letter, way in ways.items()))
    click.echo("The file as it is now is set aside, never deleted.")
    answer = click.prompt("What now?", type=click.Choice(list(ways)), default="r" if backup is not None else "q")
    if answer == "q":
        return False
    if answer == "m":
        _report(_mend(file))
    else:
        _replace(file, backup if answer == "r" else None)
    return True


def mend(file: Path, *, unasked: bool) -> bool:
    """Make a new library of what can be read, if this one is damaged. False if that was not wanted or not possible."""
    faults = examine(file).faults
    if not faults:
        click.echo("The library is sound; there is nothing to mend.")
        _complete_index(file)
        return True
    click.echo("\n".join(map(plain, faults)))
    backup = Backups(file).newest_good()
    more = f", and of the backup of {backup} where that has more" if backup is not None else ""
    says = f"The library is set aside, and a new one is made of everything that can still be read{more}."
    if unasked:
        click.echo(says)
    elif not click.confirm(f"{says} Do that?"):
        return False
    _report(_mend(file))
    return True


def _complete_index(file: Path) -> None:
    try:
        if file.exists() and build_all(file):
            click.echo("Not everything was in the index for searching; it is now.")
    except sqlite3.Error as error:
        raise click.ClickException(f"The index for searching could not be made: {reason(error)}.") from None


def _mend(file: Path) -> Mended:
    try:
        return make_anew(file, datetime.now())
    except LibraryError as error:
        raise click.ClickException(plain(str(error))) from None


def _report(mended: Mended) -> None:
    for titles, what in (
        (mended.whole, "came through whole"),
        (mended.torn, f"came through, but what could not be read is missing; {GAP} stands where words were"),
        (mended.from_backup, f"as of {mended.backup}, from the backup"),
    ):
        if titles:
            click.echo(f"{len(titles)} loom{'' if len(titles) == 1 else 's'} {what}:")
            click.echo("\n".join(f"  {plain(title)}" for title in titles))
    if not (mended.whole or mended.torn or mended.from_backup):
        click.echo("Nothing could be read; the new library is empty.")
    _say_where(mended.aside)


def _replace(file: Path, backup: Backup | None) -> None:
    """Raises LibraryError, in words for the person."""
    try:
        aside = begin_empty(file, datetime.now()) if backup is None else restore(backup, file, datetime.now())
    except LibraryError as error:
        raise click.ClickException(plain(str(error))) from None
    _say_where(aside)


def _say_where(aside: Path | None) -> None:
    if aside is not None:
        click.echo(plain(f"What was there is now {aside}."))
