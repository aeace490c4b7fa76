"""The domain's things as rows. Texts are stored as bytes, so that every code point survives, lone surrogates too."""

import math
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, overload

import msgspec

from cyborg_tui.loom.changes import Place
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.facts import Facts
from cyborg_tui.loom.fan import Branch, BranchId, Fan, Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.places import Places
from cyborg_tui.loom.score import Score, Scorer
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.showing import Showing
from cyborg_tui.loom.turn import Turn

__all__ = [
    "Row",
    "alternatives_from",
    "alternatives_row",
    "branch_from",
    "branch_row",
    "draw_from",
    "draw_row",
    "event_from",
    "event_row",
    "facts_from",
    "facts_row",
    "fan_from",
    "fan_row",
    "has_chunks",
    "model_row",
    "node_from",
    "node_row",
    "pieces_of",
    "place_from",
    "place_row",
    "places_from",
    "places_to",
    "score_from",
    "score_row",
    "scorer_from",
    "showing_from",
    "showing_row",
    "to_bytes",
    "to_text",
    "turn_to",
]

Row = tuple[Any, ...]
"""Values in the order of the columns in `schema`."""

_TOKEN = struct.Struct("<iIff")
"""Id, size in bytes, log-probability and entropy in nats with the precision the model gives them; NaN: unknown."""
_TOKEN_1 = struct.Struct("<iIf")
"""As the first version wrote it."""
_WITH_ENTROPY = b"\2"
"""Stands before such tokens; where it is missing, the first version wrote them."""
_EFFORT = 6
"""With which alternatives are compressed."""

_StoredPiece = bytes | tuple[int, int, int]
"""Typed text; or a branch, and which characters of it: start, end."""
_ChunkId = int
"""Stands for typed text that is kept in a chunk."""

_pieces = msgspec.msgpack.Decoder(tuple[_StoredPiece | _ChunkId, ...])
_turn = msgspec.msgpack.Decoder(tuple[int, int, int, tuple[_StoredPiece, ...]])
_tags = msgspec.msgpack.Decoder(tuple[bytes, ...])
_frames = msgspec.msgpack.Decoder(Frame)
_ids = msgspec.msgpack.Decoder(tuple[int, ...])
_places = msgspec.msgpack.Decoder(Places)
_settings = msgspec.msgpack.Decoder(FanSettings)
_draws = msgspec.msgpack.Decoder(Draw)
_showings = msgspec.msgpack.Decoder(Showing)


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def node_row(loom: int, node: Node, chunks: Sequence[int | None] = ()) -> Row:
    """`chunks`: for each piece the id of the chunk in which its text is kept, or None; empty if none is."""
    beside = chunks or [None] * len(node.pieces)
    pieces: list[_StoredPiece | _ChunkId] = [
        _stored_piece(piece) if chunk is None else chunk for piece, chunk in zip(node.pieces, beside, strict=True)
    ]
    flags = (node.cut, node.hidden, node.bookmarked)
    return (loom, node.id, node.parent, node.branch, node.carries, *flags, node.made_at, msgspec.msgpack.encode(pieces))


def _stored_piece(piece: Piece) -> _StoredPiece:
    return to_bytes(piece.text) if piece.branch is None else (piece.branch, piece.start, piece.end)


def node_from(
    row: Row, texts: Mapping[BranchId, str], chunks: Mapping[int, str] | None = None, gap: str | None = None
) -> Node:
    """`texts`: the texts of the loom's branches; `chunks`: those of the node's chunks. If one is missing `gap` stands
    where it stood; without a gap, raises KeyError, or ValueError if it is too short."""
    _, id, parent, branch, carries, cut, hidden, bookmarked, made_at, stored = row
    pieces = tuple(_piece_from(piece, texts, chunks or {}, gap) for piece in _pieces.decode(stored))
    return Node(id, parent, pieces, branch, carries, bool(cut), bool(hidden), bool(bookmarked), made_at)


def pieces_of(row: Row) -> set[BranchId]:
    """The branches that the pieces of a node's row are of."""
    return {piece[0] for piece in _pieces.decode(row[-1]) if isinstance(piece, tuple)}


def has_chunks(row: Row) -> bool:
    """Whether some of a node's text stands in chunks."""
    return any(isinstance(piece, int) for piece in _pieces.decode(row[-1]))


def _piece_from(
    stored: _StoredPiece | _ChunkId, texts: Mapping[BranchId, str], chunks: Mapping[int, str], gap: str | None
) -> Piece:
    if isinstance(stored, bytes):
        return Piece(to_text(stored))
    if isinstance(stored, int):
        return Piece(chunks[stored] if gap is None else chunks.get(stored, gap))
    branch, start, end = stored
    if gap is not None and not 0 <= start < end <= len(texts.get(branch, "")):
        return Piece(gap)
    piece = Piece(texts[branch][start:end], branch, start)
    if piece.end != end:
        raise ValueError(f"branch {branch} is shorter than {end} characters")
    return piece


def model_row(model: ModelIdentity) -> Row:
    """Without its id."""
    texts = [to_bytes(text) for text in (model.name, model.vocabulary, model.file, model.quantisation, model.build)]
    name, vocabulary, file, quantisation, build = texts
    return name, vocabulary, file, model.size, quantisation, build


def _packed(record: FanSettings | Draw, seldom: Sequence[str]) -> bytes:
    """Without those of its seldom parts that say nothing."""
    parts = {one.name: (getattr(record, one.name), one.default) for one in fields(record)}
    said = {name: value for name, (value, usual) in parts.items() if name not in seldom or value != usual}
    return msgspec.msgpack.encode(said)


def _model_from(row: Row) -> ModelIdentity:
    name, vocabulary, file, size, quantisation, build = row
    return ModelIdentity(to_text(name), to_text(vocabulary), to_text(file), size, to_text(quantisation), to_text(build))


def fan_row(loom: int, fan: Fan, model: int) -> Row:
    """`model`: the id of its row."""
    settings = _packed(fan.settings, ("steering", "mix"))
    return loom, fan.id, fan.context, model, fan.seed, fan.made_at, fan.mode, settings


def fan_from(row: Row, model: Row, branches: tuple[BranchId, ...]) -> Fan:
    """`model`: its row, without the id. `branches`: in the order they were drawn. Raises msgspec.DecodeError."""
    _, id, context, _, seed, made_at, mode, settings = row
    return Fan(id, context, _model_from(model), _settings.decode(settings), seed, made_at, mode, branches)


def branch_row(loom: int, branch: Branch) -> Row:
    finish = None if branch.finish is None else branch.finish.value
    drawn = (to_bytes(branch.text), branch.healed, _tokens_to(branch.tokens))
    return (loom, branch.id, branch.fan, branch.index, branch.seed, branch.node, *drawn, finish, branch.looked)


def branch_from(row: Row) -> Branch:
    """A branch that was still growing when it was last saved was interrupted."""
    _, id, fan, place, seed, node, text, healed, tokens, finish, looked = row
    ended = Finish.INTERRUPTED if finish is None else Finish(finish)
    return Branch(id, fan, place, seed, node, to_text(text), healed, StoredTokens(tokens), ended, bool(looked))


class StoredTokens(Sequence[TokenRecord]):
    """The tokens of a branch as they are stored, read when they are first asked for. Raises struct.error at once if
    they break off."""

    __slots__ = ("_read", "stored")

    def __init__(self, stored: bytes) -> None:
        self.stored = stored
        self._read: tuple[TokenRecord, ...] | None = None
        whole = len(stored) % _TOKEN_1.size == 0 if len(stored) % 4 == 0 else len(stored) % _TOKEN.size == 1
        if not whole:
            raise struct.error("the tokens break off")

    @property
    def _tokens(self) -> tuple[TokenRecord, ...]:
        if self._read is None:
            self._read = _tokens_from(self.stored)
        return self._read

    @overload
    def __getitem__(self, index: int) -> TokenRecord: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[TokenRecord]: ...

    def __getitem__(self, index: int | slice) -> TokenRecord | Sequence[TokenRecord]:
        return self._tokens[index]

    def __len__(self) -> int:
        return len(self._tokens)

    def __iter__(self) -> Iterator[TokenRecord]:
        return iter(self._tokens)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._tokens == tuple(other)

    def __hash__(self) -> int:
        return hash(self._tokens)

    def __repr__(self) -> str:
        return repr(self._tokens)


def _tokens_to(tokens: Sequence[TokenRecord]) -> bytes:
    if isinstance(tokens, StoredTokens):
        return tokens.stored
    return _WITH_ENTROPY + b"".join(
        _TOKEN.pack(token.id, token.size, token.logprob, math.nan if token.entropy is None else token.entropy)
        for token in tokens
    )


def _tokens_from(stored: bytes) -> tuple[TokenRecord, ...]:
    if len(stored) % 4 == 0:
        return tuple(TokenRecord(*values) for values in _TOKEN_1.iter_unpack(stored))
    return tuple(
        TokenRecord(id, size, logprob, None if math.isnan(entropy) else entropy)
        for id, size, logprob, entropy in _TOKEN.iter_unpack(stored[len(_WITH_ENTROPY) :])
    )


def score_row(loom: int, key: bytes, score: Score) -> Row:
    return loom, key, score.lead, _tokens_to(score.tokens), zlib.compress(score.packed, _EFFORT)


def scorer_from(row: Row) -> Scorer:
    """A row of the window, and of the model without its id."""
    return Scorer(_model_from(row[1:]), row[0])


def score_from(lead: int, tokens: bytes, packed: bytes) -> Score:
    """Raises ValueError, struct.error."""
    return Score(_tokens_from(tokens), alternatives_from(packed), lead)


def alternatives_row(loom: int, branch: BranchId, packed: bytes) -> Row:
    return loom, branch, zlib.compress(packed, _EFFORT)


def alternatives_from(stored: bytes) -> bytes:
    """As they were packed. Raises ValueError."""
    try:
        return zlib.decompress(stored)
    except zlib.error as error:
        raise ValueError(str(error)) from None


def turn_to(turn: Turn) -> bytes:
    return msgspec.msgpack.encode((turn.length, turn.start, turn.end, [*map(_stored_piece, turn.pieces)]))


def event_from(row: Row, texts: Mapping[BranchId, str]) -> Event:
    """A row without loom, with the turn at its end. `texts`: of the branches; what is missing is a gap."""
    at, kind, node, fan, branch, amount, note, stored = row
    turn = None
    if stored is not None:
        length, start, end, pieces = _turn.decode(stored)
        turn = Turn(length, start, end, tuple(_piece_or_gap(piece, texts) for piece in pieces))
    return Event(at, EventKind(kind), node, fan, branch, amount, to_text(note), turn)


def _piece_or_gap(stored: _StoredPiece, texts: Mapping[BranchId, str]) -> Piece:
    if isinstance(stored, bytes) or len(texts.get(stored[0], "")) >= stored[2]:
        return _piece_from(stored, texts, {}, None)
    return Piece("…" * (stored[2] - stored[1]))


def draw_row(loom: int, draw: Draw) -> Row:
    return loom, draw.fan, draw.first, _packed(draw, ("conditions", "beside", "following", "steered_by"))


def draw_from(packed: bytes) -> Draw:
    """Raises msgspec.DecodeError."""
    return _draws.decode(packed)


def showing_row(loom: int, showing: Showing) -> Row:
    return loom, showing.fan, msgspec.msgpack.encode(showing)


def showing_from(packed: bytes) -> Showing:
    """Raises msgspec.DecodeError."""
    return _showings.decode(packed)


def event_row(loom: int, event: Event) -> Row:
    """Without its id."""
    return loom, event.at, event.kind.value, event.node, event.fan, event.branch, event.amount, to_bytes(event.note)


def facts_row(loom: int, facts: Facts) -> Row:
    tags = msgspec.msgpack.encode([to_bytes(tag) for tag in facts.tags])
    said = (to_bytes(facts.name), to_bytes(facts.note), tags)
    order = msgspec.msgpack.encode(facts.order)
    frame = None if facts.frame is None else msgspec.msgpack.encode(facts.frame)
    return (loom, facts.node, *said, order, facts.settled, facts.rewritten_at, frame)


def facts_from(row: Row) -> Facts:
    """A row of an earlier version has no frame. Raises msgspec.DecodeError."""
    _, node, name, note, tags, order, settled, rewritten_at, *last = row
    frame = _frames.decode(last[0]) if last and last[0] is not None else None
    said = (to_text(name), to_text(note), tuple(map(to_text, _tags.decode(tags))))
    return Facts(node, *said, _ids.decode(order), bool(settled), rewritten_at, frame)


def places_to(places: Places) -> bytes:
    return msgspec.msgpack.encode(places)


def places_from(stored: bytes | None) -> Places:
    return Places() if stored is None else _places.decode(stored)


def place_row(place: Place) -> Row:
    return place.node, place.cursor, place.fan, place.highlighted, place.next_node


def place_from(row: Row) -> Place | None:
    """None for a loom in which nobody has been yet."""
    return None if row[0] is None else Place(*row)
