"""A person who writes in a loom whose model babbles: edits, fans, takes, moves, and the way back."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from cyborg_tui.loom.editing import Edit
from cyborg_tui.loom.fan import Finish, TokenRecord, decode
from cyborg_tui.loom.loom import Chosen
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.tree import ROOT
from tests.loom.promises import MODEL, VOCABULARY, Promises

words = st.text(alphabet="abt \né🌊", min_size=1, max_size=5)
draws = st.lists(st.sampled_from(range(len(VOCABULARY))), max_size=6)


def whole_characters(ids):
    """As the engine does it: a branch never ends inside a code point."""
    while ids and VOCABULARY[ids[-1]][-1] in (0xC3, 0x9F):
        ids = ids[:-1]
    return ids


class Writer(Promises):
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
        if not branches:
            return  # all of them were purged
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
        return {known.node: (known.rewritten_at, tree.path_text(known.node)) for known in facts}

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
