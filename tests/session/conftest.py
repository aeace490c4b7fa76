"""A session with the embedded model and a real library, and no screen."""

import asyncio
from datetime import date

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session import Session

DAY = date(2026, 11, 24)


class Desk:
    """Opens sessions, and lets them hear their engine."""

    def __init__(self, library):
        self.library = library
        self.session = None
        self.engine = EngineClient(EngineConfig(nice=0), lambda event: self.session and self.session.hear(event))

    def open(self, row=None, *, widens=False, **settings):
        row, fans = row or self.library.daily(DAY), FanSettings(**{"max_tokens": 12, **settings})
        self.session = Session(row, self.library, fans, lambda: None, widens=widens)
        self.session.use(self.engine)
        return self.session

    async def start(self):
        await self.engine.start()
        await self.until(lambda: self.session.view.model is not None)

    async def until(self, what, seconds=20):
        for _ in range(seconds * 200):
            if what():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("waited in vain")

    async def fan(self):
        """Ask, and wait until all branches have ended."""
        self.session.ask()
        await self.until(lambda: self.session.fan is not None and not self.session.busy)
        return self.session.branches


@pytest.fixture
def day():
    return DAY


@pytest.fixture
async def desk(library):
    desk = Desk(library)
    yield desk
    await desk.engine.close()
