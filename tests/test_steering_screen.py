"""The steering screen, in a real pseudo-terminal: a vector made of texts, put to work, tried, and moved."""

from tests.terminal import APP, Terminal

LINE = "The morning came, and"


def desk(tmp_path, **options):
    t = Terminal((*APP, "--data-dir", tmp_path / "library"), **options)
    t.wait_for("Tab branches")
    t.send(LINE)
    t.wait_for(lambda screen: "4 words" in screen and "commonplace" in screen)
    t.send("F4", *"jjjjjjjjjjj")
    t.wait_for("Vectors, adapters, a line each")
    t.send("Enter")
    screen = t.wait_for(lambda screen: "nothing steers here" in screen and "Esc back" in screen)
    assert "a add" in screen
    assert "x away" not in screen, "there is nothing to take away"
    return t


def test_a_vector_is_made_tried_moved_and_the_next_fan_is_under_it(tmp_path):
    with desk(tmp_path) as t:
        t.send("n")
        t.wait_for("A name for the new vector")
        t.send("sorrow", "Enter")
        t.wait_for("texts that lead away")
        t.send("Ctrl+S")
        t.wait_for("+1.00")
        t.wait_for("tells apart")
        assert "256 numbers a layer, of 2 and 2 texts" in t.screen
        t.send("l", "l")
        t.wait_for("+1.50")
        t.send("]")
        t.wait_for("layers 2-")
        t.send("p")
        t.wait_for(lambda screen: "1 part" in screen and "-2" in screen and "+2" in screen and "…" not in screen)
        t.send("Tab")
        t.wait_for(lambda screen: "8 branches · fan 1 · steered" in screen and "▍" not in screen)
        t.send("F4")
        t.wait_for("1.5  sorrow")
    assert [*(tmp_path / "library").glob("vectors/sorrow.gguf")]


def test_what_cannot_be_made_or_used_is_one_sentence(tmp_path):
    with desk(tmp_path) as t:
        t.send("l")
        t.wait_for("Nothing steers here yet")
        t.send("n")
        t.wait_for("A name for the new vector")
        t.send("a/b", "Enter")
        t.wait_for("texts that lead away")
        t.send("Ctrl+S")
        t.wait_for("cannot be the name of a vector")
        t.send("o")
        t.wait_for("The path of a vector")
        t.send("/nowhere/x.gguf", "Enter")
        t.wait_for("There is no file at /nowhere/x.gguf")
        t.send("x")
        t.wait_for("nothing steers here")
        t.send("Esc")
        t.wait_for("Esc write")
