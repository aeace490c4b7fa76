"""The outline: what stands in its rows, how it opens and closes, and where its cursor is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cyborg_tui.loom.tree import ROOT
from cyborg_tui.outline.shape import Sight
from cyborg_tui.screens.map_preview import preview
from cyborg_tui.screens.map_rows import outline_row
from tests.outline.trees import Writer, drawn, outline_of, path_to, tree_of

trees = st.lists(st.integers(0, 40), max_size=40).map(tree_of)


def nodes_below(tree, node):
    return [node, *(below for child in tree.children(node) for below in nodes_below(tree, child))]


# what it looks like


def test_an_empty_loom_is_one_row():
    writer = Writer()
    assert drawn(writer.outline(), writer.tree) == ["(beginning)"]


def test_a_chain_of_only_children_is_one_row():
    tree = tree_of([0, 1, 2, 3])
    assert drawn(outline_of(tree), tree)[0] == "(beginning)"
    assert drawn(outline_of(tree, here=5), tree) == ["text 0 text 1 text 2 text 3"]


def test_the_current_path_goes_straight_down_and_what_parts_from_it_is_counted():
    writer = Writer()
    writer.write("The sea ")
    writer.fan("is wide. ", "is deep. ", "is grey. ")
    writer.take(2)
    writer.fan("And cold.", "And far.")
    writer.take(1)
    outline = writer.outline()
    assert drawn(outline, writer.tree) == ["The sea +2", "is deep. +1", "And cold."]
    outline.move_to(0)
    outline.turn_right()
    assert drawn(outline, writer.tree) == ["The sea", "├is wide.", "└is grey.", "is deep. +1", "And cold."]


def test_a_fan_of_which_nothing_was_taken_ends_a_line():
    writer = Writer()
    writer.write("The sea ")
    writer.fan("is wide.", "is deep.")
    outline = writer.outline()
    outline.turn_right()
    assert drawn(outline, writer.tree) == ["The sea", "├is wide.", "└is deep."]


def test_where_there_are_several_fans_each_has_a_head():
    writer = Writer()
    writer.write("The sea ")
    writer.fan("is wide.", "is deep.")
    writer.fan("is grey.", "is cold.", "is far.")
    writer.take(2)
    outline = writer.outline()
    outline.move_to(0)
    outline.turn_right()
    rows = ["The sea", "├fan 1: 2", "├is wide.", "├is deep.", "├fan 2: 2", "├is grey.", "└is far.", "is cold."]
    assert drawn(outline, writer.tree) == rows
    outline.move_to(4)
    outline.turn_left()
    assert drawn(outline, writer.tree) == [*rows[:4], "└fan 2: 2 ▸", "is cold."]
    outline.renew(Sight(writer.tree, path_to(writer.tree, writer.loom.manuscript.leaf)))
    assert outline.current.fan == 2
    outline.turn_right()
    assert drawn(outline, writer.tree) == rows


def test_beside_several_fans_what_was_written_has_a_head_too_and_everything_is_said_of_it():
    writer = Writer()
    writer.write("The sea ")
    writer.fan("is wide.", "is deep.")
    writer.fan("is grey.", "is cold.")
    writer.write("is mine.")
    writer.loom.parent()
    writer.take(1)
    outline = writer.outline()
    outline.move_to(0)
    outline.turn_right()
    rows = ["The sea", "├fan 1: 2", "├is wide.", "├is deep.", "├fan 2: 1", "├is cold.", "├no fan: 1", "└is mine."]
    assert drawn(outline, writer.tree)[:-1] == rows
    said = []
    for number in range(len(outline)):
        outline.move_to(number)
        assert preview(outline)
        said.append("".join(text for text, _ in outline_row(outline, number).text))
    assert said[6] == "written here · 1"
    outline.move_to(6)
    outline.turn_left()
    assert drawn(outline, writer.tree)[6] == "└no fan: 1 ▸"


def test_where_there_is_little_room_the_preview_has_little_of_what_stands_before():
    writer = Writer()
    writer.write("It rained. " * 12 + "\n\nThe sea ")
    writer.fan("is wide.", "is deep.")
    writer.take(1)
    outline = writer.outline()
    outline.move_to(1)

    def text(**room):
        return ["".join(part for part, _ in paragraph.runs) for paragraph in preview(outline, **room)][-1]

    assert text().endswith("It rained. It rained. \n\nThe sea is wide.")
    assert text(little_room=True) == "The sea is wide."


def test_a_line_that_parts_goes_on_straight_too():
    writer = Writer()
    writer.write("The sea ")
    writer.fan("is wide. ", "is deep. ")
    writer.take(1)
    writer.fan("Oh.", "Ah.")
    writer.take(2)
    writer.loom.parent()
    writer.loom.parent()
    writer.take(2)
    outline = writer.outline()
    outline.move_to(0)
    assert drawn(outline, writer.tree) == ["The sea +1", "is deep."]
    outline.turn_right()
    assert drawn(outline, writer.tree) == ["The sea", "└is wide. +2", "is deep."]
    outline.move_to(1)
    outline.turn_right()
    assert drawn(outline, writer.tree) == ["The sea", "└is wide.", " ├Oh.", " └Ah.", "is deep."]


def test_left_closes_and_then_goes_to_where_the_line_parts():
    tree = tree_of([0, 1, 1, 3, 4, 4])
    outline = outline_of(tree, here=3)
    outline.open_all()
    before = drawn(outline, tree)
    for number in range(len(outline)):
        outline.move_to(number)
        for _ in range(20):
            outline.turn_left()
        assert outline.cursor == 0
        outline.open_all()
        assert drawn(outline, tree) == before


def test_hidden_nodes_are_seen_only_if_asked_for():
    tree = tree_of([0, 1, 1, 3])
    tree.mark(3 + 1, hidden=True)
    assert sorted(n for row in outline_of(tree, opened=True) for n in row.nodes) == [1, 2, 3]
    assert sorted(n for row in outline_of(tree, opened=True, hidden=True) for n in row.nodes) == [1, 2, 3, 4, 5]
    assert sorted(n for row in outline_of(tree, here=5, opened=True) for n in row.nodes) == [1, 2, 3, 4, 5], "the path"


# what always holds


@given(trees, st.integers(0, 40), st.integers(0, 40))
def test_every_node_is_in_just_one_row_when_everything_is_open(tree, here, top):
    nodes = nodes_below(tree, ROOT)
    outline = outline_of(tree, nodes[here % len(nodes)], nodes[top % len(nodes)], opened=True)
    shown = [node for row in outline for node in row.nodes]
    assert sorted(shown) == sorted(nodes_below(tree, outline.top))
    for row in outline:
        for above, below in zip(row.nodes, row.nodes[1:], strict=False):
            assert tree.children(above) == [below]
    for number, row in enumerate(outline):
        assert all(outline.number_of(node) == number for node in row.nodes)
        parent = tree.node(row.nodes[0]).parent
        if row.nodes[0] != outline.top:
            assert outline.number_of(parent) < number, "what follows stands below"


@given(trees, st.integers(0, 40))
def test_it_never_leaves_the_screen_to_the_right(tree, here):
    nodes = nodes_below(tree, ROOT)
    outline = outline_of(tree, nodes[here % len(nodes)], opened=True)
    levels = max(len(row.rails) for row in outline)
    assert 2 ** (levels - 1) <= len(nodes), "each level holds at most half of the one to its left, the path aside"


@given(trees, st.integers(0, 40), st.lists(st.tuples(st.sampled_from("hlj-+ko"), st.integers(0, 60)), max_size=25))
@settings(max_examples=150)
def test_whatever_is_opened_and_closed_rows_keep_their_order_and_their_numbers(tree, here, acts):
    nodes = nodes_below(tree, ROOT)
    everything = outline_of(tree, nodes[here % len(nodes)], opened=True)
    order = {node: number for number, row in enumerate(everything) for node in row.nodes}
    outline = outline_of(tree, nodes[here % len(nodes)])
    for act, where in acts:
        act_on(outline, act, where, nodes)
        shown = [row.nodes for row in outline]
        assert [order[row[0]] for row in shown] == sorted(order[row[0]] for row in shown)
        assert len({node for row in shown for node in row}) == sum(map(len, shown))
        for number, row in enumerate(shown):
            assert all(outline.number_of(node) == number for node in row)
        assert outline.current.nodes[-1] == outline.place
    for node in nodes:
        assert outline.reveal(node)
        assert node in outline.current.nodes


def act_on(outline, act, where, nodes):
    match act:
        case "h":
            outline.turn_left()
        case "l":
            outline.turn_right()
        case "j":
            outline.move_to(outline.cursor + 1)
        case "k":
            outline.move_to(where)
        case "o":
            outline.open_fork(nodes[where % len(nodes)])
        case "+":
            outline.open_all()
        case "-":
            outline.close_all()


@given(
    trees,
    st.lists(st.tuples(st.sampled_from("hljko+"), st.integers(0, 60)), max_size=12),
    st.integers(0, 60),
    st.data(),
)
@settings(max_examples=150)
def test_the_cursor_stays_on_its_node_when_the_tree_changes_underneath(tree, acts, here, data):
    nodes = nodes_below(tree, ROOT)
    here = nodes[here % len(nodes)]
    outline = outline_of(tree, here)
    for act, where in acts:
        act_on(outline, act, where, nodes)
    place = outline.place
    for parent in data.draw(st.lists(st.sampled_from(nodes), max_size=6)):
        change(tree, parent, data.draw(st.sampled_from(["grow", "hide", "mark"])))
    sight = Sight(tree, path_to(tree, here))
    outline.renew(sight)
    assert 0 <= outline.cursor < len(outline)
    if all(sight.sees(step.id) for step in tree.path(place)):
        assert place in outline.current.nodes


def change(tree, node, how):
    match how:
        case "grow":
            tree.add(node, (), 0.0)
        case "hide":
            tree.mark(node, hidden=True)
        case "mark":
            tree.mark(node, bookmarked=True)
