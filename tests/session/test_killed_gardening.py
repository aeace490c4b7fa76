"""Killed while the tree is cut, joined, rewritten and purged: each is there as a whole at the next start, or not."""

import random
import subprocess
import sys
import time

from cyborg_tui.library.examination import examine
from cyborg_tui.library.library import Library
from tests.session.conftest import DAY

ROUNDS = 8
DIGEST = """
def digest(loom):
    tree = loom.tree
    nodes = sorted((node.id, node.parent, node.text, node.hidden, node.cut, node.branch) for node in tree)
    facts = sorted(map(repr, tree.all_facts))
    drawn = sorted((branch.id, branch.text) for fan in tree.fans for branch in tree.drawn(fan.id))
    return hashlib.sha256(repr((nodes, facts, drawn, loom.text)).encode()).hexdigest()
"""
GARDENER = f"""
import hashlib, random, sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from cyborg_tui.library.library import Library
from cyborg_tui.loom.errors import NotPossible
from cyborg_tui.loom.fan import Finish, ModelIdentity
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session import Session
{DIGEST}
folder, day, seed, report = sys.argv[1:]
log = open(report, "a", buffering=1)

class Told(Library):
    def save(self, loom, changes):
        log.write(digest(session.loom) + "\\n") if session else None
        super().save(loom, changes)

session = None
chance = random.Random(int(seed))
library = Told(Path(folder))
session = Session(library.daily(date.fromisoformat(day)), library, FanSettings(), lambda: None)
loom, garden = session.loom, session.garden
session.edit(0, 0, "Once upon a time. ")
print("begun", flush=True)
while True:
    node = chance.choice([node.id for node in loom.tree])
    act = chance.choice("ftttshpgjru")
    with suppress(NotPossible):
        if act == "f":
            loom.move_cursor(len(loom.text))
            fan = loom.fan(ModelIdentity("babble", "v"), FanSettings(width=3), 1)
            for branch in fan.branches:
                loom.grow(branch, f" word{{branch}} and more", 0, (), 7)
                loom.finish(branch, Finish.TOKENS)
            session.take(chance.randrange(3))
        elif act == "t":
            at = chance.randrange(len(loom.text) + 1)
            session.edit(at, at, f"word{{chance.randrange(1000)}} ")
        elif act == "s":
            garden.split(node, 3)
        elif act == "h":
            garden.hide(node)
        elif act == "p":
            garden.purge()
        elif act == "g":
            garden.go(node)
        elif act == "j":
            garden.join(node)
        elif act == "r":
            garden.rewrite(node, f"other{{chance.randrange(1000)}} ")
        else:
            session.undo()
"""


def test_each_is_whole_or_not_there(tmp_path):
    """One loom, killed again and again; nothing is found that was not meant, and the tree is sound."""
    scope = {}
    exec("import hashlib\n" + DIGEST, scope)
    folder, report = tmp_path / "data", tmp_path / "told"
    for number in range(ROUNDS):
        command = [sys.executable, "-c", GARDENER, str(folder), DAY.isoformat(), str(number), str(report)]
        gardener = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert gardener.stdout.readline() == "begun\n"
        time.sleep(random.Random(number).uniform(0, 0.8))
        gardener.kill()
        gardener.wait()
        gardener.stdout.close()
        told = set(report.read_text().split())
        library = Library(folder)
        loom = library.open(library.daily(DAY).id)
        assert len(loom.tree) == 1 or scope["digest"](loom) in told, f"round {number}"
        while loom.undo():
            pass
        library.close()
        assert examine(library.file).faults == ()
    assert len(told) > 50, "something was done"
