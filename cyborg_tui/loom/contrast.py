"""Two sets of texts, of which a control vector is made that leads from the one to the other."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["BadContrast", "Contrast", "Method"]

_MOST = 4096
_LONGEST = 100_000


class BadContrast(ValueError):
    """No vector can be made of these texts; the message says why."""


class Method(str, Enum):
    """How a direction is found in what a model makes of the texts."""

    MEANS = "means"
    """From the mean of the one set to the mean of the other."""
    COMPONENT = "component"
    """The first principal component of the differences within pairs; where the sets are no pairs, of all texts."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """Texts of the one kind and of the other; pairs if there are as many of each. Raises BadContrast."""

    plus: tuple[str, ...]
    minus: tuple[str, ...]
    method: Method = Method.MEANS

    def __post_init__(self) -> None:
        for name, texts in {"plus": self.plus, "minus": self.minus}.items():
            if not 0 < len(texts) <= _MOST:
                raise BadContrast(f"there are {len(texts):,} texts of “{name}”; there must be 1 to {_MOST:,}")
            if not all(text.strip() for text in texts):
                raise BadContrast(f"a text of “{name}” is empty")
            if any(len(text) > _LONGEST for text in texts):
                raise BadContrast(f"a text of “{name}” is longer than {_LONGEST:,} characters")
        if self.plus == self.minus:
            raise BadContrast("both sets are the same")
        if self.method is Method.COMPONENT and len(self.plus) + len(self.minus) < 4:
            raise BadContrast("a principal component needs two texts of each kind; take the means")
