"""The domain's things as rows. Texts are stored as bytes, so that every code point survives."""

import struct
from typing import Any

import msgspec

from cyborg_tui.loom.changes import Place
from cyborg_tui.loom.fan import Branch, Fan, Finish, TokenRecord
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece

__all__ = [
    "branch_from",
    "branch_row",
    "fan_from",
    "fan_row",
    "node_from",
    "node_row",
    "place_bytes",
    "place_from",
    "to_bytes",
    "to_text",
]

Row = tuple[Any, ...]
_TOKEN = struct.Struct("<iHf")


class StoredPiece(msgspec.Struct, frozen=True, array_like=True):
    """A piece: typed text, or a range of a branch's."""

    text: bytes
    branch: int | None
    start: int
    end: int


_pieces: msgspec.msgpack.Decoder[tuple[StoredPiece, ...]] = msgspec.msgpack.Decoder(tuple[StoredPiece, ...])
_fan: msgspec.msgpack.Decoder[Fan] = msgspec.msgpack.Decoder(Fan)
_place: msgspec.msgpack.Decoder[Place] = msgspec.msgpack.Decoder(Place)


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def node_row(loom: int, node: Node) -> Row:
    pieces = tuple(
        StoredPiece(b"" if piece.branch else to_bytes(piece.text), piece.branch, piece.start, piece.end)
        for piece in node.pieces
    )
    flags = (node.cut, node.hidden, node.bookmarked)
    stored = msgspec.msgpack.encode(pieces)
    return (loom, node.id, node.parent, node.branch, node.carries, *flags, node.made_at, stored)


def node_from(row: Row, texts: dict[int, str]) -> Node:
    """`texts`: the branches' texts by id."""
    _, id, parent, branch, carries, cut, hidden, bookmarked, made_at, stored = row
    pieces = tuple(
        Piece(to_text(piece.text))
        if piece.branch is None
        else Piece(texts[piece.branch][piece.start : piece.end], piece.branch, piece.start)
        for piece in _pieces.decode(stored)
    )
    return Node(id, parent, pieces, branch, carries, bool(cut), bool(hidden), bool(bookmarked), made_at)


def fan_row(loom: int, fan: Fan) -> Row:
    return (loom, fan.id, fan.context, fan.made_at, msgspec.msgpack.encode(fan))


def fan_from(data: bytes) -> Fan:
    return _fan.decode(data)


def branch_row(loom: int, branch: Branch) -> Row:
    tokens = b"".join(_TOKEN.pack(token.id, token.size, token.logprob) for token in branch.tokens)
    finish = None if branch.finish is None else branch.finish.value
    return (
        loom,
        branch.id,
        branch.fan,
        branch.index,
        branch.seed,
        branch.node,
        to_bytes(branch.text),
        branch.healed,
        finish,
        branch.looked,
        tokens,
    )


def branch_from(row: Row) -> Branch:
    """A branch that was still growing when it was last saved was interrupted."""
    _, id, fan, place, seed, node, text, healed, finish, looked, tokens = row
    records = tuple(TokenRecord(*values) for values in _TOKEN.iter_unpack(tokens))
    ended = Finish(finish) if finish is not None else Finish.INTERRUPTED
    return Branch(id, fan, place, seed, node, to_text(text), healed, records, ended, bool(looked))


def place_bytes(place: Place) -> bytes:
    return msgspec.msgpack.encode(place)


def place_from(data: bytes | None) -> Place | None:
    return None if data is None else _place.decode(data)
