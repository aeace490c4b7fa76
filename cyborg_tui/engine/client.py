"""The client: asks a worker for fans, and passes on what it says."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.levers import Levers, LeversOfWorker
from cyborg_tui.engine.losses import Losses
from cyborg_tui.engine.parting import Cure, Parting
from cyborg_tui.engine.protocol import (
    UNREAD,
    Among,
    Cancel,
    EngineEvent,
    Evaluate,
    Evaluated,
    FanEnded,
    FanRequest,
    FanStats,
    FollowEnded,
    Foresee,
    ForeseeingEnded,
    Grew,
    Hello,
    Leave,
    Loading,
    LookAt,
    Lost,
    PreviewEnded,
    Ready,
    Refused,
    Render,
    ScoreEnded,
    ScoreRequest,
    See,
    Start,
    Unavailable,
    VectorEnded,
    Weigh,
    Weighed,
    Work,
    load,
    wire,
    wire_beside,
    wire_following,
)
from cyborg_tui.engine.pulse import WRITING, WRITING_ELSEWHERE, Patience, loading
from cyborg_tui.engine.supervisor import KILLED, Supervisor
from cyborg_tui.engine.undone import undone
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.guidance import ALONE, Mix
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED, Steering

__all__ = ["EngineClient"]

_GUILTY = "Twice the engine stopped over this, so it is not asked again; change the text or the settings."


class EngineClient:
    """One engine. `listener` hears every event, on the event loop; the methods return at once."""

    def __init__(
        self,
        config: EngineConfig,
        listener: Callable[[EngineEvent], None],
        *,
        fans: FanSettings | None = None,
        largest: FanSettings | None = None,
        log: Path | None = None,
        kept: Path | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        """`fans`, `largest`: the usual fans, and the largest that may be asked for, so that there is room for their
        branches. `kept`: the file in which what was read is kept until the next time."""
        self._config, self._listener = config, listener
        self._usual, self._largest = fans or FanSettings(), largest
        self._kept = kept
        self._worker = Supervisor(
            config,
            command,
            log,
            started=self._started,
            hear=self._hear,
            lost=self._lost,
            patience=self._patience,
            tell=listener,
        )
        self._loading = self._ready = False
        self._loads = 0
        """Models that the worker was asked for and has not answered yet; only the last is wanted."""
        self._fan: FanRequest | None = None
        """The fan that is wanted, sent or not."""
        self._fans = self._foreseen = self._weighed = self._scores = 0
        self._unanswered: deque[Work] = deque()
        """What the worker was asked for, in turn; it is at the first of them."""
        self._grew = False
        """Whether the first of them has branches."""
        self._losses = Losses()
        self.levers: Levers = LeversOfWorker(self._ask_gently, self._send_at_once, listener, self._numbers)

    @property
    def place(self) -> str:
        """The machine on which the worker runs, if it is another one."""
        return self._worker.place

    @property
    def pid(self) -> int | None:
        """The worker's process id."""
        return self._worker.pid

    @property
    def greeted(self) -> bool:
        """Whether the worker has said its first word."""
        return self._worker.greeted

    async def start(self) -> None:
        """Start the worker and have it load the model. Returns once it runs; the rest comes as events."""
        await self._worker.start()

    def restart(self) -> None:
        """Try again now: after giving up, after a model could not be loaded, or instead of waiting for the next try;
        what was wrong may have been mended."""
        if not self._ready and not self._loading:
            self.load(self._config)

    def load(self, config: EngineConfig) -> None:
        """Use this model from now on."""
        self._config = config
        self._losses.forgive()
        self._listener(Loading(0.0))
        if not self._worker.hurry() and self._worker.greeted:  # a new one is told when it has said its first word
            self._load()

    async def close(self) -> None:
        """End the worker; it is gone when this returns."""
        await self._worker.close(Leave() if self._kept is not None and self._ready else None)

    def fan(
        self,
        context: Context,
        settings: FanSettings,
        seed: int,
        begun: Sequence[Start] = (),
        *,
        left_out: int = -1,
    ) -> int:
        """As `Engine` has it."""
        self._fans += 1
        self._fan = self._request(context, settings, seed, tuple(begun), left_out)
        if self._losses.guilty(self._fan):
            asyncio.get_running_loop().call_soon(self._refuse, self._fan)
            self.cancel()
        elif self._ready:
            self._ask(self._fan)
        return self._fans

    def look_ahead(
        self,
        context: Context,
        settings: FanSettings,
        seed: int,
    ) -> int:
        """As `Engine` has it."""
        self._fans += 1
        self._ask_gently(self._request(context, settings, seed))
        return self._fans

    def _request(
        self, context: Context, settings: FanSettings, seed: int, begun: tuple[Start, ...] = (), left_out: int = -1
    ) -> FanRequest:
        others, following = wire_beside(context), wire_following(context)
        return FanRequest(self._fans, wire(context), settings, seed, begun, left_out, others, following)

    def see(self, context: Context, among: Among = UNREAD) -> int:
        """As `Engine` has it."""
        self._fans += 1
        if self._ready:
            self._worker.send(See(self._fans, wire(context), among))
        return self._fans

    def want(self, fan: int) -> None:
        """A fan that was made ahead is wanted now."""
        for request in self._unanswered:
            if isinstance(request, FanRequest) and request.id == fan:
                self._fan = request

    def evaluate(self, context: Context, steering: Steering = UNSTEERED) -> None:
        """Have a context, and those beside it, evaluated while there is nothing else to do."""
        self._ask_gently(Evaluate(wire(context), steering, wire_beside(context)))

    def foresee(
        self,
        context: Context,
        places: Sequence[tuple[int, ...]],
        steering: Steering = UNSTEERED,
        mix: Mix = ALONE,
    ) -> int:
        """As `Engine` has it."""
        others = wire_beside(context)
        request = Foresee(self._foreseen + 1, wire(context), tuple(places), steering, mix, others)
        if not self._ask_gently(request):
            return 0
        self._foreseen += 1
        return request.id

    def weigh(self, context: Context, settings: FanSettings) -> int:
        """As `Engine` has it."""
        request = Weigh(self._weighed + 1, wire(context), settings, wire_beside(context))
        if not self._ask_gently(request):
            return 0
        self._weighed += 1
        return request.id

    def score(self, context: Context, text: Context, steering: Steering = UNSTEERED) -> int:
        """As `Engine` has it."""
        self._scores += 1
        request = ScoreRequest(self._scores, wire(context), wire(text), steering)
        if not self._ask_gently(request):
            asyncio.get_running_loop().call_soon(self._listener, ScoreEnded(request.id, False))
        return self._scores

    def cancel(self) -> None:
        """Stop the fan, evaluation or scoring in flight."""
        self._fan = None
        if self._ready:
            self._worker.send(Cancel())

    # saying

    def _load(self) -> None:
        self._loading, self._ready = True, False
        self._loads += 1
        self._give_up()
        self._worker.send(load(self._config, self._usual, self._kept, self._largest))
        self._worker.watch()

    def _give_up(self) -> None:
        """Nothing that this worker was asked for will be answered."""
        unanswered = tuple(self._unanswered)
        self._unanswered.clear()
        for request in unanswered:
            if not isinstance(request, FanRequest | Evaluate | Foresee):  # of these one hears by the loss itself
                self._listener(undone(request))

    def _ask_gently(self, request: Work) -> bool:
        """If there is a model, and no fan that is wanted; and not what has cost two workers. Whether it was asked."""
        if not self._ready or self._fan is not None or self._losses.guilty(request):
            return False
        self._ask(request)
        return True

    def _send_at_once(self, request: LookAt | Render) -> bool:
        """Whether there is a model that can answer."""
        if self._ready:
            self._worker.send(request)
        return self._ready

    def _numbers(self, count: int) -> range:
        """So many that no fan has."""
        self._fans += count
        return range(self._fans - count + 1, self._fans + 1)

    def _ask(self, request: Work) -> None:
        self._unanswered.append(request)
        self._worker.send(request)
        self._worker.watch()

    def _refuse(self, fan: FanRequest) -> None:
        self._listener(FanEnded(fan.id, Finish.INTERRUPTED, FanStats()))
        self._listener(Refused(_GUILTY))

    # hearing

    def _hear(self, event: EngineEvent) -> None:
        match event:
            case Hello():
                self._load()
            case Ready() | Unavailable() if self._is_outdated():
                return
            case Ready():
                self._loading, self._ready = False, True
                self._losses.loaded()
            case Unavailable():
                self._loading = False
            case Grew():
                self._grew = True
            case FanEnded() | Evaluated() | ForeseeingEnded() | ScoreEnded() | PreviewEnded() | FollowEnded():
                self._answered(event)
            case VectorEnded() | Weighed():
                self._answered(event)
            case _:
                pass
        if isinstance(event, Ready) and self._fan is not None:
            self._ask(self._fan)  # asked for before the model was there
        self._listener(event)

    def _is_outdated(self) -> bool:
        """Whether the answer that has just come is to a model that is not wanted any more: each is answered once."""
        self._loads -= 1
        return self._loads > 0

    def _answered(self, event: EngineEvent) -> None:
        """The first of what was asked for is over."""
        request = self._unanswered.popleft() if self._unanswered else None
        if request is not None:
            self._losses.answered(request, given_up=not self._grew and _was_given_up(request, event))
        self._grew = False
        if isinstance(event, FanEnded) and self._fan is not None and event.fan == self._fan.id:
            self._fan = None

    # losing

    def _started(self) -> None:
        self._loading = True
        self._loads = 0

    def _patience(self) -> Patience | None:
        """How long the worker may take now; None while it has nothing to do."""
        if self._loading:
            return loading(_size(self._config), elsewhere=bool(self.place))
        if not self._unanswered:
            return None
        return WRITING_ELSEWHERE if self.place else WRITING

    def _lost(self, parting: Parting) -> None:
        """The worker is gone. Start another; a fan that had not begun to grow is asked for once more."""
        at = self._unanswered[0] if self._unanswered else None
        if parting.cure is Cure.ANOTHER:
            self._losses.lost(at, grew=self._grew, loading=self._loading)
        again = parting.cure is not Cure.NOTHING and not self._losses.hopeless
        fan = self._fan
        began = fan is not None and at is fan and self._grew
        self._give_up()
        self._loading = self._ready = self._grew = False
        if fan is not None and (began or not again):
            self._fan = None
            self._listener(FanEnded(fan.id, Finish.INTERRUPTED, FanStats()))
        elif fan is not None and self._losses.guilty(fan):
            self._fan = None
            self._refuse(fan)
        if again:
            self._begin_again(parting)
        else:
            self._listener(Lost(self._why_no_more(parting), False))

    def _begin_again(self, parting: Parting) -> None:
        if parting.cure is Cure.TIME:
            self._listener(Lost(parting.sentence, True))
        else:
            self._listener(Lost(f"{parting.sentence}; it is starting again.", True))
        self._worker.start_again()

    def _why_no_more(self, parting: Parting) -> str:
        if parting.cure is Cure.NOTHING:
            return parting.sentence
        name = inert(Path(self._config.model).name, 60) or "its model"
        if self._losses.loading_is_hopeless and parting.sentence == KILLED:
            return f"{KILLED}, twice while it loaded {name}; choose a smaller model, or a smaller engine.context."
        if self._losses.loading_is_hopeless:
            return f"The engine stopped twice while it loaded {name}; choose another model."
        return f"{parting.sentence} again and again; try another model, or a smaller window."


def _was_given_up(request: Work, event: EngineEvent) -> bool:
    """Whether it ended since something else was wanted."""
    if isinstance(event, FanEnded):
        return event.finish is Finish.CANCELLED
    return event == undone(request)


def _size(config: EngineConfig) -> int:
    """Of the model's file, in bytes; 0 if it is not to be seen from here."""
    model = "" if config.command else config.model
    try:
        return Path(model).expanduser().stat().st_size if model else 0
    except (OSError, RuntimeError):
        return 0
