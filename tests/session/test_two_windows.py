"""One loom, two windows: the second can read, and nothing that the first writes is lost."""

import os
import signal
import subprocess
import sys

from cyborg_tui.library.library import Library
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session import Session

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
