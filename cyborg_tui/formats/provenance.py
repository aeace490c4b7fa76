"""Who wrote what, in words and as JSON."""

import msgspec

from cyborg_tui.loom.fan import ModelIdentity
from cyborg_tui.loom.measures import Bits
from cyborg_tui.loom.provenance import Author, Choice, Provenance

__all__ = ["author_name", "author_rows", "bits_words", "choice_rows", "choice_words", "to_json", "total_words"]

_EXCERPT = 40
"""Characters of a run that are shown in a list."""


def author_name(model: ModelIdentity | None) -> str:
    return "you" if model is None else model.name


def total_words(found: Provenance) -> str:
    return f"{_many(found.words, 'word')}, {_many(found.characters, 'character')}"


def author_rows(found: Provenance) -> list[tuple[str, ...]]:
    """For each author: the name, the share of the characters, words, characters, tokens."""
    return [_author_row(author, found.characters) for author in found.authors]


def _author_row(author: Author, characters: int) -> tuple[str, ...]:
    tokens = "" if author.model is None else _many(author.tokens, "token")
    share = f"{author.characters / characters:.0%}"
    name = author_name(author.model)
    return name, share, _many(author.words, "word"), _many(author.characters, "character"), tokens


def bits_words(found: Provenance) -> list[str]:
    """What is known of the bits, a sentence each, and what is not."""
    bits, lines = found.bits, []
    if bits.drawn:
        lines.append(f"Chosen by you: {bits.chosen:.1f} bits in {_many(len(found.choices), 'choice')}.")
    if bits.drawn_unknown:
        lines.append(f"Of {_many(bits.drawn_unknown, 'token')} it is unknown how they were chosen.")
    if bits.scored:
        lines.append(f"Your own text: {bits.typed:.1f} bits over {_many(bits.scored, 'token')}.")
    if bits.unscored:
        lines.append(f"Of {_many(bits.unscored, 'character')} of yours the bits are unknown: not scored (F3, y).")
    if (rate := _rate(bits)) and lines:
        lines.append(rate)
    return lines


def _rate(bits: Bits) -> str:
    if bits.per_token is None:
        return ""
    inverse = "" if bits.tokens_per_bit is None else f", {bits.tokens_per_bit:.2f} tokens a bit"
    return f"Where they are known: {bits.per_token:.2f} bits a token{inverse}."


def choice_rows(found: Provenance) -> list[tuple[str, str]]:
    """For each run of a model's: how it was chosen, and how it begins."""
    rows = []
    for run in found.runs:
        if run.choice is not None:
            begin = " ".join(run.text.split())
            excerpt = begin if len(begin) <= _EXCERPT else begin[: _EXCERPT - 1] + "…"
            rows.append((choice_words(run.choice), f"“{excerpt}”"))
    return rows


def choice_words(choice: Choice) -> str:
    bits = "unknown bits" if choice.bits is None else f"{choice.bits:.1f} bits"
    looked = "" if choice.bits is None else f" ({choice.looked} looked at)"
    return f"fan {choice.fan}, branch {choice.index + 1} of {choice.width}{looked}, {choice.kept.value}, {bits}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def to_json(title: str, found: Provenance) -> bytes:
    """Offsets count code points of the manuscript; null where something is not known."""
    return msgspec.json.encode(_report(title, found))


class _Model(msgspec.Struct):
    name: str
    file: str
    size: int
    quantisation: str
    vocabulary: str


class _Author(msgspec.Struct):
    model: _Model | None
    """null: the person."""
    characters: int
    words: int
    tokens: int | None


class _Bits(msgspec.Struct):
    chosen: float | None
    typed: float | None
    total: float | None
    per_token: float | None
    tokens_per_bit: float | None
    tokens_chosen: int
    tokens_of_unknown_choice: int
    characters_not_scored: int


class _Run(msgspec.Struct):
    start: int
    end: int
    text: str
    model: str | None
    fan: int | None = None
    branch: int | None = None
    of: int | None = None
    looked: int | None = None
    bits: float | None = None
    kept: str | None = None
    seed: int | None = None


class _Report(msgspec.Struct):
    title: str
    words: int
    characters: int
    authors: list[_Author]
    bits: _Bits
    runs: list[_Run]


def _report(title: str, found: Provenance) -> _Report:
    bits = found.bits
    known = _Bits(
        bits.chosen if bits.drawn else None,
        bits.typed if bits.scored else None,
        bits.total,
        bits.per_token,
        bits.tokens_per_bit,
        bits.drawn,
        bits.drawn_unknown,
        bits.unscored,
    )
    runs = []
    for run in found.runs:
        shown = _Run(run.start, run.end, _storable(run.text), None)
        if (chosen := run.choice) is not None:
            shown.model, shown.fan, shown.branch = _storable(chosen.model.name), chosen.fan, chosen.index + 1
            shown.of, shown.bits, shown.kept, shown.seed = chosen.width, chosen.bits, chosen.kept.value, chosen.seed
            shown.looked = None if chosen.bits is None else chosen.looked
        runs.append(shown)
    authors = [_Author(_model(a.model), a.characters, a.words, a.tokens if a.model else None) for a in found.authors]
    return _Report(_storable(title), found.words, found.characters, authors, known, runs)


def _model(model: ModelIdentity | None) -> _Model | None:
    if model is None:
        return None
    texts = map(_storable, (model.name, model.file, model.quantisation, model.vocabulary))
    name, file, quantisation, vocabulary = texts
    return _Model(name, file, model.size, quantisation, vocabulary)


def _storable(text: str) -> str:
    """JSON has no lone surrogates; a stand-in, one code point wide, keeps the offsets right."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
