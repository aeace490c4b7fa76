"""What must hold of a loom, whatever a person did to it; and the little vocabulary of a model that babbles."""

from hypothesis.stateful import RuleBasedStateMachine, invariant

from cyborg_tui.loom.context import context_of
from cyborg_tui.loom.fan import ModelIdentity, decode
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.loom import Loom

VOCABULARY = [b" the", b"sea", b" sea", b".", b"\n", b"e", b"\xc3", b"\xa9", b"\xf0\x9f", b"\x8c\x8a", b" and", b"t"]
MODEL = ModelIdentity("babble", "v1")


class Promises(RuleBasedStateMachine):
    """A loom, and what is remembered of it to check the promises with."""

    def __init__(self):
        super().__init__()
        self.time = 0.0
        self.loom = Loom(clock=lambda: self.time)
        self.frozen = {}
        self.depended_on = set()
        self.branch_texts = {}
        self.first_text = ""
        self.last_write = -1.0
        self.rewritten = False

    @property
    def garden(self):
        return Garden(self.loom)

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
            if node in tree and node not in self.depended_on and not tree.is_frozen(node):
                del self.frozen[node]  # it was frozen by a frame alone, and that was taken back
            elif node in tree:
                assert tree.path_text(node) == text, f"frozen node {node} changed"
        for node in tree:
            for child in tree.children(node.id):
                assert tree.node(child).parent == node.id
            if tree.is_frozen(node.id):
                self.frozen[node.id] = tree.path_text(node.id)
                if node.branch is not None or tree.is_context(node.id):
                    self.depended_on.update(above.id for above in tree.path(node.id))

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
            if node.carries is not None and node.pieces and not node.cut:
                assert node.carries in tree
                for fan in tree.fans_at(node.carries):
                    assert fan in tree.fans_at(node.id), "the fan of a carried node cannot be reached"
                assert set(tree.fans_at(node.id)) <= {fan.id for fan in tree.fans}

    def stand_for_other_texts(self, nodes):
        """What is below a node that was rewritten everywhere stands for another text from now on."""
        for node in nodes:
            self.frozen.pop(node, None)
        for branch in [branch for branch in self.branch_texts if self.loom.tree.branch(branch).node in nodes]:
            del self.branch_texts[branch]
