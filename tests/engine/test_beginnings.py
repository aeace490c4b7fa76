"""Fans that differ, in how their branches begin and in where they end."""

import pytest

from cyborg_tui.engine.ends import sentence_end
from cyborg_tui.engine.protocol import Start
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.settings import BadSetting, FanKind, FanSettings, ForkBy, Until
from tests.engine.drawing import Pen

SEA = "I have been thinking about the sea again, and about why the house seemed smaller"
INSIDE = "It was a beaut"


@pytest.fixture(scope="module")
def pen():
    return Pen()


def starts(drawn):
    return [
        Start(first, healed > 0) for first, healed in zip(drawn.firsts, drawn.healed, strict=True) if first is not None
    ]


@pytest.mark.parametrize("text", [SEA, INSIDE, SEA + " "])
@pytest.mark.parametrize("temperature", [0.0, 0.2, 1.0])
def test_no_two_branches_of_a_distinct_fan_begin_alike(pen, text, temperature):
    drawn = pen.fan(text, width=16, max_tokens=2, kind=FanKind.DISTINCT, sampling={"temperature": temperature})
    assert len(set(starts(drawn))) == len(starts(drawn)) >= 15


def test_those_added_to_a_distinct_fan_begin_otherwise_too_and_nothing_is_read_again(pen):
    first = pen.fan(SEA, width=8, max_tokens=1, kind=FanKind.DISTINCT, sampling={"temperature": 0})
    more = pen.fan(SEA, 9, starts(first), width=8, max_tokens=1, kind=FanKind.DISTINCT, sampling={"temperature": 0})
    assert len(set(starts(first)) | set(starts(more))) == 16
    assert more.ended.stats.evaluated_tokens == 0


def test_a_threshold_fan_has_a_branch_for_each_of_the_likeliest_beginnings(pen):
    drawn = pen.fan(SEA, width=16, max_tokens=1, kind=FanKind.THRESHOLD, threshold=0.3)
    chances = [2.718281828 ** tokens[0].logprob for tokens in drawn.tokens if tokens]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) >= 0.3 > sum(chances[:-1])
    assert drawn.finishes.count(Finish.SPARE) == 16 - len(chances) > 0
    wider = pen.fan(SEA, width=16, max_tokens=1, kind=FanKind.THRESHOLD, threshold=1.0)
    assert Finish.SPARE not in wider.finishes
    assert wider.firsts[: len(chances)] == [first for first in drawn.firsts if first is not None]


def test_those_added_to_a_threshold_fan_are_the_next_likeliest(pen):
    wide = pen.fan(SEA, width=16, max_tokens=1, kind=FanKind.THRESHOLD, threshold=1.0)
    more = pen.fan(SEA, 1, starts(wide)[:4], width=4, max_tokens=1, kind=FanKind.THRESHOLD, threshold=0.1)
    assert more.firsts == wide.firsts[4:8]


def test_a_threshold_fan_inside_a_word_weighs_both_ways_to_go_on(pen):
    drawn = pen.fan(INSIDE, width=8, max_tokens=2, kind=FanKind.THRESHOLD, threshold=1.0)
    assert len(set(starts(drawn))) == 8


def test_a_line_ends_with_its_break(pen):
    drawn = pen.fan('"Yes."\n"No."\n', width=16, max_tokens=120, until=Until.LINE)
    lines = [text for text, finish in zip(drawn.texts, drawn.finishes, strict=True) if finish is Finish.LINE]
    assert lines
    assert all("\n" in text.lstrip() for text in lines)


def test_a_branch_ends_with_a_string(pen):
    drawn = pen.fan(SEA, width=8, max_tokens=120, until=Until.STRING, stop="the")
    ended = [text for text, finish in zip(drawn.texts, drawn.finishes, strict=True) if finish is Finish.STRING]
    assert ended
    assert all(text.count("the") == 1 for text in ended)
    with pytest.raises(BadSetting, match="length of stop is 0"):
        FanSettings(until=Until.STRING)


@pytest.mark.parametrize("by", ForkBy)
def test_a_fork_is_where_the_branch_could_best_have_gone_another_way(pen, by):
    """The same branches, uncut, show where that was."""
    whole = pen.fan(SEA, width=8, max_tokens=24)
    drawn = pen.fan(SEA, width=8, max_tokens=24, until=Until.FORK, shortest=6, fork_by=by)
    assert Finish.FORK in drawn.finishes
    for tokens, cut, finish in zip(whole.tokens, drawn.tokens, drawn.finishes, strict=True):
        if finish is not Finish.FORK:
            continue
        at = len(cut)
        assert tokens[:at] == cut
        assert at >= 6
        rest = tokens[6:]
        best = max(rest, key=lambda one: one.entropy if by is ForkBy.UNCERTAIN else -one.logprob)
        assert tokens[at] == best


def test_what_a_fork_cuts_off_was_never_told(pen):
    drawn = pen.fan(SEA, width=8, max_tokens=24, until=Until.FORK, shortest=6)
    assert all(len(told) <= 7 for told in drawn.told), "six tokens one by one, and the rest when it is known"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("It was Mr. Hale. He", "It was Mr. Hale."),
        ("He met J. R. Smith at 5 p.m. in St. Ives. Then", "He met J. R. Smith at 5 p.m. in St. Ives."),
        ("She waited… and waited. Then", "She waited… and waited."),
        ("She waited... Then he came. ", "She waited..."),
        ("“Why?” he said. Nobody", "“Why?” he said."),
        ("“Why?” Nobody knew. ", "“Why?”"),
        ('He said "No!" She', 'He said "No!"'),
        ("Of apples, pears, etc. there were none. So", "Of apples, pears, etc. there were none."),
        ("It cost 3.50 in all. So", "It cost 3.50 in all."),
        ("海が見えた。家は", "海が見えた。"),
    ],
)
def test_sentences_end_where_a_reader_would_say(text, sentence):
    assert text[: sentence_end(text)] == sentence
