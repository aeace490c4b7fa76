"""The token screen: the manuscript in the colours of the model's mind, and what it nearly said."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from math import exp

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from cyborg_tui.actions import Action
from cyborg_tui.loom.tokens import TokenAt
from cyborg_tui.screens.blocks import PART_OF_A_CHARACTER, BlocksScreen
from cyborg_tui.screens.panes import bound_keys, run_bound_key
from cyborg_tui.screens.tint import Tint, TintedManuscript
from cyborg_tui.screens.views import looking_ahead
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session.foresight import Foresight
from cyborg_tui.session.inside import is_fork, is_surprise
from cyborg_tui.session.looking import Looking
from cyborg_tui.session.scoring import Progress
from cyborg_tui.widgets.bars import gauge
from cyborg_tui.widgets.editor import Editor
from cyborg_tui.widgets.lines import Footer, Status, StatusLine, Title
from cyborg_tui.widgets.tokens import Choice, Tokens, TokenView

__all__ = ["TokensScreen"]

_FRAME = 1 / 20
_AHEAD = 10
"""Tokens shown of what may come next."""


class TokenPane(Tokens):
    """Has the keys."""

    def __init__(self, actions: Sequence[Action], *, id: str) -> None:
        super().__init__(id=id)
        self._keys = bound_keys(actions, "tokens")

    async def _on_key(self, event: events.Key) -> None:
        await run_bound_key(self, self._keys, event)


class TokensScreen(WorkingScreen[bool]):
    """Dismissed when the person goes back to writing, with whether something was taken."""

    PARTS = ("tokens",)

    def __init__(self, looking: Looking, actions: Sequence[Action]) -> None:
        super().__init__(looking.session, actions)
        self._looking = looking
        self._all_actions = actions
        self._inside = looking.inside
        self._tinted = TintedManuscript(self._inside)
        self._token = self._inside.nearest(looking.start)
        self._choices: tuple[Choice, ...] = ()
        self._highlighted = 0
        self._ids = False
        self._edge = looking.edge(looking.start if self._token is None else len(self._inside.text))
        """Where one looks at what may come next."""
        self._foresight: Foresight | None = None
        self._scoring: Progress | None = None

    def compose(self) -> ComposeResult:
        with Container(id="panes"):
            with Container(id="page"):
                yield Title(self.session.row.title, id="title")
                yield Editor(self._tinted, id="editor")
            yield TokenPane(self._actions, id="branches")
        yield StatusLine(id="status")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        self._editor = self.query_one(Editor)
        self._editor.read_only = True
        self._editor.can_focus = False  # all keys are the tokens'
        self._editor.load(self._inside.text, self._token.start if self._token else self.session.loom.cursor)
        self._pane = self.query_one(TokenPane)
        self.set_focus(self._pane)
        self._lay_out()
        self.query_one(Footer).show([a for a in self._actions if self.allows(a) or a.id in ("help", "palette", "quit")])
        self._go_to(self._token)
        self.set_interval(_FRAME, self._look_ahead)

    def on_unmount(self) -> None:
        self._looking.leave()

    def changed(self) -> None:
        if self.is_mounted:
            self._look_at_scores()
            self._show()

    def _look_at_scores(self) -> None:
        """What has been scored meanwhile is coloured."""
        before, self._scoring = self._scoring, self.session.scoring
        if before != self._scoring:
            self._inside.look_again()
            self._editor.refresh()
            if self._scoring is None and not self._notice:
                self._notice = "What you wrote is scored; h and l go from token to token."

    # showing

    def _go_to(self, token: TokenAt | None) -> None:
        """Look at a token; None: at what may come next, at the edge."""
        self._token = token
        self._choices = self._choices_of(token) if token else ()
        self._highlighted = next((i for i, choice in enumerate(self._choices) if choice.stands), 0)
        if token is not None:
            self._editor.place(token.start)
            self._editor.place(token.end, selecting=True)
        else:
            self._foresight = self._foresight or self._looking.foresee(self._edge)
            self._editor.place(self._edge)
            self._look_ahead()
        self._show()

    def _choices_of(self, token: TokenAt) -> tuple[Choice, ...]:
        """The ten likeliest, and the one that stands if it is none of them."""
        drawn = token.tokens[0]
        choices = [
            Choice(choice.text, exp(choice.logprob), stands=choice.id == drawn.id, id=choice.id)
            for choice in self._looking.alternatives(token)
        ]
        if not any(choice.stands for choice in choices):
            text = self._inside.text[token.start : token.end]
            choices.append(Choice(text, exp(drawn.logprob), stands=True, id=drawn.id))
        return tuple(choices)

    def _look_ahead(self) -> None:
        """At the edge: ask for what may come next until it is there."""
        if self._token is not None or self._foresight is None or self._choices:
            return
        self._foresight.want([()])
        outlook = self._foresight.known.get(())
        if outlook is not None:
            self._choices = tuple(Choice(t.text, exp(t.logprob), id=t.id) for t in outlook.likeliest[:_AHEAD])
            self._show()

    def _show(self) -> None:
        if not self.is_whole:
            return
        self._pane.show(self._view())
        self.query_one(StatusLine).show(self._status())

    def _view(self) -> TokenView:
        choices = self._choices if self._ids else tuple(replace(choice, id=None) for choice in self._choices)
        if self._token is None:
            return TokenView("what may come next", choices, self._highlighted, self._facts_of_the_edge())
        return TokenView(self._looking.whence(self._token), choices, self._highlighted, self._facts_of(self._token))

    def _facts_of(self, token: TokenAt) -> tuple[str, ...]:
        facts = [f"surprise {token.surprise:.1f} bits"]
        if token.bits is not None:
            facts.append(gauge(token.bits, self._ninety()))
        if len(token.tokens) > 1:
            facts.append(f"{len(token.tokens)} tokens make this character")
        if len(self._choices) == 1:
            facts.append("what else it might have said is not on record")
        return tuple(facts)

    def _ninety(self) -> int | None:
        """How many tokens reach 90 %, if so few do that they are on record."""
        reached = accumulate(choice.chance for choice in self._choices)
        return next((count for count, chance in enumerate(reached, 1) if chance >= 0.9), None)

    def _facts_of_the_edge(self) -> tuple[str, ...]:
        outlook = self._foresight.known.get(()) if self._foresight else None
        if outlook is not None:
            return (gauge(outlook.bits, outlook.ninety),)
        return (looking_ahead(self.session),)

    def _status(self) -> Status:
        if self._notice:
            return Status(alarm=self._notice)
        if self._scoring is not None:
            return Status((f"scoring what you wrote · {self._scoring.done / self._scoring.total:.0%}", "Esc stops"))
        return Status((f"colours {self._tinted.tint.value}",))

    # moving

    def _move(self, token: TokenAt | None, nothing: str) -> None:
        self._notice = "" if token else nothing
        if token is not None:
            self._go_to(token)
        else:
            self._show()

    @property
    def _here(self) -> tuple[int, int]:
        return (self._token.start, self._token.end) if self._token else (self._edge, self._edge)

    def action_next_token(self) -> None:
        token = self._inside.after(self._here[1])
        if token is None and self._token is not None and not self.session.read_only:
            self._notice = ""
            self._go_to(None)
        else:
            self._move(token, "Nothing stands here yet.")

    def action_previous_token(self) -> None:
        self._move(self._inside.before(self._here[0]), "This is the first token.")

    def action_next_fork(self) -> None:
        self._move(self._inside.after(self._here[1], is_fork), "There is no fork further down.")

    def action_previous_fork(self) -> None:
        self._move(self._inside.before(self._here[0], is_fork), "There is no fork further up.")

    def action_next_surprise(self) -> None:
        self._move(self._inside.after(self._here[1], is_surprise), "There is no surprise further down.")

    def action_previous_surprise(self) -> None:
        self._move(self._inside.before(self._here[0], is_surprise), "There is no surprise further up.")

    def action_next_choice(self) -> None:
        self._choose(1)

    def action_previous_choice(self) -> None:
        self._choose(-1)

    def _choose(self, by: int) -> None:
        self._notice = ""
        self._highlighted = max(0, min(len(self._choices) - 1, self._highlighted + by))
        self._show()

    # acting

    def action_take_choice(self) -> None:
        if not self._choices:
            return
        choice = self._choices[self._highlighted]
        if choice.stands:
            self.notice("That is the token that stands here; choose another.")
        elif not choice.text:
            self.notice("There the model would have ended the text; there is nothing to take.")
        elif self._take(choice):
            self.dismiss(True)
        else:
            self.notice(PART_OF_A_CHARACTER)

    def _take(self, choice: Choice) -> bool:
        if self._token is not None:
            return self._looking.take_alternative(
                self._token, self._looking.alternatives(self._token)[self._highlighted]
            )
        assert self._foresight is not None
        assert choice.id is not None
        return self._looking.take_ahead(self._edge, self._foresight, (choice.id,))

    def action_blocks(self) -> None:
        def back(taken: bool | None) -> None:
            self._foresight = None
            if taken:
                self.dismiss(True)
            elif self._token is None:
                self._go_to(None)

        offset = self._token.start if self._token else self._edge
        self.app.push_screen(BlocksScreen(self._looking, self._all_actions, offset), back)

    def action_tint(self) -> None:
        tints = list(Tint)
        self._tinted.tint = tints[(tints.index(self._tinted.tint) + 1) % len(tints)]
        self._notice = ""
        self._editor.refresh()
        self._show()

    def action_score(self) -> None:
        session = self.session
        if session.score():
            self._notice = ""
            self.changed()
        elif session.view.model is None:
            self.notice(session.view.problem or "The model is not loaded yet.")
        elif self._inside.standing is not None or not session.own_characters:
            self.notice("There is nothing of yours here.")
        else:
            self.notice("All that you wrote is scored.")

    def action_borders(self) -> None:
        self._tinted.borders = not self._tinted.borders
        self._editor.refresh()

    def action_ids(self) -> None:
        self._ids = not self._ids
        self._show()

    def action_leave(self) -> None:
        if self.session.scoring is not None:
            self.session.stop_scoring()
            self.notice("Stopped; what was scored is kept, y goes on.")
            return
        if self._token is not None and self._inside.standing is None:
            self.session.move_cursor(self._token.start)
        self.dismiss(False)
