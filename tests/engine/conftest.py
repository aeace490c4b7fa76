"""What tests of engines share."""

import pytest

from tests.engine.servers import Server


@pytest.fixture
async def server():
    async with Server() as server:
        yield server
