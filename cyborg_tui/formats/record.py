"""The record as it goes out: a JSON object a line, a choice each. What is null is not on record."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

__all__ = [
    "PREFERENCE",
    "Beside",
    "BranchShown",
    "Edit",
    "Judged",
    "Model",
    "Pair",
    "Preference",
    "Process",
    "ReadWith",
    "Settings",
    "Stretch",
    "Told",
    "read",
    "write",
]

PREFERENCE = "taken over another branch that had been looked at; no judgement of quality, of truth or of an outcome"
"""What a pair of `preference` is, in each of them."""


class Stretch(msgspec.Struct, frozen=True):
    """A run of the context."""

    text: str
    """As it stands in the manuscript."""
    tokens: list[int] | None
    """The ids that a model drew it as, in the vocabulary of `vocabulary`; null for text that was typed, or whose
    tokens were cut."""
    vocabulary: str | None
    """A hash of the vocabulary; the model of this fan may have another."""


class Model(msgspec.Struct, frozen=True):
    """Which model drew the branches."""

    name: str
    """As the app shows it."""
    file: str
    """The file's name, without its folder."""
    size: int
    """Of the file, in bytes."""
    sha256: str | None
    """Of the file."""
    quantisation: str
    """As the file names it."""
    vocabulary: str
    """A hash of the vocabulary: token ids mean the same where it is the same."""
    build: str
    """Which llama.cpp evaluated it."""


class Settings(msgspec.Struct, frozen=True):
    """How the branches were drawn."""

    width: int
    """Number of branches that were asked for."""
    max_tokens: int
    """The longest a branch could become, in tokens."""
    until: str
    """Where a branch ends: tokens, sentence, paragraph, line, string, end or fork."""
    kind: str
    """How the branches begin: sampled, distinct or threshold."""
    all: str
    """All settings, those of the samplers too, as JSON: `docs/sampling.md` has their meanings."""


class Beside(msgspec.Struct, frozen=True):
    """What stood beside the manuscript."""

    origin: str
    """memory, example, lore, header, note or footer."""
    name: str
    """Of the lore entry."""
    text: str
    """As the model saw it."""
    at: int | None
    """Of a note: characters of the whole text up to the fan that stood before it; a footer stood after all of it, the
    rest before."""


class Told(msgspec.Struct, frozen=True):
    """A run of what a model was told where the text was read as a conversation."""

    origin: str
    """chat: of the model's chat template; memory: what stood beside the manuscript; empty: of the text, the person's
    turns without their marks."""
    text: str
    """Word for word."""
    tokens: list[int] | None
    """The ids that it was told as; null: as the model takes the text."""
    vocabulary: str | None
    """A hash of the vocabulary of the ids."""


class ReadWith(msgspec.Struct, frozen=True):
    """What the same text was read under together with that, to be led away from it or blended with it."""

    frame: str
    """Its name; empty if it has none."""
    weight: float
    """By which its logits were multiplied; those under what stood beside the manuscript have the rest."""
    beside: list[Beside]
    """What stood beside the manuscript there, in order."""
    conversation: list[Told] | None
    """As of the whole choice: what was told there, word for word; null: the text, with what stood beside it."""


class BranchShown(msgspec.Struct, frozen=True):
    """A branch of the fan."""

    id: int
    """In its loom."""
    drawn: int
    """Its number among the branches as they were drawn, from 0."""
    text: str
    """Without what already stood in the context."""
    healed: str
    """The end of the context that its first tokens spell once more."""
    tokens: list[int]
    """The ids of its tokens, of `healed` and `text`."""
    logprobs: list[float]
    """Natural logarithms of their probabilities, before samplers change them."""
    finish: str | None
    """Why it ended: one of the ends of `until`, or spare, cancelled or interrupted."""
    seed: int
    """With which its tokens were drawn."""
    looked_at: bool
    """Highlighted, or its first line on the screen for a second."""
    seconds: float | None
    """How long it was highlighted, while somebody was at the keys."""
    bookmarked: bool
    """The person marked it."""


class Edit(msgspec.Struct, frozen=True):
    """An edit of what was taken."""

    at: float
    """Seconds since 1970, UTC."""
    offset: int
    """Where it begins, in characters of what was taken as it stood just before; below 0 if before it."""
    removed: int
    """Characters of what was taken that went."""
    text: str | None
    """What came in their place."""


class Judged(msgspec.Struct, frozen=True):
    """What the person said when they looked back."""

    at: float
    """Seconds since 1970, UTC."""
    days: int
    """How long after it was taken: 1, 7 or 30."""
    verdict: str
    """holds, does not hold or unsure."""


class Process(msgspec.Struct, frozen=True):
    """A fan before the person, and what they did: until another was asked for or they went elsewhere."""

    loom: int
    """Its number in the library."""
    title: str
    """Of the loom."""
    fan: int
    """Its number in the loom; a fan that was come back to has a line each time."""
    asked_at: float | None
    """Seconds since 1970, UTC; null if it had been asked for before and was come back to."""
    context: list[Stretch]
    """The end of the text up to the fan."""
    context_is_whole: bool
    """Whether that is all of it."""
    prompt_tokens: int | None
    """How many tokens the model saw of the context; it may be fewer than the context has."""
    beside: list[Beside] | None
    """What stood beside the manuscript, in order; null if it is not on record."""
    conversation: list[Told] | None
    """What the model was told, word for word, where the text was read as a conversation: the end of it, as of the
    context; null: the context, with what stood beside it."""
    following: str | None
    """The text after the gap that the branches were to fill, which the model read as far as there was room; null if
    there was none."""
    read_with: list[ReadWith]
    """Others under which it was read together with that, by guidance or in a blend."""
    steered_by: list[str]
    """The first 16 hexadecimal digits of the SHA-256 of the control vectors and adapters that steered the model."""
    settings: Settings
    """How the branches were drawn."""
    model: Model
    """Which drew them."""
    seed: int
    """Of the fan; each branch has its own besides."""
    mode: str
    """batched, exact, or chosen: then the person picked the tokens."""
    branches: list[BranchShown]
    """In the order in which they were shown."""
    blind: bool | None
    """The order was shuffled, and probabilities and the model's name were hidden until the choice."""
    seconds_to_arrive: float | None
    """From asking to the first word."""
    seconds_to_end: float | None
    """From asking until all branches had ended."""
    seconds_to_paint: float | None
    """From asking until something of it stood on the screen."""
    taken: int | None
    """The id of the branch that was taken; null if none was."""
    place: int | None
    """Where it stood in the list, from 1."""
    taken_text: str
    """As much of it as was taken."""
    takes: int
    """Keys that it took: one for the whole, or one for each word, sentence or paragraph."""
    taken_at: float | None
    """Seconds since 1970, UTC."""
    seconds_to_choose: float | None
    """From when the fan had come before the person's eyes to the first key that took of it."""
    undone: bool
    """It was taken back: by undo, or by another choice from the same fan in its place."""
    rerolls: int
    """Fans asked for from the same place just before, of which nothing was taken."""
    edits: list[Edit] | None
    """Edits of what was taken, before the choice after the next; null if the log does not say where edits were."""
    reason: str | None
    """Why it was taken, if the person said so."""
    judgements: list[Judged]
    """What the person said of it when they looked back, in order."""
    good: list[str]
    """Why it counts as good: sitting, bookmark, judged; empty if the person did not say so."""


class Pair(msgspec.Struct, frozen=True):
    """A prompt, and what was taken after it, from work that the person called good."""

    prompt: str
    """The end of the text up to the fan."""
    completion: str
    """As much of the branch as was taken."""
    good: list[str]
    """Why it counts as good: sitting, bookmark, judged."""
    loom: int
    """Its number in the library."""
    title: str
    """Of the loom."""
    fan: int
    """Its number in the loom."""
    branch: int
    """Its number in the loom."""
    model: Model
    """Which drew it."""
    settings: Settings
    """How it was drawn."""
    seed: int
    """Of the branch."""
    taken_at: float | None
    """Seconds since 1970, UTC."""
    reason: str | None
    """Why it was taken, if the person said so."""


class Preference(msgspec.Struct, frozen=True):
    """What was taken, and a branch that had been looked at and was not."""

    prompt: str
    """The end of the text up to the fan."""
    chosen: str
    """As much of the branch as was taken."""
    rejected: str
    """The whole of another branch."""
    label: str
    """What this is, and what it is not."""
    loom: int
    """Its number in the library."""
    title: str
    """Of the loom."""
    fan: int
    """Its number in the loom."""
    chosen_branch: int
    """The number of the one in the loom."""
    rejected_branch: int
    """The number of the other."""
    model: Model
    """Which drew both."""
    blind: bool | None
    """The order was shuffled, and probabilities and the model's name were hidden until the choice."""
    reason: str | None
    """Why it was taken, if the person said so."""


_Row = TypeVar("_Row", bound=msgspec.Struct)


def write(row: msgspec.Struct) -> bytes:
    """A line, with its end."""
    return msgspec.json.encode(row) + b"\n"


def read(lines: Iterable[bytes], kind: type[_Row]) -> Iterator[_Row]:
    """What `write` wrote. Raises msgspec.ValidationError, msgspec.DecodeError."""
    decoder = msgspec.json.Decoder(kind)
    for line in lines:
        if line.strip():
            yield decoder.decode(line)
