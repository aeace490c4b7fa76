"""The contexts of one model: one for writing, one that is steered, and small ones for a while.

What is steered has a context of its own, made when it is first wanted, so that what was read without steering stays as
it is; in it, what was read under each steering is told apart.
"""

import contextlib
from collections.abc import Callable, Iterator

from cyborg_tui.engine.fanning import Fanning
from cyborg_tui.engine.llama import Llama
from cyborg_tui.engine.memory import smaller_windows
from cyborg_tui.engine.model import ModelRefusedError
from cyborg_tui.engine.resident import Say
from cyborg_tui.engine.steering import Helm, Hold
from cyborg_tui.engine.vectors import BadSteeringError
from cyborg_tui.loom.steering import Steering

__all__ = ["Contexts"]


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

    @property
    def size_beside(self) -> int:
        """Bytes that the steered context takes, as it is reckoned."""
        if self._steered is None:
            return 0
        steered = self._steered.model
        return self.model.size_beside(steered.window, steered.room)

    def _another(self) -> Llama:
        """As large as the plain one without what that holds beside, or as large as there is memory for. Raises
        BadSteeringError."""
        model, room = self.model, self.model.room
        windows = (model.window, *smaller_windows(model.window))
        window = next((one for one in windows if not model.too_large_beside(one, room)), windows[-1])
        try:
            return model.another(window, room)
        except ModelRefusedError as error:
            raise BadSteeringError(str(error)) from None
