"""Which paths stay in the cache, and which go."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from cyborg_tui.engine.cache import Cache
from cyborg_tui.loom.shared import shared_length

PATH = [1, 2, 3, 4]
SEQUENCES = 6


def go_to(cache, path):
    """Be at the end of a path, as the engine is after evaluating it. Returns how many tokens had to be evaluated."""
    near, shared = cache.nearest(path)
    sequence = near
    if near is None or cache.length(near) != shared:
        sequence, _ = cache.vacate(keep=() if near is None else (near,))
        cache.begin(sequence) if near is None else cache.fork(near, sequence, shared)
    cache.extend(sequence, path[shared:])
    cache.visit(sequence)
    return len(path) - shared


def cache_of(*paths):
    """Someone was at the end of each, at the first longest ago."""
    cache = Cache(len(paths) + 2)
    for path in paths:
        go_to(cache, path)
    return cache


def is_there(cache, path):
    return cache.nearest(path)[1] == len(path)


def test_what_is_shared_is_found_and_stands_there_once():
    cache = cache_of([1, 2, 9], [1, 2, 3, 8])
    assert cache.nearest(PATH)[1] == 3
    assert cache.cells == 5


def test_the_path_used_longest_ago_goes_first():
    cache = cache_of([7, 8], [9, 9, 9], PATH)
    cache.shrink(PATH, budget=3)
    assert not is_there(cache, [7, 8])
    assert is_there(cache, [9, 9, 9])


def test_what_the_path_itself_needs_never_goes():
    cache = cache_of([1, 2, 3, 7, 7], [7, 8])
    cache.shrink(PATH, budget=0)
    assert cache.nearest(PATH)[1] == 3
    assert cache.cells == 3


def test_sixteen_siblings_of_a_long_manuscript_are_moved_among_without_evaluating_anything():
    manuscript = [1] * 4000
    cache = Cache(64)
    siblings = [[*manuscript, *range(100 * sibling, 100 * sibling + 32)] for sibling in range(16)]
    for sibling in siblings:
        go_to(cache, sibling)
    for sibling in siblings * 3:
        cache.shrink(sibling, budget=2000)
        assert go_to(cache, sibling) == 0
    assert cache.cells == 4000 + 16 * 32


def test_where_someone_was_outlives_what_was_only_drawn():
    cache = Cache(8)
    go_to(cache, PATH)
    trunk, _ = cache.nearest(PATH)
    for branch in range(4):
        sequence, _ = cache.vacate({trunk})
        cache.fork(trunk, sequence, 4)
        cache.extend(sequence, [10 + branch] * 3)
    go_to(cache, [*PATH, 20, 20, 20])
    go_to(cache, [*PATH, 21, 21, 21])
    cache.shrink([*PATH, 21, 21, 21], budget=3)
    assert is_there(cache, [*PATH, 20, 20, 20])


def test_a_path_is_not_lost_with_the_branches_that_were_drawn_from_it():
    cache = Cache(4)
    go_to(cache, PATH)
    trunk, _ = cache.nearest(PATH)
    branch, _ = cache.vacate({trunk})
    cache.fork(trunk, branch, 4)
    cache.extend(branch, [9, 9])
    for path in ([5], [6], [7]):  # each takes a number: the trunk gives up its own, which the branch holds too
        go_to(cache, path)
    assert is_there(cache, PATH)
    assert cache.make_room(keep=()) == [(branch, 4)], "the branch is cut back to the path it was drawn from"
    assert is_there(cache, PATH)


def test_a_model_that_cannot_go_back_goes_on_from_whole_paths_only():
    cache = Cache(4, rolls_back=False)
    go_to(cache, PATH)
    assert cache.nearest([1, 2, 3]) == (None, 0)
    assert cache.nearest([*PATH, 5])[1] == 4


tokens = st.lists(st.integers(0, 2), min_size=1, max_size=5)


@given(st.lists(tokens, min_size=1, max_size=6), tokens, st.integers(0, 10))
def test_no_more_cells_than_the_budget_hold_anything_else(paths, path, budget):
    cache = cache_of(*paths)
    shared = cache.nearest(path)[1]
    cache.shrink(path, budget)
    assert cache.cells - shared <= budget
    assert cache.nearest(path)[1] == shared


class LikeLlama(RuleBasedStateMachine):
    """The same asked of the cache and of cells as llama.cpp has them: each a token, with the sequences that hold it."""

    sequences = Bundle("sequences")

    def __init__(self):
        super().__init__()
        self.cache = Cache(SEQUENCES)
        self.cells: dict[int, list[int]] = {}
        """Sequence → its cells."""
        self.token: list[int] = []
        """Of each cell that ever was."""
        self.way = None
        """How is read now."""
        self.ways: dict[int, str | None] = {}
        """Sequence → how it was read."""

    @rule(way=st.sampled_from([None, "steered", "otherwise"]))
    def read_in_another_way(self, way):
        self.way = way
        self.cache.turn_to(way)

    def apply(self, cuts):
        for sequence, start in cuts:
            del self.cells[sequence][start:]
            if not self.cells[sequence]:
                del self.cells[sequence]

    def held(self, sequence):
        return [self.token[cell] for cell in self.cells[sequence]]

    @rule(keep=st.sets(st.integers(0, SEQUENCES - 1), max_size=SEQUENCES - 1), more=tokens)
    def evaluate_something_new(self, keep, more):
        sequence, cuts = self.cache.vacate(keep)
        self.apply(cuts)
        assert sequence not in keep
        assert sequence not in self.cells
        self.cache.begin(sequence)
        self.cells[sequence], self.ways[sequence] = [], self.way
        self.add(sequence, more)

    def add(self, sequence, more):
        self.cache.extend(sequence, more)
        self.cells[sequence] += range(len(self.token), len(self.token) + len(more))
        self.token += more

    @precondition(lambda self: self.cells)
    @rule(data=st.data(), more=tokens)
    def branch_off(self, data, more):
        source = data.draw(st.sampled_from(sorted(self.cells)))
        upto = data.draw(st.integers(1, len(self.cells[source])))
        target, cuts = self.cache.vacate({source})
        self.apply(cuts)
        self.cache.fork(source, target, upto)
        self.cells[target], self.ways[target] = self.cells[source][:upto], self.ways[source]
        self.add(target, more)

    @precondition(lambda self: self.cells)
    @rule(data=st.data(), more=tokens)
    def go_on(self, data, more):
        self.add(data.draw(st.sampled_from(sorted(self.cells))), more)

    @precondition(lambda self: self.cells)
    @rule(data=st.data())
    def visit(self, data):
        self.cache.visit(data.draw(st.sampled_from(sorted(self.cells))))

    @rule(path=tokens, budget=st.integers(0, 12), keep=st.sets(st.integers(0, SEQUENCES - 1), max_size=2))
    def shrink(self, path, budget, keep):
        kept = {sequence: self.held(sequence) for sequence in keep if sequence in self.cells}
        self.apply(self.cache.shrink(path, budget, keep))
        assert all(self.held(sequence) == tokens for sequence, tokens in kept.items())

    @rule(keep=st.sets(st.integers(0, SEQUENCES - 1)))
    def make_room(self, keep):
        kept = {sequence: self.held(sequence) for sequence in keep if sequence in self.cells}
        self.apply(self.cache.make_room(keep))
        assert all(self.held(sequence) == tokens for sequence, tokens in kept.items())

    @invariant()
    def every_sequence_holds_what_llama_has(self):
        for sequence in range(SEQUENCES):
            there = self.held(sequence) if sequence in self.cells else []
            assert self.cache.held(sequence) == there
            assert self.cache.length(sequence) == len(there)

    @invariant()
    def cells_are_counted_once(self):
        assert self.cache.cells == len(Counter(cell for cells in self.cells.values() for cell in cells))

    @invariant()
    def the_longest_shared_beginning_is_found(self):
        for path in ([0, 1, 2], [1, 1, 0, 2], [2]):
            found, shared = self.cache.nearest(path)
            here = [sequence for sequence in self.cells if self.ways[sequence] == self.way]
            assert shared == max((shared_length(self.held(sequence), path) for sequence in here), default=0)
            assert found is None or (found in here and self.held(found)[:shared] == path[:shared])


TestLikeLlama = LikeLlama.TestCase
TestLikeLlama.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)


@pytest.mark.soak
class TestLikeLlamaForLong(LikeLlama.TestCase):
    settings = settings(max_examples=400, stateful_step_count=40, deadline=None)
