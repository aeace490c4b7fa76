"""What a screen, the command line or a test drives."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from cyborg_tui.engine.engine import Engine
from cyborg_tui.engine.protocol import EngineEvent, Lost, Ready, Unavailable
from cyborg_tui.library.library import Library, LoomRow
from cyborg_tui.loom.editing import Edit
from cyborg_tui.loom.extent import Extent, extent_of
from cyborg_tui.loom.fan import BranchId, FanId, NodeId
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.loom import Chosen
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import Steering
from cyborg_tui.session.asking import SEEDS
from cyborg_tui.session.choosing import Choosing
from cyborg_tui.session.engine_view import EngineView
from cyborg_tui.session.gardening import Gardening
from cyborg_tui.session.loom_file import bring_in
from cyborg_tui.session.mirror_settings import MirrorSettings
from cyborg_tui.session.process import Guide
from cyborg_tui.session.seeing import Seeing
from cyborg_tui.session.side_by_side import SideBySideLoom
from cyborg_tui.session.sight import Sight
from cyborg_tui.session.steering_desk import SteeringDesk

__all__ = ["Session"]


class Session(SideBySideLoom):
    """One loom being written. Edits are synchronous and in memory; only I/O is not."""

    def __init__(
        self,
        row: LoomRow,
        library: Library,
        settings: FanSettings,
        on_change: Callable[[], None],
        *,
        may_look_ahead: Callable[[], bool] = lambda: True,
        widens: bool = False,
        vectors: Path | None = None,
        mirror: MirrorSettings | None = None,
    ) -> None:
        """As AskingLoom has it. `mirror`: what the person wants of it."""
        super().__init__(
            row, library, settings, on_change, may_look_ahead=may_look_ahead, widens=widens, vectors=vectors
        )
        self._seeing = Seeing(self.loom, self._generation)
        self._choosing: Choosing | None = None
        self._hears_too: Callable[[EngineEvent], None] | None = None
        self.garden = Gardening(self.loom, self._stop, self._gardened)
        self.guide = Guide(self, lambda: self._framing.fields, self._note)
        self._hear_log.append(self.guide.hear)
        if mirror is not None:
            self.mirror.settings = mirror

    # writing: what the editor calls

    def edit(self, start: int, end: int, text: str) -> None:
        """The person's edit, in offsets of the manuscript."""
        self._stop()
        self.loom.write(start, end, text)
        self._changed()

    def bring_in(self, text: str) -> None:
        """Another program edited the manuscript: its text comes in as one edit of the part that differs."""
        self._stop()
        bring_in(text, self.loom)
        self._changed()

    def rewrite(self, edits: Sequence[Edit]) -> int:
        """Several edits as one, which one undo takes back. Returns how many changed something."""
        self._stop()
        changed = self.loom.rewrite(edits)
        self._changed()
        return changed

    def keep_provisional(self, shown: int) -> int:
        """The first `shown` characters of the provisional text become part of the manuscript. Returns how many did."""
        left = len(self.provisional[1])
        index = min(self.highlighted, len(self.branches) - 1)
        return min(shown, left) if self.take(index, shown) else 0

    def move_cursor(self, offset: int) -> None:
        self.loom.move_cursor(offset)

    # the levers

    def set_frame(self, offset: int, frame: Frame) -> None:
        """What conditions the model from an offset of the manuscript on (0: everywhere) and is not inherited; an empty
        frame takes it away. Raises BadFrame, and nothing has changed then."""
        self._stop()
        self._frame(offset, frame)
        self._changed()

    def steering_desk(self, on_change: Callable[[], None]) -> SteeringDesk | None:
        """Where vectors are made and tried; None without an engine. Who has it must `listen` for it."""
        engine = self._generation.engine
        return None if engine is None else SteeringDesk(engine, self.vectors, on_change)

    def try_steering(self, desk: SteeringDesk, steering: Callable[[float], Steering]) -> None:
        """Try a vector at the cursor, at several strengths."""
        self._stop()
        desk.preview(self._generation.context(self.loom.cursor), self.settings, steering)

    # looking inside

    async def what_it_saw(self, fan: FanId) -> tuple[Sight, ...]:
        """What the model saw of the manuscript when it drew the branches of a fan, token by token: once for each time
        that branches were asked for. Empty where that is not on record, or there is no model. Raises LibraryError."""
        return await self._seeing.of(self.draws(fan))

    async def what_it_would_see(self) -> Sight | None:
        """What it would see if a fan was made at the cursor now; None without a model."""
        return await self._seeing.before(self.loom.cursor, self.settings)

    def foresee(self, end: int, places: Sequence[tuple[int, ...]], drawn: Piece | None = None) -> int:
        """As `Generation.foresee`; what comes of it is heard by those who listen."""
        return self._generation.foresee(end, places, self.settings, drawn)

    def weigh(self, end: int, settings: FanSettings) -> int:
        """As `Generation.weigh`, under all else that holds at the cursor; what comes of it is heard by those who
        listen."""
        now = self.settings
        settings = replace(settings, steering=now.steering, mix=now.mix)
        return self._generation.weigh(end, settings, self.conditions())

    def listen(self, hear: Callable[[EngineEvent], None]) -> None:
        """Let somebody hear everything the engine says, instead of whoever did so far."""
        self._hears_too = hear

    def stop_listening(self, hear: Callable[[EngineEvent], None]) -> None:
        """They need hear nothing more. A screen that is closed may say so after the next one has begun to listen."""
        if self._hears_too == hear:
            self._hears_too = None

    # choosing

    def highlight(self, index: int) -> None:
        """Highlight a branch; its text stands provisionally in the editor. Going to a sibling of a taken branch goes
        back to where it was taken first."""
        branches = self.branches
        if not branches:
            return
        before, self.loom.highlighted = self.highlighted, max(0, min(index, len(branches) - 1))
        if self.highlighted != before:
            self._generation.forget_ahead()
        branch, taken = branches[self.highlighted], self.taken
        if taken is not None and taken.id != branch.id:
            self.loom.parent()
        self.look(self.highlighted)
        self._changed()

    def look(self, index: int) -> None:
        """The person has looked at this branch."""
        branches = self.branches
        if 0 <= index < len(branches):
            self.look_at(branches[index].id)

    def look_at(self, branch: BranchId) -> None:
        """The person has looked at a branch, in view or not."""
        drawn = self.loom.tree.branch(branch)
        if not drawn.looked and (drawn.text or drawn.finish):
            self.loom.look(branch)
            self._changed()

    def take(self, index: int, shown: int | None = None, extent: Extent = Extent.WHOLE) -> bool:
        """Take a branch, or a word, sentence or paragraph more of it, and never more than the first `shown` characters
        of what is left of it: those the person has seen. False if there is nothing to take."""
        branches = self.branches
        if not 0 <= index < len(branches):
            return False
        branch = branches[index]
        already = self.taken_length(branch) if self.taken is not None and self.taken.id == branch.id else 0
        left = branch.text[branch.healed + already :]
        seen = left if shown is None else left[:shown]
        amount = extent_of(seen, extent)
        if amount <= 0:
            return False
        self._stop_growing()
        self.loom.highlighted = index
        self.loom.take(branch.id, already + amount)
        self.mirror.took(branches, branch, amount, already)
        kept = self._generation.keep_ahead(self.loom.cursor, self._drawn)
        self._looked_ahead_at = self._next_place() if kept else None
        self._changed()
        return True

    def choose(self, offset: int, chosen: Chosen) -> None:
        """A new branch begins at this offset with what the person chose, and a fan goes on from there."""
        self._stop()
        self.loom.choose(offset, chosen, random.randrange(SEEDS))
        self.ask()

    def parent(self) -> bool:
        """Back to where the last branch was taken. False at the beginning."""
        self._stop()
        left = {piece.branch for piece in self.loom.manuscript.pieces}
        moved = self.loom.parent()
        if moved:
            self.loom.highlighted = next((i for i, branch in enumerate(self.branches) if branch.id in left), 0)
        self._changed()
        return moved

    def visit(self, node: NodeId, start: int) -> bool:
        """Go to a character of a node's text, or of what stands before it if `start` is below 0; on another path if
        need be. False if there is no such node any more."""
        loom = self.loom
        if node not in loom.tree:
            return False
        self._stop()
        if all(step.id != node for step in loom.manuscript.path):
            self.garden.go(node)
        index = next(i for i, step in enumerate(loom.manuscript.path) if step.id == node)
        loom.move_cursor(loom.manuscript.end_of(index) - len(loom.tree.node(node)) + start)
        self._changed()
        return True

    def hide(self) -> bool:
        """Take the highlighted branch out of sight. False if there is none, or one has been taken."""
        branches = self.branches
        if not branches or self.taken is not None:
            return False
        self.garden.hide(branches[self.highlighted].node)
        self.loom.highlighted = max(0, min(self.highlighted, len(self.branches) - 1))
        self._changed()
        return True

    def bookmark(self) -> bool | None:
        """Mark the highlighted branch, or unmark it. Returns whether it is marked now; None if there is none."""
        branches = self.branches
        if not branches:
            return None
        node = branches[self.highlighted].node
        marked = not self.loom.tree.node(node).bookmarked
        self.garden.bookmark(node, bookmarked=marked)
        return marked

    def undo(self) -> bool:
        """Take the last step back. False if there is none."""
        self._stop()
        done = self.loom.undo()
        self._follow_taken()
        self._changed()
        return done

    def redo(self) -> bool:
        """Do again what was undone last. False if there is nothing."""
        self._stop()
        done = self.loom.redo()
        self._follow_taken()
        self._changed()
        return done

    # what the status line shows

    def cancel(self) -> bool:
        """Stop what the engine is doing; a model that is being loaded gives way to the one before. False if it was
        doing nothing."""
        busy = self.busy or (self._choosing is not None and self._choosing.cancel())
        self._stop()
        self._changed()
        return busy

    @property
    def can_cancel(self) -> bool:
        return self.busy or bool(self.choosing)

    @property
    def place(self) -> str:
        """The machine that the text goes to; empty if it stays on this one."""
        engine = self._generation.engine
        return "" if engine is None else engine.place

    # the engine

    def use(self, engine: Engine, view: EngineView | None = None) -> None:
        """Ask this engine from now on; `view` is what is known of it, if another session used it before."""
        self._generation.engine = engine
        if view is not None:
            self._generation.view = view

    def choose_with(self, choosing: Choosing) -> None:
        """What is asked for another model, and can be told to leave it."""
        self._choosing = choosing

    @property
    def choosing(self) -> str:
        """The name of the model that is being loaded instead of another one; empty if none is."""
        return self._choosing.name if self._choosing is not None and self._choosing.under_way else ""

    def hear(self, event: EngineEvent) -> None:
        """Everything the engine says comes in here."""
        self._generation.hear(event)
        if self._hears_too is not None:
            self._hears_too(event)
        was_scoring = self.scoring is not None
        self._scoring.hear(event)
        if was_scoring and self.scoring is None:
            self._note_scores()
        self._seeing.hear(event)
        self._hear_template(event)
        self._go_on_beside()
        self.bridging.hear(event, self._generation.engine)
        if isinstance(event, (Ready, Unavailable, Lost)):
            self._looked_ahead_at = None
        match event:
            case Ready() if self._fan_wanted:
                self._fan_wanted = False
                self.ask()
            case Ready():
                self.prepare()
            case Unavailable() | Lost(again=False):
                self._fan_wanted = False
            case _:
                pass
        self._changed()

    # saving

    def leave(self) -> str:
        """As KeptLoom has it; what is under way is stopped first."""
        self._stop()
        self.mirror.witness.leave()
        return super().leave()

    async def close(self) -> str:
        """Leave, and end the engine; everything is saved when this returns, the text at least to a rescue copy. Returns
        what could not be saved."""
        said = self.leave()
        if self._generation.engine is not None:
            await self._generation.engine.close()
        return self.rescued() or said

    def _gardened(self) -> None:
        """The person is elsewhere, or the tree is not as it was."""
        self._follow_taken()
        self._changed()
