"""What is in the file of a vector or an adapter, and whether it fits the model."""

import os
from pathlib import Path

from cyborg_tui.engine.llama import Llama
from cyborg_tui.engine.protocol import LookAt, LookedAt
from cyborg_tui.engine.steering import adapter_facts, fits
from cyborg_tui.engine.vectors import BadSteeringError, header_of, read_vector

__all__ = ["look_at"]


def look_at(model: Llama, request: LookAt) -> LookedAt:
    """Told by what the file says it is; of what does not fit there are facts all the same."""
    try:
        path = Path(os.fsdecode(request.path)).expanduser()
        if header_of(path).values.get("general.type") == "adapter":
            return _adapter(model, request.id, path)
        vector = read_vector(path)
    except (BadSteeringError, RuntimeError) as error:
        return LookedAt(request.id, sentence=str(error))
    try:
        fits(model, path, vector)
    except BadSteeringError as error:
        return LookedAt(request.id, vector.facts, sentence=str(error))
    return LookedAt(request.id, vector.facts)


def _adapter(model: Llama, id: int, path: Path) -> LookedAt:
    """Raises BadSteeringError."""
    facts = adapter_facts(path, "")
    try:
        adapter_facts(path, model.architecture)
    except BadSteeringError as error:
        return LookedAt(id, adapter=facts, sentence=str(error))
    return LookedAt(id, adapter=facts)
