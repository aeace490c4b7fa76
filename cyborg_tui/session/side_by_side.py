"""Asking for fans of several sources at once."""

import random
from collections.abc import Sequence

from cyborg_tui.engine.protocol import EngineEvent
from cyborg_tui.loom.fan import Fan
from cyborg_tui.session.asking import SEEDS, AskingLoom
from cyborg_tui.session.beside import Source, Turn
from cyborg_tui.session.guests import Guests, OtherModel

__all__ = ["SideBySideLoom"]


class SideBySideLoom(AskingLoom):
    """A loom for which fans are drawn from the same place by presets, under frames and by models of the person's
    choice."""

    def ask_beside(self, sources: Sequence[Source], *, blind: bool) -> bool:
        """Fans of all these sources at the cursor, shown together when all are there; those of other models come last.
        False if there is no model now."""
        self._stop()
        self._hosting.begin()
        in_order = sorted(sources, key=lambda source: source.model is not None)
        asked = self.beside.ask(in_order, self._draw_beside, blind=blind or self.mirror.settings.blind)
        if not asked:
            self._hosting.stop()
        self._changed()
        return asked

    def _draw_beside(self, source: Source, blind: bool) -> Fan | Turn:
        """A fan of this source at the cursor."""
        generation = self._hosting.drawer(source.model)
        if isinstance(generation, Turn):
            return generation
        model, conditions = generation.view.model, self._hosting.conditions(generation, source)
        if isinstance(conditions, Turn):
            return conditions
        if model is None:
            return Turn.NEVER
        fan = self.loom.fan(model, source.settings, random.randrange(SEEDS), generation.mode)
        self.loom.highlighted = 0
        self.mirror.witness.begin(fan, blind=blind)
        generation.draw(fan, 0, source.settings.width, self.loom.cursor, conditions)
        return fan

    def fits_beside(self, model: OtherModel) -> bool:
        """Whether a model stays loaded beside the one that writes; else they take turns."""
        return self._hosting.fits(model)

    def host(self, guests: Guests) -> None:
        """Let these models draw, too; what they say is heard here."""
        self._hosting.use(guests)
        guests.hear = self._hear_guest

    def _hear_guest(self, model: str, event: EngineEvent) -> None:
        self._hosting.hear(model, event)
        self._go_on_beside()
        self._changed()

    def _go_on_beside(self) -> None:
        """The next source, if nothing is being drawn."""
        growing = self._generation.growing or self._hosting.growing
        if self.beside.busy and not growing and not self.beside.go_on():
            self._hosting.stop()

    @property
    def beside_words(self) -> str:
        """What is being drawn side by side; empty if nothing is."""
        return self.beside.words(self._hosting.progress) if self.beside.busy else ""
