"""One loom, two windows: the second can read, and nothing that the first writes is lost."""

import asyncio
import fcntl
import os
import signal
import subprocess
import sys

from cyborg_tui.library.claims import Claims
from cyborg_tui.library.library import Library
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session import Session
from cyborg_tui.session.taking_over import take_over

HOLD = """
import sys, time
from datetime import date
from pathlib import Path
from cyborg_tui.library.library import Library
library = Library(Path(sys.argv[1]))
print(library.claim(library.daily(date(2026, 11, 24)).id), flush=True)
time.sleep(60)
"""


def open_in_another_process(folder):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "True"
    return process


def test_the_second_window_can_only_read(tmp_path, day):
    one, two = Library(tmp_path), Library(tmp_path)
    first = Session(one.daily(day), one, FanSettings(), lambda: None)
    first.edit(0, 0, "First. ")
    one.flush()
    second = Session(two.daily(day), two, FanSettings(), lambda: None)
    assert (first.read_only, second.read_only) == (False, True)
    assert second.loom.text == "First. "
    second.edit(0, 0, "Second. ")
    second.leave()
    first.edit(7, 7, "More. ")
    first.leave()
    assert two.open(first.row.id).text == "First. More. "
    one.close()
    two.close()


def test_after_the_first_has_left_the_next_can_write(tmp_path, day):
    one, two = Library(tmp_path), Library(tmp_path)
    Session(one.daily(day), one, FanSettings(), lambda: None).leave()
    assert not Session(two.daily(day), two, FanSettings(), lambda: None).read_only
    one.close()
    two.close()


def test_a_dead_window_holds_nothing(tmp_path, day):
    other = open_in_another_process(tmp_path)
    library = Library(tmp_path)
    row = library.daily(day)
    assert not library.claim(row.id)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    other.stdout.close()
    assert library.claim(row.id)
    library.close()
    assert not list(tmp_path.glob("library.claim-*")), "nothing is left lying about"


ASK = """
import sys, time
from datetime import date
from pathlib import Path
from cyborg_tui.library.library import Library
library = Library(Path(sys.argv[1]))
print(library.ask_for(library.daily(date(2026, 11, 24)).id), flush=True)
time.sleep(60)
"""


async def until(what):
    for _ in range(1000):
        if what():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("waited in vain")


async def hand_over(owner, library):
    """The session that writes now is asked by another library, and steps down."""
    asked = asyncio.create_task(take_over(library, owner.row.id))
    await until(lambda: owner.asked_for)
    owner.step_down()
    assert await asked
    assert owner.read_only
    owner.edit(0, 0, "Never saved. ")
    taker = Session(library.loom(owner.row.id), library, FanSettings(), lambda: None)
    assert not taker.read_only
    return taker


async def test_a_window_that_is_asked_saves_and_steps_down_and_can_ask_in_turn(tmp_path, day):
    one, two = Library(tmp_path), Library(tmp_path)
    row = one.daily(day)
    first = Session(row, one, FanSettings(), lambda: None)
    first.edit(0, 0, "First. ")
    second = await hand_over(first, two)
    second.edit(7, 7, "Second. ")
    third = await hand_over(second, one)
    third.edit(15, 15, "Third. ")
    third.leave()
    assert one.open(row.id).text == "First. Second. Third. "
    one.close()
    two.close()
    assert not list(tmp_path.glob("library.[ac][sl]*")), "nothing is left lying about"


async def test_a_dead_window_is_taken_over_from_at_once(tmp_path, day):
    other = open_in_another_process(tmp_path)
    library = Library(tmp_path)
    row = library.daily(day)
    asked = asyncio.create_task(take_over(library, row.id))
    await asyncio.sleep(0.1)
    assert not asked.done()
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    other.stdout.close()
    assert await asyncio.wait_for(asked, 1)
    library.close()


async def test_a_window_that_does_not_answer_keeps_its_loom(tmp_path, day):
    one, two = Library(tmp_path), Library(tmp_path)
    first = Session(one.daily(day), one, FanSettings(), lambda: None)
    assert not await take_over(two, first.row.id, patience=0.2)
    assert not first.asked_for, "nobody asks any more"
    one.close()
    two.close()


def test_one_that_asked_and_died_asks_for_nothing(tmp_path, day):
    library = Library(tmp_path)
    session = Session(library.daily(day), library, FanSettings(), lambda: None)
    other = subprocess.Popen([sys.executable, "-c", ASK, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline().strip() == "True"
    assert session.asked_for
    other.kill()
    other.wait()
    other.stdout.close()
    assert not session.asked_for
    library.close()


def test_one_that_asked_and_was_closed_asks_for_nothing(tmp_path, day):
    one, two = Library(tmp_path), Library(tmp_path)
    first = Session(one.daily(day), one, FanSettings(), lambda: None)
    assert two.ask_for(first.row.id)
    assert first.asked_for
    two.close()
    assert not first.asked_for
    one.close()
    assert not list(tmp_path.glob("library.[ac][sl]*")), "nothing is left lying about"


def test_a_loom_that_is_let_go_just_when_another_claims_it_is_not_claimed_twice(tmp_path, monkeypatch):
    """Whoever lets go takes the file away, which the other may have open already."""
    one, two, flock = Claims(tmp_path), Claims(tmp_path), fcntl.flock

    def late(descriptor, how):
        monkeypatch.setattr(fcntl, "flock", flock)
        (tmp_path / "library.claim-1").unlink()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", late)
    assert one.claim(1)
    assert not two.claim(1)
    one.release_all()
