"""Frames with names: TOML files that can be handed on."""

import stat

import pytest

from cyborg_tui.frames import BadFrameFile, NamedFrames, frame_from_toml, frame_to_toml
from cyborg_tui.loom.frame import Frame, LoreEntry

FRAME = Frame(
    memory='A "quoted" line\nand another, with \x7f.',
    examples=("One.", "Two."),
    lore=(LoreEntry("Anna", "A girl.", ("Anna",), priority=2), LoreEntry("Sea", "Grey.", ("se[ae]",), regex=True)),
    lore_reach=500,
    note="Slowly.",
    note_depth=2,
    header="{title}",
    footer="",
    preset="wild",
)


def test_what_is_saved_is_read_back(tmp_path):
    named = NamedFrames(tmp_path / "frames")
    assert named.names == []
    file = named.save("an island", FRAME)
    assert named.names == ["an island"]
    assert named.read("an island") == FRAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_as_a_person_writes_it():
    frame = frame_from_toml('memory = """\nLetters."""\n[[lore]]\nname = "Anna"\ntext = "A girl."\nkeys = ["Anna"]\n')
    assert frame == Frame("Letters.", lore=(LoreEntry("Anna", "A girl.", ("Anna",)),))
    assert frame_from_toml(frame_to_toml(Frame(lore=()))) == Frame(lore=())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour = 1", "there is no key colour; there are against, blend"),
        ("note_depth = 0", "note_depth is 0; it must lie between 1 and 1,000"),
        ("memory = 3", "memory"),
        ("memory = ", "frames/x.toml"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path, text, says):
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "x.toml").write_text(text)
    with pytest.raises(BadFrameFile) as bad:
        NamedFrames(tmp_path / "frames").read("x")
    assert says in str(bad.value)


@pytest.mark.parametrize("name", ["", "../x", ".x", "a\nb", "x" * 81])
def test_a_name_that_is_no_files_name_is_refused(tmp_path, name):
    with pytest.raises(BadFrameFile, match="cannot be the name"):
        NamedFrames(tmp_path).save(name, FRAME)
