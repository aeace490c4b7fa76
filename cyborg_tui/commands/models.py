"""The list of models, without a screen."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from cyborg_tui.commands.plain import plain
from cyborg_tui.config import Config
from cyborg_tui.engine.catalogue import Listed, PassedOver, models_here
from cyborg_tui.engine.free_memory import free_memory
from cyborg_tui.engine.memory import estimate, in_words, window_of

__all__ = ["list_models"]

_HEADS = ("name", "made as", "type", "size", "context", "memory", "where")
_RIGHT = {"size", "context", "memory"}


class ModelReport(msgspec.Struct):
    name: str
    path: str
    place: str
    architecture: str
    parameters: int
    quantisation: str
    made: str
    """base, instruct or unknown."""
    size: int
    """Bytes."""
    parts: int
    context: int
    """The longest that it was trained on, in tokens; 0 if that is not known."""
    window: int
    """The longest that it would be run with."""
    memory: int
    """Bytes it would take then."""
    fits: bool | None


class OtherReport(msgspec.Struct):
    path: str
    reason: str


class ModelsReport(msgspec.Struct):
    models: list[ModelReport]
    passed_over: list[OtherReport]
    free: int | None


def list_models(config: Config, *, with_others: bool, as_json: bool) -> None:
    """Print what there is."""
    catalogue = models_here(config)
    found = list(catalogue.look())
    free = free_memory()
    listed = [_report(one, config, free) for one in found if isinstance(one, Listed)]
    others = [OtherReport(_said(one.path), one.reason) for one in found if isinstance(one, PassedOver)]
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(ModelsReport(listed, others, free)) + b"\n")
        sys.stdout.flush()
        return
    for row in _table(listed):
        click.echo(row)
    if free is not None:
        click.echo(f"{in_words(free)} of memory are free.", err=True)
    if with_others:
        for other in others:
            click.echo(f"{plain(other.path)}: {plain(other.reason)}")
    elif others:
        is_or_are = "file is no model" if len(others) == 1 else "files are no models"
        click.echo(f"{len(others)} other {is_or_are}; --all says why.", err=True)


def _report(one: Listed, config: Config, free: int | None) -> ModelReport:
    model, shape = one.portrait, one.portrait.shape
    memory = estimate(shape, config.engine).total
    return ModelReport(
        model.name,
        _said(one.path),
        one.place,
        model.architecture,
        model.parameters,
        model.quantisation,
        model.made,
        one.size,
        one.parts,
        shape.context,
        window_of(config.engine, shape.context),
        memory,
        None if free is None else memory <= free,
    )


def _said(path: Path) -> str:
    """A path as text, whatever bytes are in it."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _table(models: list[ModelReport]) -> Iterator[str]:
    """In columns, the path below each."""
    rows = [_HEADS] + [
        (
            plain(model.name),
            model.made,
            model.quantisation,
            in_words(model.size),
            f"{model.context:,}" if model.context else "unknown",
            in_words(model.memory) + (" (too much)" if model.fits is False else ""),
            plain(model.place) + (f", {model.parts} files" if model.parts > 1 else ""),
        )
        for model in models
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = zip(_HEADS, row, widths, strict=True)
        yield "  ".join(text.rjust(size) if head in _RIGHT else text.ljust(size) for head, text, size in cells).rstrip()
        if number:
            yield f"    {plain(models[number - 1].path)}"
