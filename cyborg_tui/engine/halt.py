"""Halting llama.cpp in the middle of a batch."""

import ctypes
from typing import ClassVar

__all__ = ["Halt"]


class Halt:
    """A flag that any thread may set and that llama.cpp looks at before each operation of a graph.

    What looks at it is the C library's `strlen`: not 0 for the text "!", 0 for an empty one. A function of Python's
    would have to wait for the interpreter each time.
    """

    now: ClassVar["Halt | None"] = None
    """The one that a batch under way looks at."""

    def __init__(self) -> None:
        self._text = ctypes.create_string_buffer(2)

    def set(self) -> None:
        self._text[0] = b"!"

    def clear(self) -> None:
        self._text[0] = b"\0"

    def __bool__(self) -> bool:
        return self._text[0] != b"\0"

    @property
    def look(self) -> int:
        """The address of the function that looks."""
        address = ctypes.cast(ctypes.CDLL(None).strlen, ctypes.c_void_p).value
        assert address is not None
        return address

    @property
    def address(self) -> int:
        """Of what it looks at."""
        return ctypes.addressof(self._text)
