"""A monkey at the keys: whatever it does, the screen, the session and the library agree."""

import runpy

from tests.monkey import CHANCES, acts, play_and_shrink, shrunk, written_as_script


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
