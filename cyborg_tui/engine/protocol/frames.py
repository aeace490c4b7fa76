"""How messages travel: each in msgpack, after its length in four bytes, big-endian."""

import struct
from collections.abc import Iterator

import msgspec

from cyborg_tui.engine.protocol.events import EngineEvent
from cyborg_tui.engine.protocol.requests import Request

__all__ = ["MAGIC", "VERSION", "decode_event", "decode_request", "encode_frame", "frames"]

VERSION = 8
MAGIC = b"\x00cyborg-tui engine\x00\n"
"""The worker's first bytes; whatever a login shell printed before them is skipped."""
LONGEST_FRAME = 256 * 1024 * 1024

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_events: msgspec.msgpack.Decoder[EngineEvent] = msgspec.msgpack.Decoder(EngineEvent)


def encode_frame(message: Request | EngineEvent) -> bytes:
    body = _encoder.encode(message)
    return struct.pack(">I", len(body)) + body


def decode_request(body: bytes) -> Request:
    return _requests.decode(body)


def decode_event(body: bytes) -> EngineEvent:
    return _events.decode(body)


def frames(buffer: bytearray) -> Iterator[bytes]:
    """The whole frames at the start of `buffer`, which is left with the rest."""
    while len(buffer) >= 4:
        (size,) = struct.unpack_from(">I", buffer)
        if size > LONGEST_FRAME:
            raise ValueError(f"a frame of {size} bytes")
        if len(buffer) < 4 + size:
            return
        body = bytes(buffer[4 : 4 + size])
        del buffer[: 4 + size]
        yield body
