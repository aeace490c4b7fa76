"""While the person reads, the next fan is made; it is there at once if it is the one that is wanted."""

import os
import signal

from cyborg_tui.engine.machine import draws_from_battery, on_battery
from cyborg_tui.loom.extent import Extent
from cyborg_tui.loom.fan import Finish

LINE = "I have been thinking about the sea"


async def reading(desk, **settings):
    """A fan in view, whose first branch is highlighted, and the next one made ahead."""
    session = desk.open(**settings)
    await desk.start()
    session.edit(0, 0, LINE)
    await desk.fan()
    await looked_ahead(desk)
    return session


async def looked_ahead(desk):
    desk.session.look_ahead()
    ahead = desk.session._generation._ahead
    await desk.until(lambda: ahead.over)
    return ahead


async def test_the_branches_are_there_with_the_take(desk):
    session = await reading(desk)
    session.take(0)
    session.ask()
    assert not session.busy
    assert len(session.branches) == 8
    assert all(branch.finish is Finish.TOKENS and len(branch.tokens) == 12 for branch in session.branches)


async def test_they_are_the_very_branches_that_would_have_been_made_then(desk):
    session = await reading(desk)
    session.take(0)
    session.ask()
    ahead, fan = session.branches, session.fan
    again = await desk.fan()
    assert [branch.text for branch in again] != [branch.text for branch in ahead], "another seed"
    session._generation.draw(session.loom.fan(fan.model, fan.settings, fan.seed), 0, 8, session.loom.cursor)
    await desk.until(lambda: not session.busy)
    same = [(branch.text, branch.healed, branch.seed, branch.tokens) for branch in session.branches]
    assert same == [(branch.text, branch.healed, branch.seed, branch.tokens) for branch in ahead]


async def test_a_fan_that_still_grows_goes_on_growing(desk):
    session = desk.open(max_tokens=120)
    await desk.start()
    session.edit(0, 0, LINE)
    await desk.fan()
    session.look_ahead()
    await desk.until(lambda: session._generation._ahead.heard)
    session.take(0)
    session.ask()
    shown = [branch.text for branch in session.branches]
    assert any(shown)
    await desk.until(lambda: not session.busy)
    assert all(branch.text.startswith(text) for branch, text in zip(session.branches, shown, strict=True))
    assert any(len(branch.tokens) == 120 for branch in session.branches)


async def test_taken_first_and_asked_for_later_it_is_there_too(desk):
    session = await reading(desk)
    session.take(0)
    session.look_ahead()
    session.ask()
    assert session.branches
    assert not session.busy


async def test_a_fan_that_was_never_shown_is_in_no_library(desk):
    session = await reading(desk)
    session.highlight(1)
    await looked_ahead(desk)
    session.edit(0, 0, "No. ")
    await desk.until(lambda: not session.busy)
    await session.close()
    again = desk.library.open(session.row.id)
    assert len(again.tree.fans) == 1


async def test_what_is_wanted_instead_comes_first(desk):
    session = desk.open(max_tokens=120)
    await desk.start()
    session.edit(0, 0, LINE)
    await desk.fan()
    for other in (lambda: session.take(0, extent=Extent.WORD), lambda: session.highlight(3), session.undo):
        session.look_ahead()
        assert session._generation._ahead is not None
        other()
        assert session._generation._ahead is None
    session.look_ahead()
    session.again()
    await desk.until(lambda: not session.busy)
    assert len(session.branches) == 8


async def test_after_a_sibling_is_highlighted_it_is_made_from_that(desk):
    session = await reading(desk)
    session.highlight(4)
    ahead = await looked_ahead(desk)
    assert ahead.context.text == LINE + session.branches[4].text[session.branches[4].healed :]


async def test_a_lost_engine_takes_it_along(desk):
    session = await reading(desk)
    os.kill(desk.engine.pid, signal.SIGKILL)
    await desk.until(lambda: session.view.model is None)
    await desk.until(lambda: session.view.model is not None)
    session.take(0)
    session.ask()
    assert session.busy
    await desk.until(lambda: not session.busy)
    assert all(branch.text for branch in session.branches)


async def test_it_is_not_made_where_it_may_not_be(desk):
    session = desk.open()
    session._may_look_ahead = lambda: False
    await desk.start()
    session.edit(0, 0, LINE)
    await desk.fan()
    session.look_ahead()
    assert session._generation._ahead is None


def test_a_machine_on_battery_is_known(tmp_path):
    def supply(name, **values):
        (tmp_path / name).mkdir(exist_ok=True)
        for key, value in values.items():
            (tmp_path / name / key).write_text(value + "\n")

    assert not on_battery(tmp_path / "nothing")
    supply("BAT0", type="Battery", status="Full")
    assert not on_battery(tmp_path)
    supply("AC", type="Mains", online="1")
    assert not on_battery(tmp_path)
    supply("AC", type="Mains", online="0")
    assert on_battery(tmp_path)
    supply("AC", type="Mains", online="1")
    supply("BAT0", type="Battery", status="Discharging")
    assert on_battery(tmp_path)
    supply("BAT0", type="Battery", status="Full")
    supply("mouse", type="Battery", status="Discharging", scope="Device")
    assert not on_battery(tmp_path), "only the mouse does"


def test_a_mac_on_battery_is_known():
    assert draws_from_battery(
        "Now drawing from 'Battery Power'\n -InternalBattery-0\t81%; discharging; 3:12 remaining\n"
    )
    assert not draws_from_battery("Now drawing from 'AC Power'\n -InternalBattery-0\t100%; charged\n")
