"""From a key to its glyph on the screen, in a real pseudo-terminal: idle, and while a model writes on all cores."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.editors import APP, PAGE_DOWN, TEXT_AREA, Editor, installed, open_in_the_middle
from benchmarks.prose import presses, prose
from benchmarks.report import Report, arguments, cores, median, percentile, say
from benchmarks.streaming import Background
from benchmarks.synthetic import synthetic_model
from benchmarks.terminal import COMMAND, Happening, Home, Recorder

CHARACTERS = 100_000
_FANS, _MOVES = 4, 30


@dataclass(frozen=True, slots=True)
class Typed:
    """One run of typing. `waits`: milliseconds from each letter to its glyph."""

    waits: tuple[float, ...]
    missing: int
    """Letters that were never seen."""
    bytes_per_key: float
    processor_per_key: float | None
    """Milliseconds that the process ran for, which others on the machine hardly change; None where not known."""
    began: float
    ended: float


def waits_of(
    terminal: Recorder, happenings: Iterable[Happening], shows: Callable[[int], bool]
) -> Iterator[tuple[int, float]]:
    """(which key, milliseconds until the screen showed it). `shows(n)` says whether the screen is as it must be after
    `n` keys; a later key's state shows the earlier ones too."""
    pressed: list[float] = []
    shown = 0
    for happening in terminal.replay(happenings):
        if happening.key:
            pressed.append(happening.at)
            continue
        now = next((n for n in range(len(pressed), shown, -1) if shows(n)), shown)
        for key in range(shown, now):
            yield key, (happening.at - pressed[key]) * 1000
        shown = now


def type_in(editor: Editor, file: Path, keys: int, seed: int) -> Typed:
    """Open the file in its middle and type."""
    with Home() as home, open_in_the_middle(editor, file, home) as terminal:
        found = typed(editor, terminal, keys, seed)
        if editor is APP:
            terminal.quit()
    return found


def typed(editor: Editor, terminal: Recorder, keys: int, seed: int) -> Typed:
    """Type where the cursor stands."""
    before = terminal.processor_seconds()
    happenings = terminal.record(presses(keys, seed))
    after = terminal.processor_seconds()
    text = "".join(happening.key for happening in happenings)

    def shows(count: int) -> bool:
        word = text[:count].rpartition(" ")[2]
        return bool(word) and (" " + editor.before_cursor(terminal)).endswith(" " + word)

    waits = [wait for key, wait in waits_of(terminal, happenings, shows) if text[key] != " "]
    sent = sum(len(happening.data) for happening in happenings)
    missing = len(text.replace(" ", "")) - len(waits)
    ran = None if before is None or after is None else (after - before) * 1000 / keys
    return Typed(tuple(waits), missing, sent / keys, ran, happenings[0].at, happenings[-1].at)


@dataclass(frozen=True, slots=True)
class Moved:
    """Moving the highlight among the app's own branches while they grow."""

    waits: tuple[float, ...]
    missing: int
    idled: bool


def move_among_branches(model: Path, file: Path) -> Moved:
    config = (
        f"[engine]\nmodel = {json.dumps(str(model))}\ncontext = 768\nthreads = {cores()}\n[fan]\nmax_tokens = 256\n"
    )
    waits: list[float] = []
    writing = True
    with Home(config) as home, Recorder((*COMMAND, file), home) as app:
        app.wait_for("Tab branches")
        app.wait_for(lambda screen: "loading the model" not in screen, seconds=120)
        app.send(*[PAGE_DOWN] * 3)
        app.settle(3, patience=60)
        app.send("Tab")
        for fan in range(1, _FANS + 1):
            app.wait_for(lambda screen, fan=fan: f"fan {fan} " in screen and _all_grow(screen), seconds=120)
            found, wrote = _sweep(app, fan)
            waits += found
            writing = writing and wrote
            app.send("r")
        app.quit()
    return Moved(tuple(waits), _FANS * _MOVES - len(waits), idled=not writing)


def _all_grow(screen: str) -> bool:
    """Eight branches have begun, and the engine is writing on."""
    return "writing" in screen and all(re.search(rf"{number}[ ✓*][ ▌] *\w", screen) for number in range(1, 9))


def _sweep(app: Recorder, seed: int) -> tuple[list[float], bool]:
    """Down and up again; milliseconds for each step, and whether the engine wrote all the while."""
    chance = random.Random(seed)
    steps = [1 if number // 7 % 2 == 0 else -1 for number in range(_MOVES)]
    places = [1]
    for step in steps:
        places.append(places[-1] + step)
    happenings = app.record((chance.uniform(0.2, 0.4), "j" if step > 0 else "k") for step in steps)
    writing = []

    def shows(count: int) -> bool:
        screen = app.screen
        writing.append("writing" in screen)
        return re.search(rf"{places[count]}[ ✓*]▌", screen) is not None

    return [wait for _, wait in waits_of(app, happenings, shows)], all(writing)


def report_typing(report: Report, name: str, typed: Typed, goals: Sequence[tuple[str, str]], *, void: bool) -> None:
    void = void or bool(typed.missing)
    note = f"{typed.missing} letters were never seen" if typed.missing else "the engine idled" if void else ""
    values = {"median": median(typed.waits), "p99": percentile(typed.waits, 99)} if typed.waits else {}
    for what, goal in goals:
        value = None if void else values.get(what)
        report.add(f"{name}, {what}", value, "ms", goal, note or f"{len(typed.waits)} letters")


def measure(report: Report, keys: int) -> None:
    model = synthetic_model()
    editors = (APP, *installed())
    with Home() as home:
        file = home.path / "text.txt"

        def run(editor: Editor, seed: int) -> Typed:
            file.write_text(prose(CHARACTERS), "utf-8")
            return type_in(editor, file, keys, seed)

        idle: dict[str, Typed] = {}
        for editor in editors:
            say(f"Typing in {editor.name}, idle")
            idle[editor.name] = run(editor, 1)
        background = Background(model)
        busy: dict[str, Typed] = {}
        try:
            for editor in editors:
                say(f"Typing in {editor.name} beside eight branches")
                busy[editor.name] = run(editor, 2)
        finally:
            background.stop()
        say("Moving among eight growing branches")
        file.write_text(prose(CHARACTERS), "utf-8")
        moved = move_among_branches(model, file)
    _report(report, idle, busy, background, moved)


def _report(
    report: Report, idle: dict[str, Typed], busy: dict[str, Typed], background: Background, moved: Moved
) -> None:
    app = idle.pop(APP.name)
    report_typing(report, "idle", app, (("median", "<= 4"), ("p99", "<= 16")), void=False)
    plain = idle[TEXT_AREA.name]
    if plain.waits:
        report.add("idle, TextArea / app", median(plain.waits) / median(app.waits), "ratio", ">= 2.4", "of the medians")
    report.add("sent for a key", app.bytes_per_key, "bytes", "<= 1500")
    if app.processor_per_key is not None:
        report.add("processor time for a key", app.processor_per_key, "ms")
    beside = busy.pop(APP.name)
    idled = background.idled(beside.began, beside.ended)
    report_typing(report, "beside 8 branches", beside, (("median", ""), ("p99", "<= 33")), void=idled)
    speed = background.speed(beside.began, beside.ended)
    report.add("those 8 branches", speed, "tokens/s", note=f"{background.speed_alone:.1f} while nobody types")
    seen = bool(moved.waits) and not moved.missing and not moved.idled
    why_not = f"{moved.missing} moves were never seen" if moved.missing else "the engine idled"
    note = f"{len(moved.waits)} moves" if seen else why_not
    for what, percent, goal in (("median", 50, ""), ("p99", 99, "<= 33")):
        value = percentile(moved.waits, percent) if seen else None
        report.add(f"highlight among 8 growing, {what}", value, "ms", goal, note)
    for name, other in idle.items():
        report_typing(report, f"{name}, idle", other, (("median", ""), ("p99", "")), void=False)
        report.add(f"{name}, sent for a key", other.bytes_per_key, "bytes")
        beside = busy[name]
        idled = background.idled(beside.began, beside.ended)
        report_typing(report, f"{name}, beside 8 branches", beside, (("median", ""), ("p99", "")), void=idled)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--keys", type=int, default=500, help="keys pressed in each run")
    options = parser.parse_args()
    report = Report(f"typing: {CHARACTERS:,} characters, 120×40")
    measure(report, options.keys)
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
