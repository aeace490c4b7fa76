"""The samplers: every setting under the fingers, and how it changes what may come next."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import tomli
from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from cyborg_tui.actions import Action
from cyborg_tui.loom.dials import DIALS, Dial, put, shown, turned
from cyborg_tui.loom.guidance import ALONE
from cyborg_tui.loom.sampling import BadSetting, Sampling
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED
from cyborg_tui.screens.panes import bound_keys, run_bound_key
from cyborg_tui.screens.questions import LinePrompt, TextPrompt
from cyborg_tui.screens.views import looking_ahead
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session import Session
from cyborg_tui.session.weighing import Weighing
from cyborg_tui.widgets.dials import ChanceRow, ChanceRows, DialRow, DialRows
from cyborg_tui.widgets.lines import Footer, Status, StatusLine, Title

__all__ = ["SamplersScreen", "Turned"]

_FRAME = 1 / 20
_NATS = 0.6931471805599453
"""Of a bit."""
_USUAL = Sampling()
_TEXTS = ("bias", "forbid", "ban", "dry_breakers", "order", "grammar")
"""Settings that are no numbers."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What the person made of the settings."""

    settings: FanSettings
    preset: str
    """The name of the preset that they are; empty if they are the person's own."""
    fan: bool
    """A fan is wanted at once."""


class DialPane(DialRows):
    """Has the keys."""

    def __init__(self, actions: Sequence[Action], *, id: str) -> None:
        super().__init__(id=id)
        self._keys = bound_keys(actions, "samplers")

    async def _on_key(self, event: events.Key) -> None:
        await run_bound_key(self, self._keys, event)


class SamplersScreen(WorkingScreen[Turned | None]):
    """Dismisses with the settings that are to be in force, or None if they stay as they are."""

    CSS_PATH = "samplers.tcss"
    PARTS = ("samplers",)

    def __init__(
        self,
        session: Session,
        actions: Sequence[Action],
        presets: Mapping[str, FanSettings],
        settings: FanSettings | None = None,
    ) -> None:
        """`presets`: how fans are made by each. `settings`: those to begin with; None: those in force."""
        super().__init__(session, actions)
        self._presets = [*presets.items()]
        self._settings = replace(settings or session.settings, steering=UNSTEERED, mix=ALONE)
        """The levers inside the model are others; whatever they are, the bars are under them."""
        self._fan = session.fan.settings if session.fan is not None else session.settings
        """Of the fan in view."""
        self._at = 0
        self._weighing = Weighing(session)

    def compose(self) -> ComposeResult:
        with Container(id="samplers-panes"):
            with Container(id="samplers-left"):
                yield Title("Samplers", id="title")
                yield DialPane(self._actions, id="dials")
            yield ChanceRows(id="chances")
        yield StatusLine(id="status")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        self._pane = self.query_one(DialPane)
        self.set_focus(self._pane)
        self._lay_out()
        self.query_one(Footer).show([a for a in self._actions if self.allows(a) or a.id in ("help", "palette", "quit")])
        self._weigh()
        self.set_interval(_FRAME, self._weighing.ask)

    def on_resize(self) -> None:
        self._lay_out()
        self.call_after_refresh(self.changed)

    def on_unmount(self) -> None:
        self._weighing.leave()

    def changed(self) -> None:
        if self.is_mounted and self.is_whole:
            self._show()

    # showing

    def _weigh(self) -> None:
        self._weighing.want(self._settings)
        self._show()

    def _show(self) -> None:
        sampling = self._settings.sampling
        dials = [self._dial_row(dial, sampling) for dial in DIALS]
        self._pane.show([*dials, *(self._text_row(name, sampling) for name in _TEXTS)], self._at)
        chances = self._weighing.chances
        rows = [ChanceRow(token.text, token.before, token.after) for token in chances.tokens]
        self.query_one(ChanceRows).show(self._heading(), rows)
        self.query_one(StatusLine).show(self._status())

    def _dial_row(self, dial: Dial, sampling: Sampling) -> DialRow:
        value, then = float(getattr(sampling, dial.name)), float(getattr(self._fan.sampling, dial.name))
        aside = "" if value == then else f"this fan: {shown(dial, then)}"
        return DialRow(_called(dial.name), shown(dial, value), dial.place(value), value != dial.usual, aside)

    def _text_row(self, name: str, sampling: Sampling) -> DialRow:
        value = getattr(sampling, name)
        aside = "" if value == getattr(self._fan.sampling, name) else "this fan's is another"
        return DialRow(_called(name), _short(name, value), None, value != getattr(_USUAL, name), aside)

    def _heading(self) -> tuple[str, ...]:
        chances = self._weighing.chances
        if not chances.tokens:
            return ("what may come next", chances.problem or looking_ahead(self.session))
        before, after = chances.before / _NATS, chances.after / _NATS
        return (
            "next: as drawn; │ as the model has it",
            f"{before:.1f} bits → {after:.1f} · from {_tokens(chances.left)}",
        )

    def _status(self) -> Status:
        if self._notice:
            return Status(alarm=self._notice)
        changed = sum(getattr(self._settings.sampling, d.name) != getattr(_USUAL, d.name) for d in DIALS)
        preset = (f"preset {self._named}",) if self._named else ()
        what = () if self._dial is None else (f"{_called(self._dial.name)}: {self._dial.what}",)
        usual = f"{changed} not as usual (*)" if changed else "all as usual"
        return Status((*what, *preset), middle=(f"{self._at + 1} of {len(DIALS) + len(_TEXTS)}",), right=usual)

    @property
    def _named(self) -> str:
        """The preset that this is; empty if it is none."""
        return next((name for name, settings in self._presets if settings == self._settings), "")

    # turning

    @property
    def _dial(self) -> Dial | None:
        return DIALS[self._at] if self._at < len(DIALS) else None

    @property
    def _setting(self) -> str:
        return self._dial.name if self._dial is not None else _TEXTS[self._at - len(DIALS)]

    def _turn(self, steps: int, *, leap: bool = False) -> None:
        self._notice = ""
        if self._dial is not None:
            self._put(turned(self._settings.sampling, self._dial, steps, leap=leap))

    def _put(self, sampling: Sampling) -> None:
        self._settings = replace(self._settings, sampling=sampling)
        self._weigh()

    def action_dial_up(self) -> None:
        self._move(-1)

    def action_dial_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        self._notice = ""
        self._at = max(0, min(len(DIALS) + len(_TEXTS) - 1, self._at + by))
        self._show()

    def action_dial_more(self) -> None:
        self._turn(1)

    def action_dial_less(self) -> None:
        self._turn(-1)

    def action_dial_much_more(self) -> None:
        self._turn(1, leap=True)

    def action_dial_much_less(self) -> None:
        self._turn(-1, leap=True)

    def action_dial_usual(self) -> None:
        self._put(put(self._settings.sampling, self._setting, getattr(_USUAL, self._setting)))

    def action_dial_fan(self) -> None:
        self._put(put(self._settings.sampling, self._setting, getattr(self._fan.sampling, self._setting)))

    def action_next_preset(self) -> None:
        self._take_preset(1)

    def action_previous_preset(self) -> None:
        self._take_preset(-1)

    def _take_preset(self, by: int) -> None:
        names = [name for name, _ in self._presets]
        now = names.index(self._named) if self._named in names else -1 if by > 0 else 0
        _, self._settings = self._presets[(now + by) % len(names)]
        self._notice = ""
        self._weigh()

    # typing

    def action_dial_type(self) -> None:
        value = getattr(self._settings.sampling, self._setting)
        if self._setting == "grammar":
            prompt = TextPrompt("A GBNF grammar that everything drawn must follow.", value, "ctrl+s", "uses it")
            self.app.push_screen(prompt, lambda typed: self._typed(None if typed is None else typed[0]))
            return
        written = shown(self._dial, float(value)) if self._dial is not None else _written(self._setting, value)
        self.app.push_screen(
            LinePrompt(f"{_called(self._setting)}{_form(self._setting)}", written, "uses it"), self._typed
        )

    def _typed(self, text: str | None) -> None:
        if text is None:
            return
        try:
            self._put(put(self._settings.sampling, self._setting, _read(self._setting, text)))
        except BadSetting as error:
            self.notice(_sentence(error))
        else:
            self._notice = ""
            self._show()

    # leaving

    def action_use_dials(self) -> None:
        self.dismiss(Turned(self._settings, self._named, fan=False))

    def action_use_and_fan(self) -> None:
        self.dismiss(Turned(self._settings, self._named, fan=True))

    def action_leave_dials(self) -> None:
        self.dismiss(None)


def _tokens(count: int) -> str:
    return f"{count:,} token{'' if count == 1 else 's'}"


def _called(name: str) -> str:
    return name.replace("_", " ")


def _sentence(error: BadSetting) -> str:
    said = str(error)
    return f"{said[:1].upper()}{said[1:]}."


def _short(name: str, value: object) -> str:
    if name == "grammar":
        return f"{len(str(value)):,} characters" if value else "none"
    written = _written(name, value)
    return written[:40] + "…" if len(written) > 40 else written or "none"


def _written(name: str, value: object) -> str:
    """A setting that is no number as it is typed."""
    if name == "order":
        return ", ".join(value) if isinstance(value, tuple) else ""
    if not isinstance(value, tuple):
        return str(value)
    if name == "bias":
        return ", ".join(f"{json.dumps(word, ensure_ascii=False)} = {bias:g}" for word, bias in value)
    return ", ".join(json.dumps(word, ensure_ascii=False) for word in value)


def _form(name: str) -> str:
    """How it is to be typed."""
    if name == "bias":
        return ', as "word" = 2, "other" = -100'
    return ', as "word", "other"' if name in ("forbid", "ban", "dry_breakers") else ""


def _read(name: str, text: str) -> object:
    """Raises BadSetting."""
    if name == "grammar":
        return text
    if name == "order":
        return tuple(step.strip() for step in text.split(",") if step.strip())
    dial = next((dial for dial in DIALS if dial.name == name), None)
    try:
        if dial is not None:
            number = float(text.replace(",", ""))
            return int(number) if dial.whole and number == int(number) else number
        if name == "bias":
            return tuple((word, float(bias)) for word, bias in tomli.loads(f"x = {{{text}}}")["x"].items())
        words = tomli.loads(f"x = [{text}]")["x"]
        if not all(isinstance(word, str) for word in words):
            raise ValueError
        return tuple(words)
    except (ValueError, TypeError, OverflowError):
        what = "a number" if dial is not None else f"written{_form(name)}"
        raise BadSetting(f"{_called(name)} must be {what}") from None
