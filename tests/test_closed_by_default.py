"""Nothing leaves the machine, nothing listens, no log tells what was written, nobody else may read."""

import ast
import contextlib
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

import cyborg_tui
from cyborg_tui.library.library import Library
from tests.engine.mutants import embedded
from tests.terminal import APP, Terminal
from tests.test_the_loop import eight_branches, todays_loom

TRAP = """
import os, socket, sys
LOG = os.environ["NETWORK_LOG"]
def note(text):
    with open(LOG, "a") as file:
        file.write(f"{os.getpid()} {text}\\n")
def hook(event, arguments):
    if not event.startswith("socket."):
        return
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        if arguments[0].family == socket.AF_UNIX:
            return
    elif event in ("socket.__new__", "socket.gethostname"):
        return
    note(event)
note("trapped")
sys.addaudithook(hook)
"""
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
SENTENCE = "Zebras quarrel under the viaduct about marmalade."


@dataclass
class Stay:
    """What a whole session left behind."""

    home: Path
    data: Path
    temporary: Path
    file: Path
    network: list
    processes: set
    listening: list
    farewell: bytes
    loom: object


def engine_of(app):
    """The worker's process id."""
    children = Path(f"/proc/{app}/task/{app}/children").read_text().split()
    return next(
        (int(pid) for pid in children if b"cyborg_tui.engine" in Path(f"/proc/{pid}/cmdline").read_bytes()), None
    )


def listening(pid):
    """The sockets of a process, other than Unix pairs: those with an address in a network, listening or not."""
    inodes = set()
    for descriptor in tuple(Path(f"/proc/{pid}/fd").iterdir()):
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found = re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink()))
            inodes |= {found.group(1)} if found else set()
    tables = [Path(f"/proc/{pid}/net/{kind}") for kind in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6")]
    rows = [row.split() for table in tables if table.exists() for row in table.read_text().splitlines()[1:]]
    named = [row for row in Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:] if len(row.split()) > 7]
    return [row for row in rows if row[9] in inodes] + [row for row in named if row.split()[6] in inodes]


def wait_for_engine(t, other=None):
    end = time.monotonic() + 15
    while (pid := engine_of(t.pid)) in (None, other):
        t.read(0.05)
        assert time.monotonic() < end
    return pid


@pytest.fixture(scope="module")
def stay(tmp_path_factory):
    """Write, make branches, take one, lose the engine in the middle of a fan, save in a file, quit."""
    root = tmp_path_factory.mktemp("stay")
    folders = {name: root / name for name in ("home", "temporary", "trap", "documents")}
    for folder in folders.values():
        folder.mkdir(mode=0o700)
    (folders["trap"] / "sitecustomize.py").write_text(TRAP)
    network, file = root / "network", folders["documents"] / "page.txt"
    home = folders["home"]
    environment = {
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "share" / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "TMPDIR": str(folders["temporary"]),
        "NETWORK_LOG": str(network),
        "PYTHONPATH": f"{folders['trap']}:{Path(cyborg_tui.__file__).parent.parent}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "CYBORG_TUI_ENGINE_PACE": "0.05,1000",
    }
    command = ["sh", "-c", 'umask 000; exec "$@"', "sh", *APP]
    with Terminal(command, environment=environment) as t:
        t.wait_for("Tab branches")
        t.send(SENTENCE, "Tab")
        t.wait_for(eight_branches)
        t.send("2")
        t.wait_for(lambda s: re.search(r"2✓▌", s))
        engine = wait_for_engine(t)
        found = listening(t.pid) + listening(engine)
        t.send("Tab")
        t.wait_for(lambda s: "fan 2" in s and "▍" in s)
        os.kill(engine, signal.SIGKILL)
        t.wait_for("started again")
        processes = {t.pid, engine, wait_for_engine(t, engine)}
        t.send("Esc")
        t.wait_for("Tab branches")
        t.send("Ctrl+S")
        t.wait_for("which file")
        t.send("Ctrl+U")
        t.settle()
        t.send(str(file), "Enter")
        t.wait_for("Saved in")
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
        farewell = t.raw.rpartition(b"\x1b[?1049l")[2]
    data = home / "share" / "data" / "cyborg-tui"
    return Stay(
        *(home, data, folders["temporary"], file, network.read_text().splitlines(), processes, found, farewell),
        todays_loom(data),
    )


def test_no_address_is_looked_up_and_nothing_is_connected_to(stay):
    trapped = {int(line.split()[0]) for line in stay.network if line.endswith(" trapped")}
    assert stay.processes <= trapped, "all three processes were watched"
    assert [line for line in stay.network if not line.endswith(" trapped")] == []


def test_nothing_that_speaks_http_is_even_loaded_where_no_server_is_named():
    program = "import sys, cyborg_tui.app, cyborg_tui.engine.client; print([m for m in sys.modules if 'httpx' in m or "
    program += "'engine.remote' in m])"
    assert subprocess.run([APP[0], "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_trap_would_have_noticed(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(TRAP)
    tries = "import socket as s; s.getaddrinfo('localhost', 1); s.socket().bind(('127.0.0.1', 0)); s.socketpair()"
    log = tmp_path / "network"
    with Terminal([APP[0], "-c", tries], environment={"PYTHONPATH": str(tmp_path), "NETWORK_LOG": str(log)}) as t:
        t.wait_for_end()
    assert [line.split()[1] for line in log.read_text().splitlines()] == [
        "trapped",
        "socket.getaddrinfo",
        "socket.bind",
    ]


def test_no_socket_listens(stay):
    assert stay.listening == []


def test_a_listening_socket_would_have_been_noticed():
    with socket.create_server(("127.0.0.1", 0)):
        assert listening(os.getpid())


def test_no_log_and_no_temporary_file_holds_what_was_written(stay):
    branches = [branch.text for fan in stay.loom.tree.fans for branch in stay.loom.tree.branches(fan.id)]
    assert SENTENCE in stay.loom.text
    assert len(branches) == 16
    written = [SENTENCE, *(text for text in branches if len(text) > 12)]
    others = [file for folder in (stay.home, stay.temporary) for file in folder.rglob("*") if file.is_file()]
    assert stay.data / "engine.log" in others
    for file in others:
        if not file.name.startswith("library.db"):
            content = file.read_bytes()
            assert not any(text.encode("utf-8", "surrogateescape") in content for text in written), file
    assert b"viaduct" not in stay.farewell, "what stays on the terminal after the end"


def test_everything_made_under_an_open_umask_is_for_the_owner_alone(stay):
    made = [*stay.home.rglob("*"), *stay.temporary.rglob("*")]
    assert any(path.name == "library.db" for path in made)
    for path in made:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert SENTENCE in stay.file.read_text()


def test_the_apps_own_code_imports_nothing_that_could_report_or_render_anything():
    """One room speaks HTTP, and is entered only if `engine.url` names a server; one renders templates, as a process of
    its own, and is run only if a chat is wanted."""
    engine = Path(cyborg_tui.__file__).parent / "engine"
    may = {engine / "remote" / "web.py": {"httpx"}, engine / "templates.py": {"jinja2"}}
    forbidden = {"socket", "ssl", "http", "urllib", "smtplib", "ftplib", "requests", "httpx", "aiohttp", "jinja2"}
    for file in Path(cyborg_tui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & (forbidden - may.get(file, set())), file


def test_what_a_model_says_of_itself_is_shown_harmlessly_and_its_template_is_never_run(tmp_path):
    model, file, made = embedded(), tmp_path / "model.gguf", tmp_path / "made"
    bad = "\x1b]0;gone\x07\x1b[31mred\u202edesrever\u2066\x9b5n" + "y" * 10_000
    for key in ("general.name", "general.description", "general.author", "general.license"):
        model.set_text(key, bad)
    template = f"{{{{ cycler.__init__.__globals__.os.system('touch {made}') }}}}TEMPLATE"
    model.set_text("tokenizer.chat_template", template)
    file.write_bytes(model.encode())
    library = Library(tmp_path / "data")
    library.daily(date(2020, 2, 29))  # no welcome, which would cover the model's name
    library.close()
    with Terminal((*APP, "--data-dir", tmp_path / "data", "--model", file)) as t:
        t.wait_for("reddesrever")
        t.send("Once", "Tab")
        t.wait_for(eight_branches)
        t.send("F1")
        t.wait_for("While writing")
        t.send("Esc")
        t.wait_for("Tab take+fan")
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    for forbidden in (b"\x1b]0;gone", b"\x1b[31mred", b"y" * 60, b"TEMPLATE", b"cycler"):
        assert forbidden not in t.raw
    for forbidden in ("\u202e", "\u2066", "\x9b"):
        assert forbidden.encode() not in t.raw
    assert not made.exists()
    assert todays_loom(tmp_path / "data").tree.fans[0].model.name.startswith("]0;gone[31mreddesrever")
