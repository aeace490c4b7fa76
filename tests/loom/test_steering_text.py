"""What steers, as lines that a person reads and writes."""

import pytest

from cyborg_tui.loom.steering import Adapter, Steering, Vector
from cyborg_tui.loom.steering_text import steering_from, steering_to


@pytest.mark.parametrize(
    "path", ["sorrow", "/my models/x.gguf", " before", "behind ", "two layers deep", 'a "b"', "a\tb"]
)
def test_whatever_a_file_is_called_its_line_is_read_back(path):
    steering = Steering((Vector(path, -0.5, 3, 8),), (Adapter(path, 2.0),))
    assert steering_from(steering_to(steering)) == steering


@pytest.mark.parametrize(
    ("line", "layers"),
    [
        ("1.5 x", (0, 0)),
        ("1.5 x layers 3-8", (3, 8)),
        ("1.5 x layer 3", (3, 3)),
        ("1.5 x layers 3-", (3, 0)),
        ("1.5 x layers -8", (0, 8)),
        ("1,5 x", (0, 0)),
    ],
)
def test_layers_are_a_stretch_with_ends_that_may_be_left_out(line, layers):
    assert steering_from(line) == Steering((Vector("x", 1.5, *layers),))


def test_a_plain_name_is_written_without_quotation_marks():
    assert steering_to(Steering((Vector("sorrow", 1.5, 3, 8),))) == "1.5  sorrow  layers 3-8"
