"""Processes in the whole app: run by a key, led through, left, edited and tried again."""

import re

import pytest

from cyborg_tui.library.library import Library
from cyborg_tui.loom.event import EventKind
from tests.terminal import APP, Terminal, words
from tests.test_the_loop import left, todays_loom

NEXT = "\x1d"
"""Ctrl+]."""
TRIAL = """
about = "a trial"
[[step]]
name = "question"
insert = "What if "
fan = { until = "tokens", max_tokens = 8 }
choose = "Take a question"
times = 2

[[step]]
name = "answer"
insert = "\\n\\nSo: "
write = "Answer one"
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("")
    (tmp_path / "config" / "processes").mkdir()
    (tmp_path / "config" / "processes" / "a-trial.toml").write_text(TRIAL)
    return tmp_path / "config"


def branches_are_there(screen):
    """However many; where a machine draws more in the same time, some come along."""
    return re.search(r"\d branches", screen) is not None and "▍" not in screen


def app(tmp_path, config, **environment):
    variables = {"CYBORG_TUI_CONFIG": str(config / "config.toml"), **environment}
    return Terminal((*APP, "--data-dir", tmp_path / "library"), environment=variables)


def begin(t):
    t.wait_for("Tab branches")
    t.send(NEXT)
    t.wait_for("objections and answers")
    t.send("Enter")  # the first is ours
    return t.wait_for("question 1 of 2")


def test_a_process_leads_and_the_person_chooses(tmp_path, config):
    with app(tmp_path, config) as t:
        assert "Take a question" in begin(t)
        t.wait_for(branches_are_there)
        assert left(t.screen).startswith("What if ")
        t.send("3")
        t.wait_for("question 2 of 2")
        t.wait_for(branches_are_there)
        t.send("Tab")
        t.wait_for("answer · Answer one")
        t.send("because it rained")
        screen = t.wait_for(lambda s: "So: because it rained" in left(s))
        assert "a trial: answer" in screen, "the step stays in the status line"
        t.send(NEXT)
        t.wait_for("That was a trial.")
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    loom = todays_loom(tmp_path / "library")
    assert len(loom.tree.fans) == 2, "none was made that nobody wanted"
    assert loom.text.count("What if ") == 2
    library = Library(tmp_path / "library")
    said = [event.note for event in library.events(1) if event.kind is EventKind.STEP]
    library.close()
    assert said == ["a trial: question", "a trial: question", "a trial: answer"]


def test_where_it_ends_without_a_choice_one_writes_on(tmp_path, config):
    (config / "processes" / "a-trial.toml").write_text(
        '[[step]]\nname = "question"\ninsert = "\\n\\nWhat if "\nfan = { max_tokens = 8 }\n'
        'choose = "Take one"\notherwise = "end"\n'
    )
    with app(tmp_path, config) as t:
        t.wait_for("Tab branches")
        t.send("It rained.")
        t.send(NEXT)
        t.wait_for("objections and answers")
        t.send("Enter")
        t.wait_for("a trial: question · Take one")
        t.wait_for(lambda s: "What if" in left(s) and branches_are_there(s))
        t.send(NEXT)
        t.wait_for("That was a trial.")
        t.send(" Still")
        screen = t.wait_for(lambda s: "It rained. Still" in left(s))
        assert "What if" not in screen, "what the step wrote went with it"
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    assert todays_loom(tmp_path / "library").text == "It rained. Still"


def test_it_is_left_by_esc_and_gone_on_with(tmp_path, config):
    with app(tmp_path, config) as t:
        begin(t)
        t.wait_for(branches_are_there)
        t.send("Esc")
        t.wait_for("Esc leave process")
        t.send("Esc")
        t.wait_for("You left a trial; ^] and Enter go on with it.")
        t.send(" indeed")
        t.wait_for(lambda s: "indeed" in left(s) and "question" not in s)
        t.send(NEXT)
        t.wait_for("You left it: Enter goes on there, b begins anew.")
        t.send("Enter")
        t.wait_for("question 1 of 2")
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


def test_who_chose_the_wrong_one_leaves_it_and_chooses_another(tmp_path, config):
    with app(tmp_path, config) as t:
        t.wait_for("Tab branches")
        t.send(NEXT)
        t.wait_for("objections and answers")
        t.send("j", "Enter")
        t.wait_for("1-4 choose")
        t.send("Esc")
        t.wait_for("You left another register")
        t.send(NEXT)
        t.wait_for("You left it: Enter goes on there")
        t.send("k", "Enter")
        t.wait_for("question 1 of 2")


def test_what_is_asked_fills_the_templates_in(tmp_path, config):
    (config / "processes" / "a-trial.toml").write_text(
        '[[step]]\nask = "Who?"\ninto = "who"\n[[step]]\ninsert = "Dear {who}, "\n'
        '[[step]]\nname = "sure"\noffer = "Sure?"\noptions = { "no" = "end", "write on" = "on" }\n'
        '[[step]]\nname = "on"\nwrite = "Write to {who}"\n'
    )
    with app(tmp_path, config) as t:
        t.wait_for("Tab branches")
        t.send(NEXT)
        t.wait_for("objections and answers")
        t.send("Enter")
        t.wait_for("Who?")
        t.send("Ann", "Enter")
        t.wait_for("2  write on")
        t.send("2")
        t.wait_for("Write to Ann")
        assert "Dear Ann," in left(t.screen)
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


def test_it_is_edited_and_tried_again_without_leaving_the_app(tmp_path, config):
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\ncp "$EDITED" "$1"\n')
    editor.chmod(0o755)
    edited = tmp_path / "edited.toml"
    with app(tmp_path, config, VISUAL=str(editor), EDITED=str(edited)) as t:
        begin(t)
        t.wait_for(branches_are_there)

        edited.write_text(TRIAL.replace("choose", "chose"))
        palette(t, "edit this process")
        t.wait_for(lambda s: "there is no step chose; did you mean choose?" in words(s))
        t.send("Esc")
        t.wait_for("question 1 of 2")

        edited.write_text(TRIAL.replace("Take a question", "Take the odd one"))
        palette(t, "edit this process")
        t.wait_for("Take the odd one")
        t.wait_for(branches_are_there)
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    assert "the odd one" in (config / "processes" / "a-trial.toml").read_text()


def test_one_that_cannot_be_used_is_listed_with_why(tmp_path, config):
    (config / "processes" / "a-trial.toml").write_text("[[step]]\nshuffle = 1\n")
    with app(tmp_path, config) as t:
        t.wait_for("Tab branches")
        t.send(NEXT)
        t.wait_for("cannot be used")
        t.wait_for(lambda s: "a-trial.toml, line 2 (step 1): there is no step shuffle" in words(s))
        t.send("Enter")
        assert "cannot be used" in t.settle()
        t.send("Esc")
        t.wait_for(lambda s: "cannot be used" not in s)
        t.send("still here")
        t.wait_for(lambda s: "still here" in left(s))
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    assert [file.name for file in (config / "processes").iterdir()] == ["a-trial.toml"]


def palette(t, what):
    """A command by its name."""
    t.send("Ctrl+P")
    t.wait_for("Search for commands")
    t.send(what)
    t.wait_for(lambda s: s.lower().count(what) > 1)
    t.settle()
    t.send("Enter")
