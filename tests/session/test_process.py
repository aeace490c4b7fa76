"""Going through a process with a real model: the app does what is due, the person chooses."""

import pytest

from cyborg_tui.fan_settings import FanConfig
from cyborg_tui.loom.event import EventKind
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.process import Process, Step, Wait, Wanted, check
from cyborg_tui.loom.settings import FanSettings, Sampling
from cyborg_tui.processes.reading import list_processes

SHORT = FanSettings(width=2, max_tokens=4, sampling=Sampling(temperature=0.7))


def process(*steps):
    check(steps)
    return Process("trial", "", steps)


async def at_desk(desk, text=""):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, text)
    return session


async def work(desk, session):
    """What is due is done, and the branches are there."""
    session.guide.work()
    await desk.until(lambda: not session.busy)


async def test_a_template_a_fan_and_the_choice(desk):
    session = await at_desk(desk, "It rained.")
    before = session.settings
    step = Step("question", insert="\n\nWhat if ", fan=Wanted(SHORT), wait=Wait.CHOICE, says="Take one", times=2)
    session.guide.begin(process(step, Step("answer", wait=Wait.TEXT, says="Answer")))
    await work(desk, session)
    assert session.loom.text == "It rained.\n\nWhat if "
    assert session.fan.settings == SHORT
    assert session.guide.words == ("trial: question 1 of 2", "Take one")
    assert not session.guide.due, "it waits"

    assert session.take(1)
    assert session.guide.due
    await work(desk, session)
    assert session.guide.words[0] == "trial: question 2 of 2"
    assert session.loom.text.endswith("\n\nWhat if ")
    assert session.taken is None
    session.take(0)
    session.guide.work()
    assert session.guide.words == ("trial: answer", "Answer")
    assert session.settings == before, "its settings were its own"


async def test_a_part_of_a_branch_waits_for_the_person_to_go_on(desk):
    session = await at_desk(desk, "The sea")
    session.guide.begin(process(Step("a", fan=Wanted(SHORT), wait=Wait.CHOICE), Step("b", wait=Wait.TEXT)))
    await work(desk, session)
    assert session.take(0, 2)
    assert not session.guide.due
    session.guide.go_on()
    session.guide.work()
    assert session.guide.step.name == "b"


async def test_what_was_written_for_nothing_goes_again(desk):
    session = await at_desk(desk, "The sea.")
    steps = Step("a", insert=" What if ", fan=Wanted(SHORT), wait=Wait.CHOICE), Step("b", wait=Wait.TEXT)
    session.guide.begin(process(*steps))
    await work(desk, session)
    session.guide.go_on()
    session.guide.work()
    assert (session.guide.step.name, session.loom.text) == ("b", "The sea.")


async def test_a_choice_that_was_taken_back_is_none(desk):
    session = await at_desk(desk, "The sea")
    steps = Step("a", fan=Wanted(SHORT), wait=Wait.CHOICE, otherwise="c"), Step("b", wait=Wait.TEXT), Step("c")
    session.guide.begin(process(*steps, Step("d", wait=Wait.TEXT)))
    await work(desk, session)
    session.take(0, 2)
    session.undo()
    session.guide.go_on()
    session.guide.work()
    assert session.guide.step.name == "d"


async def test_marks_frames_answers_and_options(desk):
    session = await at_desk(desk, "The sea.")
    session.guide.begin(
        process(
            Step("who", wait=Wait.ANSWER, into="who"),
            Step(
                "line", insert="\n{who}: ", frame=Frame(memory="A play."), fan=Wanted(SHORT), wait=Wait.CHOICE, tag="x"
            ),
            Step("more", bookmark=True, wait=Wait.OPTION, says="More?", options=(("yes", "line"), ("no", "end"))),
        )
    )
    session.guide.work()
    session.guide.answer("Ann")
    await work(desk, session)
    assert session.loom.text == "The sea.\nAnn: "
    assert session.frame.memory == "A play."
    session.take(0)
    session.guide.work()
    assert "x" in session.loom.tree.facts(session.loom.manuscript.node_at(session.loom.cursor)).tags
    session.guide.pick("yes")
    await work(desk, session)
    assert session.loom.text.count("Ann: ") == 2
    session.take(0)
    session.guide.work()
    session.guide.pick("no")
    assert session.guide.process is None
    assert session.frame.memory == "A play.", "the text is still what it was written under"


async def test_process_and_step_are_in_the_log(desk, library):
    session = await at_desk(desk)
    session.guide.begin(process(Step("a", wait=Wait.TEXT), Step("b", wait=Wait.TEXT)))
    session.guide.work()
    session.guide.go_on()
    session.guide.work()
    session.guide.leave()
    session.guide.resume()
    session.guide.go_on()
    library.flush()
    said = [(e.kind, e.note) for e in library.events(session.row.id) if e.kind in (EventKind.STEP, EventKind.LEFT)]
    assert said == [
        (EventKind.STEP, "trial: a"),
        (EventKind.STEP, "trial: b"),
        (EventKind.LEFT, "trial: b"),
        (EventKind.STEP, "trial: b"),
        (EventKind.LEFT, "trial"),
    ]


async def test_it_is_left_at_any_time_and_gone_on_with(desk):
    session = await at_desk(desk, "The sea")
    before = session.settings
    session.guide.begin(process(Step("a", fan=Wanted(SHORT), wait=Wait.CHOICE), Step("b", wait=Wait.TEXT)))
    session.guide.work()
    assert session.guide.leave()
    assert session.settings == before
    assert (session.guide.words, session.guide.due, session.guide.can_go_on) == ((), False, True)
    session.guide.resume()
    assert session.guide.step.name == "a"


async def test_an_edited_process_is_tried_again_from_the_step_one_is_at(desk):
    session = await at_desk(desk)
    session.guide.begin(process(Step("a", wait=Wait.TEXT), Step("b", insert="b", wait=Wait.TEXT)))
    session.guide.work()
    session.guide.go_on()
    session.guide.work()
    session.guide.changed(process(Step("b", insert="c", wait=Wait.TEXT, says="Now")))
    session.guide.work()
    assert session.loom.text == "bc"
    assert session.guide.words == ("trial: b", "Now")


@pytest.mark.parametrize("number", range(6))
async def test_none_that_comes_with_the_app_takes_anything_by_itself(desk, tmp_path, number):
    session = await at_desk(desk, "The sea.")
    listed = list_processes(tmp_path, FanConfig(width=2, max_tokens=4))
    session.guide.begin(listed[number].process)
    for _ in range(30):
        await work(desk, session)
        step = session.guide.step
        if step is None:
            break
        match step.wait:
            case Wait.ANSWER:
                session.guide.answer("somebody")
            case Wait.OPTION:
                session.guide.pick(step.options[-1][0])
            case _:
                session.guide.go_on()
    assert session.guide.process is None, "one comes to the end by going on alone"
    assert session.person_share == 1.0
