"""Widgets that were closed take no memory."""

from functools import lru_cache

from textual._styles_cache import StylesCache
from textual.color import Color
from textual.style import Style

__all__ = ["forget_closed_widgets"]


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
