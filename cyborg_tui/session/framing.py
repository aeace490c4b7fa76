"""What stands beside a loom's manuscript when the model is asked: its frames, filled in and chosen from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cyborg_tui.loom.chat import roles_of, said_in
from cyborg_tui.loom.conditions import Conditions, Insert, Origin, system_of
from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.frame import USUAL, Blended, Frame, Named, Part, inherited
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.lore import key_pattern
from cyborg_tui.loom.template import BadTemplate, filled
from cyborg_tui.session.chatting import Chatting
from cyborg_tui.session.layout import Layout, memory_of
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
    """The frames of one loom."""

    def __init__(self, loom: Loom, title: Callable[[], str], clock: Callable[[], float]) -> None:
        self._loom, self._title, self._clock = loom, title, clock
        self._own, self._others = self._new_layout(), dict[Named, Layout]()
        """Of what holds; of the frames that are read together with that."""
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
        self._check(frame, "")
        for part in frame.named:
            self._check(part.frame, f" of {part.name}")

    def _check(self, frame: Frame, of: str) -> None:
        for name, template in (("header", frame.header), ("footer", frame.footer)):
            try:
                filled(template or "", self.fields)
            except BadTemplate as error:
                raise BadFrame(f"The {name}{of} cannot be filled in. {error}") from None
        names = [entry.name for entry in frame.lore or ()]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise BadFrame(f"Two lore entries{of} are called {twice}; give one of them another name.")
        text = self._loom.text[-2 * (frame.lore_reach or 1000) :]
        for entry in frame.lore or ():
            for key in entry.keys:
                try:
                    occurs(key_pattern(entry, key), text)
                except BadExpression as error:
                    raise BadFrame(f"The lore entry {entry.name}{of} cannot be looked for. {error}") from None

    def conditions(self, offset: int, drawn: str = "", over: Frame | None = None) -> Conditions:
        """What stands beside the manuscript up to an offset and what is `drawn` after it. `over`: a frame over those
        that hold there."""
        self.problem, self.missing = "", ()
        frame = self.frame(offset) if over is None else over.over(self.frame(offset))
        text = self._loom.text[:offset]
        own = self._own.inserts(frame, text, drawn)
        others = tuple(self._beside(part, frame, own, text, drawn) for part in frame.parts)
        self._others = {part: self._others[part] for part in frame.named}
        return replace(self._laid_out(own, frame, text + drawn), beside=others)

    def _beside(self, part: Part, frame: Frame, own: tuple[Insert, ...], text: str, drawn: str) -> Conditions:
        """What is read together with a frame, of which the `own` inserts are."""
        if isinstance(part, str):
            rest = (insert for insert in own if insert.origin is not Origin.MEMORY)
            return self._laid_out((*memory_of(part), *rest), frame, text + drawn)
        whole = part.frame.over(USUAL)
        inserts = self._others.setdefault(part, self._new_layout()).inserts(whole, text, drawn)
        return replace(self._laid_out(inserts, whole, text + drawn), name=part.name)

    def _laid_out(self, inserts: tuple[Insert, ...], frame: Frame, text: str) -> Conditions:
        conditions = Conditions(inserts)
        return self._as_conversation(conditions, text) if frame.chat else conditions

    def _new_layout(self) -> Layout:
        return Layout(self._filled, self._matches)

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

    def _matches(self, pattern: str, text: str) -> bool:
        try:
            return occurs(pattern, text)
        except BadExpression as error:
            self.problem = str(error)
            return False


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
        against=_cleaned_part(frame.against) if frame.against is not None else None,
        blend=None if frame.blend is None else tuple(map(_cleaned_blended, frame.blend)),
    )


def _cleaned_part(part: Part) -> Part:
    return _clean(part) if isinstance(part, str) else Named(_clean(part.name), cleaned(part.frame.layout))


def _cleaned_blended(blended: Blended) -> Blended:
    part = _cleaned_part(blended.part)
    return replace(blended, text=part) if isinstance(part, str) else replace(blended, text="", frame=part)


def _cleaned(text: str | None) -> str | None:
    return None if text is None else _clean(text)
