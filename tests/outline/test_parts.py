"""A row's text as the texts of its nodes."""

from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.loom.piece import typed
from cyborg_tui.loom.tree import ROOT, Tree
from cyborg_tui.outline.parts import part_at, rewritten, text_of


def chain(*texts):
    tree = Tree()
    nodes = [ROOT]
    for text in texts:
        nodes.append(tree.add(nodes[-1], typed(text), 0.0))
    return tree, nodes[1:]


def test_an_offset_lies_in_a_node_or_between_two():
    tree, (one, two) = chain("abc", "de")
    assert part_at(tree, (one, two), 1) == (one, 1)
    assert part_at(tree, (one, two), 4) == (two, 1)
    assert [part_at(tree, (one, two), at) for at in (0, 3, 5, 9)] == [None] * 4


def test_only_the_nodes_that_change_are_rewritten():
    tree, nodes = chain("one ", "two ", "three")
    one, two, three = nodes
    assert rewritten(tree, nodes, "one two three") == []
    assert rewritten(tree, nodes, "one 2 three") == [(two, "2 ")]
    assert rewritten(tree, nodes, "one two three four") == [(three, "three four")]
    assert rewritten(tree, nodes, "on three") == [(one, "on"), (two, " ")]


@given(st.lists(st.text("ab ", min_size=1, max_size=5), min_size=1, max_size=4), st.text("ab ", max_size=12))
def test_together_they_say_what_was_asked(texts, wanted):
    tree, nodes = chain(*texts)
    changed = dict(rewritten(tree, nodes, wanted))
    said = "".join(changed.get(node, tree.node(node).text) for node in nodes)
    assert said == wanted
    assert text_of(tree, nodes) == "".join(texts)
