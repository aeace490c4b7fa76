"""Trees to look at: grown by chance, or as a person would, with the acts of a loom."""

from cyborg_tui.loom.fan import Finish, ModelIdentity
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.piece import typed
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.tree import ROOT, Tree
from cyborg_tui.outline.outline import Outline
from cyborg_tui.outline.shape import Sight

MODEL = ModelIdentity("commonplace", "v1")


def tree_of(parents):
    """A tree of typed nodes; `parents[i]` says on which of the nodes made before the next one hangs."""
    tree = Tree()
    nodes = [ROOT]
    for number, parent in enumerate(parents):
        nodes.append(tree.add(nodes[parent % len(nodes)], typed(f"text {number} "), float(number)))
    return tree


def path_to(tree, node):
    return [step.id for step in tree.path(node)]


def outline_of(tree, here=ROOT, top=ROOT, opened=False, **options):
    return Outline(Sight(tree, path_to(tree, here), **options), top, opened=opened)


class Writer:
    """A person with a loom, and a model that says what it is told to."""

    def __init__(self):
        self.now = 0.0
        self.loom = Loom(clock=self._clock)

    def _clock(self):
        self.now += 100.0
        return self.now

    @property
    def tree(self):
        return self.loom.tree

    def write(self, text):
        self.loom.write(self.loom.cursor, self.loom.cursor, text)

    def fan(self, *texts):
        fan = self.loom.fan(MODEL, FanSettings(width=len(texts)), seed=1)
        for branch, text in zip(fan.branches, texts, strict=True):
            self.loom.grow(branch, text, 0, (), seed=7)
            self.loom.finish(branch, Finish.TOKENS)
        return fan

    def take(self, number, upto=None):
        self.loom.take(self.loom.fan_in_view.branches[number - 1], upto)

    def outline(self, **options):
        return outline_of(self.tree, self.loom.manuscript.leaf, **options)


def drawn(outline, tree):
    """The rows as text: rails, and what is said in them."""
    rows = []
    for row in outline:
        text = "".join(tree.node(node).text for node in row.nodes) or "(beginning)"
        if not row.nodes:
            text = f"no fan: {row.lines}" if row.fan is None else f"fan {row.fan}: {row.lines}"
        rails = "".join("│" if rail else " " for rail in row.rails[:-1])
        joint = ("├" if row.rails[-1] else "└") if row.rails and (row.begins or not row.nodes) else ""
        joint = joint or (("│" if row.rails[-1] else " ") if row.rails else "")
        more = f" +{len(row.beside)}" if row.beside else ""
        rows.append(rails + joint + text.strip() + more + (" ▸" if row.closed else ""))
    return rows
