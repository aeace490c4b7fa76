"""Widgets that were closed take no memory."""

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from textual._styles_cache import StylesCache
from textual.color import Color
from textual.style import Style
from textual.widget import Widget

__all__ = ["forget_closed_widgets", "work_in_a_thread"]


@lru_cache(1024)
def _inner_outer(base: Color, background: Color) -> tuple[Style, Style]:
    """The styles of what is inside a border, and outside of it."""
    return Style(background=base + background), Style(background=base)


def _of_any_widget(cache: StylesCache, base: Color, background: Color) -> tuple[Style, Style]:
    return _inner_outer(base, background)


def forget_closed_widgets() -> None:
    """Textual keeps these styles for each widget by itself, and with them a thousand closed widgets with all rows that
    they ever drew: some 40 MB."""
    StylesCache.get_inner_outer = _of_any_widget  # type: ignore[method-assign, assignment]


def work_in_a_thread(widget: Widget, work: Callable[..., None], *arguments: Any, exit_on_error: bool = True) -> None:
    """Have a widget do something that takes a while, in place of what it was at. Textual's own threads keep, until they
    are needed again, the last widget they worked for, with its screen and all of its text."""

    async def worked() -> None:
        await asyncio.to_thread(work, *arguments)

    widget.run_worker(worked(), exclusive=True, exit_on_error=exit_on_error)
