"""Process files: those that come with the app, and what is said of one that cannot be used."""

from pathlib import Path

import pytest

from cyborg_tui.fan_settings import FanConfig
from cyborg_tui.loom.frame import Blended, Frame, Named
from cyborg_tui.loom.process import Wait
from cyborg_tui.loom.settings import Until
from cyborg_tui.processes.reading import BadProcessFile, list_processes, own_folder, read_process, save_own

SIX = [
    "another register",
    "dialogue of two voices",
    "evening review",
    "first line hunt",
    "objections and answers",
    "question storm",
]


def read(tmp_path, text, name="mine.toml"):
    file = tmp_path / name
    file.write_text(text)
    return read_process(file, tmp_path, FanConfig())


def test_six_come_with_the_app_short_and_commented(tmp_path):
    listed = list_processes(tmp_path, FanConfig())
    assert [one.name for one in listed] == SIX
    for one in listed:
        assert one.process is not None, one.problem
        assert one.process.about
        text = one.file.read_text()
        assert text.startswith("# ")
        assert len(text.splitlines()) <= 30
        waits = [step.wait for step in one.process.steps]
        assert set(waits) & {Wait.CHOICE, Wait.TEXT}


def test_ones_own_goes_first_and_a_broken_one_hides_no_other(tmp_path):
    own_folder(tmp_path).mkdir()
    (own_folder(tmp_path) / "question-storm.toml").write_text('[[step]]\nwrite = "Ask"\n')
    (own_folder(tmp_path) / "broken.toml").write_text("[[step]\n")
    listed = {one.name: one for one in list_processes(tmp_path, FanConfig())}
    assert [step.says for step in listed["question storm"].process.steps] == ["Ask"]
    assert listed["question storm"].own
    assert listed["broken"].process is None
    assert "broken.toml" in listed["broken"].problem
    assert set(SIX) < set(listed)


def test_a_step_says_what_is_prepared_and_what_is_waited_for(tmp_path):
    process = read(
        tmp_path,
        """
about = "a trial"
[[step]]
name = "first"
insert = "On {date}, {who} said: "
frame = { note = "Rain.", note_depth = 2 }
fan = { preset = "careful", until = "sentence", width = 3 }
choose = "Take one"
bookmark = true
[[step]]
ask = "Who?"
into = "who"
[[step]]
fan = ""
offer = "Again?"
options = { yes = "first", no = "end" }
""",
    )
    first, second, third = process.steps
    assert (process.name, process.about) == ("mine", "a trial")
    assert (first.fan.settings.until, first.fan.settings.width) == (Until.SENTENCE, 3)
    assert first.fan.settings.sampling.temperature == 0.6, "of the preset"
    assert first.frame == Frame(note="Rain.", note_depth=2)
    assert (first.wait, first.says, first.bookmark) == (Wait.CHOICE, "Take one", True)
    assert (second.name, second.into) == ("step 2", "who")
    assert third.fan.settings is None
    assert third.options == (("yes", "first"), ("no", "end"))


def test_a_step_may_lead_away_from_a_frame_that_it_names_or_blend_with_one(tmp_path):
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "whaler.toml").write_text('memory = "A whaler."\npreset = "wild"\n')
    whaler = Named("whaler", Frame(memory="A whaler."))
    frame = '{ guidance = 2.0, against = { name = "whaler" }, blend = [{ frame = { name = "whaler" }, weight = 0.5 }] }'
    process = read(tmp_path, f'[[step]]\nframe = {frame}\nwrite = "On"\n')
    expected = Frame(guidance=2.0, against=whaler, blend=(Blended(weight=0.5, frame=whaler),))
    assert process.steps[0].frame == expected
    (tmp_path / "frames" / "whaler.toml").unlink()
    with pytest.raises(BadProcessFile, match=r"line 2 \(step 1\): frame: .*whaler.toml could not be read"):
        read(tmp_path, f'[[step]]\nframe = {frame}\nwrite = "On"\n')


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[step]]\nchose = "x"', r"mine.toml, line 2 \(step 1\): there is no step chose; did you mean choose\?"),
        (
            '[[step]]\nwrite = "a"\n\n[[step]]\nname = "b"\nshuffle = 1',
            r"line 6 \(step 2\): there is no step shuffle; ",
        ),
        ('[[step]]\nwrite = "a"\nshuffle = 1', "there are name, insert, frame, fan, choose, write"),
        ('[[step]]\nwrite = "a"\ntimes = "often"', r"line 3 \(step 1\): times: expected `int`, got `str`"),
        ('[[step]]\nwrite = "a"\ntimes = 0', r"line 3 \(step 1\): times: expected `int` >= 1"),
        ('[[step]]\nwrite = "a"\nthen = "b"', r"line 3 \(step 1\): there is no step b; there are step 1, end"),
        ('[[step]]\nwrite = "a"\nchoose = "b"', "a step waits for one thing: choose or write"),
        ('[[step]]\nask = "a"', "ask needs into"),
        ('[[step]]\nwrite = "a"\ninto = "b"', "into goes with ask"),
        ('[[step]]\nask = "a"\ninto = "a b"', "cannot be a field"),
        ('[[step]]\noffer = "a"', "offer needs options"),
        ('[[step]]\nfan = "loud"\nchoose = "a"', r"line 2 \(step 1\): fan: there is no preset loud; there are plain"),
        ('[[step]]\nfan = { widht = 3 }\nchoose = "a"', "fan: .*widht"),
        ('[[step]]\nfan = { width = 99 }\nchoose = "a"', "fan: width is 99; it must lie between 1 and 16"),
        ('[[step]]\nframe = { mood = "x" }\nchoose = "a"', "frame: there is no mood; there are memory, examples"),
        ('[[step]]\nframe = { note_depth = 0 }\nchoose = "a"', "frame: note_depth is 0"),
        ('[[step]]\ninsert = "{sea}"\nwrite = "a"', r"line 2 \(step 1\): there is no field {sea}; there are {date}"),
        ('[[step]]\ninsert = "a"\nthen = "step 1"', "the person is never waited for"),
        ('[[steps]]\nwrite = "a"', r"there is no steps; a process has about, and \[\[step\]\]"),
        ('[step]\nwrite = "a"', "two brackets"),
        ("step = [1]", r"step 1: a step must be a table"),
        ("about = 1", "about must be text"),
        ("", "it has no steps"),
        ("[[step]]\nwrite = \n", r"mine.toml: Invalid value \(at line 2"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_step_and_what_there_is(tmp_path, text, says):
    with pytest.raises(BadProcessFile, match=says):
        read(tmp_path, text)


def test_files_that_are_none(tmp_path):
    (tmp_path / "bytes.toml").write_bytes(b'about = "\xff"')
    (tmp_path / "long.toml").write_bytes(b"#" * 300_000)
    for name, says in (("bytes", "no UTF-8"), ("long", "longer than"), ("missing", "could not be read")):
        with pytest.raises(BadProcessFile, match=says):
            read_process(tmp_path / f"{name}.toml", tmp_path, FanConfig())


def test_an_edited_one_is_the_persons_own(tmp_path):
    text = '[[step]]\nwrite = "More questions"\n'
    kept = save_own(tmp_path, Path("question-storm.toml"), text)
    assert kept.read_text() == text
    (storm,) = [one for one in list_processes(tmp_path, FanConfig()) if one.name == "question storm"]
    assert (storm.own, storm.file) == (True, kept)
    (tmp_path / "processes").rename(tmp_path / "elsewhere")
    (tmp_path / "processes").write_text("in the way")
    with pytest.raises(BadProcessFile, match="could not be written"):
        save_own(tmp_path, Path("question-storm.toml"), text)
