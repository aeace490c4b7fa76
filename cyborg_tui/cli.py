"""The command line. Heavy modules are imported where they are used, so that --help comes at once."""

import errno
import os
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyborg_tui import __version__
from cyborg_tui.commands.plain import plain
from cyborg_tui.commands.vector import vector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cyborg_tui.config import Config
    from cyborg_tui.library.library import Library
    from cyborg_tui.loom.draw import Draw
    from cyborg_tui.loom.fan import Fan
    from cyborg_tui.loom.loom import Loom

__all__ = ["main"]


class _FileOrCommand(click.Group):
    """A first word that is no command is the file to open."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        value_of = {"--model", "--data-dir", "--config", "--loom"}
        at = 0
        while at < len(args) and args[at].startswith("-") and args[at] != "--":
            at += 2 if args[at] in value_of else 1
        if at < len(args) and args[at] not in self.commands:
            args.insert(at, "open")
        return super().parse_args(ctx, args)


@click.group(
    cls=_FileOrCommand,
    invoke_without_command=True,
    subcommand_metavar="[FILE | COMMAND [ARGS]...]",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--model", default="", help="A GGUF file; the embedded model without it.")
@click.option("--data-dir", default="", help="Where the library is.")
@click.option("--config", "config_path", default="", help="The config file.")
@click.option("--loom", metavar="LOOM", help="Open this loom: a number, a title or a part of it, a text file.")
@click.version_option(__version__, prog_name="cyborg-tui")
@click.pass_context
def cli(ctx: click.Context, model: str, data_dir: str, config_path: str, loom: str | None) -> None:
    """Write with a local base model. Without a command: today's loom; with a FILE: that text file."""
    ctx.obj = lambda: _load(model, data_dir, config_path)
    if ctx.invoked_subcommand is None:
        _run(ctx.obj(), loom=loom)


cli.add_command(vector)


@cli.command("open", hidden=True)
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def open_file(ctx: click.Context, file: Path) -> None:
    """Open a text file as a loom."""
    _run(ctx.obj(), file=file)


@cli.command("list")
@click.pass_context
def list_looms(ctx: click.Context) -> None:
    """The looms in the library, the one changed last first."""
    with _library(ctx.obj()) as library:
        looms = library.looms()
    if not looms:
        click.echo("No looms yet; `cyborg-tui` begins today's.", err=True)
    for loom in looms:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(loom.changed_at))
        click.echo(f"{loom.id:>5}  {when}  {plain(loom.title)}")


@cli.command(short_help="Branches from PROMPT, without a screen.")
@click.argument("prompt")
@click.option("-n", "width", type=click.IntRange(1, 16), help="Number of branches.")
@click.option("--max-tokens", type=click.IntRange(1, 4096), help="Longest branch, in tokens.")
@click.option("--preset", help="How tokens are drawn: a preset of the app, or one of yours.")
@click.option("--kind", type=click.Choice(["sampled", "distinct", "threshold"]), help="How the branches begin.")
@click.option(
    "--until",
    type=click.Choice(["tokens", "sentence", "paragraph", "line", "string", "end", "fork"]),
    help="Where a branch ends.",
)
@click.option("--stop", help="The text with which a branch ends, with --until string.")
@click.option("--temperature", type=float)
@click.option("--top-k", type=int)
@click.option("--top-p", type=float)
@click.option("--min-p", type=float)
@click.option("--steer", "steering", multiple=True, help='A vector or adapter: "1.5 x.gguf layers 3-8".')
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="The same seed draws the same branches here.")
@click.option("--model", help="A GGUF file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def fan(
    ctx: click.Context,
    /,
    prompt: str,
    seed: int | None,
    model: str | None,
    as_json: bool,
    **chosen: object,
) -> None:
    """Branches from PROMPT, without a screen; - reads standard input."""
    import msgspec

    from cyborg_tui.commands.fan import FanCommandError, run_fan
    from cyborg_tui.loom.settings import BadSetting, FanKind, Until
    from cyborg_tui.loom.steering_text import BadSteering, steering_from
    from cyborg_tui.presets import BadPreset, preset_named
    from cyborg_tui.session.vectors import Vectors

    config: Config = ctx.obj()
    preset = chosen.pop("preset")
    steers = "\n".join(map(str, chosen.pop("steering")))  # type: ignore[call-overload]
    given = {name: value for name, value in chosen.items() if value is not None}
    if "until" in given:
        given["until"] = Until(given["until"])
    if "kind" in given:
        given["kind"] = FanKind(given["kind"])
    try:
        drawn = config.fan.drawn_by(preset_named(str(preset), config.presets).values) if preset else config.fan
        settings = msgspec.structs.replace(drawn, **given).settings()
        settings = replace(settings, steering=Vectors(config.data / "vectors").resolved(steering_from(steers)))
    except (BadSetting, BadPreset, BadSteering) as error:
        raise click.UsageError(str(error)) from None
    engine = msgspec.structs.replace(config.engine, model=model) if model else config.engine
    text = prompt
    if prompt == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape") if sys.stdin is not None else ""
    with _in_words(FanCommandError):
        run_fan(text, settings, seed, engine, as_json=as_json)


@cli.command(short_help="Who wrote what, and how it was chosen.")
@click.argument("loom")
@click.option("--html", "form", flag_value="html", help="The text as one page, with the origin of what one points at.")
@click.option("--json", "form", flag_value="json", help="One JSON object.")
@click.pass_context
def provenance(ctx: click.Context, loom: str, form: str | None) -> None:
    """Who wrote what of a loom, and how it was chosen.

    LOOM is its number (`cyborg-tui list` has them), its title, what no other title has in it, or its text file.
    """
    from cyborg_tui.commands.provenance import Form, print_provenance

    with _library(ctx.obj()) as library:
        print_provenance(library, loom, Form(form or "text"))


@cli.command(short_help="How a loom was written, as JSON Lines.")
@click.argument("loom", default="")
@click.option("--as", "form", type=click.Choice(["process", "supervised", "preference"]), default="process")
@click.option("--context", type=click.IntRange(0, 10_000_000), default=16_000, show_default=True, help="Characters.")
@click.option("--knowingly", is_flag=True, help="Export preferences though they are no judgements.")
@click.option("--features", is_flag=True, help="Only the types of the fields, for Hugging Face datasets.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A new file; standard output without it.")
@click.pass_context
def export(ctx: click.Context, /, loom: str, form: str, output: Path | None, **options: int) -> None:
    """Hand on how a loom was written, as JSON Lines: docs/record.md says what each field is.

    LOOM is a number (`cyborg-tui list` has them), a title or a part of it, a text file, or `all`. As process:
    every choice with all that is on record; as supervised: prompts with what was taken, of work you called good; as
    preference: what was taken against what was looked at and was not.
    """
    from cyborg_tui.commands.export import ExportError, Form, print_features, run_export

    if options["features"]:
        print_features(Form(form))
        return
    if not loom:
        raise click.UsageError("Which loom? `cyborg-tui list` has their numbers; `all` exports all of them.")
    with _in_words(ExportError), _library(ctx.obj()) as library:
        run_export(library, loom, Form(form), options["context"], output, knowingly=bool(options["knowingly"]))


@cli.command(short_help="What you said of the tool.")
@click.option("--screens", is_flag=True, help="Also what was on the screen then.")
@click.pass_context
def notes(ctx: click.Context, *, screens: bool) -> None:
    """What you said of the tool (in the app: "a note about this tool" in the palette)."""
    from cyborg_tui.commands.notes import said

    with _library(ctx.obj()) as library:
        found = library.tool_notes
    if not found:
        click.echo("Nothing yet; in the app, Ctrl+P and “note about this tool”.", err=True)
    for note in found:
        for line in said(note, with_screen=screens):
            click.echo(plain(line))


@cli.command(short_help="What is well, what is amiss, and what to do.")
@click.option("--mend", "mending", is_flag=True, help="Make a new library of what can be read of a damaged one.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def doctor(ctx: click.Context, *, mending: bool, yes: bool) -> None:
    """Look at everything the app needs; say what is well and what to do."""
    from cyborg_tui.commands.doctor import examine
    from cyborg_tui.commands.mending import mend

    config: Config = ctx.obj()
    if mending:
        sys.exit(0 if mend(config.data / "library.db", unasked=yes) else 1)
    findings = examine(config)
    for finding in findings:
        click.echo(f"{'ok ' if finding.ok else 'NO '} {finding.name}: {plain(finding.text)}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)


@cli.group(invoke_without_command=True, short_help="The models on this machine, and the memory each would take.")
@click.option("--all", "with_others", is_flag=True, help="Also the files that are no models, and why.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def models(ctx: click.Context, *, with_others: bool, as_json: bool) -> None:
    """The models on this machine, wherever other programs keep theirs, and the memory each would take."""
    if ctx.invoked_subcommand is None:
        from cyborg_tui.commands.models import list_models

        list_models(ctx.obj(), with_others=with_others, as_json=as_json)


@models.command("get", short_help="Fetch a model from the Hugging Face hub.")
@click.argument("wanted", metavar="REPO[:FILE]")
def get_model(wanted: str) -> None:
    """Fetch a model from the Hugging Face hub; without FILE, a small good quantisation is chosen."""
    from cyborg_tui.commands.getting import GettingError, get

    with _in_words(GettingError):
        path = get(wanted)
    click.echo(f"{plain(str(path))}\nF8 in the app loads it.")


@cli.command(short_help="Play back how a loom was written, or make a fan again.")
@click.argument("loom")
@click.argument("fan", type=int, required=False)
@click.pass_context
def replay(ctx: click.Context, /, loom: str, fan: int | None) -> None:
    """Play back how LOOM was written; with FAN, make that fan of it again and compare.

    LOOM is a number (`cyborg-tui list` has them), a title or a part of it, or a text file; a fan's number stands above
    it. Space pauses, arrows step, + is faster, q quits.
    """
    if fan is None:
        _play_back(ctx.obj(), loom)
        return
    from cyborg_tui.commands.replay import replay as make_again
    from cyborg_tui.commands.replay import said

    config: Config = ctx.obj()
    with _recorded(config, loom, fan) as (opened, made, draws):
        replayed = make_again(opened, made, draws, config.engine)
    for sentence in said(replayed):
        click.echo(plain(sentence))
    if replayed.differences and not replayed.circumstances:
        sys.exit(1)


@cli.command(short_help="What the model saw when it made a fan.")
@click.argument("loom")
@click.argument("fan", type=int)
@click.pass_context
def lens(ctx: click.Context, /, loom: str, fan: int) -> None:
    """What the model saw when it made FAN of LOOM, token by token.

    LOOM is a number (`cyborg-tui list` has them), a title or a part of it, or a text file; a fan's number stands above
    it.
    """
    from cyborg_tui.commands.lens import look, said

    config: Config = ctx.obj()
    with _recorded(config, loom, fan) as (opened, _, draws):
        sights = look(opened, draws, config.engine)
    for sight in sights:
        for line in said(sight):
            click.echo(plain(line))


@contextmanager
def _recorded(config: "Config", name: str, fan: int) -> "Iterator[tuple[Loom, Fan, tuple[Draw, ...]]]":
    """A loom, a fan of it, and how that was drawn; what cannot be had, or made again, as one sentence."""
    from cyborg_tui.commands.listening import EngineSaysNoError
    from cyborg_tui.commands.naming import find_loom
    from cyborg_tui.library.errors import LibraryError

    with _in_words(EngineSaysNoError), _library(config) as library:
        loom = find_loom(library, name)
        opened = library.open(loom.id)
        made = next((one for one in opened.tree.fans if one.id == fan), None)
        if made is None:
            raise LibraryError(f"“{loom.title}” has no fan {fan}; a fan's number stands above its branches.")
        draws = library.draws(loom.id, fan)
        if not draws:
            raise LibraryError(f"How fan {fan} was drawn is not on record: it is of an earlier version, or unfinished.")
        yield opened, made, draws


@cli.command(short_help="The worker that another cyborg-tui speaks to.")
def engine() -> None:
    """The worker, on standard input and output; another cyborg-tui speaks to it."""
    from cyborg_tui.engine.worker import main as work

    work()


def _load(model: str, data_dir: str, config_path: str) -> "Config":
    from cyborg_tui.config import ConfigError, load_config

    with _in_words(ConfigError):
        return load_config(Path(config_path) if config_path else None, model=model, data_dir=data_dir)


@contextmanager
def _library(config: "Config") -> "Iterator[Library]":
    """The library, closed afterwards; what is wrong with it as one sentence."""
    from cyborg_tui.library.library import Library, LibraryError

    with _in_words(LibraryError), closing(Library(config.data)) as library:
        yield library


@contextmanager
def _in_words(*kinds: type[Exception]) -> "Iterator[None]":
    """Errors of these kinds as one sentence, with which the command ends."""
    try:
        yield
    except kinds as error:
        raise click.ClickException(plain(str(error))) from None


def _run(config: "Config", loom: str | None = None, file: Path | None = None) -> None:
    _needs_terminal()
    from cyborg_tui.commands.opening import OpeningError, run_app
    from cyborg_tui.library.errors import LibraryError

    with _in_words(OpeningError, LibraryError):
        sys.exit(run_app(config, loom, file))


def _play_back(config: "Config", loom: str) -> None:
    _needs_terminal()
    from cyborg_tui.commands.playback import play
    from cyborg_tui.library.errors import LibraryError

    with _in_words(LibraryError):
        play(config, loom)


def _needs_terminal() -> None:
    """Raises ClickException if there is none. Textual must not have been imported yet."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        raise click.ClickException("cyborg-tui needs a terminal; `cyborg-tui fan PROMPT` works in a pipe.")
    os.environ.setdefault("TEXTUAL_FPS", "240")  # read when Textual is imported; else a key may wait for a frame
    os.environ.setdefault("ESCDELAY", "50")


def main() -> None:
    """The entry point of the `cyborg-tui` command."""
    try:
        cli(prog_name="cyborg-tui")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO):
            raise
        sys.exit(f"Error: what was to be printed could not be written ({error.strerror}).")
