"""The lines of the record, made from what the library has of a choice."""

import json
import math
from collections.abc import Iterator, Sequence

import msgspec

from cyborg_tui.formats.record import (
    PREFERENCE,
    Beside,
    BranchShown,
    Edit,
    Judged,
    Model,
    Pair,
    Preference,
    Process,
    ReadWith,
    Settings,
    Stretch,
    Told,
)
from cyborg_tui.loom.conditions import Conditions, Origin
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.fan import Branch, BranchId, ModelIdentity, decode
from cyborg_tui.loom.mirror.choices import Choice
from cyborg_tui.loom.mirror.recorded import Judgement, RecordedFan
from cyborg_tui.loom.settings import FanSettings

__all__ = ["pair", "preferences", "process"]


def process(
    title: str,
    choice: Choice,
    recorded: RecordedFan,
    context: tuple[Context, bool],
    judgements: Sequence[Judgement],
    *,
    told: Context,
    good: Sequence[str],
) -> Process:
    """`context`: what stood before the fan, and whether that is all of it. `told`: as `Records.told` has it."""
    fan, showing = recorded.fan, recorded.showing
    branches = recorded.in_order
    taken = next((branch for branch in branches if branch.id == choice.taken), None)
    return Process(
        loom=choice.loom,
        title=_plain(title),
        fan=fan.id,
        asked_at=choice.asked_at,
        context=[_stretch(part.text, part.tokens, part.vocabulary) for part in context[0].segments],
        context_is_whole=context[1],
        prompt_tokens=next((draw.tokens for draw in recorded.draws if draw.tokens), None),
        beside=_beside(recorded.draws[0].conditions) if recorded.draws else None,
        conversation=_conversation(told),
        following=next((_plain(decode(draw.following)) for draw in recorded.draws if draw.following), None),
        read_with=_read_with(recorded, told),
        steered_by=list(recorded.draws[0].steered_by) if recorded.draws else [],
        settings=_settings(fan.settings),
        model=_model(recorded),
        seed=fan.seed,
        mode=fan.mode,
        branches=[_branch(branch, recorded) for branch in branches],
        blind=None if showing is None else showing.blind,
        seconds_to_arrive=None if showing is None else showing.arrived,
        seconds_to_end=None if showing is None else showing.whole,
        seconds_to_paint=None if showing is None else showing.painted,
        taken=None if taken is None else taken.id,
        place=None if taken is None else branches.index(taken) + 1,
        taken_text=_taken_text(taken, choice),
        takes=choice.takes,
        taken_at=choice.taken_at,
        seconds_to_choose=None if showing is None or taken is None else showing.seconds_to(taken.id),
        undone=choice.undone or choice.replaced,
        rerolls=choice.rerolls,
        edits=_edits(choice),
        reason=choice.reason or None,
        judgements=[Judged(one.at, one.days, one.verdict) for one in judgements if one.branch == choice.taken],
        good=list(good),
    )


def pair(row: Process) -> Pair | None:
    """None if nothing was taken, or the person did not call it good."""
    if row.taken is None or not row.good or not row.taken_text:
        return None
    branch = _of(row, row.taken)
    return Pair(
        _prompt(row),
        row.taken_text,
        row.good,
        row.loom,
        row.title,
        row.fan,
        row.taken,
        row.model,
        row.settings,
        branch.seed,
        row.taken_at,
        row.reason,
    )


def preferences(row: Process) -> Iterator[Preference]:
    """What was taken against each branch that had been looked at and says something else."""
    if row.taken is None or row.undone or not row.taken_text:
        return
    for branch in row.branches:
        if branch.looked_at and branch.id != row.taken and branch.text not in ("", row.taken_text):
            yield Preference(
                _prompt(row),
                row.taken_text,
                branch.text,
                PREFERENCE,
                row.loom,
                row.title,
                row.fan,
                row.taken,
                branch.id,
                row.model,
                row.blind,
                row.reason,
            )


def _prompt(row: Process) -> str:
    return "".join(part.text for part in row.context)


def _of(row: Process, branch: BranchId) -> BranchShown:
    return next(one for one in row.branches if one.id == branch)


def _stretch(text: str, tokens: tuple[int, ...], vocabulary: str) -> Stretch:
    return Stretch(_plain(text), list(tokens) or None, _plain(vocabulary) if tokens else None)


def _taken_text(taken: Branch | None, choice: Choice) -> str:
    return "" if taken is None else _plain(taken.text[taken.healed :][: choice.amount])


def _branch(branch: Branch, recorded: RecordedFan) -> BranchShown:
    showing = recorded.showing
    return BranchShown(
        branch.id,
        branch.index,
        _plain(branch.text[branch.healed :]),
        _plain(branch.text[: branch.healed]),
        [token.id for token in branch.tokens],
        [_finite(token.logprob) for token in branch.tokens],
        None if branch.finish is None else branch.finish.value,
        branch.seed,
        branch.looked,
        None if showing is None else showing.seconds_on(branch.id),
        branch.id in recorded.bookmarked,
    )


def _finite(logprob: float) -> float:
    return round(logprob, 6) if math.isfinite(logprob) else -1e9


def _edits(choice: Choice) -> list[Edit] | None:
    if not choice.edits_known:
        return None
    return [
        Edit(one.at, one.offset, one.removed, None if one.text is None else _plain(one.text)) for one in choice.edits
    ]


def _settings(settings: FanSettings) -> Settings:
    everything = json.dumps(msgspec.to_builtins(settings))  # which has a place for lone surrogates, as escapes
    return Settings(settings.width, settings.max_tokens, settings.until.value, settings.kind.value, everything)


def _beside(conditions: Conditions) -> list[Beside]:
    return [
        Beside(one.origin.value, _plain(one.label), _plain(one.text), one.at if one.origin is Origin.NOTE else None)
        for one in conditions.inserts
    ]


def _conversation(told: Context) -> list[Told] | None:
    if not told.conditions.chat:
        return None
    return [
        Told(one.origin, stretch.text, stretch.tokens, stretch.vocabulary)
        for one in told.segments
        for stretch in (_stretch(one.text, one.tokens, one.vocabulary),)
    ]


def _read_with(recorded: RecordedFan, told: Context) -> list[ReadWith]:
    if not recorded.draws:
        return []
    return [
        ReadWith(_plain(one.conditions.name), weight, _beside(one.conditions), _conversation(one))
        for one, weight in zip(told.beside, recorded.fan.settings.mix.others, strict=False)
    ]


def _model(recorded: RecordedFan) -> Model:
    model: ModelIdentity = recorded.fan.model
    sha256 = next((draw.file_hash for draw in recorded.draws if draw.file_hash), None)
    name, file, quantisation, vocabulary, build = map(
        _plain, (model.name, model.file, model.quantisation, model.vocabulary, model.build)
    )
    return Model(name, file, model.size, sha256, quantisation, vocabulary, build)


def _plain(text: str) -> str:
    """JSON has no lone surrogates; a stand-in, one code point wide, keeps the offsets right."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
