"""What was typed, what was taken and what went again, day by day."""

from datetime import date

from cyborg_tui.loom.mirror.amounts import Amounts, DayAmounts

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def test_every_letter_counts_on_its_day_and_nothing_is_set_off_against_another():
    amounts = Amounts()
    amounts.edited(MONDAY, 1)
    amounts.edited(MONDAY, -1)
    amounts.edited(MONDAY, 0)
    amounts.accepted(TUESDAY, 20)
    amounts.edited(TUESDAY, 5)
    assert amounts.days == {MONDAY: DayAmounts(typed=1, removed=1), TUESDAY: DayAmounts(typed=5, accepted=20)}
    assert amounts.total == DayAmounts(typed=6, removed=1, accepted=20)
    assert amounts.total.all == 26
