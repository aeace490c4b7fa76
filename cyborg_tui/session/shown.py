"""What of a loom is shown beside its text: the fan in view, and the branch that stands provisionally."""

from collections.abc import Iterator

from cyborg_tui.config import MirrorConfig
from cyborg_tui.library.library import Library, LoomRow
from cyborg_tui.loom.alternatives import Alternatives, unpack
from cyborg_tui.loom.fan import Branch, BranchId, Fan, Finish
from cyborg_tui.session.beside import Beside
from cyborg_tui.session.kept import KeptLoom
from cyborg_tui.session.mirror import Mirror
from cyborg_tui.session.mirror_settings import MirrorSettings

__all__ = ["ShownLoom"]


class ShownLoom(KeptLoom):
    """A loom with one fan in view, or several side by side, of whose branches one is highlighted."""

    def __init__(self, row: LoomRow, library: Library) -> None:
        """As KeptLoom has it."""
        super().__init__(row, library)
        self.beside = Beside(self.loom, row.id, library)
        self._hear_log.append(self.beside.hear)
        settings = MirrorSettings(MirrorConfig(), self.folder)
        self.mirror = Mirror(self.loom, library, row.id, settings, self._save)

    @property
    def fan(self) -> Fan | None:
        """The fan in the branch pane."""
        return self.loom.fan_in_view

    @property
    def branches(self) -> tuple[Branch, ...]:
        """Its branches, in the order in which they are shown, without the hidden ones."""
        fan = self.fan
        tree = self.loom.tree
        return () if fan is None else tuple(one for one in self._in_order(fan) if not tree.node(one.node).hidden)

    def _in_order(self, fan: Fan) -> tuple[Branch, ...]:
        """The branches that are read where this fan is in view, the hidden ones too."""
        drawn = [branch for branch in self.beside.shown(fan.id) if branch.finish is not Finish.SPARE]
        alone = self.beside.trial(fan.id) is None
        return self.mirror.witness.in_order(fan.id, drawn) if alone else tuple(drawn)

    @property
    def mixed(self) -> bool:
        """Whether the branches in view were shuffled, or are of several fans side by side."""
        fan = self.fan
        return fan is not None and bool(self.beside.trial(fan.id) or self.mirror.witness.of(fan.id).order)

    @property
    def numbers(self) -> tuple[int, ...]:
        """What each of the branches is called, whichever others are hidden: its number in its fan; where they are
        mixed, its place among all of them."""
        fan = self.fan
        if fan is None or not self.mixed:
            return tuple(branch.index + 1 for branch in self.branches)
        places = {branch.id: place for place, branch in enumerate(self._in_order(fan), 1)}
        return tuple(places[branch.id] for branch in self.branches)

    @property
    def hides(self) -> bool:
        """Whether probabilities and the model's name are hidden: the fan in view is blind, nothing was taken yet."""
        fan = self.fan
        return fan is not None and self.mirror.witness.hides(fan.id)

    def unblind(self) -> None:
        """Show of the branches in view what is hidden."""
        fan = self.fan
        if fan is not None:
            trial = self.beside.trial(fan.id)
            for one in [one for one, _ in trial.sources] if trial else [fan.id]:
                self.mirror.witness.unblind(one)

    def source(self, branch: Branch) -> str:
        """Of which source a branch is, among several side by side; empty if it is not, or that is not to be seen
        yet."""
        trial, witness = self.beside.trial(branch.fan), self.mirror.witness
        if trial is None or (trial.blind and all(witness.hides(fan) for fan, _ in trial.sources)):
            return ""
        return trial.source(branch.fan)

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

    def authors(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Who wrote the characters from `start` to `end`: (start, end, "person" or "model")."""
        at = start
        for piece in self.loom.manuscript.pieces_between(start, end):
            yield at, at + len(piece.text), "person" if piece.branch is None else "model"
            at += len(piece.text)

    def _follow_taken(self) -> None:
        taken = self.taken
        shown = [branch.id for branch in self.branches]
        if taken is not None and taken.id in shown:
            self.loom.highlighted = shown.index(taken.id)
        self.loom.highlighted = max(0, min(self.highlighted, len(shown) - 1))
