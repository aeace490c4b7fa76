"""`cyborg-tui vector`: control vectors without a screen."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from cyborg_tui.commands.plain import plain

if TYPE_CHECKING:
    from cyborg_tui.config import Config, EngineConfig
    from cyborg_tui.engine.levers import Levers
    from cyborg_tui.engine.protocol import LookedAt
    from cyborg_tui.loom.contrast import Contrast
    from cyborg_tui.loom.steering import VectorFacts

__all__ = ["vector"]

_Answer = TypeVar("_Answer")


class _VectorError(Exception):
    """It cannot be done; the message says why."""


@click.group()
def vector() -> None:
    """Control vectors: made of two sets of texts, and looked into."""


@vector.command(short_help="Make a vector of two sets of texts.")
@click.argument("texts", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", help="The GGUF file; without it, into the app's folder of vectors, by the name of TEXTS."
)
@click.option("--model", help="A GGUF file.")
@click.pass_context
def make(ctx: click.Context, texts: Path, output: str | None, model: str | None) -> None:
    """Make a vector of the two sets in TEXTS: a TOML file with lists `towards` and `away`, and perhaps
    method = "component"; or a text file with a line for each below "# towards" and "# away from"."""
    config: Config = ctx.obj()
    try:
        contrast = _read(texts)
        path = output or _in_folder(config, texts.stem)
        facts = asyncio.run(_make(_engine(config, model), path, texts.stem, contrast))
    except _VectorError as error:
        raise click.ClickException(plain(str(error))) from None
    for line in _said(facts):
        click.echo(plain(line))
    click.echo(plain(path))


@vector.command()
@click.argument("file")
@click.option("--model", help="A GGUF file.")
@click.pass_context
def show(ctx: click.Context, file: str, model: str | None) -> None:
    """What is in a vector or an adapter, a file or one of the app's by its name, and whether it fits the model."""
    config: Config = ctx.obj()
    try:
        looked = asyncio.run(_look(_engine(config, model), _found(config, file)))
    except _VectorError as error:
        raise click.ClickException(plain(str(error))) from None
    if looked.vector is not None:
        for line in _said(looked.vector):
            click.echo(plain(line))
    if looked.adapter is not None:
        click.echo(
            plain(f"{looked.adapter.name}: an adapter for {looked.adapter.model}, alpha {looked.adapter.alpha:g}.")
        )
    if looked.sentence:
        raise click.ClickException(plain(looked.sentence))


def _engine(config: "Config", model: str | None) -> "EngineConfig":
    import msgspec

    return msgspec.structs.replace(config.engine, model=model) if model else config.engine


def _found(config: "Config", file: str) -> str:
    from cyborg_tui.session.vectors import Vectors

    return file if Path(file).exists() else Vectors(config.data / "vectors").path(file)


def _in_folder(config: "Config", name: str) -> str:
    """Raises _VectorError."""
    from cyborg_tui.session.vectors import BadName, Vectors

    try:
        return Vectors(config.data / "vectors").new(name)
    except BadName as error:
        raise _VectorError(str(error)) from None
    except OSError as error:
        raise _VectorError(f"The folder of vectors cannot be made ({error.strerror}).") from None


def _read(file: Path) -> "Contrast":
    """Raises _VectorError."""
    import tomli

    from cyborg_tui.loom.contrast import BadContrast
    from cyborg_tui.loom.contrast_text import contrast_from

    try:
        text = file.read_text("utf-8")
        return _from_toml(tomli.loads(text)) if file.suffix == ".toml" else contrast_from(text)
    except OSError as error:
        raise _VectorError(f"{file} could not be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise _VectorError(f"{file} could not be read (byte {error.start} is no UTF-8).") from None
    except (tomli.TOMLDecodeError, BadContrast) as error:
        raise _VectorError(f"{file}: {error}.") from None


def _from_toml(values: dict[str, object]) -> "Contrast":
    """Raises BadContrast."""
    from cyborg_tui.loom.contrast import BadContrast, Contrast, Method

    known = {"towards", "away", "method"}
    for key in values:
        if key not in known:
            raise BadContrast(f"there is no key {key}; there are {', '.join(sorted(known))}")

    def texts(key: str) -> tuple[str, ...]:
        found = values.get(key)
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            raise BadContrast(f"{key} must be a list of texts")
        return tuple(found)

    try:
        method = Method(values.get("method", Method.MEANS.value))
    except ValueError:
        raise BadContrast(f"method must be {' or '.join(one.value for one in Method)}") from None
    return Contrast(texts("towards"), texts("away"), method)


async def _make(config: "EngineConfig", path: str, name: str, contrast: "Contrast") -> "VectorFacts":
    from cyborg_tui.engine.protocol import VectorEnded

    def ask(levers: "Levers") -> None:
        levers.make_vector(str(Path(path).expanduser().absolute()), name, contrast)

    made = await _asked(config, ask, VectorEnded)
    if made.facts is None:
        raise _VectorError(made.sentence or "The engine stopped; try again.")
    return made.facts


async def _look(config: "EngineConfig", file: str) -> "LookedAt":
    from cyborg_tui.engine.protocol import LookedAt

    def ask(levers: "Levers") -> None:
        levers.look_at(str(Path(file).expanduser().absolute()))

    return await _asked(config, ask, LookedAt)


async def _asked(config: "EngineConfig", ask: Callable[["Levers"], None], answer: type[_Answer]) -> _Answer:
    """One answer of a fresh engine. Raises _VectorError."""
    from cyborg_tui.commands.listening import EngineSaysNoError, Listening

    try:
        async with Listening(config) as listening:
            ask(listening.engine.levers)
            return await listening.next(answer)
    except EngineSaysNoError as error:
        raise _VectorError(str(error)) from None


def _said(facts: "VectorFacts") -> Iterator[str]:
    made = "" if facts.texts is None else f", of {facts.texts[0]} and {facts.texts[1]} texts"
    yield f"{facts.name}: for {facts.model or 'some model'}, {facts.width:,} numbers a layer{made}."
    for layer in facts.layers:
        push = f"{layer.norm:.3g}" if layer.state_norm is None else f"{layer.norm / layer.state_norm:.1%} of a state"
        apart = "" if layer.apart is None else f", tells the texts apart by {layer.apart:.1f} deviations"
        yield f"layer {layer.layer:>3}: pushes {push}{apart}"
