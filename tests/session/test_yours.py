"""The person's own text among the tokens: as the model finds it, once it has been scored."""

import itertools

import pytest

from cyborg_tui.screens.tint import Tint, TintedManuscript
from cyborg_tui.session.looking import Looking

TEXT = "I have been thinking about the sea.\nThe house seemed zebra smaller — naïve 🌊."


@pytest.fixture
async def session(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, TEXT)
    return session


async def scored(desk, session):
    assert session.score()
    await desk.until(lambda: session.scoring is None)


async def test_before_it_is_scored_it_has_no_tokens(session):
    inside = Looking(session).inside
    assert inside.nearest(0) is None
    assert [name for *_, name in TintedManuscript(inside).authors(0, len(TEXT))] == ["person"]


async def test_once_scored_its_tokens_stand_side_by_side_from_its_beginning_to_its_end(desk, session):
    looking = Looking(session)
    assert looking.inside.nearest(0) is None
    await scored(desk, session)
    looking.inside.look_again()
    tokens = [*looking.inside.between(0, len(TEXT))]
    assert tokens[0].start == 0
    assert tokens[-1].end == len(TEXT)
    assert all(one.end == other.start for one, other in itertools.pairwise(tokens))
    at = TEXT.index("zebra")
    zebra = [token for token in tokens if at <= token.start < at + len("zebra")]
    assert sum(token.surprise for token in zebra) > 6, "the model did not expect it"
    assert looking.inside.at(at) in tokens
    assert len(looking.alternatives(zebra[0])) == 10
    assert looking.whence(zebra[0]) == "written by you · as commonplace finds it"


async def test_it_is_coloured_by_its_surprise_and_what_is_not_scored_is_the_persons(desk, session):
    await scored(desk, session)
    session.edit(len(TEXT), len(TEXT), " More of it.")
    tinted = TintedManuscript(Looking(session).inside)
    names = {start: name for start, _, name in tinted.authors(0, len(session.loom.text))}
    assert names[0].startswith("level-")
    assert {"level-0", "level-5"} & {*names.values()}, "some are likely, or very unlikely"
    assert names[TEXT.index("The house")] == "person", "the paragraph that was changed"
    tinted.tint, tinted.borders = Tint.AUTHOR, True
    assert {name.split()[0] for *_, name in tinted.authors(0, len(TEXT))} == {"person"}


async def test_another_token_is_taken_in_its_place(desk, session):
    await scored(desk, session)
    looking = Looking(session)
    sea = looking.inside.at(TEXT.index("sea"))
    other = next(one for one in looking.alternatives(sea) if one.id != sea.tokens[0].id and one.text.strip())
    assert looking.take_alternative(sea, other)
    await desk.until(lambda: not session.busy)
    assert session.loom.text == TEXT[: sea.start] + other.text
    assert session.undo()
    assert session.loom.text == TEXT


async def test_what_stands_there_provisionally_is_no_text_of_the_persons(desk, session):
    await scored(desk, session)
    session.move_cursor(len(TEXT))
    await desk.fan()
    inside = Looking(session, standing=True).inside
    tokens = [*inside.between(0, len(inside.text))]
    yours = [token for token in tokens if token.branch is None]
    assert yours
    assert all(token.end <= inside.place for token in yours)
