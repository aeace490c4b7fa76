"""ggml, on which llama.cpp stands: what only it tells of tensors and of graphics cards. Beside `llama`, a module that
knows llama.cpp."""

import ctypes
import sys
from pathlib import Path
from typing import Any

import llama_cpp as ll

__all__ = ["free_on_cards", "ggml"]

_CARD = 1
"""ggml's number for a device with memory of its own (`enum ggml_backend_dev_type`)."""


def ggml(part: str) -> Any:
    """One of its libraries: "ggml-base" has the tensors, "ggml" the devices. Raises OSError, StopIteration."""
    ending = {"darwin": "dylib", "win32": "dll"}.get(sys.platform, "so")
    folder = Path(ll.__file__).parent / "lib"
    return ctypes.CDLL(str(next(folder.glob(f"*{part}.{ending}"))))


def free_on_cards(kind: int = _CARD) -> int | None:
    """Bytes that are free on all graphics cards together; None if that cannot be told. `kind`: of other devices."""
    try:
        devices, base = ggml("ggml"), ggml("ggml-base")
        devices.ggml_backend_dev_count.restype = ctypes.c_size_t
        devices.ggml_backend_dev_get.restype = ctypes.c_void_p
        devices.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
        base.ggml_backend_dev_type.argtypes = [ctypes.c_void_p]
        size = ctypes.POINTER(ctypes.c_size_t)
        base.ggml_backend_dev_memory.restype = None
        base.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p, size, size]
    except (OSError, StopIteration, AttributeError):  # another build, which has it elsewhere or not at all
        return None
    free, total, found = ctypes.c_size_t(), ctypes.c_size_t(), []
    for at in range(devices.ggml_backend_dev_count()):
        device = devices.ggml_backend_dev_get(at)
        if base.ggml_backend_dev_type(device) == kind:
            base.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
            found += [free.value] if total.value else []
    return sum(found) if found else None
