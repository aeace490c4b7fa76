"""Scoring under way: what the person typed, paragraph by paragraph, while the engine has nothing else to do."""

from collections import deque
from dataclasses import dataclass, field, replace

from cyborg_tui.engine.protocol import EngineEvent, Evaluated, FanEnded, Lost, Ready, ScoreEnded, Unavailable
from cyborg_tui.engine.protocol import Scored as Growth
from cyborg_tui.library.library import Library
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.score import Score, Scored, Scorer, score_key, typed_stretches
from cyborg_tui.session.generation import Generation

__all__ = ["Progress", "Scoring"]

_TRIES = 5
"""Times a stretch is asked for again after something else came first."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scoring is, in characters."""

    done: int
    total: int


@dataclass(slots=True)
class _Stretch:
    start: int
    end: int
    key: bytes
    score: Score = field(default_factory=lambda: Score((), b""))
    """As far as it has come."""
    tries: int = 0


class Scoring:
    """What one loom has scored. An edit moves what stands after it, so it stops everything."""

    def __init__(self, loom: Loom, generation: Generation, library: Library, id: int) -> None:
        """`id`: the loom's."""
        self._loom, self._generation, self._library, self._id = loom, generation, library, id
        self._wanted: deque[_Stretch] = deque()
        """The first of them is under way, if any is."""
        self._request = 0
        """The number of that; 0 if there is none."""
        self._known: dict[bytes, Score | None] = {}
        self.progress: Progress | None = None

    def begin(self, start: int, end: int) -> bool:
        """Score what was typed from `start` to `end` and is not known yet. False if there is nothing to do."""
        self.stop()
        if self._generation.view.model is None or not self._generation.ready:
            return False
        self._wanted.extend(
            _Stretch(part.start, part.end, self._key(part.start, part.end))
            for part in self.known(start, end)
            if part.score is None
        )
        if not self._wanted:
            return False
        self.progress = Progress(0, sum(one.end - one.start for one in self._wanted))
        self._ask()
        return True

    def stop(self) -> None:
        """What has been found out is kept, the rest is not wanted any more."""
        if self._request and self._generation.engine is not None:
            self._generation.engine.cancel()
        self._wanted.clear()
        self._request, self.progress = 0, None

    def known(self, start: int, end: int) -> tuple[Scored, ...]:
        """What was typed from `start` to `end`, with its score where it is known. Raises LibraryError."""
        stretches = typed_stretches(self._loom.manuscript.pieces, 0)
        return tuple(Scored(a, b, self.score(a, b)) for a, b in stretches if a < end and b > start)

    def hear(self, event: EngineEvent) -> None:
        """Everything the engine says comes in here."""
        match event:
            case Growth(score=request) if request == self._request and self._wanted:
                self._grow(self._wanted[0], event)
            case ScoreEnded(score=request, complete=complete) if request == self._request and self._wanted:
                self._request = 0
                self._end(complete=complete)
            case Unavailable() | Lost(again=False):
                self.stop()
            case Ready() if self._wanted and self._is_of_another_model(self._wanted[0]):
                self.stop()
            case Evaluated() | FanEnded() | Ready() if self._wanted and not self._request:
                self._ask()
            case _:
                pass

    def _grow(self, stretch: _Stretch, event: Growth) -> None:
        known = stretch.score
        lead = known.lead if known.tokens else event.lead
        stretch.score = Score((*known.tokens, *event.tokens), known.packed + event.alternatives, lead)

    def _end(self, *, complete: bool) -> None:
        stretch = self._wanted[0]
        if complete:
            self._known[stretch.key] = stretch.score
            self._library.save_score(self._id, stretch.key, stretch.score, self._scorer)
        if complete or stretch.tries >= _TRIES:
            self._wanted.popleft()
            self._count(stretch)
            if self._wanted:
                self._ask()

    def _count(self, stretch: _Stretch) -> None:
        assert self.progress is not None
        self.progress = replace(self.progress, done=self.progress.done + stretch.end - stretch.start)
        if not self._wanted:
            self.progress = None

    def _ask(self) -> None:
        engine, stretch = self._generation.engine, self._wanted[0]
        assert engine is not None
        stretch.tries, stretch.score = stretch.tries + 1, Score((), b"")
        text = Context((Segment(self._text(stretch.start, stretch.end)),))
        self._request = engine.score(self._generation.context(stretch.start, framed=False), text)

    def score(self, start: int, end: int) -> Score | None:
        """What is known of a stretch that was typed. Raises LibraryError."""
        if self._generation.view.model is None:
            return None
        key = self._key(start, end)
        if key not in self._known:
            self._known[key] = self._library.score(self._id, key)
        return self._known[key]

    def _is_of_another_model(self, stretch: _Stretch) -> bool:
        """Whether it was to be scored by another model than the one that is there now."""
        return stretch.key != self._key(stretch.start, stretch.end)

    def _key(self, start: int, end: int) -> bytes:
        return score_key(self._loom.text, start, end, self._scorer)

    @property
    def _scorer(self) -> Scorer:
        view = self._generation.view
        assert view.model is not None
        return Scorer(view.model, view.window)

    def _text(self, start: int, end: int) -> str:
        return self._loom.text[start:end]
