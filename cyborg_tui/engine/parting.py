"""Why a command that leads to another machine ended, from its last words: whether that heals, and a sentence. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath

from cyborg_tui.engine.inert import inert

__all__ = ["Cure", "Parting", "parting_of", "place_of"]

_TAKES_VALUE = frozenset("BbcDEeFIiJLlmOoPpQRSWw")
"""ssh's options that are followed by a value."""
_SSH_FAILED = 255
_NOT_FOUND = (126, 127)
_LONGEST_QUOTE = 160


class Cure(Enum):
    """What may help."""

    TIME = "time"
    """The line is down; it will be up again."""
    ANOTHER = "another"
    """Another engine: this one crashed."""
    NOTHING = "nothing"
    """Trying again ends in the same way until the person does something."""


@dataclass(frozen=True, slots=True)
class Parting:
    cure: Cure
    sentence: str


_FOR_GOOD = (
    (
        r"REMOTE HOST IDENTIFICATION HAS CHANGED",
        "{place} shows another host key than it had before; find out why before you connect to it again.",
    ),
    (
        r"Host key verification failed",
        "ssh does not know the host key of {place} yet; connect to it once in a shell, where ssh can ask you.",
    ),
    (
        r"Permission denied \(|Permission denied, please|password:|passphrase|Too many authentication failures",
        "{place} does not let ssh in without asking ({quote}), and nobody can be asked here; set up a key, or unlock "
        "it with ssh-add.",
    ),
    (
        r"not found$|No such file or directory|: Permission denied$|No module named|No such command",
        "There is no cyborg-tui to be found on {place} ({quote}); install it there, or name its whole path in "
        "engine.command.",
    ),
)
_LINE = re.compile(
    r"Could not resolve|Connection (?:refused|reset|closed|to .* closed)|timed out|Timeout|unreachable|"
    r"No route to host|Broken pipe|Network is down",
    re.IGNORECASE,
)


def parting_of(place: str, status: int, last_words: bytes, *, greeted: bool) -> Parting:
    """`status`: the command's exit status. `greeted`: whether an engine had spoken; then it was there, and only the
    line or the engine itself can have failed."""
    lines = [line.strip() for line in last_words.decode("utf-8", "replace").splitlines() if line.strip()]
    for line in reversed(lines):
        for pattern, sentence in () if greeted else _FOR_GOOD:
            if re.search(pattern, line, re.IGNORECASE):
                return Parting(Cure.NOTHING, sentence.format(place=place, quote=_quote(line)))
        if status == _SSH_FAILED and _LINE.search(line):
            lost = f"The line to {place} was lost" if greeted else f"{place} cannot be reached"
            return Parting(Cure.TIME, f"{lost} ({_quote(line)}).")
    said = f" ({_quote(lines[-1])})" if lines and not greeted else ""
    if status in _NOT_FOUND and not greeted:
        return Parting(
            Cure.NOTHING, _FOR_GOOD[-1][1].format(place=place, quote=said.strip(" ()") or f"status {status}")
        )
    if status == _SSH_FAILED and not greeted:
        return Parting(Cure.TIME, f"{place} cannot be reached{said}.")
    return Parting(Cure.ANOTHER, f"The engine on {place} stopped unexpectedly{said}")


def _quote(line: str) -> str:
    return inert(line.rstrip("."), _LONGEST_QUOTE)


def place_of(command: Sequence[str]) -> str:
    """The machine that a command leads to: ssh's destination without the user; else the program's own name."""
    program = PurePath(command[0]).name if command else ""
    if program == "ssh":
        words = iter(command[1:])
        for word in words:
            if not word.startswith("-") or word == "-":
                return inert(word.removeprefix("ssh://").rpartition("@")[2], 40)
            if word[-1] in _TAKES_VALUE and not set(word[1:-1]) & _TAKES_VALUE:
                next(words, None)
    return inert(program, 40)
