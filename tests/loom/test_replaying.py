"""A session played back from its log is what it was."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from cyborg_tui.loom.event import EventKind
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.piece import same, text_of
from cyborg_tui.loom.replaying import Replay
from tests.loom.machine import Person
from tests.loom.test_measures import Desk


def played(loom, events):
    replay = Replay(events, loom.tree)
    return [replay.at(number) for number in range(1, len(replay) + 1)]


def test_every_moment_comes_back_with_its_authors():
    desk = Desk("Once ")
    loom, texts = desk.loom, ["Once "]

    def then():
        texts.append(loom.text)

    branches = desk.fan("upon a time", "more")
    then()
    loom.look(branches[1])
    then()
    loom.take(branches[0])
    then()  # it was looked at with that
    then()
    loom.write(4, 4, ", he said,")
    then()
    loom.undo()
    then()
    loom.parent()
    then()
    loom.redo() or loom.undo()
    then()
    moments = played(loom, loom.changes().events)
    looked_by_taking = moments.pop(3)
    assert looked_by_taking.event.kind is EventKind.LOOKED
    texts.pop(3)
    assert [text_of(moment.pieces) for moment in moments] == texts
    assert all(moment.exact for moment in moments)
    assert (moments[2].highlighted, moments[3 - 1].fan) == (branches[1], 1) or moments[3].taken == branches[0]


def test_one_goes_back_as_well_as_on():
    desk = Desk("x")
    for number in range(1, 600):
        desk.loom.write(number, number, "x")
    replay = Replay(desk.loom.changes().events, desk.loom.tree)
    for number in (600, 3, 599, 256, 255, 0, 257):
        moment = replay.at(number)
        assert (moment.number, len(text_of(moment.pieces))) == (number, number)


def without_turns(events):
    from dataclasses import replace

    return [replace(event, turn=None) for event in events]


def test_where_an_older_log_lacks_the_words_the_nearest_is_shown_and_said_to_be():
    desk = Desk("Once ")
    branches = desk.fan("upon a time", "more")
    desk.loom.take(branches[0], upto=4)
    moments = played(desk.loom, without_turns(desk.loom.changes().events))
    assert [text_of(moment.pieces) for moment in moments] == ["", "Once ", "Once ", "Once upon"]
    assert not any(moment.exact for moment in moments)


def test_what_an_older_log_lacks_is_there_again_from_the_next_opening_on():
    desk = Desk("Once ")
    old = without_turns(desk.loom.changes().events)
    desk.loom.log.write(EventKind.OPENED, afresh=True)
    desk.loom.write(5, 5, "upon")
    moments = played(desk.loom, [*old, *desk.loom.changes().events])
    assert [(text_of(moment.pieces), moment.exact) for moment in moments] == [
        ("", False),
        ("Once ", True),
        ("Once upon", True),
    ]


class Watched(Person):
    """Whatever the person does: after each thing done, the log plays back to what stands there."""

    def __init__(self):
        super().__init__()
        self.events = []

    @invariant()
    def plays_back(self):
        loom = self.loom
        changes = loom.changes()
        if any(event.kind is EventKind.OPENED for event in changes.events):
            self.events = []
        self.events += changes.events
        replay = Replay(self.events, loom.tree)
        moment = replay.at(len(replay))
        if not self.events:
            return
        assert moment.exact
        assert same(moment.pieces, loom.manuscript.pieces)

    def rewrite_everywhere(self, data, text):
        """What is done to the tree beside the manuscript has tests of its own."""

    def split(self, data, where):
        """As well."""

    def join(self, data):
        """As well."""

    def reopen(self):
        """Of what a loom does when it is opened again the library has the log."""


def test_whatever_a_person_does_the_log_plays_back_to_it():
    looking = settings(
        max_examples=60,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Watched, settings=looking)


def test_an_empty_loom_has_nothing_to_play():
    assert len(Replay((), Loom().tree)) == 0
    assert Replay((), Loom().tree).at(5).number == 0
