"""A manuscript as a conversation: lines that begin with `> ` are the person's turns, what follows them the answers.

What stands before the first such line is told as the system's.

> What is a staircase for?

To keep a whole summer in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

__all__ = ["ChatPart", "Role", "Said", "roles_of", "said_in"]

_MARK = "> "


class Role(str, Enum):
    """As chat templates call them."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Said:
    """One turn: the characters of the manuscript that are it, and what was said."""

    role: Role
    start: int
    end: int
    text: str
    """Without the marks of the person's lines."""


@dataclass(frozen=True, slots=True)
class ChatPart:
    """A stretch of a rendered template, or the place of a turn in it."""

    turn: int
    """The turn's index; -1: this is text of the template."""
    text: str = ""
    tokens: tuple[int, ...] = ()


def said_in(text: str) -> tuple[Said, ...]:
    """The turns of a manuscript. The last one is the answer under way, if the person's line is over: it may be empty
    still. None at all if no line is the person's."""
    turns: list[Said] = []
    lines: list[tuple[int, str]] = []
    mine = False
    at = 0
    for line in text.split("\n"):
        if line.startswith(_MARK) != mine:
            _close(turns, lines, at, mine=mine)
            lines, mine = [], not mine
        lines.append((at, line))
        at += len(line) + 1
    _close(turns, lines, len(text) + 1, mine=mine)
    return tuple(turns) if any(turn.role is Role.USER for turn in turns) else ()


def _close(turns: list[Said], lines: Sequence[tuple[int, str]], end: int, *, mine: bool) -> None:
    if not lines:
        return
    start, end = lines[0][0], end - 1
    if mine:
        turns.append(Said(Role.USER, start, end, "\n".join(line.removeprefix(_MARK) for _, line in lines)))
        return
    text = "\n".join(line for _, line in lines)
    own = text.strip("\n")
    role = Role.ASSISTANT if turns else Role.SYSTEM
    start += len(text) - len(text.lstrip("\n"))
    if own or role is Role.ASSISTANT:
        turns.append(Said(role, min(start, end), min(start, end) + len(own), own))


def roles_of(turns: Sequence[Said], system: str) -> tuple[str, ...]:
    """Whose turns a template is rendered around; an answer under way is none of them. `system`: what is told beside the
    manuscript."""
    closed = turns[:-1] if turns and turns[-1].role is Role.ASSISTANT else turns
    roles = tuple(turn.role.value for turn in closed)
    return (Role.SYSTEM.value, *roles) if system and roles[:1] != (Role.SYSTEM.value,) else roles
