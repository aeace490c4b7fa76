"""The text leaves the machine: only where the person pointed it, and that is on the screen all the time."""

import re
import socket
from datetime import date

import pytest

from cyborg_tui.library.library import Library
from tests.engine.box import COMMAND, Box
from tests.engine.servers import llama_server
from tests.terminal import APP, Terminal
from tests.test_the_loop import eight_branches, todays_loom


@pytest.fixture
def data(tmp_path):
    """A library that is not new, so that no welcome covers the status line."""
    library = Library(tmp_path / "library")
    library.daily(date(2020, 2, 29))
    library.close()
    return tmp_path / "library"


@pytest.fixture
def box(tmp_path):
    return Box(tmp_path / "box")


def app(data, engine, environment=None, **options):
    config = data / "config.toml"
    config.write_text(f"[engine]\n{engine}\n")
    return Terminal((*APP, "--data-dir", data, "--config", config), environment=environment, **options)


def by_ssh(data, box, **options):
    words = ", ".join(f'"{word}"' for word in COMMAND)
    return app(data, f"command = [{words}]", {"PATH": box.path}, **options)


def leave(t):
    t.send("Ctrl+Q")
    assert t.wait_for_end() == 0


def test_the_name_of_the_other_machine_is_there_through_all_that_happens(data, box):
    box.does("unreachable")
    with by_ssh(data, box) as t:
        t.wait_for("text goes to box")
        t.wait_for("box cannot be reached")
        t.wait_for(re.compile(r"Again in \d+ s. Tab: now").search)
        t.send("Once")
        t.wait_for("Once")
        assert "text goes to box" in t.screen
        box.does("connects")
        t.send("Tab")
        t.wait_for("commonplace")
        t.wait_for(eight_branches)
        assert "text goes to box" in t.screen
        t.send("Esc", "Ctrl+Z", "Ctrl+Z")
        t.wait_for("nothing to undo")
        assert "text goes to box" in t.screen
        leave(t)


def test_what_the_person_must_do_is_said_in_a_small_window_too(data, box):
    box.does("asks")
    with by_ssh(data, box, columns=40, rows=12) as t:
        t.wait_for("goes to box")
        t.wait_for("set up a key")
        t.send("Once")
        t.wait_for(lambda s: "goes to box" in s and "Once" in s)
        leave(t)


def test_a_server_writes_as_the_engine_here_does_and_its_key_is_nowhere(data):
    key = "sk-very-secret-4711"
    with llama_server(key) as url, app(data, f'url = "{url}"', {"CYBORG_TUI_API_KEY": key}) as t:
        t.wait_for("commonplace")
        t.send("I have been thinking about the sea", "Tab")
        t.wait_for(eight_branches)
        t.send("2", "Tab")
        t.wait_for(lambda s: "fan 2" in s and eight_branches(s))
        assert "text goes to 127.0.0.1" in t.screen
        assert key.encode() not in t.raw
        leave(t)
    fans = todays_loom(data).tree.fans
    assert len(fans) == 2
    assert fans[0].model.build.startswith("llama-server")
    assert not any(key.encode() in file.read_bytes() for file in data.rglob("*") if file.is_file())


def test_a_server_that_goes_away_and_comes_back_costs_a_fan_and_no_word(data):
    with llama_server() as url:
        t = app(data, f'url = "{url}"')
        t.wait_for("commonplace")
        t.send("Once", "Tab")
        t.wait_for(eight_branches)
    with t:
        t.send("Esc")
        t.wait_for("Tab branches")
        t.send(" more", "Tab")
        t.wait_for(re.compile(r"again in \d+ s · Esc stops").search)
        t.wait_for("cannot be reached (Connection refused)")
        t.send("Esc")
        t.wait_for(lambda s: "Esc stops" not in s)
        assert "Once" in t.screen
        leave(t)


def test_a_key_that_others_can_read_is_refused(data):
    file = data / "key"
    file.write_text("sk-very-secret-4711")
    file.chmod(0o640)
    with app(data, f'url = "http://127.0.0.1:9"\nkey_file = "{file}"') as t:
        t.wait_for("Others can read the key")
        assert b"4711" not in t.raw
        leave(t)


def test_over_a_network_without_encryption_that_is_said(data):
    with app(data, 'url = "http://192.0.2.1:8080"') as t:
        t.wait_for("text goes to 192.0.2.1, unencrypted")
        leave(t)


def test_a_server_that_does_not_answer_is_waited_for_with_seconds_while_one_writes(data):
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, app(data, f'url = "http://127.0.0.1:{silent.getsockname()[1]}"') as t:
        t.wait_for(re.compile(r"reaching 127.0.0.1 · \d+ s").search)
        t.send("Once", "Tab")
        t.wait_for("Esc: not after all")
        t.send("Esc")
        t.wait_for(lambda s: "not after all" not in s and "Once" in s)
        leave(t)


def test_where_nothing_leaves_the_machine_no_place_is_named(data):
    with app(data, "") as t:
        t.wait_for("commonplace")
        assert "goes to" not in t.screen
        leave(t)
