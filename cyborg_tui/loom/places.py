"""The places where one has been, to go back and forward among as in a browser."""

from dataclasses import dataclass

from cyborg_tui.loom.fan import NodeId

__all__ = ["Places", "Stop"]

_KEPT = 200


@dataclass(frozen=True, slots=True)
class Stop:
    """The end of the path and the cursor, as they were when one left."""

    node: NodeId
    cursor: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where one has been: `behind`, the nearest last, and `ahead`, the nearest first."""

    behind: tuple[Stop, ...] = ()
    ahead: tuple[Stop, ...] = ()

    def left(self, here: Stop) -> "Places":
        """After going from here to another place."""
        return Places((*self.behind, here)[-_KEPT:])

    def back(self, here: Stop) -> tuple[Stop, "Places"]:
        """The place before, and the places seen from there. There must be one."""
        return self.behind[-1], Places(self.behind[:-1], (here, *self.ahead))

    def forward(self, here: Stop) -> tuple[Stop, "Places"]:
        return self.ahead[0], Places((*self.behind, here), self.ahead[1:])

    def without(self, gone: frozenset[NodeId]) -> "Places":
        return Places(
            tuple(stop for stop in self.behind if stop.node not in gone),
            tuple(stop for stop in self.ahead if stop.node not in gone),
        )
