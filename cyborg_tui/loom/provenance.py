"""Who wrote what of a text, and how each run of the model's was chosen."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from cyborg_tui.loom.fan import Branch, BranchId, FanId, ModelIdentity
from cyborg_tui.loom.manuscript import Manuscript
from cyborg_tui.loom.measures import Bits, chosen_bits, tokens_between
from cyborg_tui.loom.piece import Piece, Pieces, join, length
from cyborg_tui.loom.tally import Tally
from cyborg_tui.loom.tree import Tree

__all__ = ["Author", "Choice", "Kept", "Provenance", "Run", "provenance"]

_WORD = re.compile(r"\S+")


class Kept(str, Enum):
    """What stands in the text of a branch that was chosen."""

    WHOLE = "whole"
    PART = "in part"
    """Its beginning, as it was taken."""
    EDITED = "edited since"
    """Something of what was taken is gone, or something stands between."""


@dataclass(frozen=True, slots=True)
class Author:
    model: ModelIdentity | None
    """None: the person."""
    characters: int
    words: int
    """A word is of the author who wrote most of it; of the first, if they wrote as much."""
    tokens: int
    """Drawn by the model; of the person's text they are not known."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How the text of a branch came to stand here."""

    branch: BranchId
    fan: FanId
    model: ModelIdentity
    index: int
    """Of the branch in its fan, from 0."""
    width: int
    """Branches in the fan."""
    looked: int
    """How many branches were looked at where it was taken, those of other fans from there too."""
    bits: float | None
    """Of selection there; None if they are not known."""
    kept: Kept
    seed: int
    made_at: float
    """When the fan was made, in seconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of the text that one author wrote in one go."""

    start: int
    """In the manuscript."""
    text: str
    choice: Choice | None
    """None: the person typed it."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Provenance:
    characters: int
    words: int
    authors: tuple[Author, ...]
    """The person first, if anything is the person's; then the models, who wrote most first."""
    bits: Bits
    runs: tuple[Run, ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Each choice once, in the order of the text."""
        found = {run.choice.branch: run.choice for run in self.runs if run.choice is not None}
        return tuple(found.values())


def provenance(
    manuscript: Manuscript, taken: Mapping[BranchId, int], stretch: tuple[int, int] | None = None
) -> Provenance:
    """What there is to say of a stretch of the manuscript, from one offset to another, or of all of it.

    `taken`: how many characters of a branch were taken last, as far as the log has it.
    """
    tree, whole = manuscript.tree, manuscript.pieces
    start, end = stretch or (0, len(manuscript))
    part = manuscript.pieces_between(start, end)
    tally = Tally(tree)
    tally.follow(manuscript.path)
    kept = {branch: _kept(tree.branch(branch), runs, taken.get(branch)) for branch, runs in _runs_of(whole).items()}
    runs = tuple(_runs(tree, start, part, tally, kept))
    words = _words(runs)
    return Provenance(end - start, sum(words.values()), _authors(tree, part, words), tally.bits_in(part), runs)


def _runs_of(pieces: Pieces) -> dict[BranchId, list[tuple[int, int]]]:
    """Which characters of each branch stand in the text: start and end of what stands together."""
    found: dict[BranchId, list[tuple[int, int]]] = {}
    before: Piece | None = None
    for piece in pieces:
        if piece.branch is not None:
            runs = found.setdefault(piece.branch, [])
            if before is not None and before.goes_on_in(piece):
                runs[-1] = (runs[-1][0], piece.end)
            else:
                runs.append((piece.start, piece.end))
        before = piece
    return found


def _kept(branch: Branch, runs: list[tuple[int, int]], taken: int | None) -> Kept:
    start, end = runs[0]
    if len(runs) > 1 or start != branch.healed:
        return Kept.EDITED
    if end == len(branch.text):
        return Kept.WHOLE
    return Kept.EDITED if taken is not None and end - start < taken else Kept.PART


def _runs(tree: Tree, start: int, part: Pieces, tally: Tally, kept: Mapping[BranchId, Kept]) -> Iterator[Run]:
    choices: dict[BranchId, Choice] = {}
    at = start
    for together in _together(part):
        text = "".join(piece.text for piece in together)
        branch = together[0].branch
        if branch is not None and branch not in choices:
            choices[branch] = _choice(tree, tree.branch(branch), tally, kept[branch])
        yield Run(at, text, None if branch is None else choices[branch])
        at += len(text)


def _together(pieces: Pieces) -> Iterator[list[Piece]]:
    """Pieces of one origin that stand side by side."""
    run: list[Piece] = []
    for piece in pieces:
        if run and not run[-1].goes_on_in(piece):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _choice(tree: Tree, branch: Branch, tally: Tally, kept: Kept) -> Choice:
    fan = tree.fan(branch.fan)
    there = [other for fan_id in tree.fans_at(fan.context) for other in tree.branches(fan_id)]
    return Choice(
        branch.id,
        fan.id,
        fan.model,
        branch.index,
        len(fan.branches),
        sum(other.looked for other in there),
        chosen_bits(tree, fan.context, tally.taken_at(fan.context)),
        kept,
        branch.seed,
        fan.made_at,
    )


def _authors(tree: Tree, part: Pieces, words: Counter[ModelIdentity | None]) -> tuple[Author, ...]:
    characters: Counter[ModelIdentity | None] = Counter()
    tokens: Counter[ModelIdentity | None] = Counter()
    for piece in join(part):
        branch = None if piece.branch is None else tree.branch(piece.branch)
        author = None if branch is None else tree.fan(branch.fan).model
        characters[author] += length((piece,))
        if branch is not None:
            tokens[author] += tokens_between(branch, piece.start, piece.end)
    ranked = sorted(characters, key=lambda author: (author is not None, -characters[author]))
    return tuple(Author(author, characters[author], words[author], tokens[author]) for author in ranked)


def _words(runs: Iterable[Run]) -> Counter[ModelIdentity | None]:
    """How many words each author wrote."""
    runs = tuple(runs)
    first = runs[0].start if runs else 0
    found: Counter[ModelIdentity | None] = Counter()
    index = 0
    for word in _WORD.finditer("".join(run.text for run in runs)):
        start, end = first + word.start(), first + word.end()
        while runs[index].end <= start:
            index += 1
        shares: Counter[ModelIdentity | None] = Counter()
        for run in _from(runs, index, end):
            author = run.choice.model if run.choice is not None else None
            shares[author] += min(end, run.end) - max(start, run.start)
        found[shares.most_common(1)[0][0]] += 1
    return found


def _from(runs: tuple[Run, ...], index: int, end: int) -> Iterator[Run]:
    """The runs from an index on that begin before `end`."""
    while index < len(runs) and runs[index].start < end:
        yield runs[index]
        index += 1
