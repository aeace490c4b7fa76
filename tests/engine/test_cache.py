"""Which paths stay in the cache, and which go."""

from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.engine.cache import Cache

PATH = [1, 2, 3, 4]


def cache_of(*paths: list[int]) -> Cache:
    """One sequence a path, the first used longest ago."""
    cache = Cache(len(paths) + 2)
    for sequence, path in enumerate(paths):
        cache.hold(sequence, path)
    return cache


def test_what_is_shared_is_found():
    cache = cache_of([1, 2, 9], [1, 2, 3, 8])
    assert cache.nearest(PATH) == (1, 3)


def test_other_paths_stay_within_their_budget():
    cache = cache_of(PATH, [1, 2, 3, 4, 5, 6], [7, 8])
    assert cache.shrink(PATH, budget=4) == []


def test_the_path_used_longest_ago_goes_first():
    cache = cache_of([7, 8], [9, 9, 9], PATH)
    assert cache.shrink(PATH, budget=3) == [0]
    assert cache.held(1) == [9, 9, 9]


def test_what_the_path_itself_needs_never_goes():
    cache = cache_of(PATH[:3], [7, 8])
    assert cache.shrink(PATH, budget=0) == [1]
    assert cache.nearest(PATH) == (0, 3)


paths = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), min_size=1, max_size=6)


@given(paths, st.lists(st.integers(0, 2), min_size=1, max_size=6), st.integers(0, 10))
def test_no_more_cells_than_the_budget_hold_anything_else(held, path, budget):
    cache = cache_of(*held)
    nearest, _ = cache.nearest(path)
    cache.shrink(path, budget)
    left = [cache.held(sequence) for sequence in range(len(held)) if cache.held(sequence)]
    prefixes = {tuple(tokens[:end]) for tokens in left for end in range(1, len(tokens) + 1)}
    beside = prefixes - {tuple(path[:end]) for end in range(1, len(path) + 1)}
    own = {tuple(cache.held(nearest)[:end]) for end in range(7)} if nearest is not None else set()
    assert len(beside - own) <= budget
