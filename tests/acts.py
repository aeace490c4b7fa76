"""What a monkey at the keys may do, random but plausible, the same for the same seed; and how few of it fail."""

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from textual.keys import _character_to_key

from cyborg_tui.actions import ACTIONS
from tests.terminal import KEYS

__all__ = ["CHANCES", "QUIET", "acts", "name_of", "shrunk", "written_as_script"]

NOT_PRESSED = {"quit": "it is an act of its own, after which the app is started again"}
"""Actions that the monkey leaves alone, and why."""

WORDS = (
    "the sea ",
    "a house ",
    "and ",
    "why? ",
    "\r",
    "é\u0301 ",
    "she said. ",
    "日本 ",
    "\x1b[200~pasted, twice\r\rover\x1b[201~",
)
LONG_PASTE = "Without brackets: a line that is long enough to be a paste, and\tnot typed;\rthen another. "
MOVES = (
    "Up",
    "Down",
    "Left",
    "Right",
    "Home",
    "End",
    "Backspace",
    "Esc",
    "Enter",
    "\x1b[6~",
    "\x1b[5~",
    "\x1b[1;5H",
    "\x1b[1;5F",
)
MOVES += (
    "\x1b[1;2C",
    "\x1b[1;2A",
    "\x1b[1;5D",
    "\x1b[3~",
    "Ctrl+W",
    "Ctrl+K",
    "Ctrl+A",
    "Ctrl+E",
    "Ctrl+C",
    "Ctrl+X",
    "Ctrl+V",
)
SIZES = ("20x5", "40x12", "80x24", "120x34", "200x60", "100x20", "10x3")


def _keys_of_the_table() -> dict[str, int]:
    """Act → how often, of every action that there is."""
    often = {"fan": 6, "take_and_fan": 6, "write": 6, "undo": 5, "redo": 3, "down": 3, "next_branch": 3}
    found: dict[str, int] = {}
    for action in ACTIONS:
        for key in action.names if action.id not in NOT_PRESSED else ():
            sent = name_of(key)
            assert sent is not None, f"{action.id}: the monkey does not know how {key} is sent; tell tests/terminal.py"
            found[sent] = max(found.get(sent, 0), often.get(action.id, 1))
    return found


_ARROWS = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
_NUMBERED = {"insert": 2, "delete": 3, "pageup": 5, "pagedown": 6}
_MODIFIERS = {"shift": 1, "alt": 2, "ctrl": 4}
_LETTERS = {_character_to_key(chr(code)): chr(code) for code in range(32, 127)}
_ALONE = {
    "escape": "Esc",
    "shift+tab": "\x1b[Z",
    "space": " ",
    "ctrl+@": "\x00",
    "ctrl+backslash": "\x1c",
    "ctrl+right_square_bracket": "\x1d",
    "ctrl+underscore": "\x1f",
}


def name_of(key: str) -> str | None:
    """A key of the table of actions as `Terminal.send` takes it; None if it is not known how it is sent."""
    *modifiers, base = key.split("+")
    held = 1 + sum(_MODIFIERS.get(modifier, 0) for modifier in modifiers)
    name = "+".join(part.capitalize() for part in key.split("+"))
    if key in _ALONE or name in KEYS or len(key) == 1:
        return _ALONE.get(key) or (name if name in KEYS else key)
    if base in _ARROWS:
        return f"\x1b[1;{held}{_ARROWS[base]}"
    if base in _NUMBERED:
        return f"\x1b[{_NUMBERED[base]};{held}~"
    letter = _LETTERS.get(base)
    return {1: letter, 2: letter.upper(), 3: f"\x1b{letter}"}.get(held) if letter else None


CHANCES: dict[str, int] = {
    **dict.fromkeys(WORDS, 3),
    **dict.fromkeys(MOVES, 1),
    **_keys_of_the_table(),
    LONG_PASTE: 1,
    **{f"resize {size}": 1 for size in SIZES},
    "wait": 4,
    "stall": 1,
    "kill the engine": 1,
    "stop the engine": 1,
    "another window": 1,
    "quit": 1,
}
"""Act → how often, beside the others."""
QUIET = "be quiet"
"""The act in which everything is compared."""


def acts(seed: int, count: int, quiet_every: int = 40, leave_out: Sequence[str] = ()) -> list[str]:
    chance = random.Random(seed)
    chances = {act: often for act, often in CHANCES.items() if act not in leave_out}
    drawn = chance.choices(list(chances), list(chances.values()), k=count)
    return [
        act for number, act in enumerate(drawn, 1) for act in ((act, QUIET) if number % quiet_every == 0 else (act,))
    ]


def shrunk(script: Sequence[str], fails: Callable[[Sequence[str]], bool], seconds: float) -> list[str]:
    """A shorter list of acts that fails too, as short as can be found in so many seconds (delta debugging)."""
    end = time.monotonic() + seconds
    left, parts = list(script), 2
    while len(left) > 1:
        size = -(-len(left) // parts)
        for start in range(0, len(left), size):
            if time.monotonic() > end:
                return left
            tried = left[:start] + left[start + size :]
            if fails(tried):
                left, parts = tried, max(2, parts - 1)
                break
        else:
            if size == 1:
                break
            parts = min(len(left), 2 * parts)
    return left


def written_as_script(script: Sequence[str], name: str) -> Path:
    """A file that plays these acts when it is run."""
    path = Path(tempfile.gettempdir()) / f"{name}.py"
    root = str(Path(__file__).parent.parent)
    listed = "".join(f"    {act!r},\n" for act in script)
    path.write_text(
        f"import pathlib, sys, tempfile\nsys.path.insert(0, {root!r})\nfrom tests.monkey import play\n\n"
        f"play(pathlib.Path(tempfile.mkdtemp()), [\n{listed}])\n",
        "utf-8",
    )
    return path
