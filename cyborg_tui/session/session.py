"""What a screen, the command line or a test drives."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cyborg_tui.engine.engine import Engine
from cyborg_tui.engine.protocol import EngineEvent, Lost, Ready, Saw, Unavailable
from cyborg_tui.engine.widths import widened
from cyborg_tui.library.library import Library, LoomRow
from cyborg_tui.loom.alternatives import Alternatives, unpack
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.editing import Edit
from cyborg_tui.loom.extent import Extent, extent_of
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, Finish, NodeId
from cyborg_tui.loom.loom import Chosen
from cyborg_tui.loom.measures import Bits, typed_bits
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.provenance import Provenance
from cyborg_tui.loom.score import Scored
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.words import WordCount
from cyborg_tui.session.choosing import Choosing
from cyborg_tui.session.gardening import Gardening
from cyborg_tui.session.generation import EngineView, Generation
from cyborg_tui.session.kept import KeptLoom
from cyborg_tui.session.loom_file import bring_in
from cyborg_tui.session.scoring import Progress, Scoring
from cyborg_tui.session.sight import Sight, sight

__all__ = ["Part", "Session"]

_SEEDS = 1_000_000
"""So many different seeds are drawn: enough, and short to read."""


@dataclass(frozen=True, slots=True)
class Part:
    """What there is to say of the manuscript or a stretch of it."""

    words: int
    person_share: float | None
    """The part of the characters that the person typed; None if there are none."""
    bits: Bits


def _with(bits: Bits, typed: Bits) -> Bits:
    """The bits, with what is known of the text that the person typed."""
    return replace(bits, typed=typed.typed, scored=typed.scored, unscored=typed.unscored)


class Session(KeptLoom):
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
    ) -> None:
        """Open the loom; one that is a text file's reads the file. Raises LibraryError, TextFileError.

        `widens`: whether more branches are made where they come as soon as those that are wanted.
        """
        super().__init__(row, library)
        self.settings = settings
        self._generation = Generation(self.loom)
        self._on_change, self._may_look_ahead, self._widens = on_change, may_look_ahead, widens
        self._typed: tuple[str, Bits] = ("", Bits())
        """The text that was scored last, and its bits."""
        self._scoring = Scoring(self.loom, self._generation, library, row.id)
        self._fan_wanted = False
        self._seeing: dict[int, asyncio.Future[Saw | None]] = {}
        self._choosing: Choosing | None = None
        self._looked_ahead_at: tuple[int, Piece | None] | None = None
        self._words = WordCount()
        self._hears_too: Callable[[EngineEvent], None] | None = None
        self.garden = Gardening(self.loom, self._stop, self._gardened)

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

    def authors(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Who wrote the characters from `start` to `end`: (start, end, "person" or "model")."""
        at = start
        for piece in self.loom.manuscript.pieces_between(start, end):
            yield at, at + len(piece.text), "person" if piece.branch is None else "model"
            at += len(piece.text)

    def move_cursor(self, offset: int) -> None:
        self.loom.move_cursor(offset)

    # the fan in view

    @property
    def fan(self) -> Fan | None:
        """The fan in the branch pane."""
        return self.loom.fan_in_view

    @property
    def branches(self) -> tuple[Branch, ...]:
        """Its branches, in the order they were drawn, without the hidden ones."""
        fan = self.fan
        if fan is None:
            return ()
        tree = self.loom.tree
        return tuple(
            branch
            for branch in tree.branches(fan.id)
            if branch.finish is not Finish.SPARE and not tree.node(branch.node).hidden
        )

    @property
    def highlighted(self) -> int:
        """The index of the branch that stands provisionally in the text."""
        return self.loom.highlighted

    @property
    def taken(self) -> Branch | None:
        """The branch of the fan in view that is on the path, whole or in part."""
        return None if self.loom.spot is None else self.loom.taken_from(self.loom.spot)

    def taken_length(self, branch: Branch) -> int:
        """How many characters of it are on the path."""
        return 0 if self.loom.spot is None else self.loom.taken_length(self.loom.spot, branch)

    @property
    def provisional(self) -> tuple[int, str]:
        """Where the highlighted branch, or what is left of it, stands provisionally, and its text."""
        branches, spot, taken = self.branches, self.loom.spot, self.taken
        if spot is None or not branches:
            return 0, ""
        branch = branches[min(self.highlighted, len(branches) - 1)]
        if taken is None:
            return spot.offset, branch.text[branch.healed :]
        if taken.id != branch.id:
            return 0, ""
        length = self.taken_length(branch)
        end = spot.offset + length
        goes_on = length and self.loom.cursor == end
        return end, branch.text[branch.healed + length :] if goes_on else ""

    def alternatives(self, branch: BranchId) -> tuple[Alternatives, ...]:
        """What a branch nearly said, token by token; empty where that is not known. Raises LibraryError."""
        if packed := self.loom.alternatives.of(branch):
            return unpack(packed)
        return self._library.alternatives(self.row.id, branch)

    # scoring

    def score(self, start: int = 0, end: int | None = None) -> bool:
        """Have everything that the person typed between two offsets scored, whatever is not known yet; anything else
        that is asked for comes first, an edit stops it. False if there is nothing to do, or no model."""
        return self._scoring.begin(start, len(self.loom.manuscript) if end is None else end)

    def scores(self, start: int = 0, end: int | None = None) -> tuple[Scored, ...]:
        """What the person typed between two offsets, paragraph by paragraph, with its score where it is known of the
        model in use. Raises LibraryError."""
        return self._scoring.known(start, len(self.loom.manuscript) if end is None else end)

    @property
    def scoring(self) -> Progress | None:
        """How far the scoring under way is; None if there is none."""
        return self._scoring.progress

    # asking

    def draw_by(self, settings: FanSettings) -> None:
        """Make the next fans so."""
        self._stop()
        self.settings = settings
        self._changed()

    def ask(self) -> bool:
        """A fan at the cursor; as soon as the model is ready, if it is not yet. False if there is none: it is looked
        for once more."""
        self._stop_growing()
        model = self.view.model
        if model is None or not self._generation.ready:
            self._fan_wanted = True
            there = not self.view.problem
            self._generation.try_again()
            self._on_change()
            return there
        width = self._width
        seed = self._generation.made_ahead(self.loom.cursor, self._drawn)
        fan = self.loom.fan(model, self.settings, random.randrange(_SEEDS) if seed is None else seed, self._mode)
        self.loom.highlighted = 0
        if width > self.settings.width:
            fan = self.loom.widen(fan.id, width - self.settings.width)
        if seed is None:
            self._generation.draw(fan, 0, width, self.loom.cursor)
        else:
            self._generation.show_ahead(fan)
        self._changed()
        return True

    def again(self) -> None:
        """Another fan from the same place as the fan in view."""
        if self.loom.spot is not None and self.fan is not None:
            self._stop()
            if self.taken is not None:
                self.loom.parent()
            self.loom.move_cursor(self.loom.spot.offset)
            self.ask()

    def more(self) -> bool:
        """More branches for the fan in view, as it was made. False if there is none, or the model is not there."""
        fan, spot = self.fan, self.loom.spot
        if fan is None or spot is None or not self._generation.ready:
            return False
        self._stop()
        first = len(fan.branches)
        wider = self.loom.widen(fan.id, self._width)
        self._generation.draw(wider, first, self._width, spot.offset)
        self._changed()
        return True

    @property
    def busy(self) -> bool:
        """Whether a fan is being made, or waits for the model."""
        return self._generation.growing or self._fan_wanted

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

    def prepare(self) -> None:
        """Have the context at the cursor evaluated ahead of the key."""
        self._generation.prepare(self.loom.cursor)

    @property
    def _mode(self) -> str:
        decoding = self.view.decoding
        return "exact" if decoding is not None and decoding.exact else "batched"

    @property
    def _width(self) -> int:
        """Branches to ask for: as many as are wanted, and those that come with them for nothing."""
        wanted = self.settings.width
        may_widen = self._widens and self._mode != "exact"
        return widened(wanted, self.view.step_seconds) if may_widen else wanted

    @property
    def _drawn(self) -> FanSettings:
        """The settings, with the number of branches that is asked for."""
        return replace(self.settings, width=self._width)

    async def what_it_saw(self, fan: FanId) -> tuple[Sight, ...]:
        """What the model saw of the manuscript when it drew the branches of a fan, token by token: once for each time
        that branches were asked for. Empty where that is not on record, or there is no model. Raises LibraryError."""
        found = []
        for draw in self.draws(fan):
            if self._generation.ready:
                waiting = self._seeing[self._generation.see(draw)] = asyncio.get_running_loop().create_future()
                if (saw := await waiting) is not None:
                    found.append(sight(draw, saw))
        return tuple(found)

    def draws(self, fan: FanId) -> tuple[Draw, ...]:
        """How a fan's branches were drawn. Raises LibraryError."""
        self._save()
        return self._library.draws(self.row.id, fan)

    def foresee(self, end: int, places: Sequence[tuple[int, ...]], drawn: Piece | None = None) -> int:
        """As `Generation.foresee`; what comes of it is heard by those who listen."""
        return self._generation.foresee(end, places, drawn)

    def listen(self, hear: Callable[[EngineEvent], None] | None) -> None:
        """Let somebody hear everything the engine says, instead of whoever did so far."""
        self._hears_too = hear

    def look_ahead(self) -> None:
        """While the person reads: make the fan that comes after the highlighted branch, to have it ready. Nothing of it
        is seen, or kept, before it is asked for."""
        place = self._next_place()
        if place != self._looked_ahead_at:
            self._looked_ahead_at = place
            if place is not None and self._may_look_ahead():
                end, drawn = place
                self._generation.look_ahead(end, self._drawn, random.randrange(_SEEDS), drawn)

    def _next_place(self) -> tuple[int, Piece | None] | None:
        """Where the next fan will be asked for, if the highlighted branch is taken: the end of the manuscript before
        it, and the branch, if it does not stand there already. None if that cannot be known yet."""
        spot, branches = self.loom.spot, self.branches
        if (
            spot is None
            or not branches
            or self.busy
            or self.read_only
            or not self._generation.ready
            or self._mode == "exact"
        ):
            return None
        branch = branches[min(self.highlighted, len(branches) - 1)]
        taken = 0 if self.taken is None else self.taken_length(branch)
        if self.taken is not None and self.loom.cursor != spot.offset + taken:
            return None
        rest = Piece(branch.text[branch.healed + taken :], branch.id, branch.healed + taken)
        return (spot.offset + taken, rest if rest.text else None) if taken or rest.text else None

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
        kept = self._generation.keep_ahead(self.loom.cursor, self._drawn)
        self._looked_ahead_at = self._next_place() if kept else None
        self._changed()
        return True

    def choose(self, offset: int, chosen: Chosen) -> None:
        """A new branch begins at this offset with what the person chose, and a fan goes on from there."""
        self._stop()
        self.loom.choose(offset, chosen, random.randrange(_SEEDS))
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

    def bookmark(self) -> None:
        """Mark the highlighted branch, or unmark it."""
        branches = self.branches
        if branches:
            node = branches[self.highlighted].node
            self.garden.bookmark(node, bookmarked=not self.loom.tree.node(node).bookmarked)

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

    @property
    def view(self) -> EngineView:
        return self._generation.view

    @property
    def place(self) -> str:
        """The machine that the text goes to; empty if it stays on this one."""
        engine = self._generation.engine
        return "" if engine is None else engine.place

    @property
    def words(self) -> int:
        return self._words.of(self.loom.text)

    @property
    def person_share(self) -> float | None:
        """The part of the characters that the person typed; None on an empty page."""
        return self._followed.person_share

    @property
    def own_characters(self) -> int:
        """How many characters of the manuscript the person typed."""
        return self._followed.typed

    @property
    def bits(self) -> Bits:
        """Of the manuscript."""
        bits = self._followed.bits()
        text, typed = self._typed
        return bits if text is not self.loom.text else _with(bits, typed)

    def part(self, start: int, end: int) -> Part:
        """A stretch of the manuscript, counted."""
        pieces = self.loom.manuscript.pieces_between(start, end)
        typed = sum(len(piece.text) for piece in pieces if piece.branch is None)
        words = len("".join(piece.text for piece in pieces).split())
        bits = self._followed.bits_in(pieces)
        if self._typed[0] is self.loom.text:
            bits = _with(bits, typed_bits(self.scores(start, end), self.loom.text, start, end))
        return Part(words, typed / (end - start) if end > start else None, bits)

    def provenance(self, stretch: tuple[int, int] | None = None) -> Provenance:
        """As KeptLoom has it, with what the model has scored of the person's text."""
        self._note_scores()
        start, end = stretch or (0, len(self.loom.manuscript))
        found = super().provenance(stretch)
        return replace(found, bits=_with(found.bits, typed_bits(self.scores(start, end), self.loom.text, start, end)))

    def _note_scores(self) -> None:
        """What is known now of the bits of the person's text, as it stands."""
        text = self.loom.text
        self._typed = text, typed_bits(self.scores(), text, 0, len(text))

    @property
    def whole(self) -> Part:
        """The manuscript, counted."""
        return Part(self.words, self.person_share, self.bits)

    @property
    def waiting_for_model(self) -> bool:
        """Whether a fan has been asked for that cannot begin yet."""
        return self._fan_wanted

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
        match event:
            case Saw(id=id) if id in self._seeing:
                self._seeing.pop(id).set_result(event)
            case Ready() | Unavailable() | Lost():
                self._looked_ahead_at = None
                while self._seeing:
                    self._seeing.popitem()[1].set_result(None)
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
        return super().leave()

    async def close(self) -> str:
        """Leave, and end the engine; everything is saved when this returns, the text at least to a rescue copy. Returns
        what could not be saved."""
        said = self.leave()
        if self._generation.engine is not None:
            await self._generation.engine.close()
        return self.rescued() or said

    def _stop(self) -> None:
        """Nothing that was asked for before is wanted any more."""
        self._stop_growing()
        self._generation.forget_ahead()
        self._looked_ahead_at = None

    def _stop_growing(self) -> None:
        """As `_stop`, but what was made ahead stays."""
        self._fan_wanted = False
        self._generation.stop()
        self._scoring.stop()

    def _gardened(self) -> None:
        """The person is elsewhere, or the tree is not as it was."""
        self._follow_taken()
        self._changed()

    def _follow_taken(self) -> None:
        taken = self.taken
        shown = [branch.id for branch in self.branches]
        if taken is not None and taken.id in shown:
            self.loom.highlighted = shown.index(taken.id)
        self.loom.highlighted = max(0, min(self.highlighted, len(shown) - 1))

    def _changed(self) -> None:
        self._save()
        self._on_change()
