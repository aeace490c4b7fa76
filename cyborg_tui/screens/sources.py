"""What is to stand side by side: two sources or more, blind or not, and how they stand so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cyborg_tui.frames import BadFrameFile, NamedFrames
from cyborg_tui.loom.beside import tally_words
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED
from cyborg_tui.session import Session
from cyborg_tui.session.beside import Beside, Source
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.marks import own

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
        found.append(Source("without a frame", now, bare=True))
    found += [Source(f"preset {name}", settings) for name, settings in presets.items() if name]
    for name in named.names:
        try:
            frame = named.read(name)
        except BadFrameFile:
            continue
        found.append(Source(f"frame {name}", frame.settings or now, frame))
    return found


class SourcesScreen(ModalScreen[Wish | None]):
    """Dismisses with what was chosen."""

    DEFAULT_CSS = """
    SourcesScreen { align: center middle; }
    SourcesScreen Vertical { width: 76; max-width: 100%; height: 80%; background: $surface; padding: 1 2; }
    SourcesScreen OptionList { height: 1fr; background: $surface; scrollbar-size: 0 0; }
    SourcesScreen OptionList, SourcesScreen OptionList:focus { border: none; }
    SourcesScreen #tally { height: auto; min-height: 1; margin-top: 1; }
    SourcesScreen #keys { height: 1; color: $muted; }
    """

    def __init__(self, beside: Beside, found: Sequence[Source]) -> None:
        super().__init__()
        self._beside, self._sources = beside, found
        asked, self._blind = beside.asked
        names = {source.name for source in asked}
        self._chosen = {at for at, source in enumerate(found) if source.name in names}

    def compose(self) -> ComposeResult:
        with Vertical():
            yield OptionList(*(Option(self._row(at)) for at in range(len(self._sources))))
            yield Static(id="tally")
            yield Static(own("Space mark · Enter draw · Esc back · b blind · ↑↓ choose"), id="keys")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = 0
        options.focus()
        self._tell()

    def _row(self, at: int) -> Text:
        return Text(own("✓ " if at in self._chosen else "  ") + drawable(self._sources[at].name), no_wrap=True)

    def _tell(self) -> None:
        chosen = [self._sources[at].name for at in sorted(self._chosen)]
        blind = "Blind: which is which is seen once you took one." if self._blind else "Each branch says whose it is."
        tally = self._beside.tally(chosen) if len(chosen) > 1 else None
        so_far = "Mark two or more." if len(chosen) < 2 else "Nothing was taken of these yet."
        said = so_far if tally is None else tally_words(tally)
        self.query_one("#tally", Static).update(Text(drawable(f"{blind} {said}")))

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
