"""The app killed at any moment: at the next start everything older than a second is there, and nothing by halves."""

import json
import random
import subprocess
import sys
import time
from datetime import date

import pytest

from cyborg_tui.library.examination import examine
from cyborg_tui.library.library import Library

ROUNDS = 50
WINDOWS = 5
"""So many write at once, each in its own loom."""
WRITER = """
import asyncio, json, random, sys, time
from datetime import date
from pathlib import Path
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.library.library import Library
from cyborg_tui.loom.extent import Extent
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session import Session

folder, day, seed, report = sys.argv[1:]
log = open(report, "a", buffering=1)
session = None

class Told(Library):
    # what is about to be saved is told first, so that nothing can be in the library of which nobody knows
    def save(self, loom, changes):
        if session is not None:
            fans = {fan.id: len(fan.branches) for fan in session.loom.tree.fans}
            text = session.loom.text.encode("utf-8", "surrogatepass").hex()
            log.write(json.dumps([time.time(), text, fans]) + "\\n")
        super().save(loom, changes)

async def main():
    global session
    chance = random.Random(int(seed))
    library = Told(Path(folder))
    row = library.daily(date.fromisoformat(day))
    session = Session(row, library, FanSettings(width=4, max_tokens=24), lambda: None)
    engine = EngineClient(EngineConfig(nice=0), session.hear)
    session.use(engine)
    await engine.start()
    session.edit(0, 0, "")
    print("begun", flush=True)
    while True:
        act = chance.choice("tttttffkkuhpm")
        length = len(session.loom.text)
        if act == "t":
            at = length if chance.random() < 0.6 else chance.randrange(length + 1)
            session.edit(at, min(length, at + chance.choice((0, 0, 3))), f"word{chance.randrange(1000)} ")
        elif act == "f":
            session.ask()
        elif act == "k":
            session.take(chance.randrange(4), None, chance.choice(list(Extent)))
        elif act == "u":
            session.undo() if chance.random() < 0.7 else session.redo()
        elif act == "h":
            session.highlight(chance.randrange(4))
        elif act == "p":
            session.parent()
        else:
            session.move_cursor(chance.randrange(length + 1))
        await asyncio.sleep(chance.choice((0, 0.01, 0.05, 0.1)))

asyncio.run(main())
"""


class Writer:
    """A child process that writes in the loom of one day, until it is killed at a moment drawn beforehand."""

    def __init__(self, folder, report, number):
        self.number, self.day, self._report = number, date(2026, 11, 1 + number % WINDOWS), report
        self._process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), self.day.isoformat(), str(number), str(report)],
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self):
        assert self._process.stdout.readline() == "begun\n"
        self.end = time.time() + random.Random(self.number).uniform(0, 2.6)

    def kill(self):
        time.sleep(max(0, self.end - time.time()))
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self.killed = time.time()

    def told(self):
        """What it was about to save: when, the text, the fans and how many branches each has."""
        lines = self._report.read_text().splitlines(keepends=True)
        for at, text, fans in (json.loads(line) for line in lines if line.endswith("\n")):
            yield at, bytes.fromhex(text).decode("utf-8", "surrogatepass"), {int(fan): n for fan, n in fans.items()}


def check(library, writer):
    told = list(writer.told())
    older = sum(at < writer.killed - 1 for at, *_ in told)
    may_be = told[max(0, older - 1) :]
    loom = library.open(library.daily(writer.day).id)
    assert loom.text in [text for _, text, _ in may_be], f"round {writer.number}: something older than a second is lost"
    for fan, width in may_be[0][2].items():
        assert len(loom.tree.fan(fan).branches) >= width, f"round {writer.number}"
    for fan in loom.tree.fans:
        assert all(branch.finish for branch in loom.tree.branches(fan.id)), "none grows for ever"
    return older, len(loom.tree.fans)


@pytest.mark.parametrize("first", range(0, ROUNDS, 10))
def test_fifty_times_killed_nothing_older_than_a_second_is_lost(tmp_path, first):
    """One library, several windows; what was there before is still there after the last round."""
    folder, older, fans = tmp_path / "data", 0, 0
    numbers = range(first, first + 10)
    for at in range(0, 10, WINDOWS):
        writers = [Writer(folder, tmp_path / str(number), number) for number in numbers[at : at + WINDOWS]]
        for writer in writers:
            writer.begin()
        for writer in sorted(writers, key=lambda writer: writer.end):
            writer.kill()
        library = Library(folder)
        for writer in writers:
            counted = check(library, writer)
            older, fans = older + counted[0], fans + counted[1]
        library.close()
        assert examine(library.file).faults == ()
    assert older > 20, "something was old enough to be checked"
    assert fans, "there were fans"
