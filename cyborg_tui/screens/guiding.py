"""What the write screen does of a process: it has what is due done, and asks what is to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cyborg_tui.actions import Action
from cyborg_tui.loom.process import Process, Step, Wait
from cyborg_tui.screens.questions import LinePrompt, OneOf
from cyborg_tui.widgets.lines import key_name

if TYPE_CHECKING:
    from cyborg_tui.screens.desk import Desk

__all__ = ["Guiding"]


class Guiding:
    def __init__(self, screen: Desk, actions: Sequence[Action]) -> None:
        self._screen, self._guide = screen, screen.session.guide
        keys = next((action.names for action in actions if action.id == "process"), [])
        self._key = key_name(keys[0]) if keys else "palette"
        self._asking = False

    @property
    def words(self) -> tuple[str, ...]:
        """Process and step, for the status line; how to go on stands in the footer."""
        return self._guide.words

    def begin(self, process: Process) -> None:
        self._guide.begin(process)
        self.look()

    def go_on(self) -> bool:
        """To the next step. False if there is no process."""
        process = self._guide.process
        if process is None:
            return False
        self._guide.go_on()
        self._went_on(process)
        return True

    def resume(self) -> None:
        """Go on with the one that was left."""
        self._guide.resume()
        self.look()

    def leave(self) -> bool:
        """False if there is no process."""
        process = self._guide.process
        if process is None or not self._guide.leave():
            return False
        self._screen.notice(f"You left {process.name}; {self._key} and Enter go on with it.")
        return True

    def look(self) -> None:
        """Do what is due, and ask what is to be asked, unless something else is before the person."""
        if self._asking or not self._screen.is_current:
            return
        process = self._guide.process
        if process is not None and self._guide.due:
            self._work(process)
        step = self._guide.step
        if step is not None and step.wait in (Wait.ANSWER, Wait.OPTION):
            self._ask(step)

    def _work(self, process: Process) -> None:
        screen = self._screen
        screen.let_go()
        self._guide.work()
        step = self._guide.step
        if step is not None and step.wait is Wait.CHOICE:
            screen.came_to_branches()
        else:
            screen.came_to_text()
        if self._guide.problem:
            screen.notice(self._guide.problem)
        elif step is None:
            self._over(process)
        elif step.wait is Wait.CHOICE or step.wait is Wait.TEXT:
            screen.notice(" · ".join(self.words))

    def _ask(self, step: Step) -> None:
        self._asking = True
        says = self._guide.says
        if step.wait is Wait.ANSWER:
            self._screen.app.push_screen(LinePrompt(says, "", "goes on"), self._answered)
        else:
            self._screen.app.push_screen(OneOf(says, [option for option, _ in step.options]), self._picked)

    def _answered(self, text: str | None) -> None:
        self._asking = False
        if not text:
            self.leave()
        else:
            process = self._guide.process
            self._guide.answer(text)
            self._went_on(process)

    def _picked(self, option: str | None) -> None:
        self._asking = False
        if option is None:
            self.leave()
        else:
            process = self._guide.process
            self._guide.pick(option)
            self._went_on(process)

    def _went_on(self, process: Process | None) -> None:
        if process is not None and self._guide.process is None:
            self._screen.let_go()
            self._screen.came_to_text()  # what the last step wrote may have gone
            self._over(process)
        self.look()

    def _over(self, process: Process) -> None:
        self._screen.notice(f"That was {process.name}.")
