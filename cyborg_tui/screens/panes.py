"""The panes that take keys, and the keys that mean something in them."""

from collections.abc import Callable, Mapping, Sequence

from textual import events
from textual.widget import Widget

from cyborg_tui.actions import APP_ACTIONS, Action
from cyborg_tui.terminal.app import LineApp
from cyborg_tui.widgets.branches import Branches
from cyborg_tui.widgets.editor import Editor
from cyborg_tui.widgets.outline import OutlinePane
from cyborg_tui.widgets.preview import Preview

__all__ = ["BranchPane", "ComparePane", "MapPane", "WritingPane", "bound_keys", "run_bound_key"]

_NUMBERED = frozenset({"take_number", "why"})
"""Actions each of whose keys means something else."""


def bound_keys(actions: Sequence[Action], where: str) -> dict[str, str]:
    """Key → what the screen does, in one of its panes."""
    found: dict[str, str] = {}
    for action in actions:
        if action.where not in (where, "anywhere") or action.id in APP_ACTIONS:
            continue
        for number, key in enumerate(action.names, 1):
            found[key] = f"{action.id}({number})" if action.id in _NUMBERED else action.id
    return found


async def run_bound_key(pane: Widget, keys: Mapping[str, str], event: events.Key) -> bool:
    """Run the screen's action that is bound to a key. False if none is."""
    if event.key not in keys:
        return False
    event.stop()
    event.prevent_default()
    await pane.screen.run_action(keys[event.key])
    return True


async def _run_bound(pane: "WritingPane | BranchPane | MapPane | ComparePane", event: events.Key) -> bool:
    """Run the action bound to a key, in the order in which keys were pressed. False if it is bound to none.

    Textual's own bindings are run by the app, which may be ahead of the characters that still wait in the pane.
    """
    if isinstance(pane.app, LineApp) and pane.app.is_away:
        event.stop()  # it was typed while another program got the terminal
        event.prevent_default()
        return True
    pane.on_any_key()
    focused = pane.screen.focused
    if focused is not None and focused is not pane:
        focused.post_message(events.Key(event.key, event.character))
    elif event.key in pane.actions:
        await pane.screen.run_action(pane.actions[event.key])
    else:
        return False
    event.stop()
    event.prevent_default()
    return True


class WritingPane(Editor):
    takes_keys_in_order = True
    actions: Mapping[str, str]
    on_any_key: Callable[[], None]

    async def _on_key(self, event: events.Key) -> None:
        await _run_bound(self, event)


class MapPane(OutlinePane):
    actions: Mapping[str, str]
    on_any_key: Callable[[], None]

    async def _on_key(self, event: events.Key) -> None:
        await _run_bound(self, event)


class ComparePane(Preview, can_focus=True):
    actions: Mapping[str, str]
    on_any_key: Callable[[], None]

    async def _on_key(self, event: events.Key) -> None:
        await _run_bound(self, event)


class BranchPane(Branches):
    actions: Mapping[str, str]
    on_any_key: Callable[[], None]

    async def _on_key(self, event: events.Key) -> None:
        """Esc and a letter that arrive together look like Alt and the letter: they mean writing, then the letter."""
        if await _run_bound(self, event):
            return
        letter = event.key.removeprefix("alt+")
        if letter != event.key and len(letter) == 1:
            event.stop()
            event.prevent_default()
            await self.screen.run_action("write")
            self._writing_pane().insert(letter)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._writing_pane().post_message(events.Paste(event.text))

    def _writing_pane(self) -> WritingPane:
        pane = self.screen.query_one(WritingPane)
        self.screen.set_focus(pane)
        return pane
