"""The steering screen: each vector and adapter on a slider, what is in it, and how the model goes on under it."""

from collections.abc import Callable, Iterator, Sequence

from textual.app import ComposeResult
from textual.containers import Container

from cyborg_tui.actions import Action
from cyborg_tui.library.errors import LibraryError
from cyborg_tui.library.shelf import Kept
from cyborg_tui.loom.contrast import BadContrast
from cyborg_tui.loom.contrast_text import EXAMPLE, contrast_from, passages_to
from cyborg_tui.loom.sampling import BadSetting
from cyborg_tui.loom.steering import Adapter, Steering, Vector, VectorFacts
from cyborg_tui.screens.names import NamesScreen
from cyborg_tui.screens.panes import MapPane, bound_keys
from cyborg_tui.screens.questions import LinePrompt, TextPrompt
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session import Session
from cyborg_tui.session.steering_desk import SteeringDesk
from cyborg_tui.session.steering_rows import Part, added, at_strength, moved, parts, ranged, removed
from cyborg_tui.session.vectors import BadName
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.lines import Footer, Status, StatusLine
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.outline import OutlineRow
from cyborg_tui.widgets.preview import Paragraph, Preview

__all__ = ["SteeringScreen"]

_STEP, _LARGE_STEP = 0.25, 1.0
_REACH, _CELLS = 4.0, 17
"""The slider goes from minus so much to plus so much, in so many cells."""
_ALWAYS = frozenset({"add_steering", "add_path", "make_vector", "make_of_shelf", "steering_fan", "leave_steering"})
"""Actions that need nothing to be there."""


class SteeringScreen(WorkingScreen[bool]):
    """Dismissed with whether a fan is wanted."""

    CSS_PATH = "levers.tcss"
    PARTS = ("steering",)

    def __init__(
        self,
        session: Session,
        actions: Sequence[Action],
        steering: Steering,
        use: Callable[[Steering], None],
        shelf: Callable[[], Sequence[Kept]],
    ) -> None:
        """`use`: steer so from now on. `shelf`: what is bookmarked; raises LibraryError."""
        super().__init__(session, actions)
        self._steering, self._use, self._shelf = steering, use, shelf
        self._at = 0
        self._desk: SteeringDesk | None = None
        self._trying = False
        self._texts = EXAMPLE
        """What the person wrote last to make a vector of, right or wrong."""
        self._new = ""
        """The name of the vector that is being made."""

    def compose(self) -> ComposeResult:
        with Container(id="levers-panes"):
            yield MapPane(id="levers")
            with Container(id="lever"):
                yield Preview(id="steering")
        yield StatusLine(id="status")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        self._pane = self.query_one(MapPane)
        self._pane.actions = bound_keys(self._actions, "steering")
        self._pane.on_any_key = self._key_pressed
        self._desk = self.session.steering_desk(self._heard)
        if self._desk is not None:
            self.session.listen(self._desk.hear)
        self.set_focus(self._pane)
        self._lay_out()
        self._show()

    def on_unmount(self) -> None:
        if self._desk is not None:
            self.session.stop_listening(self._desk.hear)
            self._desk.stop()

    def on_resize(self) -> None:
        self._lay_out()
        self.call_after_refresh(self._show)

    def changed(self) -> None:
        if self.is_mounted:
            self._show()

    def _key_pressed(self) -> None:
        if self._notice:
            self._notice = ""
            self._show()

    def _heard(self) -> None:
        """There is something new: what was made is put to work, what is an adapter is one."""
        desk = self._desk
        if desk is not None and desk.made is not None and self._new:
            name, self._new = self._new, ""
            self._add(name)
        for index, part in enumerate(self._parts):
            known = None if desk is None or isinstance(part, Adapter) else desk.facts(part.path)
            if known is not None and known.adapter is not None:
                self._try_to_use(added(removed(self._steering, index), part.path, adapter=True))
                break
        self._show()

    # showing

    @property
    def _parts(self) -> tuple[Part, ...]:
        return parts(self._steering)

    @property
    def _part(self) -> Part | None:
        return self._parts[self._at] if self._parts else None

    def _show(self) -> None:
        if not self.is_whole:
            return
        self._at = max(0, min(len(self._parts) - 1, self._at))
        self._pane.show(self._row, len(self._parts), self._at)
        self.query_one("#steering", Preview).show(list(self._tried() if self._trying else self._facts()))
        self.query_one(StatusLine).show(self._status())
        self.query_one(Footer).show([action for action in self._actions if self._does(action)])

    def _does(self, action: Action) -> bool:
        """Whether its key does something: with nothing in the list only a few do."""
        return self.allows(action) and (bool(self._parts) or action.id in _ALWAYS or action.where == "anywhere")

    def _row(self, number: int) -> OutlineRow:
        part = self._parts[number]
        strength = part.strength if isinstance(part, Vector) else part.scale
        name = drawable(self.session.vectors.name(part.path))
        text = ((f"{strength:+6.2f} ", "name"), (own(_slider(strength)), "aside"), (f"  {name}", "person"))
        return OutlineRow(text=text, right=_layers(part))

    def _status(self) -> Status:
        desk = self._desk
        if alarm := self._notice or ("" if desk is None else desk.problem):
            return Status(alarm=alarm)
        if desk is not None and desk.progress is not None:
            done, total = desk.progress
            return Status((f"reading {done} of {total} texts", "Esc stops"))
        if desk is not None and desk.busy:
            return Status(("trying it at five strengths", "Esc stops"))
        count = len(self._parts)
        return Status((f"{count} {'part' if count == 1 else 'parts'}" if count else "nothing steers here",))

    def _facts(self) -> Iterator[Paragraph]:
        part, desk = self._part, self._desk
        if part is None:
            yield Paragraph((("A vector is added to what the model thinks, layer by layer.", "muted"),))
            yield Paragraph((("a adds one that is there, n makes one of texts, p tries it here.", "muted"),))
            return
        known = None if desk is None else desk.facts(part.path)
        if known is None:
            yield Paragraph((("…", "muted"),))
            return
        if known.sentence:
            yield Paragraph(((drawable(known.sentence), "gone"),))
        if known.vector is not None:
            yield from _vector(known.vector)
        elif known.adapter is not None:
            kind = f"An adapter for {known.adapter.model}, alpha {known.adapter.alpha:g}."
            yield Paragraph(((drawable(kind), "muted"),))

    def _tried(self) -> Iterator[Paragraph]:
        for tried in self._desk.tried if self._desk is not None else ():
            said = drawable(" ".join(tried.text.split())) or own("…")
            yield Paragraph(((f"{tried.strength:+3.0f}  ", "accent"), (said, "model")))

    # moving

    def action_steering_down(self) -> None:
        self._at += 1
        self._trying = False
        self._show()

    def action_steering_up(self) -> None:
        self._at -= 1
        self._trying = False
        self._show()

    def action_steering_page(self) -> None:
        self.query_one("#steering", Preview).turn_page()

    def action_stronger(self) -> None:
        self._move(lambda steering, at: moved(steering, at, _STEP))

    def action_weaker(self) -> None:
        self._move(lambda steering, at: moved(steering, at, -_STEP))

    def action_much_stronger(self) -> None:
        self._move(lambda steering, at: moved(steering, at, _LARGE_STEP))

    def action_much_weaker(self) -> None:
        self._move(lambda steering, at: moved(steering, at, -_LARGE_STEP))

    def action_no_strength(self) -> None:
        self._move(lambda steering, at: at_strength(steering, at, 0.0))

    def action_first_layer_down(self) -> None:
        self._range(-1, 0)

    def action_first_layer_up(self) -> None:
        self._range(1, 0)

    def action_last_layer_down(self) -> None:
        self._range(0, -1)

    def action_last_layer_up(self) -> None:
        self._range(0, 1)

    def action_remove_steering(self) -> None:
        self._move(removed)

    def _range(self, first: int, last: int) -> None:
        part, desk = self._part, self._desk
        known = desk.facts(part.path) if desk is not None and isinstance(part, Vector) else None
        if known is None or known.vector is None:
            self.notice("Only a vector that is known has layers to choose from.")
            return
        layers = [layer.layer for layer in known.vector.layers]
        self._move(lambda steering, at: ranged(steering, at, first, last, (min(layers), max(layers))))

    def _move(self, change: Callable[[Steering, int], Steering]) -> None:
        if self._part is None:
            self.notice("Nothing steers here yet: a adds a vector, n makes one.")
        else:
            self._try_to_use(change(self._steering, self._at))

    def _try_to_use(self, steering: Steering) -> None:
        if steering != self._steering:
            self._use(steering)
            self._steering = steering
        self._show()

    # more of them

    def action_add_steering(self) -> None:
        """One of the folder, or anywhere."""
        if names := self.session.vectors.names:
            self.app.push_screen(NamesScreen(names), self._add)
        else:
            self.action_add_path()

    def action_add_path(self) -> None:
        self.app.push_screen(LinePrompt("The path of a vector or an adapter:", "", "adds it"), self._add)

    def _add(self, name: str | None) -> None:
        """Nothing, if none was chosen."""
        if not name:
            return
        if all(one.path != name for one in self._parts):
            try:
                self._try_to_use(added(self._steering, name, adapter=False))
            except BadSetting as error:
                self.notice(f"{str(error).capitalize()}.")
                return
        self._at = next(index for index, one in enumerate(self._parts) if one.path == name)
        self._trying = False
        self._show()

    def action_make_vector(self) -> None:
        """Of two sets of texts that the person writes."""
        self._make(self._texts)

    def action_make_of_shelf(self) -> None:
        """Of passages that were bookmarked, which the person puts into two sets."""
        try:
            kept = [one.text for one in self._shelf()]
        except LibraryError as error:
            self.notice(str(error))
            return
        if kept:
            self._make(passages_to(kept))
        else:
            self.notice("Nothing is bookmarked yet; b among the branches marks one.")

    def _make(self, proposal: str) -> None:
        def named(name: str | None) -> None:
            if name:
                question = "Texts that lead there, and texts that lead away; what differs should stand at their ends."
                self.app.push_screen(
                    TextPrompt(question, proposal, "ctrl+s", "makes it"), lambda said: make(name, said)
                )

        def make(name: str, said: tuple[str, int] | None) -> None:
            if said is not None and self._desk is not None:
                self._texts = said[0]
                try:
                    self._desk.make(name, contrast_from(said[0]))
                except (BadContrast, BadName) as error:
                    self.notice(f"{str(error)[0].upper()}{str(error)[1:]}.".replace("..", "."))
                except OSError as error:
                    self.notice(f"It cannot be written ({error.strerror}).")
                else:
                    self._new, self._trying = name, False
                    self._show()

        self.app.push_screen(LinePrompt("A name for the new vector:", "", "goes on"), named)

    def action_preview_steering(self) -> None:
        """How the model goes on from the cursor, at five strengths of this part."""
        if self._part is None or self._desk is None:
            self.notice("Nothing steers here yet: a adds a vector, n makes one.")
            return
        steering, at = self._steering, self._at
        self._trying = True
        self.session.try_steering(self._desk, lambda strength: at_strength(steering, at, strength))
        self._show()

    # leaving

    def action_steering_fan(self) -> None:
        self.dismiss(True)

    def action_leave_steering(self) -> None:
        """Stops what is under way; then back."""
        if self._desk is not None and self._desk.busy:
            self._desk.stop()
            self._show()
        else:
            self.dismiss(False)


def _slider(strength: float) -> str:
    at = round((max(-_REACH, min(_REACH, strength)) + _REACH) / (2 * _REACH) * (_CELLS - 1))
    line = ["─"] * _CELLS
    line[_CELLS // 2] = "┼"
    line[at] = "●"
    return "".join(line)


def _layers(part: Part) -> str:
    if not isinstance(part, Vector):
        return "adapter"
    if not part.first and not part.last:
        return ""
    return f"layers {part.first or ''}-{part.last or ''}"


def _vector(facts: VectorFacts) -> Iterator[Paragraph]:
    made = "" if facts.texts is None else f", of {facts.texts[0]} and {facts.texts[1]} texts"
    about = f"{facts.name}: for {facts.model or 'some model'}, {facts.width:,} numbers a layer{made}."
    yield Paragraph(((drawable(about), "muted"),))
    yield Paragraph()
    yield Paragraph((("layer      push     tells apart", "accent"),))
    for layer in facts.layers:
        push = f"{layer.norm:.3g}" if layer.state_norm is None else f"{layer.norm / layer.state_norm:.1%}"
        apart = "" if layer.apart is None else f"{layer.apart:.1f} σ"
        bar = "" if layer.apart is None else "▪" * max(0, min(12, round(2 * layer.apart)))
        yield Paragraph(((f"{layer.layer:>5}  {push:>8}  {apart:>8}  ", "person"), (own(bar), "muted")))
