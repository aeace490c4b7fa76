"""The levers screen: what conditions the model beside the manuscript, each lever in its own editor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from cyborg_tui.actions import Action
from cyborg_tui.frames import NamedFrames
from cyborg_tui.library.errors import LibraryError
from cyborg_tui.library.shelf import Kept
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED, Steering
from cyborg_tui.screens.lens import LensScreen
from cyborg_tui.screens.named_frames import FrameShelf
from cyborg_tui.screens.panes import MapPane, WritingPane, bound_keys
from cyborg_tui.screens.samplers import SamplersScreen, Turned
from cyborg_tui.screens.shelf import ShelfScreen
from cyborg_tui.screens.steering import SteeringScreen
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session import Session
from cyborg_tui.session.framed import BadFrame
from cyborg_tui.session.levers import LEVERS, Kind, Lever, summary_of, taken_away, text_of, with_step, with_text
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.editor.draft import Draft
from cyborg_tui.widgets.lines import Footer, Status, StatusLine
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.outline import OutlineRow

__all__ = ["LeversScreen"]

_NAMES = 12
"""Cells for the name of a lever."""


class LeversScreen(WorkingScreen[bool]):
    """Dismissed with whether a fan is wanted from where the person was."""

    CSS_PATH = "levers.tcss"
    PARTS = ("levers", "lever")

    def __init__(
        self,
        session: Session,
        actions: Sequence[Action],
        presets: Mapping[str, FanSettings],
        named: NamedFrames,
        shelf: Callable[[], Sequence[Kept]],
    ) -> None:
        """`shelf`: what is bookmarked; raises LibraryError."""
        super().__init__(session, actions)
        self._all_actions = actions
        self._presets = presets
        """How fans are made by each."""
        self._named, self._shelf = FrameShelf(self, named, presets), shelf
        self._at = 0
        self._everywhere = not any(framed.offset for framed in session.frames)
        self._draft = Draft("")
        self._refused: str | None = None
        """What could not be used when the person left the editor."""

    def compose(self) -> ComposeResult:
        with Container(id="levers-panes"):
            yield MapPane(id="levers")
            with Container(id="lever"):
                yield Static(id="lever-help")
                yield WritingPane(self._draft, id="lever-text")
        yield StatusLine(id="status")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        self._pane, self._editor = self.query_one(MapPane), self.query_one(WritingPane)
        self._pane.actions, self._editor.actions = (
            bound_keys(self._actions, "levers"),
            bound_keys(self._actions, "lever"),
        )
        self._pane.on_any_key = self._editor.on_any_key = self._key_pressed
        self._editor.read_only = True
        self.set_focus(self._pane)
        self._lay_out()
        self._go(0)

    def on_resize(self) -> None:
        self._lay_out()
        self.call_after_refresh(self._show)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.set_class(self._editing, "editing")
        self._show()

    def changed(self) -> None:
        if self.is_mounted:
            self._show()

    def _key_pressed(self) -> None:
        if self._notice:
            self._notice = ""
            self._show()

    # what holds

    @property
    def _lever(self) -> Lever:
        return LEVERS[self._at]

    @property
    def _offset(self) -> int:
        """Where the frame that is changed holds from."""
        return 0 if self._everywhere else self.session.loom.cursor

    @property
    def _frame(self) -> Frame:
        """What is said there, and not inherited."""
        offset = self._offset
        return next((one.frame for one in reversed(self.session.frames) if one.offset == offset), Frame())

    @property
    def _holds(self) -> Frame:
        return self.session.frame_at(self._offset)

    @property
    def _editing(self) -> bool:
        return self.focused is self._editor

    # showing

    def _show(self) -> None:
        if not self.is_whole:
            return
        self._pane.show(self._row, len(LEVERS), self._at)
        self.query_one("#lever").border_title = f" {self._lever.name} "  # where it stands below the list
        self.query_one("#lever-help", Static).update(own(self._lever.help))
        self.query_one(StatusLine).show(self._status())
        place = "lever" if self._editing else "levers"
        shown = [action for action in self._actions if action.where in (place, "anywhere") and self._does(action)]
        self.query_one(Footer).show(shown)

    def _does(self, action: Action) -> bool:
        """Whether its key does something to the lever at hand."""
        match action.id:
            case "edit_lever":
                does = self._lever.kind is not Kind.NUMBER
            case "lever_more" | "lever_less":
                does = self._lever.kind is not Kind.TEXT
            case "lever_away":
                does = getattr(self._frame, self._lever.key) is not None
            case "lever_scope":
                does = self.session.loom.cursor > 0
            case _:
                does = True
        return does and self.allows(action)

    def _row(self, number: int) -> OutlineRow:
        lever = LEVERS[number]
        said, holds = getattr(self._frame, lever.key), getattr(self._holds, lever.key)
        manner = "aside" if said is None else "person"
        if lever.kind is Kind.PRESET:
            holds = holds or self._holds.settings  # settings of one's own have no name
        summary = drawable(summary_of(lever, holds)) or "–"
        right = "" if said is None else "everywhere" if self._everywhere else "from here"
        text = ((f"{lever.name:<{_NAMES}} ", "person"), (own(summary), manner))
        return OutlineRow(text=text, right=right)

    def _status(self) -> Status:
        if self._notice:
            return Status(alarm=self._notice)
        where = "holds everywhere" if self._everywhere else "holds from the cursor on"
        beside = sum(len(insert.text) for insert in self.session.conditions().inserts)
        number = f"lever {self._at + 1} of {len(LEVERS)}"
        beside_it = f"{beside:,} characters beside the manuscript"
        return Status((where, beside_it), right=self.session.framing_problem or number)

    def _load(self) -> None:
        """What the lever says here, in the editor; what it inherits if it says nothing."""
        frame = self._frame if getattr(self._frame, self._lever.key) is not None else self._holds
        text = text_of(self._lever, frame) if self._lever.kind is Kind.TEXT else ""
        self._draft = self._editor.manuscript = Draft(text)
        self._editor.load(text, len(text))
        self._refused = None

    # moving

    def _go(self, number: int) -> None:
        self._at = max(0, min(len(LEVERS) - 1, number))
        self._load()
        self._show()

    def action_next_lever(self) -> None:
        self._go(self._at + 1)

    def action_previous_lever(self) -> None:
        self._go(self._at - 1)

    def action_lever_scope(self) -> None:
        """Everywhere in the loom, or from the cursor on."""
        if self.session.loom.cursor == 0:
            self.notice("The cursor is at the beginning: what holds from there holds everywhere.")
            return
        self._everywhere = not self._everywhere
        self._go(self._at)

    # changing

    def action_edit_lever(self) -> None:
        lever = self._lever
        if lever.kind is Kind.NUMBER:
            self.notice("l and h change this one: more, less.")
        elif lever.kind is Kind.SWITCH:
            self._step(1)
        elif lever.key == "steering":
            self._steer()
        elif lever.kind is Kind.PRESET:
            settings = self._holds.settings or self.session.settings
            samplers = SamplersScreen(self.session, self._all_actions, self._presets, settings)
            self.app.push_screen(samplers, self._turned)
        else:
            self._editor.read_only = False
            self.set_focus(self._editor)

    def _steer(self) -> None:
        """On sliders, on a screen of their own."""

        def back(fans: bool | None) -> None:
            if fans:
                self.dismiss(True)
            else:
                self._go(self._at)

        steering = self._holds.steering or UNSTEERED
        screen = SteeringScreen(self.session, self._all_actions, steering, self._steer_by, self._shelf)
        self.app.push_screen(screen, back)

    def _steer_by(self, steering: Steering) -> None:
        self._use(replace(self._frame, steering=steering))

    def _turned(self, turned: Turned | None) -> None:
        """The person is back from the samplers."""
        if turned is None:
            return
        used = self._use(replace(self._frame, preset=turned.preset, settings=turned.settings))
        if used and turned.fan:
            self.action_levers_fan()

    def action_lever_more(self) -> None:
        self._step(1)

    def action_lever_less(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        lever = self._lever
        if lever.kind is Kind.TEXT:
            self.notice("Enter edits this one.")
        elif lever.kind is Kind.PRESET:
            names = [*self._presets]
            now = self._holds.preset or ""
            name = names[(names.index(now) + by) % len(names)] if now in names else names[0 if by > 0 else -1]
            self._use(replace(self._frame, preset=name, settings=self._presets[name]))
        else:
            self._try(partial(with_step, lever, self._frame, self._holds, by))

    def action_lever_away(self) -> None:
        if getattr(self._frame, self._lever.key) is None:
            self.notice("Nothing is said of this here.")
        else:
            self._use(taken_away(self._lever, self._frame))

    def _try(self, made: partial[Frame]) -> bool:
        try:
            return self._use(made())
        except BadFrame as error:
            self.notice(str(error))
            return False

    def _use(self, frame: Frame) -> bool:
        try:
            self.session.set_frame(self._offset, frame)
        except BadFrame as error:
            self.notice(str(error))
            return False
        self._load()
        self._show()
        return True

    # frames with names

    def action_use_named(self) -> None:
        """A frame from its file, instead of what is said here."""

        def use(name: str, frame: Frame) -> None:
            if self._use(frame):
                self.notice(f"{name} holds now {'everywhere' if self._everywhere else 'from the cursor on'}.")

        self._named.take_down(use)

    def action_name_frame(self) -> None:
        """What holds here, into a file, to be used elsewhere."""
        self._named.put_up(self._holds)

    # examples

    def action_lever_shelf(self) -> None:
        """One more example: something that was bookmarked."""

        def add(kept: Kept | None) -> None:
            if kept is not None:
                self._use(replace(self._frame, examples=(*(self._holds.examples or ()), kept.text)))
                self._go(next(at for at, lever in enumerate(LEVERS) if lever.key == "examples"))

        try:
            self.app.push_screen(ShelfScreen(self._shelf()), add)
        except LibraryError as error:
            self.notice(str(error))

    # in the editor

    def action_lever_done(self) -> None:
        """Use what was written. What cannot be used stays in the editor; leaving once more drops it."""
        if self._refused == self._draft.text:
            self._load()
        elif not self._use_written():
            self._refused = self._draft.text
            self.say_too("Esc again leaves it as it was.")
            return
        self._editor.read_only = True
        self.set_focus(self._pane)

    def _use_written(self) -> bool:
        """Frames that it names are taken as they are now. False if it cannot be used."""
        lever, text = self._lever, self._draft.text
        try:
            frame = with_text(lever, self._frame, text, lambda name: self._named.find(name, self._holds))
        except BadFrame as error:
            self.notice(str(error))
            return False
        written, holds = (getattr(one, lever.key) for one in (frame, self._holds))
        unchanged = text == text_of(lever, self._holds) and not frame.named
        return unchanged or written == holds or self._use(frame)

    def action_undo(self) -> None:
        if self._editing:
            self._draft.undo()
            self._editor.load(self._draft.text, len(self._draft.text))
        elif self.session.undo():
            self._go(self._at)

    def action_redo(self) -> None:
        if self._editing:
            self._draft.redo()
            self._editor.load(self._draft.text, len(self._draft.text))
        elif self.session.redo():
            self._go(self._at)

    # elsewhere

    def action_lens_here(self) -> None:
        """Exactly what the model would see now."""
        self.app.push_screen(LensScreen(self.session, self._all_actions, None))

    def action_levers_fan(self) -> None:
        """Back, and branches from the same place under these levers."""
        if self._editing:
            self.action_lever_done()
            if self._editing:
                return
        self.dismiss(True)

    def action_leave_levers(self) -> None:
        self.dismiss(False)
