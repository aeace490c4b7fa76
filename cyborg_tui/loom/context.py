"""What a model is asked to continue: text, in segments, some of it as the very tokens a model once drew."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cyborg_tui.loom.chat import Role, said_in
from cyborg_tui.loom.conditions import BARE, BEFORE, Conditions, Insert, Origin, system_of
from cyborg_tui.loom.fan import Branch, BranchId
from cyborg_tui.loom.piece import Piece, Pieces, cut, length, text_of
from cyborg_tui.loom.tokens import stretches

__all__ = ["Context", "Segment", "composed", "context_of", "out_of_reach"]

_CHARACTERS_PER_TOKEN = 8
"""A generous guess; what is more than the window is cut by the engine, which counts tokens."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of the context. With `tokens`, just those ids, valid for `vocabulary` alone; without, text to tokenise."""

    text: str
    tokens: tuple[int, ...] = ()
    vocabulary: str = ""
    stays: bool = False
    """Whether it stands before the manuscript, and is never left out of the window."""
    origin: str = ""
    """Where it comes from; empty: the manuscript."""
    label: str = ""
    """Which of its kind it is."""


@dataclass(frozen=True, slots=True)
class Context:
    """Segments in order, and how many characters of the manuscript before them were left out as out of reach."""

    segments: tuple[Segment, ...] = ()
    left_out: int = 0
    conditions: Conditions = BARE
    """What stands beside the manuscript; it is in the segments."""
    beside: tuple["Context", ...] = ()
    """Other contexts that are read together with this one, as a fan's settings weigh them (`loom.guidance`)."""
    following: tuple[Segment, ...] = ()
    """What is to be led to, by a model that fills in the middle."""

    @property
    def text(self) -> str:
        return "".join(segment.text for segment in self.segments)


def out_of_reach(end: int, window: int) -> int:
    """How many characters at the beginning of a text are left out of the context that ends at `end`: those that a
    window of so many tokens cannot possibly reach. The cut moves in large steps."""
    reach = max(1024, window) * _CHARACTERS_PER_TOKEN
    step = reach // 4
    return max(0, -(-(end - reach) // step) * step)


def context_of(pieces: Iterable[Piece], branch: Callable[[BranchId], tuple[Branch, str]], left_out: int = 0) -> Context:
    """The context that `pieces` make. `branch` gives a branch and the hash of the vocabulary its tokens belong to.

    A token cut at the edge of a piece is no token any more: what is left of it is text. The tokens of a healed branch
    reach back over the characters that already stood before it.
    """
    segments: list[Segment] = []
    before = None
    for piece in pieces:
        if piece.branch is None:
            segments.append(Segment(piece.text))
        else:
            drawn, vocabulary = branch(piece.branch)
            start = piece.start
            if start == drawn.healed > 0 and before is None and _ends_with(segments, drawn.text[:start]):
                _drop_end(segments, start)
                start = 0
            segments += _tokens_between(drawn, vocabulary, start, piece.end)
        before = piece.branch
    return Context(tuple(_merged(segments)), left_out)


def composed(
    conditions: Conditions,
    pieces: Pieces,
    branch: Callable[[BranchId], tuple[Branch, str]],
    left_out: int = 0,
) -> Context:
    """The context of `pieces`, which begin `left_out` characters into the manuscript, under these conditions.
    `branch`: as `context_of` has it."""
    others = tuple(composed(other, pieces, branch, left_out) for other in conditions.beside)
    if conditions.chat:
        return Context(tuple(_conversation(conditions, pieces, branch)), left_out, conditions, others)
    first = [_inserted(insert) for insert in conditions.inserts if insert.origin in BEFORE]
    notes, last = conditions.of(Origin.NOTE), map(_inserted, conditions.of(Origin.FOOTER))
    end = length(pieces)
    at = min((max(0, note.at - left_out) for note in notes), default=end)
    above = context_of(cut(pieces, 0, at), branch).segments
    below = context_of(cut(pieces, at, end), branch).segments if at < end else ()
    segments = (*first, *above, *map(_inserted, notes), *below, *last)
    return Context(segments, left_out, conditions, others)


def _conversation(
    conditions: Conditions, pieces: Pieces, branch: Callable[[BranchId], tuple[Branch, str]]
) -> Iterator[Segment]:
    """The template with the turns in their places, and the answer under way after it."""
    turns, system = said_in(text_of(pieces)), system_of(conditions)
    beside = bool(system) and (not turns or turns[0].role is not Role.SYSTEM)
    for part in conditions.chat:
        at = part.turn - beside
        if part.turn < 0:
            yield Segment(part.text, part.tokens, conditions.vocabulary, origin=Origin.CHAT.value)
        elif at < 0:
            yield Segment(system, origin=Origin.MEMORY.value)
        else:
            turn = turns[at]
            if turn.role is Role.SYSTEM and system:
                yield Segment(system + "\n\n", origin=Origin.MEMORY.value)
            if turn.role is Role.USER:
                yield Segment(turn.text)
            else:
                yield from context_of(cut(pieces, turn.start, turn.end), branch).segments
    if turns and turns[-1].role is Role.ASSISTANT:
        yield from context_of(cut(pieces, turns[-1].start, length(pieces)), branch).segments


def _inserted(insert: Insert) -> Segment:
    return Segment(insert.text, stays=insert.origin in BEFORE, origin=insert.origin.value, label=insert.label)


def _tokens_between(branch: Branch, vocabulary: str, start: int, end: int) -> Iterator[Segment]:
    """Characters `start` to `end` of a branch, a segment for each smallest run of tokens that is whole characters."""
    covered = start
    for part in stretches(branch):
        if part.start >= end:
            break
        if part.start >= start and part.end <= end:
            if covered < part.start:
                yield Segment(branch.text[covered : part.start])
            ids = tuple(token.id for token in part.tokens)
            yield Segment(branch.text[part.start : part.end], ids, vocabulary)
            covered = part.end
    if covered < end:
        yield Segment(branch.text[covered:end])


def _ends_with(segments: list[Segment], text: str) -> bool:
    end = ""
    for segment in reversed(segments):
        if len(end) >= len(text):
            break
        end = segment.text + end
    return end.endswith(text)


def _drop_end(segments: list[Segment], count: int) -> None:
    """Take the last `count` characters off; a token cut by that becomes text."""
    while count:
        last = segments.pop()
        if len(last.text) > count:
            segments.append(Segment(last.text[:-count]))
            return
        count -= len(last.text)


def _merged(segments: list[Segment]) -> Iterator[Segment]:
    """Neighbours of one kind made one."""
    run: list[Segment] = []
    for segment in [*segments, None]:
        if run and (
            segment is None or bool(segment.tokens) != bool(run[0].tokens) or segment.vocabulary != run[0].vocabulary
        ):
            ids = tuple(token for one in run for token in one.tokens)
            yield Segment("".join(one.text for one in run), ids, run[0].vocabulary)
            run = []
        if segment is not None:
            run.append(segment)
