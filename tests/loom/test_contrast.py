"""Two sets of texts, of which a vector can be made or not."""

import pytest

from cyborg_tui.loom.contrast import BadContrast, Contrast, Method


def test_there_may_be_more_of_the_one_than_of_the_other():
    assert Contrast(("dark", "darker"), ("bright",)).method is Method.MEANS


@pytest.mark.parametrize(
    ("towards", "away", "says"),
    [
        ((), ("bright",), "there are 0 texts in “towards”; there must be 1 to 4,096"),
        (("dark",), ("bright",) * 4097, "there are 4,097 texts in “away”"),
        (("dark", " \n"), ("bright",), "a text in “towards” is empty"),
        (("dark",), ("x" * 100_001,), "a text in “away” is longer than 100,000 characters"),
        (("dark",), ("dark",), "both sets are the same"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_file(towards, away, says):
    with pytest.raises(BadContrast, match=says):
        Contrast(towards, away)


def test_a_component_needs_two_texts_of_each_kind():
    assert Contrast(("dark", "darker"), ("bright", "brighter"), Method.COMPONENT)
    assert Contrast(("dark",), ("bright",), Method.MEANS)
    with pytest.raises(BadContrast, match="take the means"):
        Contrast(("dark",), ("bright",), Method.COMPONENT)
