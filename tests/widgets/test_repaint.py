"""Only what changed is painted. Whatever the person does, the screen is as if all of it had been."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyborg_tui.widgets.editor.commands import COMMANDS
from tests.widgets.desk import KEYS, desk

FAMILY = "👨\u200d👩\u200d👧"
words = st.lists(
    st.sampled_from(
        ["a", "word", " ", " ", "\n", "e\u0301", "\u0301", "漢字", FAMILY, "\u200d", "🇫🇷", "\t", "longerword "]
    ),
    max_size=12,
).map("".join)
BEGINNING = "Some lines to begin with, long enough to wrap.\n\nAnother paragraph, which is 漢字 and é wide.\n" * 4

MOTIONS = ["left", "right", "up", "down", "home", "end", "ctrl+left", "ctrl+right", "pageup", "pagedown"]
moves = st.tuples(st.just("key"), st.sampled_from(MOTIONS))
selects = st.tuples(st.just("key"), st.sampled_from([f"shift+{motion}" for motion in MOTIONS]))
keys = st.tuples(st.just("key"), st.sampled_from(sorted(COMMANDS)))
writes = st.one_of(st.tuples(st.just("type"), words), st.tuples(st.just("paste"), words))
provisional = st.one_of(
    st.tuples(st.just("show"), words),
    st.tuples(st.just("show elsewhere"), st.floats(0, 1), words),
    st.tuples(st.just("stream"), words),
    st.tuples(st.just("clear")),
)
undoes = st.tuples(st.just("undo"), st.floats(0, 1), st.integers(0, 30), words, st.floats(0, 1), st.booleans())
window = st.one_of(
    st.tuples(st.just("scroll"), st.integers(-5, 5)),
    st.tuples(st.just("look away")),
    st.tuples(st.just("resize"), st.integers(8, 80), st.integers(3, 20)),
)
actions = st.one_of(moves, moves, selects, keys, writes, provisional, undoes, undoes, window)
steps = st.lists(st.lists(actions, min_size=1, max_size=3), min_size=6, max_size=16)


async def do(d, name, *how):
    text = d.editor.text
    match name:
        case "key":
            d.key(*how)
        case "type":
            for char in how[0]:
                d.key(KEYS.get(char, char), char)
        case "paste":
            d.paste(*how)
        case "show":
            d.show(*how)
        case "show elsewhere":
            d.show(how[1], at=round(how[0] * len(text)))
        case "stream":
            at, shown = d.editor.provisional
            d.show(shown + how[0], at=at)
        case "clear":
            d.editor.clear_provisional()
        case "undo":
            follow_another_text(d, *how)
        case "scroll":
            d.editor.scroll_to_row(max(0, min(d.editor.max_scroll_y, d.editor.scroll_offset.y + how[0])))
        case "look away":
            d.app.action_focus_next()
        case "resize":
            await d.pilot.resize_terminal(*how)


def follow_another_text(d, where, length, new, cursor, by_model):
    """As an undo, a take or another session's edit does it: the manuscript is another, and the editor is told so."""
    manuscript = d.app.manuscript
    start = round(where * len(manuscript.text))
    author = "model" if by_model else "person"
    manuscript.characters[start : start + length] = [(char, author) for char in new]
    manuscript.cursor = round(cursor * len(manuscript.text))
    d.editor.follow_manuscript(manuscript.text, manuscript.cursor)


async def check(d):
    await d.painted()
    painted = d.strips()
    d.editor.refresh()
    await d.painted()
    assert painted == d.strips(), "the screen differs from a full repaint"
    assert d.text == d.editor.text
    assert d.cursor == d.app.manuscript.cursor
    assert all(strip.cell_length == d.editor.size.width for strip in d.strips())
    assert d.editor.painted <= len(d.editor.provisional[1])
    assert d.editor.scroll_offset.y <= d.editor.max_scroll_y


async def run(d, steps):
    await d.pilot.resize_terminal(30, 12)
    await d.put(BEGINNING, 60)
    for step in steps:
        if not d.editor.has_focus:  # focus() paints everything
            d.editor.focus()
            await d.painted()
        for action in step:
            await do(d, *action)
        await check(d)


async def test_what_is_on_the_screen_is_as_if_all_of_it_had_been_painted():
    async with desk() as d:
        loop = asyncio.get_running_loop()

        @given(steps)
        @settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
        def anything_in_any_order(steps):
            asyncio.run_coroutine_threadsafe(run(d, steps), loop).result()

        await asyncio.to_thread(anything_in_any_order)
