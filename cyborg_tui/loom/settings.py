"""How a fan is made: how many branches, how they begin and end, and how tokens are drawn."""

from dataclasses import dataclass
from enum import Enum

from cyborg_tui.loom.guidance import ALONE, Mix
from cyborg_tui.loom.sampling import BadSetting, Sampling, check_range
from cyborg_tui.loom.steering import UNSTEERED, Steering

__all__ = ["BadSetting", "FanKind", "FanSettings", "ForkBy", "Sampling", "Until"]

_LONGEST_STOP = 200
_USUAL = Sampling()


class Until(str, Enum):
    """Where a branch ends. Every branch also ends at its token limit and at the model's end of text."""

    TOKENS = "tokens"
    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"
    LINE = "line"
    """With the end of the line."""
    STRING = "string"
    """With `stop`."""
    END = "end"
    """Where the model ends the text, and nowhere before its limit."""
    FORK = "fork"
    """Between `shortest` and the limit, where it could best have gone another way."""


class ForkBy(str, Enum):
    """What makes a place the one to fork at ("Language models are multiverse generators", generative.ink, 2021)."""

    UNCERTAIN = "uncertain"
    """The next token is most uncertain."""
    UNLIKELY = "unlikely"
    """The token that was drawn next is least likely."""


class FanKind(str, Enum):
    """How the branches of a fan begin."""

    SAMPLED = "sampled"
    """Each for itself."""
    DISTINCT = "distinct"
    """No two with the same token: drawn without replacement."""
    THRESHOLD = "threshold"
    """One for each of the likeliest tokens, until their probability reaches `threshold` or there are enough."""


@dataclass(frozen=True, slots=True)
class FanSettings:
    """Everything that shapes a fan, apart from its context, its model and its seed."""

    width: int = 8
    """Number of branches."""
    max_tokens: int = 32
    """The longest a branch may become, in tokens."""
    until: Until = Until.TOKENS
    sampling: Sampling = _USUAL
    kind: FanKind = FanKind.SAMPLED
    threshold: float = 0.9
    stop: str = ""
    shortest: int = 4
    """Of a branch that ends in a fork, in tokens."""
    fork_by: ForkBy = ForkBy.UNCERTAIN
    steering: Steering = UNSTEERED
    mix: Mix = ALONE
    """How other contexts count that are read together with the own one."""

    def __post_init__(self) -> None:
        check_range("width", self.width, 1, 16)
        check_range("max_tokens", self.max_tokens, 1, 4096)
        check_range("threshold", self.threshold, 0.01, 1.0)
        check_range("shortest", self.shortest, 1, 4096)
        check_range("length of stop", len(self.stop), 1 if self.until is Until.STRING else 0, _LONGEST_STOP)
