"""A person who does anything, in any order, to a loom whose model babbles: the promises are checked after each step."""

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cyborg_tui.loom.context import context_of
from cyborg_tui.loom.editing import Edit
from cyborg_tui.loom.errors import NotPossible
from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord, decode
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.loom import Chosen, Loom
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.tree import ROOT

VOCABULARY = [b" the", b"sea", b" sea", b".", b"\n", b"e", b"\xc3", b"\xa9", b"\xf0\x9f", b"\x8c\x8a", b" and", b"t"]
MODEL = ModelIdentity("babble", "v1")
words = st.text(alphabet="abt \né🌊", min_size=1, max_size=5)
draws = st.lists(st.sampled_from(range(len(VOCABULARY))), max_size=6)


def whole_characters(ids):
    """As the engine does it: a branch never ends inside a code point."""
    while ids and VOCABULARY[ids[-1]][-1] in (0xC3, 0x9F):
        ids = ids[:-1]
    return ids


class Person(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.time = 0.0
        self.loom = Loom(clock=lambda: self.time)
        self.frozen = {}
        self.branch_texts = {}
        self.first_text = ""
        self.last_write = -1.0
        self.rewritten = False

    # what the person does

    @initialize(text=words)
    def begin(self, text):
        self.write_at(0, 0, text)

    @rule(where=st.floats(0, 1), length=st.integers(0, 4), text=st.one_of(st.just(""), words), pause=st.booleans())
    def write(self, where, length, text, pause):
        total = len(self.loom.manuscript)
        start = round(where * total)
        self.time += 5 if pause else 0
        self.write_at(start, min(total, start + length), text)

    @rule(
        cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.one_of(st.just(""), words)), max_size=4),
        pause=st.booleans(),
    )
    def write_in_several_places(self, cuts, pause):
        self.time += 5 if pause else 0
        total = len(self.loom.manuscript)
        edits, at = [], 0
        for where, length, text in sorted(cuts):
            start = max(at, round(where * total))
            at = min(total, start + length)
            edits.append(Edit(start, at, text))
        before = self.authors()
        expected = list(before)
        for start, end, text in reversed(edits):
            expected[start:end] = [(letter, None) for letter in text]
        if self.loom.rewrite(edits):
            assert self.authors() == expected, "the edits changed other characters, or who wrote them"
            self.check_undo(before)
            self.last_write = self.time

    @rule(text=words, letter_by_letter=st.booleans())
    def write_on_at_the_cursor(self, text, letter_by_letter):
        for run in text if letter_by_letter else [text]:
            self.write_at(self.loom.cursor, self.loom.cursor, run)

    @rule(count=st.integers(1, 4))
    def backspace(self, count):
        for _ in range(count):
            if self.loom.cursor:
                self.write_at(self.loom.cursor - 1, self.loom.cursor, "")

    def write_at(self, start, end, text):
        before = self.authors()
        expected = list(before)
        expected[start:end] = [(letter, None) for letter in text]
        self.loom.write(start, end, text)
        assert self.authors() == expected, "an edit changed other characters, or who wrote them"
        if self.time != self.last_write and before != expected:
            self.check_undo(before)
        self.last_write = self.time

    def check_undo(self, before):
        """One undo takes the last step back, one redo does it again."""
        after = self.authors()
        assert self.loom.undo()
        assert self.authors() == before, "undo did not bring back what was there"
        assert self.loom.redo()
        assert self.authors() == after, "redo did not do it again"

    @rule(where=st.floats(0, 1), at_end=st.booleans(), ids=st.lists(draws, min_size=2, max_size=3), heal=st.booleans())
    def fan(self, where, at_end, ids, heal):
        loom = self.loom
        before = loom.text
        loom.move_cursor(len(before) if at_end else round(where * len(before)))
        cursor = loom.cursor
        fan = loom.fan(MODEL, FanSettings(width=len(ids)), seed=1)
        lead = before[:cursor][-1:]
        healed = 1 if heal and lead == "t" and self.authors()[cursor - 1][1] is None else 0
        for branch, drawn in zip(fan.branches, ids, strict=True):
            tokens = whole_characters(([VOCABULARY.index(b"t")] if healed else []) + drawn)
            text = decode(b"".join(VOCABULARY[token] for token in tokens))
            records = [TokenRecord(token, len(VOCABULARY[token]), -1.0) for token in tokens]
            loom.grow(branch, text, healed, records, seed=7)
            loom.finish(branch, Finish.TOKENS)
        assert loom.text == before, "a fan changed the manuscript"
        for branch in loom.tree.branches(fan.id):
            assert loom.tree.path_text(branch.node) == before[:cursor] + branch.text[healed:]

    @rule(where=st.floats(0, 1), ids=draws)
    def choose(self, where, ids):
        before = self.authors()
        offset = round(where * len(before))
        tokens = whole_characters(ids)
        data = b"".join(VOCABULARY[token] for token in tokens)
        records = tuple(TokenRecord(token, len(VOCABULARY[token]), -1.0) for token in tokens)
        if not data:
            return
        self.loom.choose(offset, Chosen(MODEL, records, data, b""), seed=7)
        assert self.loom.text == "".join(letter for letter, _ in before[:offset]) + decode(data)
        assert self.authors()[:offset] == before[:offset], "what stands before the place is as it was"
        assert [branch is None for _, branch in self.authors()[offset:]] == [False] * len(decode(data))
        self.check_undo(before)

    @precondition(lambda self: self.loom.fan_in_view is not None)
    @rule(choice=st.integers(0, 2), upto=st.one_of(st.none(), st.integers(1, 6)))
    def take(self, choice, upto):
        loom = self.loom
        branches = loom.tree.branches(loom.fan_in_view.id)
        branch = branches[choice % len(branches)]
        spot = loom.spot
        taken = loom.taken_from(spot)
        following = loom.text[spot.offset :] if taken is None else None
        everything = self.authors()
        before = everything[: spot.offset]
        loom.take(branch.id, upto)
        whole = branch.text[branch.healed :]
        part = whole if upto is None else whole[:upto]
        at = branch.healed
        assert self.authors()[: loom.cursor] == before + [
            (letter, (branch.id, at + i)) for i, letter in enumerate(part)
        ], "taking did not take what was asked"
        if following is not None:
            assert loom.text[loom.cursor :] == following, "what stood after the cursor was not carried along"
        self.check_undo(everything)

    @precondition(lambda self: self.loom.fan_in_view is not None)
    @rule(choice=st.integers(0, 2), where=st.floats(0, 1), text=words)
    def take_and_mend_a_typo_above(self, choice, where, text):
        self.take(choice, None)
        start = round(where * self.loom.spot.offset)
        self.write_at(start, start, text)

    @rule()
    def parent(self):
        before = self.authors()
        if self.loom.parent():
            cursor = self.loom.cursor
            assert self.authors()[:cursor] == before[:cursor], "going to the parent changed what stands above"
            self.check_undo(before)

    @rule(data=st.data())
    def go(self, data):
        nodes = sorted(node.id for node in self.loom.tree)
        node = data.draw(st.sampled_from(nodes))
        text, before = self.loom.tree.path_text(node), self.authors()
        self.loom.go(node)
        assert self.loom.text == text
        self.check_undo(before)

    # what the person does to the tree as a whole

    @property
    def garden(self):
        return Garden(self.loom)

    def any_node(self, data, *, at_least=0):
        nodes = sorted(node.id for node in self.loom.tree if len(node) >= at_least)
        return data.draw(st.sampled_from(nodes)) if nodes else ROOT

    def everything_said(self):
        tree, overview = self.loom.tree, self.garden.overview
        return [
            (node.id, node.hidden, node.bookmarked, tree.facts(node.id), overview.children(node.id))
            for node in sorted(tree, key=lambda node: node.id)
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

    def stand_for_other_texts(self, nodes):
        """What is below a node that was rewritten everywhere stands for another text from now on."""
        for node in nodes:
            self.frozen.pop(node, None)
        for branch in [branch for branch in self.branch_texts if self.loom.tree.branch(branch).node in nodes]:
            del self.branch_texts[branch]

    @precondition(lambda self: self.loom.fan_in_view is not None)
    @rule(choice=st.integers(0, 2))
    def take_mend_a_typo_above_and_purge_what_was_before(self, choice):
        """What stands in the text is made of a branch that is out of sight now."""
        fan = self.loom.fan_in_view
        self.take_and_mend_a_typo_above(choice, 0, "t")
        branches = self.loom.tree.branches(fan.id)
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

    def looked_at(self, fan):
        """How many different texts of a fan were looked at."""
        drawn = [branch for branch in self.loom.tree.drawn(fan.id) if branch.looked]
        return len({branch.id if branch.purged else branch.text for branch in drawn})

    @rule(forward=st.booleans())
    def back_or_forward(self, forward):
        leaf, before = self.loom.manuscript.leaf, self.authors()
        if self.garden.forward() if forward else self.garden.back():
            assert self.loom.manuscript.leaf != leaf
            if leaf in self.loom.tree:
                assert self.garden.back() if forward else self.garden.forward()
                assert self.loom.manuscript.leaf == leaf
                assert self.authors() == before, "there and back again is another place"

    @rule(steps=st.integers(1, 5))
    def undo_and_redo(self, steps):
        """Everything undone can be redone, and comes out the same, authors and all."""
        done = []
        for _ in range(steps):
            now = self.authors()
            if not self.go_back():
                break
            done.append(now)
            self.check()
        for expected in reversed(done):
            assert self.go_back(redoing=True)
            assert self.authors() == expected, "redo came out different"

    @rule(steps=st.integers(1, 3))
    def undo(self, steps):
        for _ in range(steps):
            self.go_back()

    def rewritten_nodes(self):
        tree = self.loom.tree
        facts = [facts for facts in tree.all_facts if facts.rewritten_at is not None]
        return {known.node: (known.rewritten_at, tree.node(known.node).text) for known in facts}

    def go_back(self, *, redoing=False):
        """One undo or redo. If it was of a rewriting, what is below stands for other texts again."""
        rewritten = self.rewritten_nodes()
        done = self.loom.redo() if redoing else self.loom.undo()
        now = self.rewritten_nodes()
        for node in rewritten | now:
            if node in self.loom.tree and rewritten.get(node) != now.get(node):
                tree, top = self.loom.tree, node
                while top != ROOT and tree.node(tree.parent(top)).cut:
                    top = tree.parent(top)
                self.stand_for_other_texts(set(tree.below(top)))
        return done

    @rule()
    def undo_everything(self):
        while self.go_back():
            pass
        if self.first_text is not None:
            assert self.loom.text == self.first_text

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

    # what must hold

    def authors(self):
        """Each character of the manuscript with its origin: (branch, place in its text), or None for the person."""
        return [
            (letter, None if piece.branch is None else (piece.branch, piece.start + i))
            for piece in self.loom.manuscript.pieces
            for i, letter in enumerate(piece.text)
        ]

    @invariant()
    def check(self):
        loom, tree = self.loom, self.loom.tree
        path = tree.path(loom.manuscript.leaf)
        assert loom.text == "".join(node.text for node in path) == tree.path_text(loom.manuscript.leaf)
        assert len(loom.manuscript) == len(loom.text)
        self.check_frozen()
        self.check_pieces()
        self.check_tokens()
        self.check_fans()

    def check_frozen(self):
        """Every id that was ever frozen stands for the same text, unless it was a cut that has been mended."""
        tree = self.loom.tree
        for node, text in list(self.frozen.items()):
            if node in tree:
                assert tree.path_text(node) == text, f"frozen node {node} changed"
        for node in tree:
            for child in tree.children(node.id):
                assert tree.node(child).parent == node.id
            if tree.is_frozen(node.id):
                self.frozen[node.id] = tree.path_text(node.id)

    def check_pieces(self):
        tree = self.loom.tree
        for node in tree:
            for piece in node.pieces:
                assert piece.text
                if piece.branch is not None:
                    assert tree.branch(piece.branch).text[piece.start : piece.end] == piece.text

    def check_tokens(self):
        tree = self.loom.tree
        context = context_of(self.loom.manuscript.pieces, lambda id: (tree.branch(id), "v1"))
        assert context.text == self.loom.text
        for segment in context.segments:
            if segment.tokens:
                assert decode(b"".join(VOCABULARY[token] for token in segment.tokens)) == segment.text

    def check_fans(self):
        """No branch is ever lost, and what a node carries leads to its fan."""
        tree = self.loom.tree
        for branch_id, text in self.branch_texts.items():
            branch = tree.branch(branch_id)
            context = tree.path_text(tree.fan(branch.fan).context)
            assert branch.node in tree, "a branch was dropped"
            assert tree.path_text(branch.node) == text
            assert text.endswith(branch.text[branch.healed :]), "a branch is not what was drawn any more"
            assert self.rewritten or text == context + branch.text[branch.healed :]
        for fan in tree.fans:
            for branch in tree.branches(fan.id):
                if branch.node in tree:
                    self.branch_texts.setdefault(branch.id, tree.path_text(branch.node))
        for node in tree:
            if node.carries is not None and not node.cut:
                assert node.carries in tree
                for fan in tree.fans_at(node.carries):
                    assert fan in tree.fans_at(node.id), "the fan of a carried node cannot be reached"
                assert set(tree.fans_at(node.id)) <= {fan.id for fan in tree.fans}
