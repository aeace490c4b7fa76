"""A person who does anything, in any order, to a loom whose model babbles: the promises are checked after each step."""

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from cyborg_tui.loom.errors import NotPossible
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.tree import ROOT
from tests.loom.writer import Writer, words


class Person(Writer):
    """What the person does to the tree as a whole, beside writing."""

    def any_node(self, data, *, at_least=0):
        nodes = sorted(node.id for node in self.loom.tree if len(node) >= at_least)
        return data.draw(st.sampled_from(nodes)) if nodes else ROOT

    def everything_said(self):
        tree, overview = self.loom.tree, self.garden.overview

        def is_place(node):
            """The beginning of a cut node is none: it comes and goes as something is attached to it or not."""
            return not node.cut or node.hidden or tree.is_kept(node.id) or tree.is_context(node.id)

        def places_below(node):
            for child in overview.children(node):
                yield from [child] if is_place(tree.node(child)) else places_below(child)

        return [
            (node.id, node.hidden, node.bookmarked, tree.facts(node.id), [*places_below(node.id)])
            for node in sorted(tree, key=lambda node: node.id)
            if is_place(node)
        ]

    def check_one_step(self, said, authors):
        """One undo takes back what was done to the tree, one redo does it again; the manuscript is the same."""
        after, now = self.everything_said(), self.authors()
        if after != said:
            assert self.loom.undo()
            assert self.everything_said() == said, "undo did not take back what was done to the tree"
            assert self.authors() == authors
            assert self.loom.redo()
            assert self.everything_said() == after, "redo did not do it again"
        assert self.authors() == now

    @rule(data=st.data(), hidden=st.booleans())
    def hide(self, data, hidden):
        said, authors = self.everything_said(), self.authors()
        with suppress(NotPossible):
            self.garden.hide(self.any_node(data), hidden=hidden)
        self.check_one_step(said, authors)

    @rule(data=st.data(), what=st.sampled_from(("bookmark", "name", "note", "tag")), gone=st.booleans())
    def say(self, data, what, gone):
        said, authors, node = self.everything_said(), self.authors(), self.any_node(data)
        with suppress(NotPossible):
            if what == "bookmark":
                self.garden.bookmark(node, bookmarked=not gone)
            elif what == "tag":
                self.garden.tag(node, () if gone else ("sea", "sea", " house "))
                assert self.loom.tree.facts(node).tags == (() if gone else ("sea", "house"))
            else:
                getattr(self.garden, what)(node, "" if gone else "the sea")
        self.check_one_step(said, authors)

    @rule(where=st.floats(0, 1), at_end=st.booleans(), gone=st.booleans())
    def condition(self, where, at_end, gone):
        authors, total = self.authors(), len(self.loom.text)
        offset = total if at_end else round(where * total)
        self.garden.frame(offset, Frame() if gone else Frame(memory="the sea"))
        assert self.authors() == authors
        assert gone or self.loom.tree.frame(self.loom.manuscript.node_at(offset))

    @rule(data=st.data(), by=st.sampled_from((-1, 1)))
    def arrange(self, data, by):
        said, authors, node = self.everything_said(), self.authors(), self.any_node(data)
        parent = self.loom.tree.node(node).parent
        before = self.garden.overview.children(parent) if parent is not None else ()
        if self.garden.move(node, by):
            after = self.garden.overview.children(parent)
            assert after.index(node) == before.index(node) + by
            assert sorted(after) == sorted(before) == sorted(self.loom.tree.children(parent))
        self.check_one_step(said, authors)

    @rule(data=st.data(), where=st.integers(1, 9))
    def split(self, data, where):
        node = self.any_node(data, at_least=2)
        said, authors = self.everything_said(), self.authors()
        size = len(self.loom.tree.node(node))
        with suppress(NotPossible):
            head = self.garden.split(node, min(where, size - 1))
            assert self.loom.tree.children(head) == [node]
        self.check_one_step(said, authors)

    @rule(data=st.data())
    def join(self, data):
        said, authors, node = self.everything_said(), self.authors(), self.any_node(data)
        with suppress(NotPossible):
            tail = self.garden.join(node)
            assert node == tail or node not in self.loom.tree
        self.check_one_step(said, authors)

    @rule(data=st.data(), text=st.one_of(st.just(""), words))
    def rewrite_everywhere(self, data, text):
        node = self.any_node(data)
        tree, authors = self.loom.tree, self.authors()
        before = tree.node(node).text
        with suppress(NotPossible):
            self.garden.rewrite(node, text)
            assert tree.node(node).text == text
            below = set(tree.below(node))
            assert all(self.garden.drawn_after_other_words(fan.id) for fan in tree.fans if fan.context in below)
            self.stand_for_other_texts(below)
            assert self.loom.undo()
            assert tree.node(node).text == before
            assert self.authors() == authors
            self.stand_for_other_texts(below)
            assert self.loom.redo()
            assert tree.node(node).text == text
            self.rewritten = True
        self.stand_for_other_texts(set(tree.below(node)))

    @precondition(lambda self: self.loom.fan_in_view is not None)
    @rule(choice=st.integers(0, 2))
    def take_mend_a_typo_above_and_purge_what_was_before(self, choice):
        """What stands in the text is made of a branch that is out of sight now."""
        fan = self.loom.fan_in_view
        self.take_and_mend_a_typo_above(choice, 0, "t")
        branches = self.loom.tree.branches(fan.id)
        if not branches:
            return
        self.garden.hide(branches[choice % len(branches)].node)
        self.purge()

    @rule()
    def purge(self):
        loom, authors = self.loom, self.authors()
        words = {id: loom.tree.branch(id).text for id in self.branch_texts}
        looked = {fan.id: self.looked_at(fan) for fan in loom.tree.fans}
        went = self.garden.purge()
        assert self.authors() == authors, "a purge changed the manuscript"
        assert not any(node in loom.tree for node in went.nodes)
        assert not self.garden.prunable.nodes, "something more could have been purged"
        for id in words:
            if not loom.tree.has_branch(id) or loom.tree.branch(id).purged:
                del self.branch_texts[id]
        for fan in loom.tree.fans:
            assert self.looked_at(fan) == looked[fan.id], "a purge changed what was looked at"
        if went.nodes:
            self.first_text = None

    @rule(forward=st.booleans())
    def back_or_forward(self, forward):
        leaf, before = self.loom.manuscript.leaf, self.authors()
        if self.garden.forward() if forward else self.garden.back():
            assert self.loom.manuscript.leaf != leaf
            if leaf in self.loom.tree:
                assert self.garden.back() if forward else self.garden.forward()
                assert self.loom.manuscript.leaf == leaf
                assert self.authors() == before, "there and back again is another place"

    @rule()
    def reopen(self):
        """Tomorrow: the tree as it was saved, the same place, no undo."""
        tree = self.loom.tree
        text, authors = self.loom.text, self.authors()
        fans = tree.fans
        branches = [tree.branch(branch) for fan in fans for branch in fan.branches]
        again = type(tree)(tree, fans, branches, tree.next_node, tree.all_facts)
        self.loom = Loom(again, self.loom.place, self.loom.places, clock=lambda: self.time)
        assert self.loom.text == text
        assert self.authors() == authors
        self.first_text = text

    def looked_at(self, fan):
        """How many different texts of a fan were looked at."""
        drawn = [branch for branch in self.loom.tree.drawn(fan.id) if branch.looked]
        return len({branch.id if branch.purged else branch.text for branch in drawn})
