"""Pictures of the running app, with the embedded model: the README's, and one of each theme at each size.

    python docs/pictures.py [FOLDER]

Writes SVG files into `docs/` or FOLDER. Seeds are fixed, so that the same version makes the same pictures.
"""

import asyncio
import random
import re
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from textual.pilot import Pilot

from cyborg_tui.app import CyborgApp
from cyborg_tui.config import Config
from cyborg_tui.library.library import Library
from cyborg_tui.screens.write import WriteScreen
from cyborg_tui.theme import theme_names

TEXT = (
    "I have been thinking about the sea again, and about why the house seemed smaller when we came back to it. "
    "The rooms had kept their distances, and "
)
SIZES = ((120, 36), (80, 24), (40, 12))
SCREENS = {
    "map": ["3", "tab", "j", "1", "f2", "k", "k"],
    "compare": ["c", "j", "c"],
    "tokens": ["3", "f3", *["h"] * 4],
    "blocks": ["3", "f3", *["h"] * 4, "v"],
    "levers": ["escape", "f4", "enter", *"Letters from an island, 1911.", "escape"],
    "samplers": ["3", "ctrl+o", "s"],
    "mirror": ["3", "tab", "j", "1", "tab", "2", "f6"],
}
"""Other screens, and the keys that lead there."""
_NAMES = {" ": "space", ",": "comma", ".": "full_stop"}
_WEB_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def picture(theme: str, columns: int, rows: int, keys: list[str], file: Path) -> None:
    """Write a little, ask for branches, press some more keys, and draw what is on the screen."""
    random.seed(2)
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        app = CyborgApp(Config(theme=theme, data_dir=folder), library, library.daily(date(2026, 11, 24)))
        async with app.run_test(size=(columns, rows)) as pilot:
            assert isinstance(app.screen, WriteScreen)
            session = app.screen.session
            await wait(pilot, lambda: session.view.model is not None)
            await pilot.press(*(_NAMES.get(letter, letter) for letter in TEXT), "tab")
            await wait(pilot, lambda: session.fan is not None and not session.busy)
            for key in keys:
                if key.isdigit() and isinstance(app.screen, WriteScreen):
                    session.take(int(key) - 1)  # by key nothing is taken that was not sent to a terminal
                    app.screen.came_back()
                else:
                    await pilot.press(_NAMES.get(key, key))
                await wait(pilot, lambda: not session.busy)
            await pilot.pause(0.7)
            file.write_text(_WEB_FONTS.sub("", app.export_screenshot(title="cyborg-tui")), "utf-8")
        library.close()
    print(file)


async def wait(pilot: Pilot[None], until: Callable[[], bool]) -> None:
    while not until():
        await pilot.pause(0.05)


async def main(folder: Path) -> None:
    await picture("ink", 120, 32, ["3", "tab", "j"], folder / "cyborg-tui.svg")
    for name, keys in SCREENS.items():
        await picture("ink", 100, 28, keys, folder / "screens" / f"{name}.svg")
    for theme in theme_names():
        for columns, rows in SIZES:
            await picture(theme, columns, rows, ["j"], folder / "screens" / f"{theme}-{columns}x{rows}.svg")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    (target / "screens").mkdir(parents=True, exist_ok=True)
    asyncio.run(main(target))
