"""A crowd of persons who each do sixty things at random, told from a seed: quick, and a script that fails is shortened.

`python -m tests.loom.crowd 0 10000` looks for faults among so many of them, and prints each kind with a short script.
"""

import random
import re
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

from tests.loom.machine import Person
from tests.loom.promises import VOCABULARY

LETTERS = "abt \né🌊"
NEEDS_A_FAN = {"take", "take_and_mend_a_typo_above", "take_mend_a_typo_above_and_purge_what_was_before"}


@dataclass
class Chosen:
    """Stands for what hypothesis would choose: always the same part of the way through what there is."""

    place: float

    def draw(self, strategy):
        there = strategy.elements
        return there[min(len(there) - 1, int(self.place * len(there)))]


def words(chance):
    return "".join(chance.choice(LETTERS) for _ in range(chance.randint(1, 5)))


def perhaps(chance):
    return "" if chance.random() < 0.4 else words(chance)


def tokens(chance):
    return [chance.randrange(len(VOCABULARY)) for _ in range(chance.randint(0, 6))]


def place(chance):
    return chance.choice([0, 1, chance.random()])


def whether(chance):
    return chance.random() < 0.5


def cuts(chance):
    return [(chance.random(), chance.randint(0, 3), perhaps(chance)) for _ in range(chance.randint(0, 4))]


DEEDS = {
    "write": lambda c: {"where": place(c), "length": c.randint(0, 4), "text": perhaps(c), "pause": whether(c)},
    "write_in_several_places": lambda c: {"cuts": cuts(c), "pause": whether(c)},
    "write_on_at_the_cursor": lambda c: {"text": words(c), "letter_by_letter": whether(c)},
    "backspace": lambda c: {"count": c.randint(1, 4)},
    "fan": lambda c: {
        "where": c.random(),
        "at_end": whether(c),
        "ids": [tokens(c) for _ in range(c.randint(2, 3))],
        "heal": whether(c),
    },
    "choose": lambda c: {"where": place(c), "ids": tokens(c)},
    "take": lambda c: {"choice": c.randint(0, 2), "upto": None if whether(c) else c.randint(1, 6)},
    "take_and_mend_a_typo_above": lambda c: {"choice": c.randint(0, 2), "where": c.random(), "text": words(c)},
    "parent": lambda c: {},
    "go": lambda c: {"data": c.random()},
    "hide": lambda c: {"data": c.random(), "hidden": c.random() < 0.7},
    "say": lambda c: {
        "data": c.random(),
        "what": c.choice(("bookmark", "name", "note", "tag")),
        "gone": c.random() < 0.4,
    },
    "arrange": lambda c: {"data": c.random(), "by": c.choice((-1, 1))},
    "split": lambda c: {"data": c.random(), "where": c.randint(1, 9)},
    "join": lambda c: {"data": c.random()},
    "rewrite_everywhere": lambda c: {"data": c.random(), "text": perhaps(c)},
    "take_mend_a_typo_above_and_purge_what_was_before": lambda c: {"choice": c.randint(0, 2)},
    "purge": lambda c: {},
    "back_or_forward": lambda c: {"forward": whether(c)},
    "undo_and_redo": lambda c: {"steps": c.randint(1, 5)},
    "undo": lambda c: {"steps": c.randint(1, 3)},
    "undo_everything": lambda c: {},
    "reopen": lambda c: {},
}


def script(seed, length=60):
    """What one person does. Each has habits: some things they never do, some often."""
    chance = random.Random(seed)
    habits = [chance.choice([0, 1, 1, 3]) for _ in DEEDS]
    done = chance.choices([*DEEDS], habits, k=length) if any(habits) else []
    return [
        ("write_at", {"start": 0, "end": 0, "text": words(chance)}),
        *((name, DEEDS[name](chance)) for name in done),
    ]


def live(deeds):
    """Do all of it, and check the promises after each step."""
    person = Person()
    for name, given in deeds:
        if name in NEEDS_A_FAN and person.loom.fan_in_view is None:
            continue
        with_data = {key: Chosen(value) if key == "data" else value for key, value in given.items()}
        getattr(person, name)(**with_data)
        person.check()


def fault(deeds):
    """The kind of fault that this comes to; None if all is well."""
    try:
        live(deeds)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if {"loom", "cyborg_tui"} & {*Path(frame.filename).parts}]
        return type(error).__name__, re.sub(r"\d+", "N", str(error).split("\n")[0])[:60], ours[-1].name
    return None


def shortened(deeds):
    """As few things as lead to the same kind of fault."""
    kind, size = fault(deeds), 16
    while size:
        at = 0
        while at < len(deeds):
            fewer = [*deeds[:at], *deeds[at + size :]]
            if fault(fewer) == kind:
                deeds = fewer
            else:
                at += size
        size //= 2
    return deeds


if __name__ == "__main__":
    seen = set()
    for number in range(int(sys.argv[1]), int(sys.argv[2])):
        found = fault(script(number))
        if found is not None and found not in seen:
            seen.add(found)
            print(number, *found, *shortened(script(number)), sep="\n    ", flush=True)
