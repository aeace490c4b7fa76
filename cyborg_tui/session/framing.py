"""What stands beside a loom's manuscript when the model is asked: its frames, filled in and chosen from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cyborg_tui.loom.chat import roles_of, said_in
from cyborg_tui.loom.conditions import BARE, Conditions, Insert, Origin, system_of
from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.frame import Frame, LoreEntry, inherited
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.lore import came_up, key_pattern, with_room
from cyborg_tui.loom.template import BadTemplate, filled
from cyborg_tui.session.chatting import Chatting
from cyborg_tui.session.patterns import BadExpression, occurs

__all__ = ["BadFrame", "Framed", "Framing"]

_DAY_TURNS = timedelta(hours=4)


class BadFrame(Exception):
    """A frame that cannot be used; the message says what is wrong and where. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Framed:
    """A frame on the path of the manuscript."""

    node: NodeId
    offset: int
    """It holds from here on."""
    frame: Frame


class Framing:
    """The frames of one loom. What has been told stays told for a while, and a note stays in its place, so that what
    the model has read can be used again."""

    def __init__(self, loom: Loom, title: Callable[[], str], clock: Callable[[], float]) -> None:
        self._loom, self._title, self._clock = loom, title, clock
        self._told: frozenset[str] = frozenset()
        """Names of the lore entries that were told last."""
        self._note_at = -1
        self.chatting = Chatting()
        self.vocabulary = ""
        """Of the model in use."""
        self.missing: tuple[str, ...] = ()
        """Around these turns the chat template was wanted and is not known yet, when the conditions were made last."""
        self.problem = ""
        """What could not be filled in or looked for, when the conditions were made last."""

    def frames(self, offset: int) -> tuple[Framed, ...]:
        """Those that hold at an offset, from above to below."""
        manuscript, tree = self._loom.manuscript, self._loom.tree
        if not tree.has_frames:
            return ()
        found = []
        for index, node in enumerate(manuscript.path):
            end = manuscript.end_of(index)
            if end > offset:
                break
            frame = tree.frame(node.id)
            if frame is not None:
                found.append(Framed(node.id, end, frame))
        return tuple(found)

    def frame(self, offset: int) -> Frame:
        """What holds at an offset, every key of it."""
        return inherited(framed.frame for framed in self.frames(offset))

    def check(self, frame: Frame) -> None:
        """Raises BadFrame."""
        for name, template in (("header", frame.header), ("footer", frame.footer)):
            try:
                filled(template or "", self.fields)
            except BadTemplate as error:
                raise BadFrame(f"The {name} cannot be filled in. {error}") from None
        names = [entry.name for entry in frame.lore or ()]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise BadFrame(f"Two lore entries are called {twice}; give one of them another name.")
        text = self._loom.text[-2 * (frame.lore_reach or 1000) :]
        for entry in frame.lore or ():
            for key in entry.keys:
                try:
                    occurs(key_pattern(entry, key), text)
                except BadExpression as error:
                    raise BadFrame(f"The lore entry {entry.name} cannot be looked for. {error}") from None

    def conditions(self, offset: int, drawn: str = "", over: Frame | None = None) -> Conditions:
        """What stands beside the manuscript up to an offset and what is `drawn` after it. `over`: a frame over those
        that hold there."""
        self.problem, self.missing = "", ()
        frame = self.frame(offset) if over is None else over.over(self.frame(offset))
        if not frame.over(Frame()):
            return BARE
        rest, text = self._inserts(frame, offset, drawn), self._loom.text[:offset] + drawn
        own, *others = (self._with(frame.chat, one.memory or "", rest, text) for one in (frame, *frame.others))
        return replace(own, beside=tuple(others))

    def _with(self, chat: bool | None, memory: str, rest: tuple[Insert, ...], text: str) -> Conditions:
        """A memory, and what else stands beside the manuscript `text`."""
        conditions = Conditions((*_paragraph(Origin.MEMORY, memory), *rest))
        return self._as_conversation(conditions, text) if chat else conditions

    def _inserts(self, frame: Frame, offset: int, drawn: str) -> tuple[Insert, ...]:
        """All but the memory."""
        inserts = [
            *(insert for text in frame.examples or () for insert in _paragraph(Origin.EXAMPLE, text)),
            *(Insert(Origin.LORE, _line(entry.text), entry.name) for entry in self._lore(frame, offset, drawn)),
            *_paragraph(Origin.HEADER, self._filled(frame.header or "")),
            *self._note(frame, offset, drawn),
        ]
        if footer := self._filled(frame.footer or ""):
            inserts.append(Insert(Origin.FOOTER, footer))
        return tuple(inserts)

    def _as_conversation(self, beside: Conditions, text: str) -> Conditions:
        turns = said_in(text)
        if not turns:
            return beside
        roles = roles_of(turns, system_of(beside))
        parts = self.chatting.around(roles)
        if parts is None:
            self.missing = roles
            return beside
        return Conditions(beside.inserts, parts, self.vocabulary)

    @property
    def fields(self) -> dict[str, str]:
        """What templates can be filled in with."""
        now = datetime.fromtimestamp(self._clock())
        day = now - _DAY_TURNS
        return {
            "date": f"{day.day} {day:%B} {day.year}",
            "day": str(day.day),
            "month": f"{day:%B}",
            "year": str(day.year),
            "weekday": f"{day:%A}",
            "title": _clean(self._title()),
        }

    def _filled(self, template: str) -> str:
        try:
            return filled(template, self.fields)
        except BadTemplate as error:
            self.problem = str(error)
            return template

    def _lore(self, frame: Frame, offset: int, drawn: str) -> tuple[LoreEntry, ...]:
        reach, lore = frame.lore_reach or 1, frame.lore or ()
        if not lore:
            return ()
        text = self._loom.text[max(0, offset - 2 * reach) : offset] + drawn
        told = with_room(came_up(lore, text, reach, self._told, self._matches), frame.lore_budget or 1)
        self._told = frozenset(entry.name for entry in told)
        return told

    def _matches(self, pattern: str, text: str) -> bool:
        try:
            return occurs(pattern, text)
        except BadExpression as error:
            self.problem = str(error)
            return False

    def _note(self, frame: Frame, offset: int, drawn: str) -> tuple[Insert, ...]:
        """The note stays in its place until it has drifted to twice its depth; then it moves once."""
        if not frame.note:
            return ()
        text, depth = self._loom.text[:offset], frame.note_depth or 1
        lines = text.count("\n", self._note_at) + drawn.count("\n") if 0 <= self._note_at <= offset else 0
        stays = depth <= lines <= 2 * depth and (self._note_at == 0 or text[self._note_at - 1] == "\n")
        if not stays:
            self._note_at = _line_start(text, depth - drawn.count("\n"))
        return (Insert(Origin.NOTE, _line(frame.note), at=self._note_at),)


def _line_start(text: str, depth: int) -> int:
    """Where the line begins that has `depth` line ends after its beginning; the beginning if there are fewer."""
    at = len(text)
    for _ in range(max(1, depth) + 1):
        at = text.rfind("\n", 0, at)
        if at < 0:
            return 0
    return at + 1


def _paragraph(origin: Origin, text: str) -> tuple[Insert, ...]:
    """With an empty line after it; nothing if there is no text."""
    return (Insert(origin, text.rstrip("\n") + "\n\n"),) if text.strip() else ()


def _line(text: str) -> str:
    return text.rstrip("\n") + "\n"


def _clean(text: str) -> str:
    """Without lone surrogates."""
    return text.encode("utf-8", "replace").decode()


def cleaned(frame: Frame) -> Frame:
    """A frame whose texts can be written anywhere: without lone surrogates."""
    entries = tuple(
        replace(entry, name=_clean(entry.name), text=_clean(entry.text), keys=tuple(map(_clean, entry.keys)))
        for entry in frame.lore or ()
    )
    return replace(
        frame,
        memory=_cleaned(frame.memory),
        examples=None if frame.examples is None else tuple(map(_clean, frame.examples)),
        lore=None if frame.lore is None else entries,
        header=_cleaned(frame.header),
        note=_cleaned(frame.note),
        footer=_cleaned(frame.footer),
        preset=_cleaned(frame.preset),
        against=_cleaned(frame.against),
        blend=None if frame.blend is None else tuple(replace(part, text=_clean(part.text)) for part in frame.blend),
    )


def _cleaned(text: str | None) -> str | None:
    return None if text is None else _clean(text)
