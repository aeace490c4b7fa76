"""A session: one loom, written with one engine and kept in one library. Free of any screen."""

from cyborg_tui.session.counted import Part
from cyborg_tui.session.engine_view import EngineView, Waiting
from cyborg_tui.session.session import Session

__all__ = ["EngineView", "Part", "Session", "Waiting"]
