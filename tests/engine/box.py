"""Another machine, as far as an engine can tell: a stand-in for ssh that runs its command here, and can go wrong."""

import os
import stat
import sys
from pathlib import Path

SSH = """#!{python}
import os, signal, subprocess, sys, time
from pathlib import Path
here = Path(sys.argv[0]).parent
calls = here / "calls"
with calls.open("a") as file:
    file.write(f"{{os.getpid()}}\\n")
number = len(calls.read_text().split())

def fail(words, status=255):
    sys.stderr.write(words + "\\n")
    sys.exit(status)

def can_ask():
    if os.environ.get("SSH_ASKPASS") and os.environ.get("SSH_ASKPASS_REQUIRE") != "never":
        return True
    try:
        open("/dev/tty").close()
    except OSError:
        return False
    return True

does = (here / "does").read_text()
if does == "unreachable" or does.startswith("unreachable") and number <= int(does.split()[1]):
    fail("ssh: connect to host box port 22: Connection refused\\r")
if does == "asks":
    if can_ask():
        time.sleep(60)
    fail("somebody@box: Permission denied (publickey,password).\\r")
if does == "unknown":
    fail("No ED25519 host key is known for box and you have requested strict checking.\\r\\n"
         "Host key verification failed.\\r")
if does == "evil":
    fail("\\x1b]0;gone\\x07\\x1b[31m" + "y" * 9999)
at = next(i for i, word in enumerate(sys.argv) if word.endswith("box"))
command = ["sh", "-c", "exec " + " ".join(sys.argv[at + 1 :])]
if does == "banner":
    print("Last login: Tue Nov 24 on tty1\\nYou have mail. password: hunter2\\n" * 200, flush=True)
    print("This machine is watched; password: none.", file=sys.stderr)
if does == "another version":
    program = "import sys; from cyborg_tui.engine.protocol import *\\n"
    program += "sys.stdout.buffer.write(MAGIC + encode_frame(Hello(VERSION + 1, '9.9'))); sys.stdout.flush()\\n"
    command = [sys.executable, "-c", program + "sys.stdin.read()"]
worker = subprocess.Popen(command)

def drop(*_):
    worker.kill()
    sys.stderr.write("client_loop: send disconnect: Broken pipe\\r\\n")
    sys.stderr.flush()
    os._exit(255)

signal.signal(signal.SIGTERM, drop)
sys.exit(worker.wait())
"""
COMMAND = ("ssh", "-o", "ServerAliveInterval=15", "-p", "22", "somebody@box", "cyborg-tui", "engine")


class Box:
    """Put first on the PATH; `does` says how ssh behaves from the next call on."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir()
        self._program("ssh", SSH.format(python=sys.executable))
        self._program("cyborg-tui", f'#!/bin/sh\nexec {sys.executable} -m cyborg_tui "$@"\n')
        self.does("connects")

    def _program(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def does(self, what):
        (self.folder / "does").write_text(what)

    def without_cyborg_tui(self):
        (self.folder / "cyborg-tui").unlink()

    @property
    def calls(self):
        """The process ids of all that were made, in turn."""
        calls = self.folder / "calls"
        return [int(pid) for pid in calls.read_text().split()] if calls.exists() else []

    @property
    def path(self):
        """For the environment."""
        return f"{self.folder}:{os.environ['PATH']}"
