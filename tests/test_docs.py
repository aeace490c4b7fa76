"""What is written about the program is true of it."""

import re
import runpy
from pathlib import Path

from cyborg_tui.actions import ACTIONS

ROOT = Path(__file__).parent.parent


def test_the_page_of_keys_is_the_table_of_actions():
    page = runpy.run_path(str(ROOT / "docs" / "keys.py"))["page"]
    assert (ROOT / "docs" / "keys.md").read_text("utf-8") == page(), "run `python docs/keys.py`"


def test_the_page_of_settings_is_made_of_the_config():
    page = runpy.run_path(str(ROOT / "docs" / "settings.py"))["page"]
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == page(), "run `python docs/settings.py`"


def test_every_link_in_the_documents_leads_somewhere():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
    for page in pages:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            assert link.startswith("http") or (page.parent / link).exists(), f"{page.name}: {link}"


def test_nothing_speaks_of_actions_that_are_not_there():
    known = {action.id for action in ACTIONS}
    config = re.search(r"\[keys\]\n\s+(\w+) =", (ROOT / "README.md").read_text("utf-8"))
    assert config.group(1) in known


def test_every_promise_names_a_test_that_is_there_and_must_pass():
    page = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    promises = [
        line for line in page.splitlines() if line.startswith("| ") and not line.startswith(("| promise", "| -"))
    ]
    assert len(promises) > 50
    for promise in promises:
        named = re.findall(r"`([\w/]+\.py)::(\w+)`", promise)
        assert named, promise
        for file, name in named:
            text = (ROOT / "tests" / file).read_text("utf-8")
            test = re.search(rf"((?:^@.*\n)*)^(?:async )?def {name}\(", text, re.MULTILINE)
            assert test, f"{file}::{name}"
            assert "xfail" not in test[1] or "soak" in test[1], f"{file}::{name}"


def test_the_map_of_the_house_names_every_room_and_none_that_is_not_there():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    package = ROOT / "cyborg_tui"
    for named in re.findall(r"`([\w/]+(?:/|\.py))`", page):
        assert (ROOT / named).exists() or (package / named).exists(), named
    rooms = [*package.glob("[a-z]*.py"), *(path.parent for path in package.glob("*/__init__.py"))]
    for room in rooms:
        assert f"`{room.relative_to(ROOT)}`" in page or room.name == "models", room


def test_the_data_dictionary_is_made_of_what_is_exported():
    page = runpy.run_path(str(ROOT / "docs" / "record.py"))["page"]
    assert (ROOT / "docs" / "record.md").read_text("utf-8") == page(), "run `python docs/record.py`"
