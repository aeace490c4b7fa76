"""A frame stays where it was set, whatever is written and deleted around it, and is taken back like text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cyborg_tui.loom.editing import Edit
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.loom import Loom
from cyborg_tui.session.framing import Framing

words = st.text("ab \n", max_size=4)
places = st.floats(0, 1)
writes = st.tuples(st.just("write"), places, st.integers(0, 4), words)
backspaces = st.tuples(st.just("backspace"), places, st.integers(1, 5), st.booleans())
sets = st.tuples(st.just("set"), places, st.booleans(), st.just(""))
several = st.tuples(
    st.just("several"), st.lists(st.tuples(places, st.integers(0, 3), words), max_size=3), st.just(0), st.just("")
)
deeds = st.lists(st.one_of(writes, backspaces, backspaces, sets, several), min_size=1, max_size=8)


class Page:
    """A loom, and beside it what its text and its frames should be."""

    def __init__(self):
        self.time = 0.0
        self.loom = Loom(clock=lambda: self.time)
        self.framing = Framing(self.loom, lambda: "", lambda: 0.0)
        self.frames, self.count = [], 0
        """Where they hold from, and their names, from above to below."""

    def write(self, *edits):
        def moved(at):
            return sum(len(text) - (min(end, at) - start) for start, end, text in edits if start < at)

        self.frames = [(at + moved(at), name) for at, name in self.frames]
        if len(edits) == 1:
            self.loom.write(*edits[0])
        else:
            self.loom.rewrite([Edit(*edit) for edit in edits])

    def set(self, at):
        self.count += 1
        Garden(self.loom).frame(at, Frame(memory=f"{self.count}"))
        above = [one for one in self.frames if one[0] <= at]
        if above and above[-1][0] == at:
            above.pop()
        self.frames = [*above, (at, f"{self.count}"), *(one for one in self.frames if one[0] > at)]

    def held(self):
        """What holds at each offset."""
        return [self.framing.frame(at).memory for at in range(len(self.loom.text) + 1)]

    def expected(self):
        def at(offset):
            return next((name for begin, name in reversed(self.frames) if begin <= offset), "")

        return [at(offset) for offset in range(len(self.loom.text) + 1)]

    def do(self, kind, where, length, text):
        total = len(self.loom.text)
        if kind == "set":
            self.set(total if length else round(where * total))
        elif kind == "write":
            start = round(where * total)
            self.write((start, min(total, start + length), text))
        elif kind == "backspace":
            at = total if text else round(where * total)
            for _ in range(min(length, at)):
                self.write((at - 1, at, ""))
                at -= 1
        else:
            edits, at = [], 0
            for place, size, word in sorted(where):
                start = max(at, round(place * total))
                at = min(total, start + size)
                if word or at > start:
                    edits.append((start, at, word))
            if edits:
                self.write(*edits)


@settings(max_examples=100, deadline=None)
@given(words, deeds)
def test_frames_keep_their_places_and_come_back_like_text(text, deeds):
    page = Page()
    page.loom.write(0, 0, text)
    for deed in deeds:
        page.time += 5
        before = page.loom.text, page.held(), page.loom.tree.next_node
        page.do(*deed)
        assert page.held() == page.expected()
        after = page.loom.text, page.held()
        if after != before[:2]:
            assert page.loom.undo()
            assert (page.loom.text, page.held()) == before[:2], "undo did not bring it back"
            assert page.loom.redo()
            assert (page.loom.text, page.held()) == after, "redo did not do it again"


def backspaced(count):
    page = Page()
    page.loom.write(0, 0, "One. Two.")
    page.time += 5
    page.set(9)
    page.time += 5
    before = {node.id for node in page.loom.tree}
    for _ in range(count):
        page.time += 0.1
        page.loom.write(len(page.loom.text) - 1, len(page.loom.text), "")
    return page, before


def test_a_frame_at_the_very_end_stays_when_what_stands_before_it_is_deleted():
    page, _ = backspaced(4)
    assert page.loom.text == "One. "
    assert page.held() == ["", "", "", "", "", "1"]
    page.loom.write(5, 5, "Three.")
    assert page.held()[5:] == ["1"] * 7
    page.loom.write(0, 3, "Four")
    page.loom.write(len(page.loom.text), len(page.loom.text), " Five.")
    assert page.held() == [""] * 6 + ["1"] * 13, "also after what stands before it was edited"
    while page.loom.text != "One. Two.":
        assert page.loom.undo()
    assert page.held() == [""] * 9 + ["1"]


def test_undo_leaves_nothing_of_it_behind():
    page, before = backspaced(9)
    assert page.held() == ["1"]
    assert page.loom.undo()
    assert {node.id for node in page.loom.tree} == before
