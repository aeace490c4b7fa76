"""A library that cannot be used, set aside, and a backup or an empty one in its place: asked for first."""

from datetime import datetime
from pathlib import Path

import click

from cyborg_tui.library.aside import begin_empty, restore
from cyborg_tui.library.backups import Backup, Backups
from cyborg_tui.library.errors import LibraryError
from cyborg_tui.library.examination import examine

__all__ = ["mend", "offer"]


def offer(file: Path, problem: str) -> bool:
    """At the start: say what is wrong and ask what to do. True if there is a library now that can be opened."""
    backup = Backups(file).newest_good()
    click.echo(problem)
    if backup is not None:
        click.echo(f"  r  restore the backup of {backup}")
    click.echo("  e  begin an empty library\n  q  quit")
    click.echo("The file as it is now is set aside, never deleted.")
    answers = ["r", "e", "q"] if backup is not None else ["e", "q"]
    answer = click.prompt("What now?", type=click.Choice(answers), default=answers[0] if backup else "q")
    if answer == "q":
        return False
    _replace(file, backup if answer == "r" else None)
    return True


def mend(file: Path, *, unasked: bool) -> bool:
    """Bring the newest good backup back if the library is damaged. False if that was not wanted or is not possible."""
    faults = examine(file).faults
    if not faults:
        click.echo("The library is sound; there is nothing to mend.")
        return True
    click.echo("\n".join(faults))
    backup = Backups(file).newest_good()
    instead = "an empty library is begun" if backup is None else f"the backup of {backup} takes its place"
    says = f"The library is set aside, and {instead}."
    if unasked:
        click.echo(says)
    elif not click.confirm(f"{says} Do that?"):
        return False
    _replace(file, backup)
    return True


def _replace(file: Path, backup: Backup | None) -> None:
    """Raises LibraryError, in words for the person."""
    try:
        aside = begin_empty(file, datetime.now()) if backup is None else restore(backup, file, datetime.now())
    except LibraryError as error:
        raise click.ClickException(str(error)) from None
    if aside is not None:
        click.echo(f"What was there is now {aside}.")
