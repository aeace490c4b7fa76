"""F8: the models on this machine, on the screen."""

import pytest

from tests.engine.odd_models import odd_model
from tests.terminal import APP, Terminal, words


@pytest.fixture
def config(tmp_path):
    for number in range(3):
        odd_model(tmp_path / f"sea-{number}.gguf", "plain", name=f"the sea {number}", seed=number)
    file = tmp_path / "config.toml"
    file.write_text(f'[engine]\nfolders = ["{tmp_path}"]')
    return file


def start(config, columns=120, rows=34, *options, **environment):
    data = config.parent / "data"
    return Terminal((*APP, "--config", config, "--data-dir", data, *options), columns, rows, environment)


def ready(t, name="commonplace"):
    """Until this model writes; a key makes room for it in the status line."""
    t.wait_for("Tab branches")
    t.press_until(lambda screen: name in screen.splitlines()[-2], "End", times=15)


def test_a_model_is_chosen_writes_on_and_is_there_again_the_next_day(config):
    with start(config) as t:
        t.send("Once upon a time.")
        ready(t)
        t.send("F8")
        t.wait_for("the sea 2")
        assert "trained on 1,024 tokens" in words(t.screen)
        t.send("sea-1")
        t.wait_for(lambda screen: "the sea 1" in screen and "the sea 2" not in screen)
        t.send("Enter")
        ready(t, "the sea 1")
        assert "Once upon a time." in t.screen
        t.send("Tab")
        t.wait_for("8 branches")
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    with start(config) as t:
        ready(t, "the sea 1")
        t.send("F8")
        t.wait_for("✓ the sea 1")
    with start(config, 120, 34, "--model", config.parent / "sea-2.gguf") as t:
        ready(t, "the sea 2")


def test_a_model_that_cannot_be_loaded_is_said_and_the_one_before_writes_on(config):
    with start(config) as t:
        ready(t)
        t.send("F8")
        t.wait_for("the sea 2")
        (config.parent / "sea-0.gguf").write_bytes(b"broken meanwhile")
        t.send("sea-0", "Enter")
        t.wait_for("sea-0.gguf is no GGUF file")
        ready(t)


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24), (40, 12)])
def test_it_can_be_used_in_every_size(config, columns, rows):
    with start(config, columns, rows) as t:
        t.send("Once.")
        t.wait_for("Once.")
        ready(t)
        t.press_until(lambda screen: "filter" in screen, "F8")
        t.wait_for(lambda screen: "the sea 2" in screen and "Takes about" in screen and "Enter load" in screen)
        t.send("Down", "Down")
        t.wait_for(lambda screen: "window of 512 tokens" in words(screen))
        t.send("Esc")
        t.wait_for(lambda screen: "Enter load" not in screen)
        t.send("Twice.")
        t.wait_for("Once.Twice.")


@pytest.mark.parametrize(
    "environment",
    [{"NO_COLOR": "1"}, *({"CYBORG_TUI_THEME": name} for name in ("ink", "paper", "high-contrast", "ansi"))],
)
def test_which_one_writes_is_seen_in_every_theme(config, environment):
    with start(config, 80, 24, **environment) as t:
        ready(t)
        t.press_until(lambda screen: "✓ commonplace" in screen, "F8")


def test_where_there_is_no_other_model_it_says_how_to_get_one(tmp_path):
    with Terminal((*APP, "--data-dir", tmp_path), 80, 24) as t:
        ready(t)
        t.press_until(lambda screen: "cyborg-tui models get" in screen, "F8")


def test_the_go_to_panel_and_the_palette_know_it(config):
    with start(config) as t:
        ready(t)
        t.send("Ctrl+O")
        t.wait_for("o models")
        t.send("o")
        t.wait_for("the sea 1")
        t.send("Esc")
        t.wait_for(lambda screen: "the sea 1" not in screen)
        t.send("Ctrl+P")
        t.wait_for("Search")
        t.send("models on")
        t.wait_for("Models on this machine")
