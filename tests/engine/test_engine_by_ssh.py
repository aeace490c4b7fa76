"""An engine on another machine, reached by a command such as ssh."""

import os
import shutil
import signal
import socket

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine import client
from cyborg_tui.engine.backoff import Backoff
from cyborg_tui.engine.parting import Cure, parting_of, place_of
from cyborg_tui.engine.protocol import VERSION, Away, Grew, Lost, Ready, Unavailable
from cyborg_tui.engine.pulse import WRITING_ELSEWHERE, Patience
from cyborg_tui.loom.fan import Finish
from tests.engine.asking import Engine
from tests.engine.box import COMMAND, Box

REFUSED = "ssh: connect to host box port 22: Connection refused"
SEA = "I have been thinking about the sea again, and about why the house seemed smaller."


@pytest.fixture
def box(tmp_path, monkeypatch):
    box = Box(tmp_path / "box")
    monkeypatch.setenv("PATH", box.path)
    return box


def elsewhere(log=None, **settings):
    return Engine(EngineConfig(nice=0, command=COMMAND, **settings), log=log)


async def test_a_fan_is_made_on_the_other_machine_whatever_its_login_shell_prints(box):
    box.does("banner")
    async with elsewhere() as engine:
        assert isinstance(engine.ready, Ready)
        assert engine.client.place == "box"
        answer = await engine.fan(SEA, max_tokens=8)
        assert all(answer.texts)
        assert {*answer.finishes} <= {Finish.TOKENS, Finish.END}


async def test_the_model_is_looked_for_on_the_other_machine(box, tmp_path):
    async with elsewhere(model="~/no/such.gguf") as engine:
        assert isinstance(engine.ready, Unavailable)
        assert "no/such.gguf" in engine.ready.sentence


async def test_a_dropped_line_keeps_the_branches_and_is_taken_up_again_by_itself(box, monkeypatch):
    monkeypatch.setenv("CYBORG_TUI_ENGINE_PACE", "0.05,1000")
    async with elsewhere() as engine:
        for number in range(3):  # three in a row would be too many if they were crashes
            engine.ask(SEA, max_tokens=400)
            await engine.wait_for(Grew)
            os.kill(box.calls[-1], signal.SIGTERM)
            answer = await engine.answer()
            assert answer.finish is Finish.INTERRUPTED
            lost = await engine.wait_for(Lost)
            assert lost.again
            assert lost.sentence == "The line to box was lost (client_loop: send disconnect: Broken pipe)."
            assert (await engine.wait_for(Away)).next_try == 1, "it begins anew once the machine was there"
            if number:
                engine.client.restart()  # the first time it waited
            await engine.wait_for(Ready)
            assert len(box.calls) == number + 2
        answer = await engine.fan(SEA, max_tokens=8)
        assert all(answer.texts), "a fan is not to blame for the line"


async def test_a_line_on_which_nothing_is_heard_is_given_up_and_taken_up_again(box, monkeypatch):
    assert WRITING_ELSEWHERE.silent == 20
    monkeypatch.setattr(client, "WRITING_ELSEWHERE", Patience(silent=2, still=60))
    monkeypatch.setenv("CYBORG_TUI_ENGINE_PACE", "0.05,1000")
    async with elsewhere() as engine:
        engine.ask(SEA, max_tokens=400)
        await engine.wait_for(Grew)
        os.killpg(box.calls[-1], signal.SIGSTOP)
        assert (await engine.wait_for(Away)).seconds == 2, "it is told while it is waited for"
        assert (await engine.answer()).finish is Finish.INTERRUPTED
        assert await engine.wait_for(Lost) == Lost("Nothing was heard from box any more.", True)
        engine.client.restart()
        await engine.wait_for(Ready)
        assert all((await engine.fan(SEA, max_tokens=8)).texts)


async def test_a_fan_that_was_wanted_meanwhile_is_made_when_the_line_is_back(box):
    async with elsewhere() as engine:
        os.kill(box.calls[-1], signal.SIGTERM)
        await engine.wait_for(Lost)
        answer = await engine.fan(SEA, max_tokens=8)
        assert all(answer.texts)


async def test_a_machine_out_of_reach_is_tried_again_and_at_once_if_the_person_wants(box):
    box.does("unreachable 2")
    async with elsewhere() as engine:
        assert engine.ready == Lost(
            "box cannot be reached (ssh: connect to host box port 22: Connection refused).", True
        )
        waits = [(await engine.wait_for(Away)).next_try]
        await engine.wait_for(Lost)
        waits.append((await engine.wait_for(Away)).next_try)
        assert waits == [1, 2]
        engine.client.restart()
        await engine.wait_for(Ready)
        assert len(box.calls) == 3


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("asks", "does not let ssh in without asking (somebody@box: Permission denied (publickey,password))"),
        ("unknown", "does not know the host key of box"),
        ("another version", f"cyborg-tui 9.9, protocol {VERSION + 1}) than this app"),
    ],
)
async def test_what_does_not_heal_is_said_once_and_not_tried_again_until_the_person_asks(box, monkeypatch, does, says):
    monkeypatch.setenv("SSH_ASKPASS", "/bin/true")
    box.does(does)
    async with elsewhere() as engine:
        assert not engine.ready.again
        assert says in engine.ready.sentence
        box.does("connects")
        engine.client.restart()
        await engine.wait_for(Ready)
        assert len(box.calls) == 2


async def test_a_machine_without_cyborg_tui_says_so(box):
    box.without_cyborg_tui()
    async with elsewhere() as engine:
        assert not engine.ready.again
        assert "There is no cyborg-tui to be found on box (sh: " in engine.ready.sentence


async def test_what_ssh_says_is_shown_harmlessly_and_goes_to_the_log(box, tmp_path):
    box.does("evil")
    async with elsewhere(log=tmp_path / "engine.log") as engine:
        assert engine.ready.sentence.isprintable()
        assert len(engine.ready.sentence) < 300
    assert b"yyyy" in (tmp_path / "engine.log").read_bytes()


@pytest.mark.skipif(not shutil.which("ssh"), reason="no ssh")
async def test_the_real_ssh_that_finds_nobody_is_understood(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = ("ssh", "-F", "/dev/null", "-p", str(port), "127.0.0.1", "cyborg-tui", "engine")
    async with Engine(EngineConfig(nice=0, command=command)) as engine:
        assert engine.ready.again
        assert engine.ready.sentence.startswith("127.0.0.1 cannot be reached (ssh: connect to host 127.0.0.1 port")


def test_the_waits_double_up_to_half_a_minute_and_begin_anew_after_a_success():
    backoff = Backoff()
    assert [backoff.wait() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    backoff.worked()
    assert backoff.wait() == 1


@pytest.mark.parametrize(
    ("status", "words", "greeted", "cure"),
    [
        (255, b"ssh: Could not resolve hostname box: Name or service not known\r\n", False, Cure.TIME),
        (255, b"Connection to box closed by remote host.\r\n", True, Cure.TIME),
        (255, b"Timeout, server box not responding.\r\n", True, Cure.TIME),
        (255, b"Permission denied (publickey).\r\nthis is fine", True, Cure.ANOTHER),
        (255, b"password: no\nssh: connect to host box port 22: Connection timed out\r\n", False, Cure.TIME),
        (255, b"@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nbad\n", False, Cure.NOTHING),
        (255, b"", False, Cure.TIME),
        (255, b"", True, Cure.ANOTHER),
        (127, b"", False, Cure.NOTHING),
        (126, b"sh: /opt/cyborg-tui: Permission denied\n", False, Cure.NOTHING),
        (139, b"Segmentation fault\n", True, Cure.ANOTHER),
        (-9, b"", True, Cure.ANOTHER),
        (2, b"Error: No such command 'engine'.\n", False, Cure.NOTHING),
    ],
)
def test_what_the_last_words_of_a_command_mean(status, words, greeted, cure):
    assert parting_of("box", status, words, greeted=greeted).cure is cure


@pytest.mark.parametrize(
    ("command", "place"),
    [
        (COMMAND, "box"),
        (("ssh", "-4vT", "box"), "box"),
        (("ssh", "-vp", "22", "-Jgate", "ssh://me@box.example:22"), "box.example:22"),
        (("/usr/bin/ssh", "-i", "key", "--", "box"), "box"),
        (("docker", "exec", "-i", "model", "cyborg-tui", "engine"), "docker"),
    ],
)
def test_where_a_command_leads(command, place):
    assert place_of(command) == place
