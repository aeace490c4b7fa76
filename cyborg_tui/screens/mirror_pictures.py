"""The measures as pictures that a terminal can draw."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from cyborg_tui.loom.mirror.about import ABOUT
from cyborg_tui.loom.mirror.loops import Repetition
from cyborg_tui.loom.mirror.reasons import Verdict
from cyborg_tui.loom.mirror.reflection import Reflection
from cyborg_tui.widgets.bars import rows_of_bars, spark, two_parts
from cyborg_tui.widgets.pictures import Picture

__all__ = ["duration", "pictures"]

Draw = Callable[[int], Sequence[str]]
_RATIOS = ((0.5, "under half"), (1.0, "half to 1"), (2.0, "1 to 2"), (4.0, "2 to 4"), (float("inf"), "over 4"))
_CHARACTERS = ((20, "to 20"), (60, "to 60"), (120, "to 120"), (float("inf"), "more"))
_RANKS = ((0.25, "likeliest"), (0.5, "likelier"), (0.75, "unlikelier"), (1.0, "unlikeliest"))


def pictures(found: Reflection, text: Repetition) -> list[Picture]:
    """`text`: of the manuscript as it is now."""
    return [
        _amounts(found),
        _positions(found),
        _pace(found),
        _lengths(found),
        _fluency(found),
        _rerolls(found),
        _afterwards(found),
        _spread(found),
        _picture("repetition", *_repetition(text)),
        _bits(found),
        _reasons(found),
        _held(found),
        _sittings(found),
    ]


def duration(seconds: float) -> str:
    """A length of time in words as short as they can be."""
    minutes = int(seconds // 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


def _picture(name: str, value: str, draw: Draw) -> Picture:
    about = ABOUT[name]
    return Picture(about.title, value, draw, about.says, about.definition)


def _nothing(name: str, value: str = "nothing yet") -> Picture:
    return _picture(name, value, lambda _: ())


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _unknown(count: int) -> str:
    return f" · {count:,} unknown" if count else ""


def _amounts(found: Reflection) -> Picture:
    total = found.amounts.total
    if not total.all:
        return _nothing("amounts")
    days = [day for _, day in sorted(found.amounts.days.items())]

    def draw(columns: int) -> Iterator[str]:
        yield f"typed {two_parts(total.typed / total.all, max(4, min(30, columns - 15)))} accepted"
        if len(days) > 1:
            yield f"typed    {spark([day.typed for day in days], min(60, columns - 9))}"
            yield f"accepted {spark([day.accepted for day in days], min(60, columns - 9))}"

    said = f"typed {total.typed:,} · accepted {total.accepted:,} characters"
    taken_out = f" · {total.removed:,} taken out" if total.removed else ""
    return _picture("amounts", said + taken_out, lambda columns: list(draw(columns)))


def _positions(found: Reflection) -> Picture:
    positions = found.positions
    if not positions.choices:
        return _nothing("positions")
    places = range(1, max(positions.expected) + 1)
    rows = [
        (f"{place}", float(positions.taken[place]), f"{positions.taken[place]} ({chance:.1f})")
        for place in places
        if (chance := positions.expected.get(place, 0.0)) or positions.taken[place]
    ]
    most, times = positions.taken.most_common(1)[0]
    blind = f" · {positions.blind} blind" if positions.blind else ""
    said = f"place {most} in {times} of {_many(positions.choices, 'choice')}{blind}"
    return _picture("positions", said, lambda columns: rows_of_bars(rows, columns))


def _pace(found: Reflection) -> Picture:
    pace = found.pace
    if not pace.ratios:
        return _nothing("pace", f"nothing known yet{_unknown(pace.unknown)}")
    said = f"{pace.quicker} of {len(pace.ratios)} sooner than it can be read{_unknown(pace.unknown)}"
    return _picture("pace", said, _histogram(pace.ratios, _RATIOS))


def _lengths(found: Reflection) -> Picture:
    lengths = found.lengths
    if lengths.median is None:
        return _nothing("lengths")
    said = f"{lengths.median:.0f} characters · all of it {lengths.whole} of {len(lengths.characters)} times"
    return _picture("lengths", said, _histogram(lengths.characters, _CHARACTERS))


def _fluency(found: Reflection) -> Picture:
    fluency = found.fluency
    if fluency.rank is None:
        return _nothing("fluency", f"nothing known yet{_unknown(fluency.unknown)}")
    taken, left = _mean(fluency.taken), _mean(fluency.left)
    said = f"taken {taken:.1f} bits a token, left {left:.1f} · rank {fluency.rank:.2f}{_unknown(fluency.unknown)}"
    return _picture("fluency", said, _histogram(fluency.ranks, _RANKS))


def _rerolls(found: Reflection) -> Picture:
    before = found.rerolls.before
    if not before and not found.rerolls.nothing:
        return _nothing("rerolls")
    more = sum(times for fans, times in before.items() if fans >= 3)
    rows = [(f"{fans} before", float(before[fans]), f"{before[fans]}") for fans in range(3)]
    rows.append(("3 or more", float(more), f"{more}"))
    said = f"of {_many(found.rerolls.nothing, 'fan')} nothing was taken"
    return _picture("rerolls", said, lambda columns: rows_of_bars(rows, columns))


def _afterwards(found: Reflection) -> Picture:
    after = found.afterwards
    if not after.choices:
        return _nothing("afterwards", f"nothing known yet{_unknown(after.unknown)}")
    undone = f" · {after.undone} undone" if after.undone else ""
    said = f"{after.edited} of {_many(after.choices, 'choice')}{undone}{_unknown(after.unknown)}"
    gone = after.removed / after.characters if after.characters else 0.0

    def draw(columns: int) -> list[str]:
        return [f"{two_parts(1 - gone, min(30, columns - 14))} {1 - gone:.0%} stayed"]

    return _picture("afterwards", said, draw)


def _spread(found: Reflection) -> Picture:
    spreads = found.spreads
    if not spreads:
        return _nothing("spread")
    beginnings = [one.beginnings / one.branches for one in spreads if one.branches]
    overlaps = [one.overlap for one in spreads if one.overlap is not None]
    alike = f" · words in common {_mean(overlaps):.0%}" if overlaps else ""
    said = f"{_mean(beginnings):.0%} of beginnings differ{alike}"

    def draw(columns: int) -> list[str]:
        room = min(60, columns - 11)
        return [f"beginnings {spark(beginnings, room)}", f"in common  {spark(overlaps, room)}"]

    return _picture("spread", said, draw)


def _repetition(text: Repetition) -> tuple[str, Draw]:
    mean = text.mean
    if mean is None:
        return "nothing yet", lambda _: ()
    return f"{mean:.0%} of this text", lambda columns: [spark(text.shares, min(60, columns))]


def _bits(found: Reflection) -> Picture:
    bits = found.bits
    if bits.a_hundred_words is None:
        return _nothing("bits")
    said = f"{bits.a_hundred_words:.1f} for a hundred words · {bits.bits:.0f} in all{_unknown(bits.unknown)}"
    return _picture("bits", said, lambda _: ())


def _reasons(found: Reflection) -> Picture:
    if not found.reasons:
        return _nothing("reasons", "nothing said yet")
    ranked = sorted(found.reasons.items(), key=lambda item: -item[1])
    rows = [(reason, float(times), f"{times}") for reason, times in ranked]
    said = f"said of {sum(found.reasons.values())} of {_many(found.choices, 'choice')}"
    return _picture("reasons", said, lambda columns: rows_of_bars(rows, columns))


def _held(found: Reflection) -> Picture:
    by_days = found.held.by_days
    if not by_days:
        return _nothing("held")
    total: Counter[str] = Counter()
    rows = []
    for days, verdicts in sorted(by_days.items()):
        total += verdicts
        held, of = verdicts[Verdict.HOLDS.value], sum(verdicts.values())
        rows.append((f"{_many(days, 'day')} later", held / of, f"{held} of {of} held"))
    said = f"{total[Verdict.HOLDS.value]} of {sum(total.values())} held"
    return _picture("held", said, lambda columns: rows_of_bars(rows, columns))


def _sittings(found: Reflection) -> Picture:
    all_of_them = found.sittings.all
    if not all_of_them:
        return _nothing("sittings")
    lengths = [sitting.seconds for sitting in all_of_them]
    said = f"{len(lengths)} · {duration(sum(lengths))} in all · the longest {duration(max(lengths))}"
    return _picture("sittings", said, lambda columns: [spark(lengths, min(60, columns))] if len(lengths) > 1 else [])


def _histogram(values: Sequence[float], edges: Sequence[tuple[float, str]]) -> Draw:
    """How many values reach up to each edge, and not to the one before."""
    counts = [0] * len(edges)
    for value in values:
        counts[next(index for index, (edge, _) in enumerate(edges) if value <= edge)] += 1
    rows = [(name, float(count), f"{count}") for (_, name), count in zip(edges, counts, strict=True)]
    return lambda columns: rows_of_bars(rows, columns)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
