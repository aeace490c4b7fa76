"""Find and replace: every place as one edit, who wrote the rest is kept, and no pattern hangs anything."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyborg_tui.library.examination import examine
from cyborg_tui.library.library import Library
from cyborg_tui.loom.editing import Edit
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session import Session
from cyborg_tui.session.replacing import BadPattern, Matcher
from tests.loom.test_measures import MODEL


@pytest.fixture
def matcher():
    matcher = Matcher()
    yield matcher
    matcher.close()


@pytest.fixture
def session(library, day):
    """Three branches taken one after the other, each of two."""
    session = Session(library.daily(day), library, FanSettings(), lambda: None)
    loom = session.loom
    loom.write(0, 0, "The cat. ")
    for text in ("A cat sat. ", "No cat here. ", "Cats, and a cat."):
        fan = loom.fan(MODEL, FanSettings(width=2), seed=1)
        for branch, drawn in zip(fan.branches, (text, "else"), strict=True):
            loom.grow(branch, drawn, 0, (), 1)
            loom.finish(branch, Finish.TOKENS)
        loom.take(fan.branches[0])
    return session


def replaced(text, edits):
    for start, end, new in reversed(edits):
        text = text[:start] + new + text[end:]
    return text


def test_plain_text_is_plain_and_capitals_count_if_there_are_any(matcher):
    text = "A.b a.b axb A.B"
    assert replaced(text, matcher.find(text, "a.b", "*")) == "* * axb *"
    assert replaced(text, matcher.find(text, "A.b", "*")) == "* a.b axb A.B"
    assert matcher.find(text, "") == []
    assert matcher.find(text, "none") == []
    assert replaced(text, matcher.find(text, "axb", r"\1")) == r"A.b a.b \1 A.B"


def test_regular_expressions_with_groups_and_the_ends_of_lines(matcher):
    text = "one two\nthree four"
    assert replaced(text, matcher.find(text, r"(\w+) (\w+)$", r"\2 \1", regex=True)) == "two one\nfour three"
    assert replaced(text, matcher.find(text, "^", "> ", regex=True)) == "> one two\n> three four"


@pytest.mark.parametrize(("pattern", "new"), [("(", ""), ("a(?P<", ""), ("a", r"\7"), ("a", r"\g<x>"), ("[b-a]", "")])
def test_what_is_no_regular_expression_is_said(matcher, pattern, new):
    with pytest.raises(BadPattern, match=r"no regular expression: .+"):
        matcher.find("aaa", pattern, new, regex=True)
    assert matcher.find("aaa", "a")


def test_a_pattern_without_end_ends_and_the_next_one_works(matcher):
    began = time.monotonic()
    with pytest.raises(BadPattern, match="takes too long"):
        matcher.find("a" * 50 + "b", "(a|a)*c", regex=True)
    assert time.monotonic() - began < 20
    assert len(matcher.find("a" * 50 + "b", "a")) == 50


def test_when_the_app_is_gone_the_helper_ends_by_itself(tmp_path):
    """Also in the middle of a pattern that would run for ever."""
    asks = "from cyborg_tui.session.replacing import Matcher; Matcher().find('a' * 50, '(a|a)*c', regex=True)"
    app = subprocess.Popen([sys.executable, "-c", asks], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    children = Path(f"/proc/{app.pid}/task/{app.pid}/children")
    while not (helper := children.read_text().strip()):
        time.sleep(0.01)
    app.kill()
    app.wait()
    state = Path(f"/proc/{helper}/stat")
    for _ in range(1500):
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        time.sleep(0.01)
    raise AssertionError("it still runs")


def test_all_are_replaced_by_one_edit_that_one_undo_takes_back(session, matcher):
    before, pieces = session.loom.text, session.loom.manuscript.pieces
    assert session.rewrite(matcher.find(before, "cat", "dog")) == 5
    assert session.loom.text == "The dog. A dog sat. No dog here. dogs, and a dog."
    assert session.undo()
    assert session.loom.text == before
    assert session.loom.manuscript.pieces == pieces
    assert session.redo()
    assert "cat" not in session.loom.text


def test_who_wrote_the_rest_is_kept(session, matcher):
    session.rewrite(matcher.find(session.loom.text, "cat", "dog"))
    typed = "".join(piece.text for piece in session.loom.manuscript.pieces if piece.branch is None)
    assert typed == "The dog. " + "dog" * 4


def test_the_fans_between_the_places_can_still_be_reached(session, matcher):
    fans = {fan.id for fan in session.loom.tree.fans}
    session.rewrite(matcher.find(session.loom.text, "cat", "dog"))
    reached = {fan for node in session.loom.manuscript.path for fan in session.loom.tree.fans_at(node.id)}
    assert reached == fans


def test_a_thousand_places_make_no_more_than_a_few_thousand_nodes(library, day):
    session = Session(library.daily(day), library, FanSettings(), lambda: None)
    session.edit(0, 0, "a cat. " * 1000)
    session.loom.fan(MODEL, FanSettings(width=1), seed=1)
    before = sum(1 for _ in session.loom.tree)
    session.rewrite([Edit(at * 7 + 2, at * 7 + 5, "dog") for at in range(1000)])
    assert session.loom.text == "a dog. " * 1000
    assert sum(1 for _ in session.loom.tree) - before <= 3


def test_edits_that_overlap_are_refused(session):
    with pytest.raises(ValueError, match="no characters"):
        session.rewrite([Edit(0, 5, "x"), Edit(3, 6, "y")])


KILLED = """
import sys
from datetime import date
from pathlib import Path
from cyborg_tui.library.library import Library
from cyborg_tui.loom.editing import Edit
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session import Session
library = Library(Path(sys.argv[1]))
session = Session(library.daily(date(2026, 11, 24)), library, FanSettings(), lambda: None)
if not session.loom.text:
    session.edit(0, 0, "cat " * 500)
    library.flush()
print(flush=True)
while True:
    for new in ("dog ", "cat "):
        session.rewrite([Edit(at, at + 4, new) for at in range(0, 2000, 4)])
        library.flush(0.1)
"""


def test_killed_at_any_moment_all_are_replaced_or_none(tmp_path, day):
    for wait in (0.05, 0.2, 0.4, 0.6):
        writer = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE)
        writer.stdout.readline()
        time.sleep(wait)
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate()
        library = Library(tmp_path)
        assert library.open(library.daily(day).id).text in ("cat " * 500, "dog " * 500)
        library.close()
        assert examine(tmp_path / "library.db").faults == ()


def test_plain_text_is_replaced_as_python_would(matcher):
    @settings(max_examples=100, deadline=None)
    @given(st.text("ab \ud800é海\n", max_size=30), st.text("ab \ud800é海", min_size=1, max_size=3), st.text(max_size=4))
    def replace(text, pattern, new):
        assert replaced(text, matcher.find(text, pattern, new)) == text.replace(pattern, new)

    replace()
