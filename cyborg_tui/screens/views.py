"""What the session has, as the widgets of the write screen show it."""

from dataclasses import replace

from cyborg_tui.loom.duplicates import duplicates
from cyborg_tui.loom.fan import Branch, Fan, Finish
from cyborg_tui.loom.settings import FanKind, Until
from cyborg_tui.outline.whereabouts import Whereabouts
from cyborg_tui.session import EngineView, Part, Session, Waiting
from cyborg_tui.widgets.branches import BranchView, FanView

__all__ = [
    "clock",
    "counts",
    "engine_words",
    "fan_view",
    "goes_to",
    "held_back",
    "looking_ahead",
    "memory_words",
    "place_words",
    "remarks",
    "saved_words",
    "saving_trouble",
]


def fan_view(session: Session, *, flow: bool, compared: int | None = None) -> FanView:
    """The fan in view, or what to do where there is none. `compared`: which branch is to be compared with another."""
    fan = session.fan
    if session.beside.busy:
        return FanView(note=session.beside_words)
    if fan is None:
        return FanView(note=_note(session))
    trial = session.beside.trial(fan.id)
    taken, tree = session.taken, session.loom.tree
    twice = duplicates(session.branches)
    branches = tuple(
        BranchView(
            _own(branch),
            number=number,
            growing=branch.finish is None,
            taken=taken is not None and branch.id == taken.id,
            partly=taken is not None and branch.id == taken.id and session.taken_length(branch) < len(_own(branch)),
            bookmarked=tree.node(branch.node).bookmarked,
            ended=branch.finish is Finish.END,
            twice=branch.id in twice,
            compared=index == compared,
            aside=_aside(session, branch),
        )
        for index, (branch, number) in enumerate(zip(session.branches, session.numbers, strict=True))
    )
    blind = session.mirror.witness.of(fan.id).blind
    header = _header(fan, len(branches), session.came_along, flow=flow, blind=blind)
    if trial is not None:
        header = f"{'blind · ' if trial.blind else ''}{len(branches)} branches · {len(trial.sources)} side by side"
    remark = " · ".join(warned.words for warned in session.mirror.of_fan(fan.id, session.branches))
    return FanView(fan.id, header, branches, session.highlighted, remark=remark)


def _leads_on(session: Session, branch: Branch) -> str:
    """How well what follows the gap would follow; empty where that is not known."""
    follows = session.bridging.of(branch.id)
    return "" if follows is None else f"→ {follows.mean:.2f} nats a token, {follows.logprob:.0f} in all"


def _aside(session: Session, branch: Branch) -> str:
    """What there is to know of a branch beside its text."""
    source = session.source(branch)
    parts = [f"· {source}" if source else "", "" if session.hides else _leads_on(session, branch)]
    return " ".join(filter(None, parts))


def held_back(now: FanView, before: FanView) -> FanView:
    """The view for a slow line: of a fan that still grows, only the highlighted branch grows on the screen."""
    if now.fan != before.fan or not any(branch.growing for branch in now.branches):
        return now
    old = before.branches

    def as_it_was(index: int, branch: BranchView) -> BranchView:
        same = index < len(old) and old[index].text != branch.text and branch.text.startswith(old[index].text)
        if index == now.highlighted or not same:
            return branch
        return replace(branch, text=old[index].text, growing=False, held_back=True)

    return replace(now, branches=tuple(as_it_was(index, branch) for index, branch in enumerate(now.branches)))


def _own(branch: Branch) -> str:
    """Its text, without what already stood before it."""
    return branch.text[branch.healed :]


def _header(fan: Fan, shown: int, came_along: int, *, flow: bool, blind: bool) -> str:
    until = fan.settings.until
    parts = [*(["flow"] if flow else []), *(["blind"] if blind else [])]
    of = f" of {len(fan.branches)}" if shown < len(fan.branches) else ""
    parts += [f"{shown}{of} branches"]
    parts += [f"{came_along} came along"] if came_along else []
    parts += [f"fan {fan.id}"]
    if not blind:
        parts += [*(["steered"] if fan.settings.steering else []), *(["mixed"] if fan.settings.mix else [])]
    parts += [] if fan.settings.kind is FanKind.SAMPLED else [fan.settings.kind.value]
    parts += [f"{fan.settings.max_tokens} tokens" if until is Until.TOKENS else until.value, f"seed {fan.seed}"]
    return " · ".join(parts)


def _note(session: Session) -> str:
    if session.read_only:
        return "Only to read here.\nCtrl+R: write here."
    if session.view.problem:
        return session.view.problem
    if session.view.next_try is not None:
        return f"{session.view.news}\nAgain in {session.view.next_try} s. Tab: now."
    if session.waiting_for_model:
        return "The branches come as soon as the model is loaded. Esc: not after all."
    return f"Tab: {session.settings.width} branches from the cursor.\nF1: all keys."


def engine_words(session: Session, *, narrow: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is to be seen of the engine, and what only if there is room: its name gives way to what one waits for."""
    name, *doing = _engine_words(session)
    view = session.view
    waited_for = view.waiting is Waiting.PROMPT or bool(view.unheard) or view.next_try is not None
    if waited_for and narrow and view.model is not None:
        return tuple(doing), ()
    if view.model is None or waited_for or (view.waiting and not narrow):
        return (name, *doing), ()
    return (name,), tuple(doing)


def _engine_words(session: Session) -> tuple[str, ...]:
    """What the engine is, and what it is doing."""
    view = session.view
    if view.model is None:
        news = (view.news,) if view.news else ()
        if view.waiting is Waiting.ELSEWHERE and not view.problem:
            return (_reaching(view, session.place), *news)
        return (view.problem,) if view.problem else (*news, *_loading(session))
    words = ["a model" if session.hides else view.model.name]
    if view.next_try is not None:
        words += [f"again in {view.next_try} s · Esc stops", view.news]
    elif view.unheard:
        words += [f"nothing heard for {view.unheard} s · Esc stops"]
    elif view.waiting in (Waiting.PROMPT, Waiting.AHEAD):
        words += [_reading(view)]
        words += ["Esc stops"] if view.waiting is Waiting.PROMPT else []
    elif view.waiting is Waiting.BRANCHES:
        words += ["writing · Esc stops"]
    elif view.news:
        words += [view.news]
    elif view.stats is not None:
        words += [f"{view.stats.prompt_tokens}/{view.window}"]
        words += [f"sees only the last {view.stats.prompt_tokens} tokens"] if view.shortened else []
        words += [f"{view.stats.tokens_per_s:.0f} tok/s"] if view.stats.tokens_per_s else []
    return tuple(words)


def _loading(session: Session) -> tuple[str, ...]:
    if session.choosing:
        return (f"loading {session.choosing} · {session.view.done:.0%}", "Esc keeps the one before")
    return (f"loading the model · {session.view.done:.0%}",)


def _reaching(view: EngineView, place: str) -> str:
    """How long another machine has been out of reach, or when it is looked for again."""
    return f"reaching {place} · {view.unheard} s" if view.next_try is None else f"again in {view.next_try} s"


def _reading(view: EngineView) -> str:
    """How far the engine has read what it is to go on from."""
    left = view.seconds_left
    return f"{view.waiting.value} · {view.done:.0%}" + (f" · {max(1, left):.0f} s left" if left is not None else "")


def memory_words(session: Session) -> str:
    """What the engine holds ready."""
    held = session.view.held
    if held is None:
        return "The engine has read nothing yet."
    size = f", {_megabytes(held.used * held.cell_bytes)} of {_megabytes(held.cells * held.cell_bytes)} MB"
    places = f"{held.paths:,} place{'' if held.paths == 1 else 's'}"
    return (
        f"{places} can be gone on from at once: {held.used:,} of {held.cells:,} tokens are held"
        f"{size if held.cell_bytes else ''}; other paths get {held.beside:,}."
    )


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f}"


def counts(part: Part) -> tuple[str, ...]:
    """Words, the person's share, and bits: of selection, and of the person's own text where the model has scored it."""
    parts = [f"{part.words:,} word{'' if part.words == 1 else 's'}"]
    if part.person_share is not None:
        parts.append(f"you {part.person_share:.0%}")
    bits = part.bits
    if bits.drawn or bits.drawn_unknown:
        parts.append(f"{_known(bits.chosen, bits.drawn, bits.drawn_unknown)} bits chosen")
    if bits.scored:
        parts.append(f"{_known(bits.typed, bits.scored, bits.unscored)} typed")
    if bits.per_token is not None:
        parts.append(f"{bits.per_token:.2f} bits/token")
    if bits.tokens_per_bit is not None:
        parts.append(f"{bits.tokens_per_bit:.1f} tokens/bit")
    return tuple(parts)


def remarks(session: Session) -> tuple[str, ...]:
    """What the mirror has to say while one writes: of the last choices, of the text, of the sitting."""
    return tuple(warned.words for warned in session.mirror.warnings())


def clock(session: Session) -> tuple[str, ...]:
    """How long the sitting has lasted; nothing in its first minute."""
    minutes = int(session.mirror.sitting_seconds // 60)
    return (f"{minutes} min",) if minutes else ()


def _known(bits: float, known: int, unknown: int) -> str:
    """Bits, or what is known of them."""
    if not unknown:
        return f"{bits:.0f}"
    return f"{bits:.0f}+?" if known else "?"


def place_words(where: Whereabouts) -> str:
    """Where in the tree one is; empty on a page that has never forked."""
    parts = [f"depth {where.depth}"] if where.depth else []
    parts += [f"{where.number} of {where.ways}"] if where.number else []
    parts += [f"{where.unread} fan{'' if where.unread == 1 else 's'} unread"] if where.unread else []
    return " · ".join(parts)


def saving_trouble(session: Session) -> str:
    """What is wrong with saving, and what to do; empty if nothing is."""
    return f"{session.saving} Ctrl+S: a copy elsewhere." if session.saving and session.file is None else session.saving


def saved_words(session: Session) -> str:
    """What is safe where."""
    if session.read_only:
        return "open in another window: only to read here"
    return "saved, but not yet in the file" if session.file_is_behind else "saved"


def looking_ahead(session: Session) -> str:
    """What is said where it is not known yet what may come next."""
    if session.place and session.view.model is not None and not session.view.model.size:
        return "a server does not tell what may come next"
    return session.view.problem or "looking ahead"


def goes_to(session: Session) -> str:
    """Where the text goes, if it leaves this machine; shown at all times."""
    return f"text goes to {session.place}" if session.place else ""
