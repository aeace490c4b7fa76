"""Making a control vector: the states of two sets of texts read, the directions found, a GGUF file written."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from cyborg_tui.engine.directions import find_directions
from cyborg_tui.engine.fanning import Fanning
from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.llama import Floats, HaltedError
from cyborg_tui.engine.model import ModelRefusedError
from cyborg_tui.engine.protocol import MakeVector, VectorEnded, VectorProgress, WireSegment
from cyborg_tui.engine.resident import Interrupted, Say
from cyborg_tui.engine.states import state_reader
from cyborg_tui.engine.vectors import BadSteeringError, write_vector
from cyborg_tui.loom.steering import VectorFacts

__all__ = ["make_vector"]


def make_vector(
    fanning: Fanning, request: MakeVector, path: Path, say: Say, wanted_elsewhere: Callable[[], bool]
) -> None:
    """Make it, and tell how far it is. Raises Interrupted, BadSteeringError; then no file was touched."""
    model = fanning.model
    if model.layers < 2:
        raise BadSteeringError(f"{model.identity.name} has too few layers to be steered.")
    towards, away = _states(fanning, request, say, wanted_elsewhere)
    found = find_directions(towards, away, request.method)
    if not all(np.isfinite(one).all() for one in found.by_layer.values()):
        raise BadSteeringError("The model computes no numbers for these texts; its file is damaged.")
    if not any(one.norm for one in found.facts):
        raise BadSteeringError("The model makes the same of both sets of texts; choose texts that differ at their end.")
    counts = len(request.towards), len(request.away)
    facts = VectorFacts(request.name, model.architecture, model.width, found.facts, counts)
    try:
        facts = write_vector(path.expanduser(), facts, found.by_layer)
    except (OSError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise BadSteeringError(f"{inert(str(path), 200)} could not be written ({why}); choose another place.") from None
    say(VectorEnded(request.id, facts))


def _states(
    fanning: Fanning, request: MakeVector, say: Say, wanted_elsewhere: Callable[[], bool]
) -> tuple[Floats, Floats]:
    texts = [*request.towards, *request.away]
    tokens = [fanning.resident.tokens_of((WireSegment(text, (), ""),)).tokens for text in texts]
    read: list[Floats] = []
    try:
        with state_reader(fanning.model) as reader:
            for states in reader.read(tokens):
                read.append(states)
                say(VectorProgress(request.id, len(read), len(texts)))
                if wanted_elsewhere():
                    raise Interrupted
    except HaltedError:
        raise Interrupted from None
    except ModelRefusedError as error:
        raise BadSteeringError(str(error)) from None
    return _stacked(read[: len(request.towards)]), _stacked(read[len(request.towards) :])


def _stacked(states: Sequence[Floats]) -> Floats:
    return np.stack(states)
