"""The contexts of one model: one for writing, one that is steered, and small ones for a while.

What is steered has a context of its own, made when it is first wanted, so that what was read without steering stays as
it is; in it, what was read under each steering is told apart.
"""

import contextlib
from collections.abc import Callable, Iterator

from cyborg_tui.engine.fanning import Fanning
from cyborg_tui.engine.free_memory import free_memory
from cyborg_tui.engine.llama import Llama, ModelRefusedError
from cyborg_tui.engine.resident import Say
from cyborg_tui.engine.steering import Helm, Hold
from cyborg_tui.engine.vectors import BadSteeringError
from cyborg_tui.loom.steering import Steering

__all__ = ["Contexts"]

_SHORTEST = 256
"""Tokens of the least window that is worth having."""
_AT_ONCE = 512
"""Tokens that llama.cpp computes together."""
_PART = 0.8
"""Of the free memory that may be taken."""


class Contexts:
    """What makes fans, scores and looks ahead, by how it is steered."""

    def __init__(self, model: Llama, say: Say, wanted_elsewhere: Callable[[], bool]) -> None:
        self.model = model
        self._say, self._wanted_elsewhere = say, wanted_elsewhere
        self.plain = Fanning(model, say, wanted_elsewhere)
        self.at_work = self.plain
        """The one that was asked for last."""
        self.helm = Helm(model)
        self._steered: Fanning | None = None
        self._hold: Hold | None = None

    def under(self, steering: Steering) -> Fanning:
        """The one that is steered so. Raises BadSteeringError."""
        self._hold, self.at_work = None, self.plain
        if not steering:
            return self.plain
        if self._steered is None:
            self._steered = Fanning(self._another(), self._say, self._wanted_elsewhere)
        self._hold = self.helm.steer(self._steered.model, steering)
        self._steered.resident.steer(self._hold)
        self.at_work = self._steered
        return self._steered

    @property
    def steered_by(self) -> tuple[str, ...]:
        """The digests of the files that steer the one that was asked for last."""
        return self._hold.digests if self._hold is not None else ()

    @contextlib.contextmanager
    def apart(self, window: int, branches: int, say: Say) -> Iterator[Fanning]:
        """A small one, for a while; `branches`: cells for them. Raises BadSteeringError."""
        try:
            context = self.model.another(min(window, self.model.window), branches)
        except ModelRefusedError as error:
            raise BadSteeringError(str(error)) from None
        try:
            yield Fanning(context, say, self._wanted_elsewhere)
        finally:
            context.close()

    def close(self) -> None:
        """Before the model is closed."""
        if self.plain.resident.keeping.file is not None:
            self.plain.resident.keeping.file.close()
        if self._steered is not None:
            self._steered.model.close()
        self._steered, self.at_work = None, self.plain

    def _another(self) -> Llama:
        """As large as the plain one without what that holds beside, or as large as there is memory for."""
        model, room = self.model, self.model.cells - self.model.window - self.model.beside
        window = _window(model, room)
        try:
            if window >= min(_SHORTEST, model.window):
                return model.another(window, room)
        except ModelRefusedError:
            pass
        raise BadSteeringError("There is no memory to steer with; choose a smaller engine.context, or a smaller model.")


def _window(model: Llama, room: int) -> int:
    """The longest window for which there is memory."""
    free = free_memory()
    if free is None or not model.cell_bytes:
        return model.window
    computing = 4 * (_AT_ONCE + model.sequences) * model.n_vocab
    return min(model.window, int(free * _PART - computing) // model.cell_bytes - room)
