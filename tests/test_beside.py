"""Side by side in the whole app."""

import subprocess

from tests.engine.odd_models import odd_model
from tests.terminal import APP, Terminal, words


def test_two_presets_blind_one_is_taken_and_the_numbers_are_shown(tmp_path):
    with Terminal((*APP, "--data-dir", tmp_path / "library")) as t:
        t.wait_for("Tab branches")
        t.send("The house by the sea")
        t.wait_for(lambda screen: "by the sea" in screen and "commonplace" in screen and "loading" not in screen)
        choose(t)
        t.send("j", " ", "j", "j", " ", "b")
        t.wait_for(lambda screen: screen.count("✓ preset") == 2 and "Blind:" in screen)
        t.send("Enter")
        screen = t.wait_for("blind · 8 branches · 2 side by side")
        assert "· preset" not in screen
        t.send("j")
        t.settle()
        t.send("Enter")
        screen = words(t.wait_for("That was preset"))
        assert "Taken, of 1 time: preset" in screen
        assert "50 % each would be chance." in screen
        assert "· preset plain" in screen
        t.send("Esc")
        t.wait_for("Tab branches")
        choose(t)
        t.wait_for(lambda screen: "Taken, of 1 time:" in words(screen))
        t.send("Esc")
        t.wait_for("Tab branches")
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


def test_two_models(tmp_path):
    odd_model(tmp_path / "the-other.gguf", "plain", name="another one")
    config = tmp_path / "config.toml"
    config.write_text(f'[engine]\nfolders = ["{tmp_path}"]')
    with Terminal((*APP, "--config", config, "--data-dir", tmp_path / "library")) as t:
        t.wait_for("Tab branches")
        t.send("The house by the sea")
        t.wait_for(lambda screen: "by the sea" in screen and "commonplace" in screen and "loading" not in screen)
        choose(t)
        t.wait_for("model the-other")
        t.send("k", " ", "k", " ")
        t.wait_for(lambda screen: screen.count("✓ model") == 2)
        t.send("Enter")
        screen = t.wait_for("8 branches · 2 side by side")
        assert "· model commonplace" in screen
        assert "· model the-other" in screen
        t.send("m")
        t.wait_for("gets no more branches")
        assert len(workers(t)) == 2
        t.send("F8")
        t.wait_for("another one")
        t.send("another", "Enter")
        t.press_until(lambda screen: "another one" in screen.splitlines()[-2], "j")
        assert len(workers(t)) == 1, "the one that stood side by side made room"
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


def workers(t):
    listed = subprocess.run(["ps", "-o", "args=", "--ppid", str(t.pid)], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if "cyborg_tui.engine" in line]


def choose(t):
    t.send("Ctrl+O")
    t.wait_for("side by side")
    t.send("n")
    t.wait_for("preset careful")
