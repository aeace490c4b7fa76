"""A monkey at the keys: whatever it does, the screen, the session and the library agree."""

import runpy

import pytest

from tests.acts import CHANCES, acts, shrunk, written_as_script
from tests.monkey import Drift, Monkey, _in_status, _page, play_and_shrink

CHAPTERS, WARM_UP = 10, 4
"""Looms that are written in one after the other, and those of them in which what is kept comes to its size."""


def test_two_hundred_acts_of_a_monkey(tmp_path):
    play_and_shrink(tmp_path, acts(1, 200), "monkey-1", seconds=60)


@pytest.mark.soak
def test_four_thousand_acts_of_a_monkey_in_the_same_memory(tmp_path):
    """In one process, that is, unless the monkey finds how to end it."""
    monkey, sizes = Monkey(tmp_path / "long", CHAPTERS), []
    try:
        for number in range(CHAPTERS):
            monkey.begin_chapter(number)
            sizes.append((monkey.terminal.pid, monkey.memory()))
            print(f"chapter {number}: {sizes[-1][1] // 1024} MB", flush=True)
            script = acts(100 + number, 400, leave_out=("quit",))
            try:
                for act in script:
                    monkey.do(act)
            except AssertionError as error:
                trace = monkey.written_down()
                play_and_shrink(tmp_path / "again", script, f"monkey-{100 + number}", seconds=120)
                raise Drift(f"chapter {number}, which alone goes well: {error}\nTraces: {trace}") from None
        monkey.leave()
    finally:
        monkey.close()
    warm = [size for pid, size in sizes[WARM_UP:] if pid == sizes[-1][0]]
    assert len(warm) > 3, "it was ended too often to tell"
    assert max(warm) <= 1.05 * min(warm), [f"{size // 1024} MB" for _, size in sizes]


def test_the_acts_are_the_same_for_the_same_seed_and_every_key_of_the_table_is_among_them():
    assert acts(7, 300) == acts(7, 300) != acts(8, 300)
    assert {"Tab", "1", "9", "F1", "F7", "F9", "Ctrl+R", "Ctrl+O", "Alt+Left"} <= set(CHANCES)
    assert "Ctrl+Q" not in CHANCES


def test_a_failure_is_shrunk_to_the_acts_that_make_it():
    script = acts(3, 120)
    needed = [script[17], script[50], script[90]]

    def fails(tried):
        left = iter(tried)
        return all(act in left for act in needed)

    short = shrunk(script, fails, seconds=10)
    assert fails(short)
    assert len(short) == len(needed)


def test_a_failure_is_written_as_a_script_that_can_be_run(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    played = []
    monkeypatch.setattr("tests.monkey.play", lambda folder, script: played.append(script))
    script = ["Tab", "\x1b[200~é\r\x1b[201~", "resize 20x5", "be quiet"]
    runpy.run_path(str(written_as_script(script, "monkey-7")))
    assert played == [script]


def test_words_are_found_however_they_are_wrapped_beside_the_branches():
    assert _page("   said. ]from     │ 1 ▌ and the\n ▏ elsewhere.        │   ▌ world\n") == "said. ]from elsewhere."


def test_the_words_of_a_status_line_are_not_those_of_a_remark():
    assert _in_status("commonplace · “a line” 3 times in 200 words      saved", "one two", None) == ""
    assert _in_status("commonplace   200 words   saved", "one two", None)
