"""Who draws each of the fans that stand side by side: the model that writes, or another one."""

from collections.abc import Callable

from cyborg_tui.engine.protocol import EngineEvent
from cyborg_tui.loom.conditions import BARE, Conditions
from cyborg_tui.loom.loom import Loom
from cyborg_tui.session.beside import Source, Turn
from cyborg_tui.session.framing import Framing
from cyborg_tui.session.generation import Generation
from cyborg_tui.session.guests import Guests, OtherModel

__all__ = ["Hosting"]


class Hosting:
    """What one loom asks of the models of others."""

    def __init__(self, loom: Loom, own: Generation, framing: Callable[[], Framing]) -> None:
        """`own`: what it asks of the model that writes. `framing`: makes one that knows of no model yet."""
        self._loom, self._own, self._framing = loom, own, framing
        self._guests: Guests | None = None
        self._generations: dict[str, Generation] = {}
        """By the paths of their models: those that have an engine of their own."""
        self._at_it: Generation = own

    def use(self, guests: Guests) -> None:
        """Ask these from now on."""
        self._guests = guests

    def fits(self, model: OtherModel) -> bool:
        """Whether it stays loaded beside the model that writes."""
        return self._guests is None or self._guests.fits(model)

    def begin(self) -> None:
        """Models will be asked for."""
        if self._guests is not None:
            self._guests.forget_problems()

    @property
    def growing(self) -> bool:
        return any(generation.growing for generation in self._generations.values())

    @property
    def progress(self) -> float:
        """The part that is done of what is being waited for."""
        return self._at_it.view.done

    def drawer(self, model: OtherModel | None) -> Generation | Turn:
        """Who draws with this model: None is the one that writes."""
        self._at_it = self._own
        if model is None:
            if self._guests is not None and not self._guests.give_back():
                return Turn.LATER
            return self._own if self._own.ready else Turn.NEVER
        if self._guests is None:
            return Turn.NEVER
        here = self._guests.come(model)
        if problem := self._guests.problem(model):
            self._own.tell(problem)
            return Turn.NEVER
        if not here:
            self._at_it = self._generations.get(model.path, self._own)
            return Turn.LATER
        return self._guest(model)

    def _guest(self, model: OtherModel) -> Generation:
        assert self._guests is not None
        there = self._guests.engine(model)
        if there is None:
            return self._own
        engine, ready = there
        generation = self._generations.get(model.path)
        if generation is None or generation.engine is not engine:
            generation = self._generations[model.path] = Generation(self._loom, self._framing())
            generation.engine = engine
            generation.hear(ready)
        return generation

    def conditions(self, generation: Generation, source: Source) -> Conditions | Turn:
        """What is to stand beside the manuscript; it may be that the chat template of the model must be asked for."""
        engine, model, framing = generation.engine, generation.view.model, generation.framing
        if source.bare or engine is None or model is None:
            return BARE
        framing.vocabulary = model.vocabulary
        conditions = framing.conditions(self._loom.cursor, over=source.frame)
        if not framing.missing:
            return conditions
        if framing.chatting.problem:
            self._own.tell(framing.chatting.problem)
            return Turn.NEVER
        framing.chatting.ask(engine, framing.missing)
        return Turn.LATER

    def hear(self, path: str, event: EngineEvent) -> None:
        """What the engine of another model says."""
        generation = self._generations.get(path)
        if generation is not None:
            generation.framing.chatting.hear(event)
            generation.hear(event)

    def stop(self) -> None:
        """Nothing that was asked for is wanted any more."""
        for generation in self._generations.values():
            generation.stop()
        if self._guests is not None:
            self._guests.give_back()
