"""A session: one loom, written with one engine and kept in one library. Free of any screen."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from cyborg_tui.engine.client import EngineClient
from cyborg_tui.engine.protocol import (
    BranchEnded,
    EngineEvent,
    FanEnded,
    FanStats,
    Grew,
    Loading,
    Lost,
    PromptProgress,
    Ready,
    Unavailable,
)
from cyborg_tui.library.library import Library
from cyborg_tui.loom import measures
from cyborg_tui.loom.context import Context, context_of
from cyborg_tui.loom.event import EventKind
from cyborg_tui.loom.extent import Extent, extent_of
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, Finish, ModelIdentity, decode
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.shared import shared_length
from cyborg_tui.textfile import TextFile, TextFileError

__all__ = ["Session", "Waiting"]

_CHARACTERS_PER_TOKEN = 8
"""A generous guess; what is more than the window is cut by the engine, which counts tokens."""


class Waiting(str, Enum):
    """What the person is waiting for."""

    NOTHING = ""
    MODEL = "loading"
    PROMPT = "reading"
    BRANCHES = "writing"


@dataclass(frozen=True, slots=True)
class EngineView:
    """What the status line says of the engine."""

    model: ModelIdentity | None = None
    window: int = 0
    waiting: Waiting = Waiting.MODEL
    done: float = 0.0
    """The part that is done of what is being waited for, 0 to 1."""
    seconds_left: float | None = None
    problem: str = ""
    stats: FanStats | None = None


class Session:
    """What a screen, the command line or a test drives. Edits are synchronous and in memory; only I/O is not."""

    def __init__(
        self, loom_id: int, loom: Loom, library: Library, settings: FanSettings, on_change: Callable[[], None]
    ) -> None:
        self.loom_id, self.loom, self.library, self.settings = loom_id, loom, library, settings
        self.engine: EngineClient | None = None
        self.view = EngineView()
        self.highlighted = 0
        self.read_only = False
        self.title = ""
        self.saving = ""
        """What is wrong with saving; empty if nothing is."""
        self._file: TextFile | None = None
        self._on_change = on_change
        self._requests: dict[int, tuple[FanId, int]] = {}
        self._next_request = 1
        self._fan_wanted = False
        self._note(EventKind.OPENED)

    # writing: what the editor calls

    def edit(self, start: int, end: int, text: str) -> None:
        """The person's edit, in offsets of the manuscript."""
        self._stop()
        self.loom.write(start, end, text)
        self._changed()

    def keep_provisional(self, shown: int) -> None:
        """The first `shown` characters of the provisional text become part of the manuscript."""
        self.take(self.highlighted, shown)

    def authors(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Who wrote the characters from `start` to `end`: (start, end, "person" or "model")."""
        at = start
        for piece in self.loom.manuscript.pieces_between(start, end):
            yield at, at + len(piece.text), "person" if piece.branch is None else "model"
            at += len(piece.text)

    def move_cursor(self, offset: int) -> None:
        self.loom.move_cursor(offset)

    # branches

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
        return tuple(branch for branch in tree.branches(fan.id) if not tree.node(branch.node).hidden)

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
        return spot.offset + length, branch.text[branch.healed + length :] if length else ""

    def ask(self) -> None:
        """A fan at the cursor; as soon as the model is ready, if it is not yet."""
        self._stop()
        if self.view.model is None or self.engine is None:
            self._fan_wanted = not self.view.problem
            return self._on_change()
        fan = self.loom.fan(self.view.model, self.settings, random.getrandbits(32))
        self.highlighted = 0
        self._request(fan, 0, self.settings.width)
        return self._changed()

    def again(self) -> None:
        """Another fan from the same place as the fan in view."""
        if self.loom.spot is not None and self.fan is not None:
            self._stop()
            if self.taken is not None:
                self.loom.parent()
            self.loom.move_cursor(self.loom.spot.offset)
            self.ask()

    def more(self) -> None:
        """More branches for the fan in view."""
        fan = self.fan
        if fan is None or self.engine is None or self.view.model is None or self.taken is not None:
            return
        self._stop()
        first = len(fan.branches)
        self.loom.widen(fan.id, self.settings.width)
        self._request(self.loom.tree.fan(fan.id), first, self.settings.width)
        self._changed()

    def highlight(self, index: int) -> None:
        """Highlight a branch; its text stands provisionally in the editor. Going to a sibling of a taken branch goes
        back to where it was taken first."""
        branches = self.branches
        if not branches:
            return
        self.highlighted = max(0, min(index, len(branches) - 1))
        branch, taken = branches[self.highlighted], self.taken
        if taken is not None and taken.id != branch.id:
            self.loom.parent()
        self.look(self.highlighted)

    def look(self, index: int) -> None:
        """The person has looked at this branch."""
        branches = self.branches
        if 0 <= index < len(branches) and (branches[index].text or branches[index].finish):
            self.loom.look(branches[index].id)
            self._changed()

    def take(self, index: int, shown: int | None = None, extent: Extent = Extent.WHOLE) -> bool:
        """Take a branch, or a word, sentence or paragraph more of it, and never more than the `shown` characters of it
        that the person has seen. False if there is nothing to take."""
        branches = self.branches
        if not 0 <= index < len(branches):
            return False
        branch = branches[index]
        already = self.taken_length(branch) if self.taken is not None and self.taken.id == branch.id else 0
        whole = branch.text[branch.healed :]
        seen = whole if shown is None else whole[: already + shown if index == self.highlighted else shown]
        upto = already + extent_of(seen[already:], extent)
        if upto <= already:
            return False
        self._stop()
        self.highlighted = index
        self.loom.take(branch.id, upto)
        self._changed()
        return True

    def parent(self) -> bool:
        """Back to where the last branch was taken."""
        self._stop()
        left = {branch.id for branch in self._all_taken()}
        moved = self.loom.parent()
        if moved:
            shown = [branch.id for branch in self.branches]
            self.highlighted = next((i for i, branch in enumerate(shown) if branch in left), 0)
        self._changed()
        return moved

    def hide(self) -> None:
        """Take the highlighted branch out of sight."""
        branches = self.branches
        if branches and self.taken is None:
            self.loom.mark(branches[self.highlighted].node, hidden=True)
            self.highlighted = max(0, min(self.highlighted, len(self.branches) - 1))
            self._changed()

    def bookmark(self) -> None:
        """Mark the highlighted branch, or unmark it."""
        branches = self.branches
        if branches:
            node = branches[self.highlighted].node
            self.loom.mark(node, bookmarked=not self.loom.tree.node(node).bookmarked)
            self._changed()

    def undo(self) -> bool:
        self._stop()
        done = self.loom.undo()
        self._follow_taken()
        self._changed()
        return done

    def redo(self) -> bool:
        self._stop()
        done = self.loom.redo()
        self._follow_taken()
        self._changed()
        return done

    def cancel(self) -> bool:
        """Stop what the engine is doing. False if it was doing nothing."""
        busy = bool(self._requests) or self._fan_wanted
        self._stop()
        self._changed()
        return busy

    def prepare(self) -> None:
        """Have the context at the cursor evaluated ahead of the key."""
        if self.engine is not None and self.view.model is not None and not self._requests:
            self.engine.evaluate(self._context(self.loom.cursor))

    # what the status line shows

    @property
    def growing(self) -> bool:
        return bool(self._requests)

    @property
    def words(self) -> int:
        return measures.words(self.loom.text)

    @property
    def person_share(self) -> float | None:
        """The part of the characters that the person typed; None on an empty page."""
        return measures.person_share(self.loom.manuscript.pieces)

    @property
    def bits(self) -> float:
        """Bits of selection in the manuscript."""
        return measures.bits(self.loom.manuscript.pieces, self.loom.tree)

    @property
    def waiting_for_model(self) -> bool:
        """Whether a fan has been asked for that cannot begin yet."""
        return self._fan_wanted

    # the text file

    def open_file(self, path: Path) -> None:
        """This loom is the text of a file. If it was changed outside, the new text comes in as the person's edit.

        Raises TextFileError.
        """
        self._file = TextFile.open(path)
        now, new = self.loom.text, self._file.text
        if new != now:
            start = shared_length(now, new)
            end = shared_length(now[start:][::-1], new[start:][::-1])
            self.loom.write(start, len(now) - end, new[start : len(new) - end])
            self.loom.move_cursor(0)
            self._save()

    def save_file(self) -> str:
        """Write the manuscript to its file, if it changed. Returns what to tell the person."""
        if self._file is None:
            return "This loom is saved in the library; `cyborg-tui FILE` writes in a text file."
        try:
            written = self._file.write(self.loom.text)
        except TextFileError as error:
            return str(error)
        self._note(EventKind.SAVED_FILE)
        return f"Saved to {self._file.path.name}." if written else f"{self._file.path.name} is as it was."

    # the engine's events

    def hear(self, event: EngineEvent) -> None:
        """Everything the engine says comes in here."""
        match event:
            case Loading(fraction=fraction):
                self.view = EngineView(waiting=Waiting.MODEL, done=fraction)
            case Ready(model=model, window=window):
                self.view = EngineView(model=model, window=window, waiting=Waiting.NOTHING)
                if self._fan_wanted:
                    self._fan_wanted = False
                    self.ask()
                else:
                    self.prepare()
            case Unavailable(sentence=sentence) | Lost(sentence=sentence):
                self._fan_wanted = False
                self.view = replace(self.view, waiting=Waiting.NOTHING, problem=sentence)
            case PromptProgress(done=done, total=total, seconds_left=left):
                part = done / total if total else 1.0
                self.view = replace(self.view, waiting=Waiting.PROMPT, done=part, seconds_left=left)
            case Grew():
                self._grow(event)
            case BranchEnded(fan=request, index=index, finish=finish):
                if request in self._requests:
                    self.loom.finish(self._branch(request, index), finish)
                    self._save()
            case FanEnded(fan=request, stats=stats):
                self._end(request, Finish.INTERRUPTED, stats)
            case _:
                pass
        self._on_change()

    def _grow(self, event: Grew) -> None:
        if event.fan not in self._requests:
            return
        self.view = replace(self.view, waiting=Waiting.BRANCHES, seconds_left=None, problem="")
        for growth in event.growth:
            branch = self._branch(event.fan, growth.index)
            self.loom.grow(branch, decode(growth.text), growth.healed, growth.tokens, growth.seed)
        self._save()

    def _end(self, request: int, finish: Finish, stats: FanStats | None = None) -> None:
        """The fan of this request is over; branches that had not ended end in this way."""
        if request not in self._requests:
            return
        fan, _ = self._requests.pop(request)
        for branch in self.loom.tree.branches(fan):
            self.loom.finish(branch.id, finish)
        self.view = replace(self.view, waiting=Waiting.NOTHING, seconds_left=None, stats=stats or self.view.stats)
        self._save()

    def _stop(self) -> None:
        """Nothing that was asked for before is wanted any more."""
        self._fan_wanted = False
        if self._requests and self.engine is not None:
            self.engine.cancel()
        for request in tuple(self._requests):
            self._end(request, Finish.CANCELLED)

    def _request(self, fan: Fan, first: int, width: int) -> None:
        assert self.engine is not None
        assert self.loom.spot is not None
        request, self._next_request = self._next_request, self._next_request + 1
        self._requests[request] = (fan.id, first)
        seed = (fan.seed + first) & 0xFFFFFFFF
        settings = replace(fan.settings, width=width)
        self.view = replace(self.view, waiting=Waiting.PROMPT, done=0.0, seconds_left=None, problem="")
        self.engine.fan(request, self._context(self.loom.spot.offset), settings, seed)

    def _context(self, end: int) -> Context:
        """The manuscript up to `end`, as far back as the window can possibly reach; the cut moves in large steps."""
        reach = max(1024, self.view.window) * _CHARACTERS_PER_TOKEN
        step = reach // 4
        start = 0 if end <= reach else -(-(end - reach) // step) * step
        tree = self.loom.tree

        def branch(branch_id: BranchId) -> tuple[Branch, str]:
            drawn = tree.branch(branch_id)
            return drawn, tree.fan(drawn.fan).model.vocabulary

        return context_of(self.loom.manuscript.pieces_between(start, end), branch, left_out=start)

    def _branch(self, request: int, index: int) -> BranchId:
        fan, first = self._requests[request]
        return self.loom.tree.fan(fan).branches[first + index]

    def _all_taken(self) -> list[Branch]:
        """The branches of which something stands in the manuscript."""
        ids = {piece.branch for piece in self.loom.manuscript.pieces if piece.branch is not None}
        return [self.loom.tree.branch(branch) for branch in ids]

    def _follow_taken(self) -> None:
        taken = self.taken
        shown = [branch.id for branch in self.branches]
        if taken is not None and taken.id in shown:
            self.highlighted = shown.index(taken.id)
        self.highlighted = max(0, min(self.highlighted, len(shown) - 1))

    # saving

    def _note(self, kind: EventKind, note: str = "") -> None:
        self.loom.note(kind, note)
        self._save()

    def _save(self) -> None:
        if not self.read_only:
            self.library.save(self.loom_id, self.loom.changes())

    def _changed(self) -> None:
        self._save()
        self._on_change()

    def leave(self) -> None:
        """Stop what is under way and save, the text file too."""
        self._stop()
        if self._file is not None:
            self.save_file()
        self._note(EventKind.CLOSED)

    async def close(self) -> None:
        """Leave, and stop the engine; everything is saved when this returns."""
        self.leave()
        if self.engine is not None:
            await self.engine.close()
        self.library.flush(timeout=5)
