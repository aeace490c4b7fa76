"""What a log says was chosen, on small logs."""

from cyborg_tui.loom.mirror.choices import choices
from tests.mirror.logs import Log


def made(log):
    return list(choices(log.lines))


def test_asked_looked_and_taken_is_a_choice():
    log = Log().opened().asked(1).looked(1, 11, 12).took(1, 12, 20).closed()
    (choice,) = made(log)
    assert (choice.fan, choice.place, choice.taken, choice.amount, choice.takes) == (1, 2, 12, 20, 1)
    assert list(choice.looked) == [11, 12]
    assert choice.taken_at - choice.asked_at == 3
    assert choice.stands
    assert choice.ended


def test_word_by_word_is_one_choice():
    (choice,) = made(Log().asked(1).took(1, 11, 4).took(1, 11, 9).took(1, 11, 15))
    assert (choice.amount, choice.takes) == (15, 3)


def test_another_branch_of_the_same_fan_is_another_choice():
    first, second = made(Log().asked(1).looked(1, 11, 12).took(1, 11, 4).took(1, 12, 9))
    assert (first.taken, second.taken) == (11, 12)
    assert second.asked_at is None, "it was come back to"
    assert second.place == 2


def test_fans_from_one_place_before_something_is_taken_are_rerolls():
    log = Log().asked(1, node=5).asked(2, node=5).asked(3, node=5).took(3, 31, 8).asked(4, node=9)
    left, again, taken, following = made(log)
    assert [one.rerolls for one in (left, again, taken, following)] == [0, 1, 2, 0]
    assert (left.taken, again.taken, taken.taken) == (None, None, 31)


def test_a_log_that_ends_mid_fan_says_so():
    taken, open_still = made(Log().asked(1).took(1, 11, 8).asked(2).looked(2, 21))
    assert taken.ended
    assert not open_still.ended
    assert open_still.taken is None
    assert list(open_still.looked) == [21]


def test_a_log_that_begins_in_the_middle():
    log = Log().looked(7, 71).took(7, 72, 5).undid("writing").redid()
    (choice,) = made(log)
    assert (choice.fan, choice.taken, choice.asked_at, choice.place) == (7, 72, None, None)


def test_a_take_that_is_undone_does_not_stand_and_redone_it_does():
    assert not made(Log().asked(1).took(1, 11, 8).undid())[0].stands
    assert made(Log().asked(1).took(1, 11, 8).undid().redid())[0].stands
    assert made(Log().asked(1).took(1, 11, 8).undid("writing"))[0].stands


def test_a_take_that_is_undone_after_the_next_fan_was_asked_for():
    taken, *_ = made(Log().asked(1).took(1, 11, 8).asked(2).undid())
    assert not taken.stands


def test_of_what_was_taken_word_by_word_each_undo_takes_a_word_back():
    log = Log().asked(1).took(1, 11, 4).took(1, 11, 9).took(1, 11, 15)
    (choice,) = made(log.undid())
    assert (choice.amount, choice.stands, choice.takes) == (9, True, 3)
    (choice,) = made(log.undid().undid())
    assert not choice.stands
    (choice,) = made(log.redid().redid())
    assert (choice.amount, choice.stands) == (9, True)


def test_of_two_branches_of_a_fan_the_one_taken_last_stands():
    log = Log().asked(1).took(1, 11, 4).took(1, 12, 9)
    assert [one.stands for one in made(log)] == [False, True]
    assert [one.stands for one in made(log.undid())] == [True, False]
    assert [one.stands for one in made(log.redid())] == [False, True]
    assert [one.stands for one in made(Log().asked(1).took(1, 11, 4).went().took(1, 12, 9))] == [False, True]


def test_a_reason_may_come_after_the_next_fan_was_asked_for():
    taken, following = made(Log().asked(1).took(1, 11, 8).asked(2).said(1, 11, "surprising"))
    assert taken.reason == "surprising"
    assert following.reason == ""


def test_a_reason_for_something_else_is_nobodys():
    (choice,) = made(Log().asked(1).took(1, 11, 8).said(1, 12, "fertile"))
    assert choice.reason == ""


def test_edits_of_what_was_taken_are_told_from_those_around_it():
    log = Log().asked(1).took(1, 11, 10, start=100)
    log.typed(110, " and on").typed(20, "xyz").typed(105, "", removed=3).typed(103, "so ")
    (choice,) = made(log)
    edits = [(one.offset, one.removed, one.added, one.text) for one in choice.edits]
    assert edits == [(2, 3, 0, "")], "the text before it grew by three; what is put in where it begins is before it"
    assert choice.removed == 3


def test_an_edit_that_goes_beyond_what_was_taken():
    (choice,) = made(Log().asked(1).took(1, 11, 10, start=100).typed(95, "new", removed=8).typed(104, "", removed=9))
    assert [(one.offset, one.removed) for one in choice.edits] == [(-5, 3), (9, 1)]
    assert (choice.start, choice.length) == (95, 9), "three new letters, seven of it that were left, one gone again"


def test_where_edits_were_is_unknown_in_what_an_early_version_left():
    log = Log().asked(1).line("taken", fan=1, branch=11, amount=8).line("edited", amount=-3)
    assert not made(log)[0].edits_known


def test_going_elsewhere_ends_a_choice_and_closing_ends_all():
    left, taken = made(Log().asked(1).went().asked(2).took(2, 21, 3).closed())
    assert left.taken is None
    assert left.ended
    assert taken.taken == 21


def test_looking_at_an_old_fan_is_no_choice_until_something_is_taken():
    (first,) = made(Log().asked(1).took(1, 11, 8).went().looked(9, 91).went())
    assert first.fan == 1


def test_looms_do_not_mix():
    one, other = Log(1).asked(1, node=5), Log(2).asked(1, node=5)
    lines = [*one.lines, *other.lines, *Log(1).took(1, 11, 3).lines, *Log(2).took(1, 99, 4).lines]
    assert {(choice.loom, choice.taken, choice.rerolls) for choice in choices(lines)} == {(1, 11, 0), (2, 99, 0)}
    assert sorted(choice.asked_at is not None for choice in choices(lines)) == [True, True]


def test_the_order_of_the_lines_counts_not_their_times():
    log = Log().asked(1).looked(1, 11)
    log.at -= 7200
    (choice,) = made(log.took(1, 11, 5))
    assert choice.taken == 11
    assert choice.taken_at < choice.asked_at
