"""The models screen: what there is on this machine, what each is and takes, and which one writes."""

import os
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.catalogue import Catalogue, Listed, PassedOver
from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.engine.free_memory import free_memory
from cyborg_tui.engine.memory import estimate, in_words, too_large, window_of
from cyborg_tui.engine.protocol import Card
from cyborg_tui.screens.picking import PickScreen
from cyborg_tui.terminal.closed import work_in_a_thread
from cyborg_tui.widgets.cells import drawable, width
from cyborg_tui.widgets.marks import own

__all__ = ["ModelsScreen"]

_NO_OTHERS = "No other model yet: `cyborg-tui models get REPO` fetches one."
_NARROW = 64
"""Columns up to which a row is a name and a size."""


class _Found(Message):
    """One more file was looked at."""

    def __init__(self, found: Listed | PassedOver) -> None:
        super().__init__()
        self.found = found


class _Looked(Message):
    """All places have been looked at."""


class ModelsScreen(PickScreen[str]):
    """Dismisses with the path of the chosen model; it is empty for the embedded one."""

    PROMPT = "filter by name, kind or place"
    VERB = "load"
    CLOSING = ("escape", "f8")
    DEFAULT_CSS = """
    ModelsScreen #details { height: 5; margin-top: 1; padding: 0 1; }
    ModelsScreen.low #details { height: 3; margin-top: 0; }
    """

    def __init__(self, catalogue: Catalogue, config: EngineConfig, current: str, card: Card | None) -> None:
        """`current`: the path of the model that writes; empty for the embedded one. `card`: where that lies, if not in
        the machine's memory alone."""
        super().__init__()
        self._catalogue, self._config = catalogue, config
        self._current = Path(current).expanduser() if current else embedded_model()
        self._models: list[Listed] = []
        self._others = 0
        self._looking = True
        self._card = card
        self._free = free_memory() if card is None else card.free

    def compose_more(self) -> ComposeResult:
        yield Static(id="details")

    def on_mount(self) -> None:
        self._fill()
        work_in_a_thread(self, self._look)

    def on_resize(self) -> None:
        super().on_resize()
        self._fill()

    def _look(self) -> None:
        """In a thread: a disk may be slow, and a folder large."""
        worker = get_current_worker()
        for found in self._catalogue.look():
            if worker.is_cancelled:
                return
            self.post_message(_Found(found))
        self.post_message(_Looked())

    @on(_Found)
    def _one_more(self, message: _Found) -> None:
        if isinstance(message.found, Listed):
            self._models.append(message.found)
            self._fill()
        else:
            self._others += 1

    @on(_Looked)
    def _all_there(self) -> None:
        self._looking = False
        self._fill()

    # the list

    def _fill(self) -> None:
        options, chosen = self.options, self._highlighted
        shown = list(self._wanted())
        ours = [model for _, model in shown]
        self.fill(
            [Option(self._row(model), id=str(at)) for at, model in shown],
            "Looking…" if self._looking else "Nothing by that name.",
            highlighted=ours.index(chosen) if chosen in ours else self._first(ours),
        )
        if shown and not self._looking and len(self._models) == 1:
            options.add_option(Option(_NO_OTHERS, disabled=True))
        if self._others and not self._looking:
            files = "1 other file is no model" if self._others == 1 else f"{self._others} other files are no models"
            options.add_option(Option(f"{files}: `cyborg-tui models --all`.", disabled=True))
        self._tell()

    def _first(self, shown: list[Listed]) -> int:
        """The model that writes, if it is shown."""
        return next((at for at, model in enumerate(shown) if model.path == self._current), 0)

    def _wanted(self) -> Iterator[tuple[int, Listed]]:
        words = self.query_one(Input).value.casefold().split()
        for at, model in enumerate(self._models):
            told = model.portrait
            says = f"{told.name} {told.quantisation} {told.made} {told.architecture} {model.place} {model.path.name}"
            if all(word in says.casefold() for word in words):
                yield at, model

    def _row(self, model: Listed) -> Text:
        """Name, type, size, and whether it is a base model, in columns."""
        told, room = model.portrait, min(84, self.size.width) - 6
        mark = own("✓ ") if model.path == self._current else "  "
        facts = f"{in_words(model.size):>8}"
        if room > _NARROW:
            facts = f"{told.quantisation:<8}{facts}  {told.made:<8}  {model.place[:13]:<13}"
        columns = max(8, room - len(facts) - 4)
        return Text(mark + _fitted(drawable(told.name), columns) + "  " + drawable(facts), no_wrap=True)

    @property
    def _highlighted(self) -> Listed | None:
        option = self.highlighted
        return self._models[int(option.id)] if option is not None and option.id else None

    # the details

    @on(OptionList.OptionHighlighted)
    def _tell(self) -> None:
        model = self._highlighted
        self.query_one("#details", Static).update(self._details(model) if model else Text())

    def _details(self, model: Listed) -> Text:
        """What it is, what it takes, and where it lies; what goes beyond the rows there are is cut."""
        told, shape = model.portrait, model.portrait.shape
        trained = f", trained on {shape.context:,} tokens" if shape.context else ""
        parts = f", {model.parts} files" if model.parts > 1 else ""
        what = f"{told.architecture}, {_count(told.parameters)} parameters{trained}{parts}"
        needed, window = estimate(shape, self._config).total, window_of(self._config, shape.context)
        problem, free = "", ""
        if self._free is not None and self._card is None:
            problem = too_large(told.name, shape, self._config, self._free)
            free = f"; {in_words(self._free)} are free"
        elif self._card is not None:  # llama.cpp says whether it can be had there
            said = "it is not told how much is" if self._free is None else f"{in_words(self._free)} are"
            free = f"; on the graphics card {said} free beside the one that writes"
        takes = f"Takes about {in_words(needed)} with a window of {window:,} tokens{free}."
        text = Text()
        text.append(drawable(problem) if problem else takes, style="bold" if problem else "")
        text.append(f"\n{drawable(what)}\n{drawable(str(model.path))}")
        return text

    # keys

    def look_for(self, typed: str) -> None:
        self._fill()

    def picked(self, option: Option) -> str | None:
        model = self._highlighted
        if model is None:
            return None
        return "" if model.path == embedded_model() else os.fspath(model.path)


def _fitted(text: str, columns: int) -> str:
    """Cut or filled to so many cells."""
    while width(text) > columns:
        text = text[: -2 if text.endswith("…") else -1].rstrip("…") + "…"
    return text + " " * (columns - width(text))


def _count(parameters: int) -> str:
    if parameters >= 950_000_000:
        return f"{parameters / 1e9:.1f} billion"
    return f"{parameters / 1e6:.{0 if parameters >= 10_000_000 else 1}f} million"
