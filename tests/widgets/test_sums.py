"""Running sums agree with plain addition, whatever is changed."""

from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.widgets.editor import sums
from cyborg_tui.widgets.editor.sums import Sums

numbers = st.lists(st.integers(1, 9), min_size=1, max_size=40)


@given(numbers, st.data())
def test_they_agree_with_plain_addition(plain, data):
    sums._BLOCK = 4
    kept = Sums(plain)
    for _ in range(4):
        first = data.draw(st.integers(0, len(plain)))
        last = data.draw(st.integers(first, len(plain)))
        new = data.draw(numbers)
        plain[first:last] = new
        kept.replace(first, last, new)
        assert (len(kept), kept.total) == (len(plain), sum(plain))
        befores = [sum(plain[:index]) for index in range(len(plain) + 1)]
        assert [kept.before(index) for index in range(len(plain) + 1)] == befores
        for amount in range(kept.total + 3):
            assert kept.find(amount) == max(i for i in range(len(plain)) if befores[i] <= amount)
