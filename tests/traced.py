"""The app, which writes down what each of its tasks waits for when it gets SIGUSR1: for what comes once in a thousand
acts. `CYBORG_TUI_TRACE` names the file."""

import asyncio
import os
import signal

from cyborg_tui.app import CyborgApp
from cyborg_tui.cli import main

_on_mount = CyborgApp.on_mount


async def on_mount(app):
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, written_down, app)
    await _on_mount(app)


def written_down(app):
    with open(os.environ["CYBORG_TUI_TRACE"], "w") as file:  # noqa: PTH123
        print("painting is held back by", app._batch_count, "since", app._held_since, "missed", app._missed, file=file)
        print("size", app._size, app._resize_event, "away", app.is_away, "keys", list(app._order._waiting), file=file)
        for screen in app.screen_stack:
            print(screen, screen.size, "updates", screen.stack_updates, "queue", screen._message_queue, file=file)
        for task in asyncio.all_tasks():
            print("\n", task, file=file)
            task.print_stack(file=file)


if __name__ == "__main__":
    CyborgApp.on_mount = on_mount
    main()
