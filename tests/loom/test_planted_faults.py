"""The promises are worth something only if breaking them is noticed: each planted fault is found."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from cyborg_tui.loom import carrying, context, loom, manuscript, pruning, reshaping
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece, cut
from cyborg_tui.loom.tree import BrokenTree, FrozenText, Tree
from tests.loom.machine import Person

LOOKING = settings(
    max_examples=400,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)


def assert_noticed():
    with pytest.raises((AssertionError, BrokenTree, FrozenText, KeyError)):
        run_state_machine_as_test(Person, settings=LOOKING)


def test_the_head_of_a_split_keeps_the_id(monkeypatch):
    def split(self, node, at):
        whole = self.node(node)
        tail = Node(self.next_node, node, cut(whole.pieces, at, len(whole)), branch=whole.branch, made_at=whole.made_at)
        self.next_node += 1
        children = list(self.children(node))
        self.put(tail)
        for child in children:
            self.put(replace(self.node(child), parent=tail.id))
        self.put(replace(whole, pieces=cut(whole.pieces, 0, at), cut=True))
        return node

    monkeypatch.setattr(Tree, "split", split)
    assert_noticed()


def test_carried_attribution_is_lost(monkeypatch):
    carry = carrying.carry

    def careless(tree, suffix, under, at):
        return carry(tree, [(node, tuple(Piece(piece.text) for piece in pieces)) for node, pieces in suffix], under, at)

    monkeypatch.setattr(carrying, "carry", careless)
    assert_noticed()


def test_a_draft_is_extended_after_a_fan_saw_it(monkeypatch):
    def fan(self, offset, model, settings, seed, at, **mode):
        return self.tree.add_fan(self._anchor(offset), model, settings, seed, at, **mode)

    monkeypatch.setattr(manuscript.Manuscript, "fan", fan)
    monkeypatch.setattr(Tree, "is_context", lambda self, node: False)
    assert_noticed()


def test_undo_drops_a_branch(monkeypatch):
    undo = loom.Loom.undo

    def thorough(self):
        spot = self.spot
        done = undo(self)
        if done and spot and spot.fan:
            for branch in self.tree.branches(spot.fan):
                if branch.node in self.tree and not self.tree.children(branch.node):
                    if branch.node not in [node.id for node in self.manuscript.path]:
                        self.tree.drop(branch.node)
        return done

    monkeypatch.setattr(loom.Loom, "undo", thorough)
    assert_noticed()


def test_a_cut_token_keeps_its_id(monkeypatch):
    def generous(branch, vocabulary, start, end):
        yield context.Segment(branch.text[start:end], tuple(token.id for token in branch.tokens), vocabulary)

    monkeypatch.setattr(context, "_tokens_between", generous)
    assert_noticed()


def test_an_untaken_branch_is_edited_in_place(monkeypatch):
    is_frozen = Tree.is_frozen

    def only_with_children(self, node):
        untouched = self.node(node).branch is not None and not self.children(node)
        return not untouched and is_frozen(self, node)

    monkeypatch.setattr(Tree, "is_frozen", only_with_children)
    assert_noticed()


def test_a_purge_deletes_what_is_in_use(monkeypatch):
    monkeypatch.setattr(pruning._Needs, "by_those_outside", lambda self, gone: set())
    with pytest.raises((AssertionError, BrokenTree, FrozenText, KeyError)):
        run_state_machine_as_test(Person, settings=LOOKING)


def test_a_place_from_which_all_was_purged_is_a_draft_again(monkeypatch):
    monkeypatch.setattr(Tree, "settle", lambda self, node: None)
    assert_noticed()


def test_a_join_keeps_the_id_of_the_head(monkeypatch):
    def join(self, head):
        (child,) = self.children(head)
        below = self.node(child)
        above = self.node(head)
        for grandchild in list(self.children(child)):
            self.put(replace(self.node(grandchild), parent=head))
        self.drop_all([child])
        self.put(replace(above, pieces=above.pieces + below.pieces))

    monkeypatch.setattr(Tree, "join", join)
    with pytest.raises((AssertionError, BrokenTree, FrozenText, KeyError)):
        run_state_machine_as_test(Person, settings=LOOKING)


def test_a_branch_is_rewritten_with_what_was_drawn(monkeypatch):
    monkeypatch.setattr(reshaping, "_part_from_its_branch", lambda tree, node: None)
    assert_noticed()
