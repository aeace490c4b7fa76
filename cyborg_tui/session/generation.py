"""Fans under way: asked of the engine, and grown in the loom as it answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cyborg_tui.engine.engine import Engine
from cyborg_tui.engine.protocol import (
    Among,
    Away,
    BranchEnded,
    EngineEvent,
    Evaluated,
    FanEnded,
    FanStats,
    FileHash,
    Grew,
    Loading,
    Lost,
    PromptProgress,
    Ready,
    Refused,
    Remark,
    Start,
    Unavailable,
    Widths,
)
from cyborg_tui.loom.conditions import BARE, Conditions
from cyborg_tui.loom.context import Context, Segment, composed, out_of_reach
from cyborg_tui.loom.draw import Decoding, Draw, SeenBeside
from cyborg_tui.loom.fan import BATCHED, BranchId, Fan, FanId, Finish, decode, encode
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.piece import Piece, join
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session.ahead import Ahead
from cyborg_tui.session.engine_view import EngineView, Waiting
from cyborg_tui.session.framing import Framing
from cyborg_tui.session.sight import drawn_in

__all__ = ["Generation"]

_FOLLOWING = 4000
"""Characters after a gap that a model is told of which fills it."""
_BACK = "The engine stopped and was started again."


@dataclass(frozen=True, slots=True)
class _Asked:
    """Branches of a fan that were asked for."""

    fan: FanId
    first: int
    """The index of the first of them."""
    width: int
    context: Context


class Generation:
    """What one loom asks of the engine. At most one fan is under way; whatever else is asked for stops it."""

    def __init__(self, loom: Loom, framing: Framing) -> None:
        self.framing = framing
        self.engine: Engine | None = None
        self.view = EngineView()
        self._loom = loom
        self._under_way: dict[int, _Asked] = {}
        """By the numbers of the requests."""
        self._stopped: dict[int, _Asked] = {}
        """What is not wanted any more, and of which the engine has not yet said how it was drawn."""
        self._unhashed: list[Draw] = []
        """Drawn by the model that is loaded, before its file was known by its hash."""
        self._ahead: Ahead | None = None
        self._was_lost = False
        """Whether the engine stopped, and has not come back."""

    @property
    def ready(self) -> bool:
        return self.engine is not None and self.view.model is not None

    @property
    def growing(self) -> bool:
        return bool(self._under_way)

    @property
    def mode(self) -> str:
        """How the model draws fans."""
        return "exact" if self.view.decoding is not None and self.view.decoding.exact else BATCHED

    def draw(
        self,
        fan: Fan,
        first: int,
        width: int,
        end: int,
        conditions: Conditions | None = None,
        *,
        following: str = "",
    ) -> None:
        """Have `width` branches of a fan drawn, from index `first` on. Its context is the manuscript up to `end`, under
        the conditions that hold there, unless others are given. `following`: what a model that fills in the middle is
        to lead to."""
        assert self.engine is not None
        settings = replace(fan.settings, width=width)
        seed = (fan.seed + first) & 0xFFFFFFFF
        self.view = replace(self.view, waiting=Waiting.PROMPT, done=0.0, seconds_left=None, news="")
        context = _for(settings, self.context(end, conditions=conditions))
        if following and self.view.fills:
            context = replace(context, following=(Segment(following[:_FOLLOWING]),))
        self.forget_ahead()
        request = self.engine.fan(context, settings, seed, self._begun(fan, first))
        self._under_way[request] = _Asked(fan.id, first, width, context)

    def _begun(self, fan: Fan, first: int) -> tuple[Start, ...]:
        """How the branches before index `first` begin, in the tokens of the model in use."""
        model = self.view.model
        if model is None or model.vocabulary != fan.model.vocabulary:
            return ()
        branches = self._loom.tree.branches(fan.id)[:first]
        return tuple(Start(one.tokens[0].id, one.healed > 0) for one in branches if one.tokens)

    # looking ahead

    def look_ahead(self, end: int, settings: FanSettings, seed: int, drawn: Piece | None = None) -> None:
        """Make a fan from the manuscript up to `end`, with `drawn` after it, while there is nothing else to do; the one
        that was made before is forgotten, unless it is the same."""
        assert self.engine is not None
        context = self.context(end, drawn)
        if self._ahead is not None and self._ahead.serves(context, settings):
            return
        self.forget_ahead()
        self._ahead = Ahead(self.engine.look_ahead(context, settings, seed), context, settings, seed)

    def made_ahead(self, end: int, settings: FanSettings) -> int | None:
        """The seed of the fan that has been made, or begun, from the manuscript up to `end`; None if there is none."""
        ahead = self._ahead
        return ahead.seed if ahead is not None and ahead.serves(self.context(end), settings) else None

    def show_ahead(self, fan: Fan) -> None:
        """What was made ahead is this fan's from now on, what is still to come of it too."""
        ahead, self._ahead = self._ahead, None
        assert ahead is not None
        assert self.engine is not None
        self._under_way[ahead.request] = _Asked(fan.id, 0, ahead.settings.width, ahead.context)
        if not ahead.over:
            self.view = replace(self.view, waiting=Waiting.PROMPT, done=0.0, seconds_left=None, news="")
            self.engine.want(ahead.request)
        for event in ahead.heard:
            self.hear(event)

    def keep_ahead(self, end: int, settings: FanSettings) -> bool:
        """Forget what was made ahead unless it is the fan from the manuscript up to `end`. False if nothing is left."""
        if self._ahead is not None and self.made_ahead(end, settings) is None:
            self.forget_ahead()
        return self._ahead is not None

    def forget_ahead(self) -> None:
        """What was made ahead is not wanted; if it is still growing it stops."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and not ahead.over and self.engine is not None:
            self.engine.cancel()

    # what the model saw

    def see(self, context: Context, among: Among) -> int:
        """Ask for the tokens of a context, as `Engine.see` has it. Returns the number that the answer carries."""
        assert self.engine is not None
        return self.engine.see(context, among)

    # everything else

    def try_again(self) -> None:
        """Look for the model once more, if it could not be had; at once, if that is to be done in a while."""
        there_is_none = self.view.problem or self.view.next_try is not None
        if self.engine is not None and there_is_none and self.view.model is None:
            self.engine.restart()

    def prepare(self, end: int, settings: FanSettings) -> None:
        """Have the manuscript up to `end` evaluated ahead of the key, as a fan with these settings will need it."""
        if self.ready and not self.growing and self._ahead is None:
            assert self.engine is not None
            self.engine.evaluate(self.context(end), settings.steering)

    def foresee(
        self, end: int, places: Sequence[tuple[int, ...]], settings: FanSettings, drawn: Piece | None = None
    ) -> int:
        """Ask what may come next after the manuscript up to `end`, what is `drawn` after it, and each of some runs of
        tokens, for a fan with these settings. Returns the request's number; 0 if it cannot be asked now."""
        if not self.ready or self.growing:
            return 0
        assert self.engine is not None
        return self.engine.foresee(self.context(end, drawn), places, settings.steering, settings.mix)

    def weigh(self, end: int, settings: FanSettings, conditions: Conditions) -> int:
        """Ask how likely each token is next after the manuscript up to `end`, before and after the samplers of these
        settings. Returns the request's number; 0 if it cannot be asked now."""
        if not self.ready or self.growing:
            return 0
        assert self.engine is not None
        return self.engine.weigh(_for(settings, self.context(end, conditions=conditions)), settings)

    def tell(self, sentence: str) -> None:
        """Something that the person should know."""
        self.view = replace(self.view, news=sentence)

    def stop(self) -> None:
        """Nothing that was asked for is wanted any more."""
        if self._under_way and self.engine is not None:
            self.engine.cancel()
        self._stopped.update(self._under_way)
        for request in tuple(self._under_way):
            self._end(request, Finish.CANCELLED)

    def hear(self, event: EngineEvent) -> None:
        """Everything the engine says comes in here; what belongs to another loom's fans is passed over."""
        self._wait(event)
        if isinstance(event, (Ready, Lost, Unavailable)):
            self._ahead = None
            self._stopped.clear()
            self._unhashed.clear()
        match event:
            case Grew() | BranchEnded() | FanEnded():
                self._hear_of_a_fan(event)
            case Loading(fraction=fraction):
                self.view = EngineView(waiting=Waiting.MODEL, done=fraction, news=self.view.news)
            case Ready(model=model, window=window, sentence=sentence, decoding=decoding, makeup=makeup, card=card):
                now = Waiting.PROMPT if self.growing else Waiting.NOTHING
                news = sentence or (_BACK if self._was_lost else self.view.news)
                self._was_lost = False
                self.view = EngineView(model, window, makeup.fills, now, news=news, decoding=decoding, card=card)
            case Lost(sentence=sentence, again=True):
                self._was_lost = True
                self.view = EngineView(waiting=Waiting.MODEL, news=sentence)
            case Refused(sentence=sentence) | Remark(sentence=sentence):
                self.view = replace(self.view, news=sentence)
            case Unavailable(sentence=sentence) | Lost(sentence=sentence):
                self.view = EngineView(waiting=Waiting.NOTHING, problem=sentence)
            case PromptProgress(fan=request, done=done, total=total, seconds_left=left):
                waiting = self._waiting_for(request)
                if waiting is not None:
                    self.view = replace(self.view, waiting=waiting, done=done / max(1, total), seconds_left=left)
            case FileHash() | Widths():
                self._learn(event)
            case Evaluated(held=held):
                waiting = Waiting.NOTHING if self.view.waiting is Waiting.AHEAD else self.view.waiting
                self.view = replace(self.view, waiting=waiting, held=held or self.view.held)
            case _:
                pass

    def _learn(self, event: FileHash | Widths) -> None:
        """What the engine found out while nothing was asked for."""
        if isinstance(event, Widths):
            self.view = replace(self.view, step_seconds=event.seconds)
            return
        self.view = replace(self.view, file_hash=event.sha256)
        for draw in self._unhashed:
            self._loom.log.drawn(replace(draw, file_hash=event.sha256))
        self._unhashed.clear()

    def _hear_of_a_fan(self, event: Grew | BranchEnded | FanEnded) -> None:
        if self._ahead is not None and self._ahead.request == event.fan:
            self._ahead.heard.append(event)
        if isinstance(event, FanEnded) and event.stats.prompt_tokens:
            self._note_draw(event)
        if event.fan not in self._under_way:
            return
        match event:
            case Grew():
                self._grow(event)
            case BranchEnded(fan=request, index=index, finish=finish):
                self._loom.finish(self._branch(request, index), finish)
            case FanEnded(fan=request, finish=finish, stats=stats, held=held):
                self._end(request, finish or Finish.INTERRUPTED, stats)
                self.view = replace(self.view, held=held)

    def _wait(self, event: EngineEvent) -> None:
        """Another machine is not heard, or is heard again."""
        if isinstance(event, Away):
            waiting = Waiting.ELSEWHERE if self.view.model is None else self.view.waiting
            self.view = replace(self.view, waiting=waiting, unheard=event.seconds, next_try=event.next_try)
        elif self.view.unheard or self.view.next_try is not None:
            self.view = replace(self.view, unheard=0, next_try=None)

    def _waiting_for(self, request: int | None) -> Waiting | None:
        """What a prompt is read for; None if nobody waits for it any more."""
        if request is None:
            return None if self.growing else Waiting.AHEAD
        return Waiting.PROMPT if request in self._under_way else None

    def _grow(self, event: Grew) -> None:
        self.view = replace(self.view, waiting=Waiting.BRANCHES, seconds_left=None)
        for growth in event.growth:
            branch = self._branch(event.fan, growth.index)
            grown = (decode(growth.text), growth.healed, growth.tokens, growth.seed)
            self._loom.grow(branch, *grown, alternatives=growth.alternatives)

    def _end(self, request: int, finish: Finish, stats: FanStats | None = None) -> None:
        """The fan of this request is over; branches that had not ended end in this way."""
        asked = self._under_way.pop(request)
        for branch in self._loom.tree.branches(asked.fan):
            self._loom.finish(branch.id, finish)
        self.view = replace(self.view, waiting=Waiting.NOTHING, seconds_left=None)
        if stats is not None and stats.prompt_tokens:
            shortened = bool(asked.context.left_out or stats.left_out_tokens)
            self.view = replace(self.view, stats=stats, shortened=shortened)

    def _branch(self, request: int, index: int) -> BranchId:
        asked = self._under_way[request]
        return self._loom.tree.fan(asked.fan).branches[asked.first + index]

    def _note_draw(self, event: FanEnded) -> None:
        """What the model saw, and how it was run, goes on record with the fan."""
        asked = self._under_way.get(event.fan) or self._stopped.pop(event.fan, None)
        if asked is None:
            return
        stats = event.stats
        saw = (asked.context.left_out, stats.left_out_tokens, stats.prompt_tokens, stats.digest)
        how = self.view.decoding or Decoding()
        beside = tuple(SeenBeside(one.left_out_tokens, one.tokens, one.digest) for one in stats.beside)
        draw = Draw(
            asked.fan,
            asked.first,
            asked.width,
            *saw,
            how,
            self.view.file_hash,
            asked.context.conditions,
            beside,
            encode("".join(segment.text for segment in asked.context.following)),
            steered_by=stats.steered_by,
        )
        self._loom.log.drawn(draw)
        if not draw.file_hash:
            self._unhashed.append(draw)

    def context(
        self, end: int, drawn: Piece | None = None, *, framed: bool = True, conditions: Conditions | None = None
    ) -> Context:
        """The manuscript up to `end` and what is `drawn` after it, as far back as the window can possibly reach; the
        cut moves in large steps. `framed`: under the conditions that hold there, or those given."""
        start = out_of_reach(end + (len(drawn.text) if drawn is not None else 0), self.view.window)
        pieces = self._loom.manuscript.pieces_between(start, end) if start < end else ()
        whole = pieces if drawn is None else join(pieces, (drawn,))
        if conditions is None:
            conditions = self.framing.conditions(end, "" if drawn is None else drawn.text) if framed else BARE
        return composed(conditions, whole, drawn_in(self._loom), start)


def _for(settings: FanSettings, context: Context) -> Context:
    """The context without those beside it, where the settings do not weigh any."""
    if settings.mix or not context.beside:
        return context
    return replace(context, beside=(), conditions=replace(context.conditions, beside=()))
