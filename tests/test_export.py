"""`cyborg-tui export`: how a loom was written, handed on whole."""

import json
import os
import subprocess
import sys
import time
import tracemalloc
from dataclasses import replace
from datetime import date

import pytest

from benchmarks.diary import keep
from cyborg_tui.commands.export import ExportError, Form, processes, run_export
from cyborg_tui.formats.features import features
from cyborg_tui.formats.record import PREFERENCE, Beside, Pair, Preference, Process, ReadWith, read, write
from cyborg_tui.library import records
from cyborg_tui.library.library import Library
from cyborg_tui.loom.changes import Changes
from cyborg_tui.loom.conditions import Conditions, Insert, Origin
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.guidance import guided
from cyborg_tui.loom.mirror.reasons import Reason, Verdict
from cyborg_tui.loom.settings import FanSettings, Sampling
from cyborg_tui.session import Session

LINE = "I have been thinking "
TEXTS = ("of the sea", "of the light", "all day", "in vain")
MODEL = ModelIdentity("commonplace", "vocabulary", "commonplace.gguf", 5, "Q8_0", "b1")


@pytest.fixture
def library(tmp_path):
    library = Library(tmp_path / "data")
    yield library
    library.close()


@pytest.fixture
def session(library):
    settings = FanSettings(width=4, sampling=Sampling(bias=(("sea", -1.0),)))
    session = Session(library.daily(date(2026, 11, 24)), library, settings, lambda: None)
    session.edit(0, 0, LINE)
    yield session
    session.leave()


def fan(session, *texts):
    fan = session.loom.fan(MODEL, session.settings, seed=7)
    session.mirror.witness.begin(fan, blind=session.mirror.settings.blind)
    for branch, text in zip(fan.branches, texts, strict=True):
        tokens = [
            TokenRecord(ord(letter) % 99, len(letter.encode("utf-8", "surrogateescape")), -0.5) for letter in text
        ]
        session.loom.grow(branch, text, 0, tokens, 3)
        session.loom.finish(branch, Finish.SENTENCE)
    session._changed()
    return fan


def exported(session, form=Form.PROCESS, kind=Process, **options):
    session._library.flush()
    out = session.folder / f"out-{time.monotonic_ns()}.jsonl"
    run_export(session._library, "1", form, options.pop("characters", 16_000), out, knowingly=True, **options)
    return list(read(out.read_bytes().splitlines(), kind))


def test_a_choice_is_a_line_with_all_that_is_on_record(session):
    made = fan(session, *TEXTS)
    session.highlight(1)
    session.take(1)
    end = len(session.loom.text)
    session.edit(end - 5, end, "dark")
    session.mirror.say_why(Reason.MEANINGFUL)
    (row,) = exported(session)
    assert [(part.text, part.tokens) for part in row.context] == [(LINE, None)], "typed text has no token ids"
    assert row.context_is_whole
    assert (row.model.name, row.model.file, row.seed, row.mode) == ("commonplace", "commonplace.gguf", 7, "batched")
    assert [branch.text for branch in row.branches] == list(TEXTS)
    assert row.branches[0].tokens == [ord(letter) % 99 for letter in TEXTS[0]]
    assert [branch.looked_at for branch in row.branches] == [False, True, False, False]
    assert (row.taken, row.place, row.taken_text, row.takes) == (made.branches[1], 2, "of the light", 1)
    assert [(edit.offset, edit.removed, edit.text) for edit in row.edits] == [(7, 5, "dark")]
    assert (row.reason, row.blind, row.undone, row.rerolls) == ("meaningful", False, False, 0)
    assert json.loads(row.settings.all)["sampling"]["bias"] == [["sea", -1.0]]


def test_what_a_model_wrote_stands_in_the_context_with_its_token_ids(session):
    fan(session, *TEXTS)
    session.take(0)
    fan(session, *TEXTS)
    session.take(3)
    _, row = exported(session)
    ids = [ord(letter) % 99 for letter in TEXTS[0]]
    assert [(part.text, part.tokens, part.vocabulary) for part in row.context] == [
        (LINE, None, None),
        (TEXTS[0], ids, "vocabulary"),
    ]
    _, short = exported(session, characters=5)
    assert [part.text for part in short.context] == [TEXTS[0]]
    assert not short.context_is_whole


def test_a_fan_of_which_nothing_was_taken_is_a_choice_too(session):
    fan(session, *TEXTS)
    fan(session, *TEXTS)
    session.take(0)
    left, taken = exported(session)
    assert (left.taken, left.taken_text, left.place) == (None, "", None)
    assert taken.rerolls == 1


def test_the_order_in_which_branches_were_shown(session, monkeypatch):
    monkeypatch.setattr("random.sample", lambda some, count: list(reversed(some))[:count])
    session.mirror.settings.make_blind(True)
    fan(session, *TEXTS)
    session.take(0)
    (row,) = exported(session)
    assert row.blind
    assert [branch.text for branch in row.branches] == list(reversed(TEXTS))
    assert [branch.drawn for branch in row.branches] == [3, 2, 1, 0]
    assert (row.place, row.taken_text) == (1, "in vain")


def test_what_was_written_is_read_back(session):
    session.edit(0, 0, "NUL \x00, ESC \x1b, 👩‍👩‍👧, \u2028. ")
    fan(session, "a byte \udcff", *TEXTS[1:])
    session.take(0)
    rows = exported(session)
    assert [next(iter(read([write(row)], Process))) for row in rows] == rows
    assert rows[0].taken_text == "a byte \ufffd", "JSON has no place for what is no Unicode"
    assert len(rows[0].branches[0].tokens) == len("a byte x")


def judge(session, made, verdict):
    event = Event(time.time(), EventKind.JUDGED, None, made.id, made.branches[0], 7, verdict.value)
    session._library.save(session.row.id, Changes(events=(event,)))


def test_supervised_has_what_the_person_called_good_and_nothing_else(session):
    made = fan(session, *TEXTS)
    session.take(0)
    assert exported(session, Form.SUPERVISED, Pair) == []
    session.mirror.praise()
    (pair,) = exported(session, Form.SUPERVISED, Pair)
    assert (pair.prompt, pair.completion, pair.good) == (LINE, TEXTS[0], ["sitting"])
    assert (pair.model.name, pair.fan, pair.branch) == ("commonplace", made.id, made.branches[0])
    session.mirror.praise(good=False)
    assert exported(session, Form.SUPERVISED, Pair) == []
    judge(session, made, Verdict.HOLDS)
    assert exported(session, Form.SUPERVISED, Pair)[0].good == ["judged"]
    judge(session, made, Verdict.NOT)
    assert exported(session, Form.SUPERVISED, Pair) == []
    session.garden.bookmark(session.loom.tree.branch(made.branches[0]).node)
    assert exported(session, Form.SUPERVISED, Pair)[0].good == ["bookmark"]
    session.undo()
    session.mirror.praise()
    assert exported(session, Form.SUPERVISED, Pair)[0].good == ["sitting"]
    session.undo()
    assert exported(session, Form.SUPERVISED, Pair) == [], "what was taken back is nothing to learn from"


def test_preferences_are_asked_for_twice_and_say_what_they_are(session):
    fan(session, *TEXTS)
    for index in (1, 2, 0):
        session.highlight(index)
    session.take(0)
    with pytest.raises(ExportError, match="--knowingly"):
        run_export(session._library, "1", Form.PREFERENCE, 99, None, knowingly=False)
    rows = exported(session, Form.PREFERENCE, Preference)
    assert [(row.chosen, row.rejected) for row in rows] == [(TEXTS[0], TEXTS[1]), (TEXTS[0], TEXTS[2])]
    assert {row.label for row in rows} == {PREFERENCE}


def test_a_log_that_ends_mid_fan_is_exported_up_to_there(session):
    fan(session, *TEXTS)
    session.take(1)
    fan(session, *TEXTS)
    assert len(exported(session)) == 1


def test_what_an_early_version_left_has_null_where_facts_are_missing(session):
    made = fan(session, *TEXTS)
    session._library.flush()
    early = Event(time.time(), EventKind.TAKEN, None, made.id, made.branches[0], 3)
    session._library.save(session.row.id, Changes(events=(early,)))
    (row,) = exported(session)
    assert row.edits is None
    assert row.seconds_to_choose is None
    assert row.prompt_tokens is row.beside is None


def test_what_it_was_led_away_from_is_on_record_too(session):
    made = session.loom.fan(MODEL, replace(session.settings, width=1, mix=guided(2.0)), seed=7)
    session.loom.grow(made.branches[0], " on", 0, [TokenRecord(1, 3, -0.5)], 3)
    away = Conditions((Insert(Origin.MEMORY, "All is well."),), name="cheer")
    session.loom.log.drawn(Draw(made.id, 0, 1, conditions=Conditions((Insert(Origin.HEADER, "1900"),), beside=(away,))))
    session.take(0)
    (row,) = exported(session)
    assert row.beside == [Beside("header", "", "1900", None)]
    assert row.read_with == [ReadWith("cheer", -1.0, [Beside("memory", "", "All is well.", None)], None)]
    assert row.conversation is row.following is None


def test_from_the_command_line(session, tmp_path):
    fan(session, *TEXTS)
    session.take(2)
    session._library.flush()

    def run(*options):
        command = (sys.executable, "-m", "cyborg_tui", "--data-dir", os.fspath(session.folder), "export", *options)
        return subprocess.run(command, capture_output=True, check=False)

    done = run("1")
    assert done.returncode == 0, done.stderr
    (row,) = read(done.stdout.splitlines(), Process)
    assert row.taken_text == "all day"
    told = json.loads(run("--features").stdout)
    assert told["seconds_to_choose"] == {"dtype": "float64", "_type": "Value"}
    assert told["branches"][0]["tokens"] == [{"dtype": "int64", "_type": "Value"}]
    assert b"Which loom?" in run().stderr
    refused = run("1", "--as", "preference")
    assert refused.returncode == 1
    assert b"--knowingly" in refused.stderr
    out = tmp_path / "record.jsonl"
    assert run("all", "-o", os.fspath(out)).returncode == 0
    assert out.read_bytes() == done.stdout
    assert out.stat().st_mode & 0o777 == 0o600
    assert b"already a file" in run("all", "-o", os.fspath(out)).stderr


def test_of_the_nodes_and_branches_only_the_last_are_kept_at_hand(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "_HELD", 16)
    keep(tmp_path, 500, width=3, tokens=6)
    library = Library(tmp_path)
    rows = list(processes(library, library.looms()[0], 500))
    at_hand = [len(kept) for kept in (library.records._nodes, library.records._branches, library.records._fans)]
    library.close()
    assert len(rows) > 30
    assert max(at_hand) == 16


def peak(folder, events):
    """Bytes at most while everything is exported, and how many lines there were."""
    keep(folder, events, width=2, tokens=4)
    library = Library(folder)
    looms = library.looms()
    tracemalloc.start()
    lines = sum(len(write(row)) > 0 for loom in looms for row in processes(library, loom, 500))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    library.close()
    return most, lines


def test_however_much_there_is_little_of_it_is_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "_HELD", 64)
    some, few = peak(tmp_path / "some", 1_000)
    more, many = peak(tmp_path / "more", 4_000)
    assert many > 3 * few > 60
    assert more < 2 * some + 100_000, (some, more)


@pytest.mark.soak
def test_a_million_events_are_handed_on_in_bounded_memory(tmp_path):
    """Of the process, as the system counts it, beside what a library of ten thousand events takes."""
    small, large = tmp_path / "small", tmp_path / "large"
    keep(small, 10_000)
    keep(large, 1_000_000, width=3, tokens=6, a_day=50_000)
    sizes = {}
    for folder in (small, large):
        out = folder / "record.jsonl"
        command = (sys.executable, "-c", HANDED_ON, os.fspath(folder), os.fspath(out))
        sizes[folder] = int(subprocess.run(command, capture_output=True, check=True).stdout)
    with (large / "record.jsonl").open("rb") as lines:
        assert sum(1 for _ in read(lines, Process)) > 50_000
    assert sizes[large] < sizes[small] + 64 * 1024, sizes


HANDED_ON = """
import resource, sys
from pathlib import Path
from cyborg_tui.commands.export import Form, run_export
from cyborg_tui.library.library import Library
library = Library(Path(sys.argv[1]))
run_export(library, "all", Form.PROCESS, 1000, Path(sys.argv[2]), knowingly=False)
library.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1))
"""
"""Prints the most kilobytes it ever had."""


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore")
def test_it_loads_with_hugging_face_datasets(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", os.fspath(tmp_path / "hf"))
    datasets = pytest.importorskip("datasets", reason="`pip install datasets` first")
    folder = tmp_path / "library"
    keep(folder, 3_000)
    library = Library(folder)
    for form, kind in ((Form.PROCESS, Process), (Form.PREFERENCE, Preference)):
        out = tmp_path / f"{form.value}.jsonl"
        run_export(library, "all", form, 1000, out, knowingly=True)
        rows = list(read(out.read_bytes().splitlines(), kind))
        told = datasets.Features.from_dict(features(kind))
        loaded = datasets.load_dataset("json", data_files=os.fspath(out), split="train", features=told)
        assert len(loaded) == len(rows) > 100
        assert [one["fan"] for one in loaded] == [row.fan for row in rows]
        if form is Form.PROCESS:
            ids = [[branch["tokens"] for branch in one["branches"]] for one in loaded]
            assert ids == [[branch.tokens for branch in row.branches] for row in rows]
    library.close()
