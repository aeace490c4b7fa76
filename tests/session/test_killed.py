"""The app killed at any moment: at the next start everything older than a second is there, and nothing by halves."""

import random
import subprocess
import sys
import time
from datetime import date

from cyborg_tui.library.examination import examine
from cyborg_tui.library.library import Library

ROUNDS = 50
DAY = date(2026, 11, 24)
WRITER = """
import asyncio, random, sys, time
from datetime import date
from pathlib import Path
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.library.library import Library
from cyborg_tui.loom.extent import Extent
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session import Session

async def main():
    chance = random.Random(int(sys.argv[2]))
    library = Library(Path(sys.argv[1]))
    row = library.daily(date(2026, 11, 24 + int(sys.argv[2]) % 3))
    session = Session(row, library, FanSettings(width=4, max_tokens=24), lambda: None)
    engine = EngineClient(EngineConfig(nice=0), session.hear)
    session.use(engine)
    await engine.start()
    def report():
        print(time.time(), session.loom.text.encode("utf-8", "surrogatepass").hex(), flush=True)

    print("begun", flush=True)
    report()
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
        report()
        await asyncio.sleep(chance.choice((0, 0.01, 0.05)))

asyncio.run(main())
"""


def reported_text(line):
    at, _, hexed = line.partition(" ")
    return float(at), bytes.fromhex(hexed).decode("utf-8", "surrogatepass")


def test_fifty_times_killed_nothing_older_than_a_second_is_lost(tmp_path):
    for number in range(ROUNDS):
        chance = random.Random(number)
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(number)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout.readline() == "begun\n"
        time.sleep(chance.uniform(0, 1.6) if number % 5 == 0 else chance.uniform(0, 0.4))
        writer.kill()
        killed = time.time()
        reported = [reported_text(line) for line in writer.communicate()[0].splitlines()[:-1]]
        library = Library(tmp_path)
        saved = library.open(library.daily(DAY.replace(day=24 + number % 3)).id).text
        library.close()
        older = [text for at, text in reported if at < killed - 1]
        # what was done last may be saved though it was not reported any more
        allowed = [text for _, text in reported[max(0, len(older) - 1) :]]
        known = {text for _, text in reported}
        assert saved in allowed or saved not in known, f"round {number}: something older than a second is lost"
        assert examine(library.file).faults == (), f"round {number}"
