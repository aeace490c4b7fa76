"""Coming back to a path: what is still there is used again, and nothing is written twice."""

from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.places import Places, Stop
from cyborg_tui.loom.returning import make_again
from cyborg_tui.loom.tree import ROOT, Tree


def test_a_cut_is_made_again_where_its_text_is_divided_elsewhere_now():
    tree = Tree()
    once = tree.add(ROOT, (Piece("Once "),), 0.0)
    rest = tree.add(once, (Piece("upon a time"),), 0.0)
    head = make_again(tree, Node(99, ROOT, (Piece("Once upon"),), cut=True), ROOT, (), 1.0)
    assert tree.path_text(head) == "Once upon"
    assert tree.path_text(rest) == "Once upon a time"
    assert tree.parent(rest) == head, "no copy beside it"
    assert len(tree) == 4


def test_where_two_texts_begin_alike_it_is_cut_out_of_the_one_that_goes_on_so():
    tree = Tree()
    for text in ("Once more", "Once upon a time"):
        tree.add(ROOT, (Piece(text),), 0.0)
    more, upon = tree.children(ROOT)
    head = make_again(tree, Node(99, ROOT, (Piece("Once upon"),), cut=True), ROOT, (), 1.0)
    assert tree.path_text(head) == "Once upon"
    assert tree.parent(upon) == head
    assert tree.parent(more) == ROOT


def test_the_places_where_one_was_are_left_behind_and_come_back():
    places = Places().left(Stop(1, 5)).left(Stop(2, 0))
    stop, before = places.back(Stop(3, 9))
    assert stop == Stop(2, 0)
    assert before.forward(stop) == (Stop(3, 9), places)


def test_places_that_are_deleted_for_good_are_none_any_more():
    one, two, three = Stop(1, 0), Stop(2, 0), Stop(3, 0)
    assert Places((one, two), (two, three)).without(frozenset({2})) == Places((one,), (three,))
