"""A loom of any size, as a person and a model might have written it."""

import random

from cyborg_tui.loom.changes import Place
from cyborg_tui.loom.fan import Finish, ModelIdentity, NodeId, TokenRecord
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.piece import typed
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.tree import ROOT, Tree

MODEL = ModelIdentity("synthetic", "v1")
WORDS = [
    "the",
    "sea",
    "a",
    "house",
    "and",
    "why",
    "window",
    "of",
    "grey",
    "morning",
    "she",
    "they",
    "had",
    "been",
    "with",
    "never",
    "again",
    "light",
    "on",
    "stairs",
]
_BEGAN = 1_700_000_000.0


def forest(nodes: int, on_path: int, seed: int = 1) -> Loom:
    """A loom with at least so many nodes, so many of them on the path: at each step a fan, sometimes words of the
    person's; from the branches beside it others that were gone on with and left."""
    chance = random.Random(seed)
    tree = Tree()
    at = tree.add(ROOT, typed("It began with the sea. "), _BEGAN)
    path = [at]
    while len(path) < on_path - 1:
        at = _step(tree, at, chance, 4)
        path.append(at)
        if chance.random() < 0.2:
            at = tree.add(at, typed(_words(chance, 6)), _BEGAN + at)
            path.append(at)
    while tree.next_node < nodes:
        aside = chance.choice(path)
        for _ in range(chance.randrange(1, 60)):
            aside = _step(tree, aside, chance, 8)
    return Loom(tree, Place(path[-1]))


def _step(tree: Tree, at: NodeId, chance: random.Random, width: int) -> NodeId:
    """A fan, of which one branch is gone on with."""
    fan = tree.add_fan(at, MODEL, FanSettings(width=width), chance.randrange(1_000_000), _BEGAN + at)
    for branch in fan.branches:
        text = _words(chance, 20)
        tree.grow(branch, text, 0, (TokenRecord(1, len(text), -1.0),), seed=7)
        tree.finish(branch, Finish.TOKENS)
        if chance.random() < 0.7:
            tree.look(branch)
    return tree.branch(chance.choice(fan.branches)).node


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count)) + " "
