"""More branches than were wanted come where they take no longer; they are offered, and said to have come along."""

from cyborg_tui.engine.protocol import Widths
from cyborg_tui.screens.views import fan_view

EIGHT_BEFORE_FIVE = Widths({4: 0.09, 5: 0.10, 6: 0.12, 7: 0.12, 8: 0.09, 16: 0.15})
LINE = "I have been thinking about the sea"


async def wide(desk, **settings):
    """A session in which five are wanted, and eight come as soon."""
    session = desk.open(**{"widens": True, "width": 5, "max_tokens": 4, **settings})
    await desk.start()
    session.edit(0, 0, LINE)
    return session


async def asked(desk, how):
    """Ask on a machine whose widths are known."""
    desk.session.hear(EIGHT_BEFORE_FIVE)
    how()
    await desk.until(lambda: desk.session.fan is not None and not desk.session.busy)


def header(session):
    return fan_view(session, flow=False).header


async def test_eight_come_instead_of_five_and_the_three_are_said_to_have_come_along(desk):
    session = await wide(desk)
    await asked(desk, session.ask)
    assert len(session.branches) == 8
    assert all(branch.text for branch in session.branches)
    assert session.fan.settings.width == 5, "what was wanted is on record"
    assert header(session).startswith("8 branches · 3 came along · fan ")


async def test_also_with_those_that_are_added(desk):
    session = await wide(desk)
    await asked(desk, session.ask)
    await asked(desk, session.more)
    assert header(session).startswith("16 branches · 6 came along")


async def test_a_hidden_one_does_not_count(desk):
    session = await wide(desk)
    await asked(desk, session.ask)
    session.highlight(7)
    session.hide()
    assert header(session).startswith("7 of 8 branches · 2 came along")


async def test_the_fan_made_ahead_is_as_wide(desk):
    session = await wide(desk)
    await asked(desk, session.ask)
    session.hear(EIGHT_BEFORE_FIVE)
    session.look_ahead()
    await desk.until(lambda: session._generation._ahead.over)
    session.take(0)
    session.hear(EIGHT_BEFORE_FIVE)
    session.ask()
    assert not session.busy
    assert header(session).startswith("8 branches · 3 came along")


async def test_where_that_is_not_wanted_as_many_come_as_were_asked_for(desk):
    session = await wide(desk, widens=False)
    await asked(desk, session.ask)
    assert header(session).startswith("5 branches · fan ")
