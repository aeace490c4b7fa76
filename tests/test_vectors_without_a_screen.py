"""`cyborg-tui vector` and `fan --steer`; and two sets of texts as a person writes them."""

import json
import subprocess

import pytest

from cyborg_tui.loom.contrast import BadContrast, Contrast, Method
from cyborg_tui.loom.contrast_text import EXAMPLE, contrast_from, passages_to
from cyborg_tui.loom.steering import Adapter, Steering, Vector
from cyborg_tui.session.steering_rows import added, at_strength, moved, parts, ranged, removed
from tests.terminal import APP


def run(tmp_path, *arguments):
    command = [*APP, "--data-dir", tmp_path / "data", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_vector_is_made_looked_into_and_steers_a_fan(tmp_path):
    (tmp_path / "sorrow.txt").write_text(EXAMPLE)
    made = run(tmp_path, "vector", "make", tmp_path / "sorrow.txt")
    assert made.returncode == 0, made.stderr
    path = tmp_path / "data" / "vectors" / "sorrow.gguf"
    assert made.stdout.splitlines()[-1] == str(path)
    shown = run(tmp_path, "vector", "show", "sorrow")
    assert "sorrow: for llama, 256 numbers a layer, of 2 and 2 texts." in shown.stdout
    assert "layer   4: pushes" in shown.stdout
    plain, steered = (
        json.loads(run(tmp_path, "fan", "The morning came, and", "-n", "2", "--seed", "1", "--json", *more).stdout)
        for more in ([], ["--steer", "4 sorrow"])
    )
    assert [one["text"] for one in plain["branches"]] != [one["text"] for one in steered["branches"]]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("x.toml", 'towards = ["a"]', "away must be a list of texts"),
        ("x.toml", 'towards = ["a"]\naway = ["b"]\nmethod = "magic"', "method must be means or component"),
        ("x.toml", 'plus = ["a"]', "there is no key plus; there are away, method, towards"),
        ("x.toml", "towards = ", "x.toml"),
        ("x.txt", "a\nb", "line 1: texts stand below"),
        ("x.txt", "# towards\na\n# away from\na", "both sets are the same"),
    ],
)
def test_what_no_vector_can_be_made_of_is_one_sentence(tmp_path, name, text, says):
    (tmp_path / name).write_text(text)
    made = run(tmp_path, "vector", "make", tmp_path / name)
    assert made.returncode == 1
    assert says in made.stderr
    assert len(made.stderr.splitlines()) == 1


def test_what_cannot_steer_is_one_sentence(tmp_path):
    for said, says in (("x", "this cannot be read"), ("1 /nowhere/x.gguf", "There is no file at /nowhere/x.gguf")):
        fan = run(tmp_path, "fan", "Once", "--steer", said)
        assert fan.returncode
        assert says in fan.stderr


def test_lines_are_texts_or_passages_stand_between_stars():
    assert contrast_from("# Towards\na\n\nb\n# AWAY FROM\nc") == Contrast(("a", "b"), ("c",))
    passages = "method: component\n# towards\na\nb\n***\nc\n# away from\n***\nd\n\ne\n***\nf\n"
    assert contrast_from(passages) == Contrast(("a\nb", "c"), ("d\n\ne", "f"), Method.COMPONENT)
    put = passages_to(["a\nb", "c"]) + "d"
    assert contrast_from(put) == Contrast(("a\nb", "c"), ("d",))
    with pytest.raises(BadContrast, match=r"line 1: the method is means or component, not “x”"):
        contrast_from("method: x\n# towards\na\n# away from\nb")


def test_rows_of_what_steers_are_moved_one_by_one():
    steering = added(added(Steering(), "a", adapter=False), "b", adapter=True)
    assert parts(steering) == (Vector("a"), Adapter("b"))
    assert parts(moved(steering, 1, -0.25)) == (Vector("a"), Adapter("b", 0.75))
    assert parts(at_strength(steering, 0, -1000)) == (Vector("a", -100.0), Adapter("b"))
    assert parts(ranged(steering, 0, 1, -1, (1, 4)))[0] == Vector("a", 1.0, 2, 3)
    assert ranged(steering, 0, -1, 1, (1, 4)) == steering, "no further than it goes"
    assert parts(ranged(steering, 0, 0, -9, (1, 4)))[0] == Vector("a", 1.0, 0, 1)
    assert removed(removed(steering, 1), 0) == Steering()
