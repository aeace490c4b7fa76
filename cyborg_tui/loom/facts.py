"""What is known of a few nodes beside their text: what the person said of them, and how what is below is arranged."""

from dataclasses import dataclass

from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.frame import Frame

__all__ = ["Facts"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one node. Most nodes have none, and then there is nothing to keep."""

    node: NodeId
    name: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    order: tuple[NodeId, ...] = ()
    """The children as the person arranged them; others come after these, in the order they were made."""
    settled: bool = False
    """Frozen for good, though what froze it may be gone: the text up to it was seen from elsewhere."""
    rewritten_at: float | None = None
    """When its text was last rewritten under all its branches; seconds since 1970, UTC."""
    frame: Frame | None = None
    """What conditions the model from the end of this node on."""

    def __bool__(self) -> bool:
        return self != Facts(self.node)
