"""Keys and pastes told apart, in what a terminal sends: between brackets where it marks a paste, by its length where it
does not."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Pasted", "Pastes"]

_BEGIN, _END = "\x1b[200~", "\x1b[201~"
_TOKEN = re.compile(
    "(?P<key>\x1b(?:\\[[0-?]*[ -/]*[@-~]|O[ -~]|[^\\[O\x1b])|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f])"
    "|(?P<unfinished>\x1b(?:\\[[0-?]*[ -/]*|O)?)"
    "|(?P<text>[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+)",
    re.DOTALL,
)
"""A key of more than one character, or that is none; the beginning of one; printable characters, line ends and tabs."""
_ONE_KEY = 0.1
"""Seconds within which the rest of a key comes, or what came of it is a key by itself."""
_LONG = 64
"""Characters in one piece, all of them text, that nobody types: seven seconds of a quick typist on a line that stood
still. A key that is held down makes as many in two, so no character may be half of them."""
_SHORT = 256
"""Characters up to which a paste may after all be the line of somebody who typed on while nothing was shown."""
_GOES_ON = 2
"""Characters in one piece that are the same paste going on, just after some of it came."""
_AFTER = 0.5
"""Seconds that count as just after."""
_PAUSE = 0.03
"""Seconds without more of it after which a paste is handed on."""
_HELD = 1.0
"""Seconds after which it is handed on though more comes, so that something is seen on a slow line."""
_LOST = 3.0
"""Seconds without more of it after which the end of a paste between brackets is taken for lost."""


@dataclass(frozen=True, slots=True)
class Pasted:
    text: str


class Pastes:
    """Times in seconds on any clock that only goes forward."""

    def __init__(self) -> None:
        self._last = self._began = float("-inf")
        self._run = ""
        """Of a paste without brackets, what has come and was not handed on yet."""
        self._pasted_at = float("-inf")
        self._inside: list[str] | None = None
        """Of a paste between brackets, what has come; None outside of one."""
        self._begun = ""
        """The beginning of a key, handed on already."""
        self._split = False
        """Whether the opening bracket came in two pieces, so that its beginning was handed on."""

    @property
    def waits(self) -> bool:
        """Whether `tick` may have something to hand on soon."""
        return bool(self._run)

    def feed(self, text: str, now: float) -> Iterator[str | Pasted]:
        """What came in one piece: keys, as the terminal sent them, and pastes, in their order."""
        yield from self.tick(now)
        self._last = now
        while text:
            text, out = self._outside(text, now) if self._inside is None else self._go_on_inside(text)
            yield from out

    def tick(self, now: float) -> Iterator[str | Pasted]:
        """What is handed on because nothing more of it has come."""
        if now - self._last > _ONE_KEY:
            self._begun = ""
        if self._run and (now - self._last > _PAUSE or now - self._began > _HELD):
            yield from self._hand_on()
        if self._inside is not None and now - self._last > _LOST:
            yield from self._close("".join(self._inside))

    def _outside(self, text: str, now: float) -> tuple[str, list[str | Pasted]]:
        """What is left of a piece in which a paste begins, and what is handed on of it before that."""
        known, text = len(self._begun), self._begun + text
        self._begun = ""
        out: list[str | Pasted] = []
        for found in _TOKEN.finditer(text):
            part = text[max(known, found.start()) : found.end()]
            if not part:
                continue  # the beginning of a key of which nothing more came
            if found.lastgroup == "text" and self._is_pasted(part, now):
                self._began = self._began if self._run else now
                self._run += part
                self._pasted_at = now
                continue
            out += self._hand_on()
            self._pasted_at = float("-inf")
            if found.group() == _BEGIN:
                self._inside, self._split = [], part != _BEGIN
                return text[found.end() :], [*out, *([part] if self._split else [])]
            self._begun = found.group("unfinished") or ""
            out.append(part)
        return "", out

    def _is_pasted(self, part: str, now: float) -> bool:
        if self._run or (now - self._pasted_at < _AFTER and len(part) >= _GOES_ON):
            return True
        return len(part) >= _LONG and 2 * Counter(part).most_common(1)[0][1] < len(part)

    def _hand_on(self) -> list[str | Pasted]:
        """The run is over. Tabs and Enters at the very end of a short one may have been pressed, and then are keys."""
        run, self._run = self._run, ""
        text = run.rstrip("\t\r") if len(run) < _SHORT else run
        return [part for part in (Pasted(text), run[len(text) :]) if part] if run else []

    def _go_on_inside(self, text: str) -> tuple[str, list[str | Pasted]]:
        """What follows the paste in a piece, and what is handed on of it before that."""
        assert self._inside is not None
        before = "".join(self._inside[1 - len(_END) :])[1 - len(_END) :]
        at = (before + text).find(_END)
        if at < 0:
            self._inside.append(text)
            return "", []
        past = at + len(_END) - len(before)
        return text[past:], self._close("".join((*self._inside, text[:past]))[: -len(_END)])

    def _close(self, pasted: str) -> list[str | Pasted]:
        """A paste between brackets is over."""
        self._inside = None
        return [Pasted(pasted), *([_END] if self._split else [])]
