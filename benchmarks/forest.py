"""A large loom to measure with: made of the same seed, it is the same loom."""

import random
from datetime import date
from pathlib import Path

from benchmarks.prose import prose
from cyborg_tui.library.library import Library, LoomRow
from cyborg_tui.loom.carrying import carry
from cyborg_tui.loom.changes import Place
from cyborg_tui.loom.fan import Finish, ModelIdentity, NodeId, TokenRecord
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.piece import typed
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.tree import ROOT, Tree

__all__ = ["DAY", "plant"]

DAY = date(2026, 11, 24)
_MODEL = ModelIdentity("forest", "vocabulary")
_WIDTH, _TOKENS = 8, 24
_LONGEST_CARRY = 40


def plant(folder: Path, nodes: int = 100_000, on_the_path: int = 2_000, seed: int = 1) -> LoomRow:
    """Make a library with one loom of so many nodes, written as people write: fans of eight, of which one is taken, a
    sentence of one's own now and then, side paths from branches that were left, and edits far above which carry along
    what follows. Takes about half a minute."""
    forest = _Forest(seed)
    leaf = forest.grow_path(ROOT, on_the_path - 1)
    path = [node.id for node in forest.tree.path(leaf)]
    while len(forest.tree) < nodes:
        if forest.chance.random() < 0.04:
            forest.edit_above(path)
        else:
            forest.grow_path(forest.a_branch_that_was_left(), forest.chance.randint(2, 24))
    return _save(folder, forest.tree, leaf)


class _Forest:
    def __init__(self, seed: int) -> None:
        self.tree = Tree()
        self.chance = random.Random(seed)
        self._words = prose(200_000)
        self._left: list[NodeId] = []
        self._now = 1_700_000_000.0

    def grow_path(self, start: NodeId, length: int) -> NodeId:
        """Write on from a node until the path is so many nodes longer. Returns its end."""
        at = start
        for number in range(length):
            at = self._type(at) if number % 3 == 2 or at == ROOT else self._take(at)
        return at

    def edit_above(self, path: list[NodeId]) -> None:
        index = self.chance.randrange(1, len(path) - 1)
        suffix = [(self.tree.node(id), self.tree.node(id).pieces) for id in path[index + 1 :][:_LONGEST_CARRY]]
        carry(self.tree, suffix, self._type(path[index]), self._later())

    def a_branch_that_was_left(self) -> NodeId:
        index = self.chance.randrange(len(self._left))
        self._left[index], self._left[-1] = self._left[-1], self._left[index]
        return self._left.pop()

    def _type(self, at: NodeId) -> NodeId:
        return self.tree.add(at, typed(self._some_words(20, 200)), self._later())

    def _take(self, at: NodeId) -> NodeId:
        tree, chance = self.tree, self.chance
        fan = tree.add_fan(at, _MODEL, FanSettings(width=_WIDTH, max_tokens=_TOKENS), 1, self._later())
        taken = chance.randrange(_WIDTH)
        for index, branch in enumerate(fan.branches):
            texts = [self._some_words(2, 7) for _ in range(_TOKENS)]
            tokens = [TokenRecord(chance.randrange(150_000), len(text), -chance.random() * 4, 1.5) for text in texts]
            tree.grow(branch, "".join(texts), 0, tokens, 7)
            tree.finish(branch, Finish.TOKENS)
            if index <= taken:
                tree.look(branch)
            if index != taken:
                self._left.append(tree.branch(branch).node)
        return tree.branch(fan.branches[taken]).node

    def _some_words(self, least: int, most: int) -> str:
        size = self.chance.randint(least, most)
        start = self.chance.randrange(len(self._words) - size)
        return self._words[start : start + size]

    def _later(self) -> float:
        self._now += 30
        return self._now


def _save(folder: Path, tree: Tree, leaf: NodeId) -> LoomRow:
    library = Library(folder)
    row = library.daily(DAY)
    loom = Loom(tree, Place(leaf, len(tree.path_text(leaf))))
    library.save(row.id, loom.changes())
    library.flush()
    library.close()
    return row
