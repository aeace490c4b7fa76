"""What is to stand side by side: two sources or more, blind or not, and how they stand so far."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from cyborg_tui.engine.catalogue import Catalogue, Listed
from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.frames import BadFrameFile, NamedFrames
from cyborg_tui.loom.beside import tally_words
from cyborg_tui.loom.guidance import ALONE
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED
from cyborg_tui.session import Session
from cyborg_tui.session.beside import Beside, Source
from cyborg_tui.session.guests import OtherModel
from cyborg_tui.terminal.closed import work_in_a_thread
from cyborg_tui.terminal.screen import Panel, Sheet
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.hints import Hints
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.options import Options

__all__ = ["SourcesScreen", "Wish", "sources"]


@dataclass(frozen=True, slots=True)
class Wish:
    sources: tuple[Source, ...]
    """Each with as many branches."""
    blind: bool


def sources(session: Session, presets: Mapping[str, FanSettings], named: NamedFrames) -> list[Source]:
    """What there is to put side by side: what holds now, and with one thing otherwise."""
    now = session.settings
    found = [Source("as it is now", now)]
    if now.steering:
        found.append(Source("without steering", replace(now, steering=UNSTEERED)))
    if session.frames:
        found.append(Source("without a frame", replace(now, mix=ALONE), bare=True))
    for name, settings in presets.items():
        if name:
            found.append(Source(f"preset {name}", replace(settings, steering=now.steering, mix=now.mix)))
    for name in named.names:
        try:
            frame = named.read(name)
        except BadFrameFile:
            continue
        whole = frame.over(session.frame)
        steering = session.vectors.resolved(whole.steering or now.steering)
        drawn = replace(frame.settings or now, steering=steering, mix=whole.mix)
        found.append(Source(f"frame {name}", drawn, frame))
    return found


def models(catalogue: Catalogue, writer: str, now: FanSettings) -> Iterator[Source]:
    """The models on this machine, as they are found; the one that writes too, by its name. `writer`: its path, empty
    for the embedded one. A control vector belongs to one model, so none of them is steered."""
    ours = Path(writer).expanduser() if writer else embedded_model()
    plain, names = replace(now, steering=UNSTEERED), set[str]()
    for listed in catalogue.look():
        if isinstance(listed, Listed):
            other = None if listed.path == ours else OtherModel(os.fspath(listed.path), listed.portrait.shape)
            name = f"model {listed.path.stem}"
            yield Source(f"{name}, {listed.place}" if name in names else name, plain, model=other)
            names.add(name)


class _Found(Message):
    """One more model was found."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source


class SourcesScreen(Panel[Wish | None]):
    """Dismisses with what was chosen."""

    DEFAULT_CSS = """
    SourcesScreen { align: center middle; }
    SourcesScreen Sheet { width: 76; }
    SourcesScreen #tally { height: auto; min-height: 1; margin-top: 1; padding: 0 1; }
    SourcesScreen Hints { padding: 0 1; color: $muted; }
    SourcesScreen.low #tally { margin-top: 0; }
    """

    def __init__(
        self,
        beside: Beside,
        found: Sequence[Source],
        fits: Callable[[OtherModel], bool],
        models: Callable[[], Iterator[Source]] | None,
    ) -> None:
        """`fits`: whether a model stays loaded beside the one that writes. `models`: looks for models on this machine,
        which may take a while; None where no other can be asked."""
        super().__init__()
        self._beside, self._fits, self._models = beside, fits, models
        self._sources: list[Source] = []
        asked, self._blind = beside.asked
        self._asked = {source.name for source in asked}
        self._chosen: set[int] = set()
        for source in found:
            self._add(source)

    def compose(self) -> ComposeResult:
        with Sheet():
            yield Options(*(Option(self._row(at)) for at in range(len(self._sources))))
            yield Static(id="tally")
            yield Hints("Space mark", "Enter draw", "Esc back", "b blind", "↑↓ choose")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = 0
        options.focus()
        self._tell()
        if self._models is not None:
            work_in_a_thread(self, self._look)

    def _look(self) -> None:
        """In a thread: a disk may be slow, and a folder large."""
        worker = get_current_worker()
        for source in self._models() if self._models is not None else ():
            if worker.is_cancelled:
                return
            self.post_message(_Found(source))

    @on(_Found)
    def _one_more(self, message: _Found) -> None:
        self._add(message.source)
        self.query_one(OptionList).add_option(Option(self._row(len(self._sources) - 1)))
        self._tell()

    def _add(self, source: Source) -> None:
        if source.name in self._asked:
            self._chosen.add(len(self._sources))
        self._sources.append(source)

    def _row(self, at: int) -> Text:
        return Text(own("✓ " if at in self._chosen else "  ") + drawable(self._sources[at].name), no_wrap=True)

    def _tell(self) -> None:
        sources = [self._sources[at] for at in sorted(self._chosen)]
        chosen = [source.name for source in sources]
        blind = "Blind: which is which is seen once you took one." if self._blind else "Each branch says whose it is."
        tally = self._beside.tally(chosen) if len(chosen) > 1 else None
        so_far = "Mark two or more." if len(chosen) < 2 else "Nothing was taken of these yet."
        said = so_far if tally is None else tally_words(tally)
        by_turns = any(one.model and not self._fits(one.model) for one in sources)
        turns = " There is not memory for all of these models, so they are loaded by turns." if by_turns else ""
        self.query_one("#tally", Static).update(Text(drawable(f"{blind} {said}{turns}")))

    @on(OptionList.OptionSelected)
    def _draw(self) -> None:
        chosen = [self._sources[at] for at in sorted(self._chosen)]
        if len(chosen) > 1:
            self.dismiss(Wish(tuple(_shared_out(chosen)), self._blind))

    def on_key(self, event: events.Key) -> None:
        options = self.query_one(OptionList)
        match event.key:
            case "escape":
                self.dismiss(None)
            case "j":
                options.action_cursor_down()
            case "k":
                options.action_cursor_up()
            case "b":
                self._blind = not self._blind
                self._tell()
            case "space" if options.highlighted is not None:
                self._chosen ^= {options.highlighted}
                options.replace_option_prompt_at_index(options.highlighted, self._row(options.highlighted))
                self._tell()
            case _:
                return
        event.stop()
        event.prevent_default()


def _shared_out(chosen: Sequence[Source]) -> list[Source]:
    """The branches that are wanted, as many for each."""
    width = max(1, min(source.settings.width for source in chosen) // len(chosen))
    return [replace(source, settings=replace(source.settings, width=width)) for source in chosen]
