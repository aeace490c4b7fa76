"""Looking inside: the tokens of what the model wrote, what it nearly said, and taking that."""

from itertools import pairwise
from math import exp

from cyborg_tui.engine.protocol import Lost
from cyborg_tui.loom.fan import encode, whole_characters
from cyborg_tui.loom.loom import CHOSEN
from cyborg_tui.session.foresight import Foresight
from cyborg_tui.session.looking import Looking

LINE = "I have been thinking about the sea"


async def written(desk):
    """A session in which a branch was taken."""
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    await desk.fan()
    assert session.take(2)
    return session


def tokens(looking):
    return list(looking.inside.between(0, len(looking.inside.text)))


async def test_the_models_text_is_its_tokens_side_by_side(desk):
    session = await written(desk)
    branch = session.taken
    looking = Looking(session)
    found = tokens(looking)
    assert [(token.branch, token.first) for token in found] == [(branch.id, i) for i in range(len(branch.tokens))]
    assert (found[0].start, found[-1].end) == (len(LINE) - branch.healed, len(session.loom.text))
    assert all(a.end == b.start for a, b in pairwise(found))
    assert looking.inside.nearest(0) == found[0]
    assert looking.inside.before(found[3].start) == found[2]
    assert looking.inside.after(found[3].end) == found[4]


async def test_of_each_token_it_is_known_what_else_it_might_have_been(desk):
    looking = Looking(await written(desk))
    for token in tokens(looking):
        alternatives = looking.alternatives(token)
        assert len(alternatives) == 10
        assert [a.logprob for a in alternatives] == sorted((a.logprob for a in alternatives), reverse=True)
        assert sum(exp(a.logprob) for a in alternatives) <= 1.001
        assert token.bits is not None


async def test_another_token_begins_another_branch_and_a_fan_goes_on_from_it(desk):
    session = await written(desk)
    looking, text, old = Looking(session), session.loom.text, session.loom.manuscript.leaf
    token = tokens(looking)[4]
    other = next(
        a for a in looking.alternatives(token) if a.id != token.tokens[0].id and whole_characters(encode(a.text))
    )
    assert looking.take_alternative(token, other)
    await desk.until(lambda: not session.busy)

    assert session.loom.text == text[: token.start] + other.text
    assert len(session.branches) == 8, "a fan goes on from there"
    assert session.loom.tree.path_text(old) == text, "the old branch stays where it was"
    (chosen,) = [fan for fan in session.loom.tree.fans if fan.mode == CHOSEN]
    (branch,) = session.loom.tree.branches(chosen.id)
    assert (branch.text, branch.tokens[0].id) == (other.text, other.id)
    assert Looking(session).alternatives(tokens(Looking(session))[-1]) == looking.alternatives(token)

    assert session.undo()
    assert session.loom.text == text


async def test_a_branch_is_looked_into_before_it_is_taken(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    branches = await desk.fan()
    session.highlight(1)
    looking = Looking(session, standing=True)
    at, shown = session.provisional
    assert looking.inside.text == LINE[:at] + shown
    assert [token.branch for token in tokens(looking)] == [branches[1].id] * len(branches[1].tokens)

    token = tokens(looking)[3]
    other = next(
        a for a in looking.alternatives(token) if a.id != token.tokens[0].id and whole_characters(encode(a.text))
    )
    assert looking.take_alternative(token, other)
    assert session.loom.text == looking.inside.text[: token.start] + other.text


async def test_what_may_come_next_is_seen_and_taken_step_by_step(desk):
    session = await written(desk)
    looking, text = Looking(session), session.loom.text
    end = looking.edge(len(text))
    foresight = looking.foresee(end)

    async def look(place):
        await desk.until(lambda: foresight.want([place]) or place in foresight.known)
        return foresight.known[place].likeliest[0]

    first = await look(())
    outlook = foresight.known[()]
    reached = sum(exp(token.logprob) for token in outlook.likeliest[: outlook.ninety])
    assert outlook.ninety > len(outlook.likeliest) or reached >= 0.9
    second = await look((first.id,))
    assert looking.take_ahead(end, foresight, (first.id, second.id))
    assert session.loom.text == text[:end] + first.text + second.text
    assert [token.tokens[0].id for token in tokens(Looking(session))][-2:] == [first.id, second.id]


async def test_nothing_is_evaluated_again_for_what_was_just_drawn(desk):
    session = await written(desk)
    looking = Looking(session)
    foresight = looking.foresee(len(session.loom.text))
    await desk.until(lambda: foresight.want([()]) or () in foresight.known)
    before = session.view.stats
    await desk.fan()
    assert session.view.stats.evaluated_tokens - 8 * 11 <= 1, before


async def test_a_look_that_begins_before_the_last_one_is_left_hears_what_comes(desk):
    session = await written(desk)
    before, now = Looking(session), Looking(session)
    before.foresee(len(LINE))
    foresight = now.foresee(len(LINE))
    before.leave()
    foresight.want([()])
    await desk.until(lambda: () in foresight.known)
    now.leave()
    assert session._hears_too is None, "nobody listens any more"


def test_what_an_engine_that_is_gone_was_asked_is_asked_of_the_next():
    asked = []
    foresight = Foresight(lambda places: asked.append(places) or len(asked))
    foresight.want([()])
    foresight.want([()])
    assert len(asked) == 1, "one question at a time"
    foresight.hear(Lost("The engine stopped.", again=True))
    foresight.want([()])
    assert len(asked) == 2
