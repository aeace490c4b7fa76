"""What the person typed is scored when that is asked for, paragraph by paragraph, and what was found out is kept."""

from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.commands.provenance import Form, print_provenance
from cyborg_tui.engine.protocol import Lost, Ready, ScoreEnded, Unavailable
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.score import typed_stretches

ONE, TWO, THREE = "I have been thinking about the sea.\n\n", "The house seemed smaller.\n\n", "Nobody had told me."
TEXT = ONE + TWO + THREE


async def scored(desk, session):
    assert session.score()
    await desk.until(lambda: session.scoring is None)
    return session.scores()


async def test_each_paragraph_is_scored_and_costs_bits(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, TEXT)
    assert [part.score for part in session.scores()] == [None] * 3
    parts = await scored(desk, session)
    assert [session.loom.text[part.start : part.end] for part in parts] == [ONE, TWO, THREE]
    for part in parts:
        size = sum(token.size for token in part.score.tokens) - part.score.lead
        assert size == part.end - part.start
        assert part.score.bits > 0
        assert all(len(ten) == 10 for ten in part.score.alternatives)
    assert not session.score(), "all is known"


async def test_what_was_scored_is_printed_without_a_model(desk, capsys):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, TEXT)
    await scored(desk, session)
    bits = session.bits
    session.leave()
    print_provenance(desk.library, str(session.row.id), Form.TEXT)
    assert f"Your own text: {bits.typed:.1f} bits over {bits.scored} tokens." in capsys.readouterr().out


async def test_what_the_model_wrote_is_no_typed_text(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, THREE)
    await desk.fan()
    session.take(0)
    parts = await scored(desk, session)
    assert [(part.start, part.end) for part in parts] == [(0, len(THREE))]


async def test_after_an_edit_what_stands_before_it_is_still_known_and_what_follows_is_not(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, TEXT)
    first = await scored(desk, session)
    session.edit(len(ONE), len(ONE), "But ")
    assert [part.score for part in session.scores()] == [first[0].score, None, None]
    session.undo()
    assert session.scores() == first


async def test_scores_are_there_tomorrow_for_the_same_model_only(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, TEXT)
    parts = await scored(desk, session)
    view = session.view
    session.leave()
    again = desk.open()
    assert [part.score for part in again.scores()] == [None] * 3, "not without a model"
    again.use(desk.engine, view)
    assert again.scores() == parts


async def test_an_edit_stops_a_scoring_and_what_had_been_found_out_is_kept(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, TEXT * 40)
    assert session.score()
    await desk.until(lambda: session.scoring is not None and session.scoring.done > 0)
    assert session.scoring.done < session.scoring.total
    session.edit(len(session.loom.text), len(session.loom.text), " More.")
    assert session.scoring is None
    known = [part.score is not None for part in session.scores()]
    assert known[0]
    assert not known[-1]


async def test_a_fan_comes_first_and_ends_the_scoring(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, TEXT * 20)
    session.score()
    branches = await desk.fan()
    assert all(branch.text for branch in branches)


async def test_reading_ahead_only_delays_it(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, TEXT * 4)
    session.score()
    session.prepare()
    await desk.until(lambda: session.scoring is None)
    assert all(part.score for part in session.scores())


@given(st.lists(st.tuples(st.text("ab\n", min_size=1), st.sampled_from([None, 1, 2]))))
def test_the_stretches_are_all_that_was_typed_and_nothing_else(runs):
    pieces = [Piece(text, branch) for text, branch in runs]
    text = "".join(piece.text for piece in pieces)
    stretches = list(typed_stretches(pieces, 0))
    found = {at for start, end in stretches for at in range(start, end)}
    typed, at = set(), 0
    for piece in pieces:
        typed |= set(range(at, at + len(piece.text))) if piece.branch is None else set()
        at += len(piece.text)
    assert found == typed
    assert all("\n" not in text[start:end].rstrip("\n") for start, end in stretches)


async def test_what_it_costs_is_counted_once_it_is_scored_and_unknown_again_after_an_edit(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, "The sea lay still.\nThe lamp was out.")
    assert session.whole.bits.unscored == 36
    assert session.score()
    await desk.until(lambda: session.scoring is None)
    bits = session.whole.bits
    assert bits.unscored == 0
    assert bits.typed > 0
    assert bits.total == bits.typed
    assert abs(bits.typed - sum(scored.score.bits for scored in session.scores())) < 1e-6
    first, second = session.part(0, 19).bits, session.part(19, 36).bits
    assert abs(first.typed + second.typed - bits.typed) < 1e-6
    assert first.scored + second.scored == bits.scored
    assert session.provenance().bits == bits
    session.edit(0, 0, "Once. ")
    assert session.whole.bits.total is None


async def under_way(desk):
    """A session whose text is being scored, and what its engine said of its model."""
    session, heard = desk.open(), []
    session.listen(heard.append)
    await desk.start()
    session.edit(0, 0, TEXT)
    assert session.score()
    return session, next(event for event in heard if isinstance(event, Ready))


async def test_where_there_is_no_model_any_more_nothing_is_being_scored(desk):
    session, _ = await under_way(desk)
    session.hear(Unavailable("The engine is gone."))
    assert session.scoring is None


async def test_what_one_model_was_to_score_another_does_not(desk):
    session, ready = await under_way(desk)
    await desk.until(lambda: session.scoring.done)
    session.hear(Lost("The line dropped.", again=True))
    session.hear(ScoreEnded(session._scoring._request, False))
    other = replace(ready.model, name="another", vocabulary="of its own")
    session.hear(msgspec.structs.replace(ready, model=other))
    assert session.scoring is None
    assert [part.score for part in session.scores()] == [None] * 3
