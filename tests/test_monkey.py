"""A monkey at the keys: whatever it does, the screen, the session and the library agree, and memory stays flat."""

import runpy

import pytest

from tests.monkey import CHANCES, Monkey, acts, play_and_shrink, shrunk, written_as_script

CHAPTERS, IN_A_CHAPTER = 8, 120


def test_two_hundred_acts_of_a_monkey(tmp_path):
    play_and_shrink(tmp_path, acts(1, 200), "monkey-1", seconds=60)


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


@pytest.mark.soak
def test_four_thousand_acts_of_a_monkey(tmp_path):
    play_and_shrink(tmp_path, acts(11, 2000), "monkey-11", seconds=300)
    play_and_shrink(tmp_path, acts(12, 2000, leave_out=("quit",)), "monkey-12", seconds=300)


@pytest.mark.soak
def test_memory_stays_flat_from_loom_to_loom(tmp_path):
    sizes = memory_in_chapters(tmp_path, acts(13, CHAPTERS * IN_A_CHAPTER, leave_out=("quit",)))
    warm = [app for app, _ in sizes[2:]]
    print(sizes)
    assert max(warm) <= 1.05 * warm[0], f"kilobytes: {sizes}"


def memory_in_chapters(folder, script):
    """Resident kilobytes of the app and its engine, each time that an empty loom has been opened."""
    monkey, sizes = Monkey(folder, CHAPTERS), []
    try:
        size = len(script) // CHAPTERS
        for number in range(CHAPTERS):
            monkey.begin_chapter(number)
            monkey.compare()
            sizes.append(monkey.memory())
            for act in script[number * size : (number + 1) * size]:
                monkey.do(act)
            monkey.compare()
        monkey.leave()
    finally:
        monkey.close()
    return sizes
