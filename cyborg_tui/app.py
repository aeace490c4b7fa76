"""The app: one session on a screen."""

import asyncio
import contextlib
import gc
import os
import signal
import traceback
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Any

from rich.text import Text
from textual.app import SystemCommand
from textual.binding import Binding
from textual.screen import Screen
from textual.worker import WorkerFailed

from cyborg_tui.actions import ACTIONS, APP_ACTIONS, READING, rebound
from cyborg_tui.config import Config, EngineConfig
from cyborg_tui.engine.engine import Engine, engine_for
from cyborg_tui.engine.machine import on_battery
from cyborg_tui.engine.protocol import EngineEvent, Lost, Refused, Unavailable
from cyborg_tui.going import GoingApp
from cyborg_tui.library.library import Library, LibraryError, LoomRow
from cyborg_tui.loom.mirror.reasons import Reason
from cyborg_tui.loom.settings import BadSetting
from cyborg_tui.presets import largest_fan
from cyborg_tui.screens.choices import Choice, choices
from cyborg_tui.screens.colours import textual_theme, theme_for
from cyborg_tui.screens.reflecting import Reflecting
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.screens.write import WriteScreen
from cyborg_tui.session import Session
from cyborg_tui.session.choosing import Choosing, chosen_last
from cyborg_tui.session.guests import Guests
from cyborg_tui.session.rescue import rescued_before
from cyborg_tui.session.taking_over import take_over
from cyborg_tui.terminal.kind import kind_of
from cyborg_tui.terminal.once import Once
from cyborg_tui.terminal.outside import keep_private
from cyborg_tui.terminal.tmux import ask_tmux
from cyborg_tui.textfile import TextFileError
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.lines import key_name
from cyborg_tui.widgets.marks import own

__all__ = ["CyborgApp"]

_BOUND = {action.id for action in ACTIONS if action.id in APP_ACTIONS and action.keys}
"""What has keys unless the person takes them away."""
_HEED = 0.25
"""Seconds after which another window that wants this loom is noticed."""


class CyborgApp(GoingApp):
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS = [  # noqa: RUF012 - Textual reads it so
        Binding(action.keys, f"go('{action.id}')", action.help, show=False, priority=True, id=action.id)
        for action in ACTIONS
        if action.id in APP_ACTIONS and action.keys
    ]

    def __init__(self, config: Config, library: Library, loom: LoomRow) -> None:
        """Raises LibraryError, TextFileError, BadKeys."""
        kind = kind_of()
        wanted = "" if os.environ.get("NO_COLOR") else config.theme
        theme, problem = theme_for(kind, wanted)
        super().__init__(kind, ansi_color=theme.plain or None)
        self._first_words = f"{problem} {kind.sentence(wanted)}".strip()
        self._config, self._library = config, library
        self._reflecting = Reflecting(self, config, library, self._say)
        self._once = Once(config.data, date.today())
        self._actions = rebound(config.keys)
        self._write: WriteScreen | None = None
        self._engine: Engine | None = None
        self._choosing: Choosing | None = None
        self._guests: Guests | None = None
        self._session = self._open(loom)
        self.register_theme(textual_theme(theme))
        self.theme = theme.name
        for action in self._actions:
            if action.id in APP_ACTIONS and action.keys and action.id not in _BOUND:
                self._bindings.bind(action.keys, f"go('{action.id}')", action.help, show=False, priority=True)
        self.set_keymap({name: keys for name, keys in config.keys.items() if name in _BOUND})
        library.on_state = self._library_says

    async def on_mount(self) -> None:
        self._heed_signals()
        self._show_session(self._session)
        self._say(self._greeting(self._session) or self._welcome())
        self._say_too(self._once.today(self._first_words))
        self._say_too(self._once.today(rescued_before()))
        self.run_worker(self._heed_tmux())
        self.set_interval(_HEED, self._heed_other_windows)
        self.call_after_refresh(self._start_engine)

    async def _start_engine(self) -> None:
        """The page comes first: to start a process takes longer than to paint."""
        log = self._config.data / "engine.log"
        config, says = chosen_last(self._config.engine, self._config.data)
        self._say_too(says)
        usual, largest = self._config.fan.settings(), largest_fan(self._config.fan, self._config.presets)
        self._engine = engine_for(config, self._hear, log, usual, largest)
        self._choosing = Choosing(self._engine, config, self._config.data)
        self._session.use(self._engine)
        self._session.choose_with(self._choosing)
        if not self._engine.place:
            self._guests = Guests(self._choosing, config, self._guest_engine)
            self._session.host(self._guests)
        await self._engine.start()
        gc.freeze()  # to go over everything that was imported took 25 ms, in the middle of a key

    def _guest_engine(self, config: EngineConfig, hear: Callable[[EngineEvent], None]) -> Engine:
        """For a model that stands side by side with the one that writes."""

        def in_turn(event: EngineEvent) -> None:
            self.call_later(hear, event)

        usual, log = self._config.fan.settings(), self._config.data / "engine-beside.log"
        return engine_for(config, in_turn, log, usual, usual)

    async def _heed_tmux(self) -> None:
        tmux = await ask_tmux()
        if tmux is not None:
            self.takes_clipboard = tmux.takes_clipboard
            self._say_too(self._once.today(tmux.sentence))

    def copy_to_clipboard(self, text: str) -> None:
        self.put_in_clipboard(text)
        if why := self.why_not_in_clipboard(text):
            try:
                file = keep_private(self._config.data, "library.clipboard.txt", text)
            except OSError as error:
                self._say(f"{why}, and it could not be kept in a file ({error.strerror}); Ctrl+V has it here.")
            else:
                self._say(f"{why}, so what you copied is also in {file}.")

    def _greeting(self, session: Session) -> str:
        """What the person must know of a loom that has just been opened."""
        if session.read_only:
            return "This loom is being written in another window; here it can only be read. Ctrl+R: write here."
        if session.changed_outside:
            return "The file was changed by another program, and that text is here now; Ctrl+Z brings yours back."
        return ""

    def _heed_signals(self) -> None:
        """What would end the program from outside saves and quits. Ctrl+C is none: it arrives as a key, and copies."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
            with contextlib.suppress(RuntimeError, ValueError):  # not in the main thread, as in some tests
                loop.add_signal_handler(name, self._ended_from_outside, name)

    def _ended_from_outside(self, name: signal.Signals) -> None:
        if self.takes_signals or name not in (signal.SIGINT, signal.SIGQUIT):  # Ctrl+C and Ctrl+\ in another program
            self.run_worker(self._quit())

    def terminal_gone(self) -> None:
        self.run_worker(self._quit())

    def _fatal_error(self) -> None:
        """One sentence, and where in the program it was; never the person's text, which Textual would show."""
        error: BaseException | None = self._exception
        if isinstance(error, WorkerFailed):
            error = error.error
        where = "".join(traceback.format_tb(error.__traceback__)) if error else ""
        kind = type(error).__name__
        safe = self._session.rescued() or "What you wrote is saved."
        said = f"cyborg-tui stopped by a fault of its own ({kind}). {drawable(safe)} Where it happened:\n{where}"
        self._exit_renderables.append(Text(said.rstrip()))
        self._close_messages_no_wait()

    def _welcome(self) -> str:
        """Said once, on the first page ever."""
        first = len(self._library.looms()) == 1 and not self._session.loom.text
        if self._config.engine.model or not first:
            return ""
        return "The model that comes with the app is a toy; F8 shows which others there are here."

    def _open(self, loom: LoomRow) -> Session:
        settings = self._config.fan.settings()
        return Session(
            loom,
            self._library,
            settings,
            self._changed,
            may_look_ahead=self._may_look_ahead,
            widens=self._config.widen,
            vectors=self._config.data / "vectors",
            mirror=self._reflecting.settings,
        )

    def _may_look_ahead(self) -> bool:
        wanted = self._config.look_ahead
        return wanted == "always" or (wanted == "on mains" and not on_battery())

    def _show_session(self, session: Session) -> None:
        self._write = WriteScreen(session, self._actions)
        self.push_screen(self._write)

    def _hear(self, event: EngineEvent) -> None:
        self.call_later(self._session_hears, event)

    def _session_hears(self, event: EngineEvent) -> None:
        if self._guests is not None:
            self._guests.hear_writer(event)
        self._session.hear(event)
        if self._choosing is not None:
            self._choosing.hear(event)
        if isinstance(event, (Refused, Unavailable)) or (isinstance(event, Lost) and not event.again):
            self._say(event.sentence)

    def _changed(self) -> None:
        for screen in self.screen_stack if self._write is not None else ():
            if isinstance(screen, WorkingScreen):
                screen.changed()

    def _library_says(self, state: str) -> None:
        self._session.saving = state
        self._changed()

    async def _go_to_loom(self, loom: int | None) -> None:
        if loom is None or loom == self._session.row.id:
            return
        try:
            session = self._open(self._library.loom(loom))
        except (LibraryError, TextFileError) as error:
            self._say(str(error))
            return
        self._change_to(session, self._session.leave() or self._greeting(session))

    def _change_to(self, session: Session, says: str) -> None:
        left, self._session = self._session, session
        if self._engine is not None and session is not left:
            session.use(self._engine, left.view)
        if self._choosing is not None:
            session.choose_with(self._choosing)
        if self._guests is not None:
            session.host(self._guests)
        while not isinstance(self.screen, WriteScreen):
            self.pop_screen()
        self.pop_screen()
        self._show_session(session)
        self._say(says)

    def _heed_other_windows(self) -> None:
        """Step down if another window wants to write in this loom."""
        if self._session.asked_for:
            said = self._session.step_down()
            self._change_to(self._session, said or "Another window writes in this loom now. Ctrl+R: write here again.")

    async def _take_over(self) -> None:
        """Write in this loom, as the other window leaves it."""
        loom = self._session.row.id
        if not (self._session.read_only and isinstance(self.screen, WorkingScreen)):
            return
        if not await take_over(self._library, loom):
            self._say("The other window does not answer; end its process, or try again.")
            return
        try:
            self._change_to(self._open(self._library.loom(loom)), "You write here now; the other window only reads.")
        except (LibraryError, TextFileError) as error:
            self._library.release(loom)
            self._say(str(error))

    async def _quit(self) -> None:
        await self.let_keys_arrive()
        said = await self._session.close()
        if self._guests is not None:
            await self._guests.close()
        self.exit(message=Text(drawable(said)) if said else None)

    def _say(self, sentence: str) -> None:
        if sentence and self._front is not None:
            self._front.notice(sentence)

    def _say_too(self, sentence: str) -> None:
        if sentence and self._front is not None:
            self._front.say_too(sentence)

    @property
    def _front(self) -> WorkingScreen[Any] | None:
        """The screen that speaks to the person."""
        return self.screen if isinstance(self.screen, WorkingScreen) else self._write

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette holds the actions of the table."""
        twice = {
            "next_branch",
            "previous_branch",
            "take_here",
            "parent_here",
            "take_and_fan",
            "take_number",
            "stop",
            "why",
        }
        for action in self._actions:
            keys = own(" ".join(key_name(key) for key in action.names))
            if action.id == "take_over" and not self._session.read_only:
                continue
            if self._session.read_only and action.id not in READING:
                continue
            if action.id in APP_ACTIONS:
                yield SystemCommand(action.help, keys, self._runner(action.id))
            elif isinstance(screen, WorkingScreen) and action.id not in twice and screen.allows(action):
                yield SystemCommand(action.help, keys, getattr(screen, f"action_{action.id}"))
        if isinstance(screen, WriteScreen) and not self._session.read_only:
            for number, reason in enumerate(Reason, 1):
                yield SystemCommand(f"Why you took it: {reason.value}", "", partial(screen.action_why, number))
            for choice in choices(self._config):
                yield SystemCommand(choice.name, choice.about, partial(self._draw_by, choice))

    def _draw_by(self, choice: Choice) -> None:
        """How the next fans are made."""
        try:
            self._session.draw_by(choice.made(self._session.settings))
        except BadSetting as error:
            self._say(f"{str(error)[:1].upper()}{str(error)[1:]}.")
        else:
            self._say(f"{choice.name}, from the next fan on.")

    def _runner(self, where: str) -> Callable[[], None]:
        def run() -> None:
            self.run_worker(self.action_go(where))

        return run
