"""The embedded model with a longer window than it was trained for: it writes nonsense there, and counts the same."""

import struct

from tests.engine.gguf_parts import embedded

U32 = 4


def long_model(folder, window=8192):
    path = folder / f"long-{window}.gguf"
    if not path.exists():
        path.write_bytes(embedded().set("llama.context_length", U32, struct.pack("<I", window)).encode())
    return path
