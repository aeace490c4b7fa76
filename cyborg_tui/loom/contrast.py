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

    towards: tuple[str, ...]
    away: tuple[str, ...]
    method: Method = Method.MEANS

    def __post_init__(self) -> None:
        for name, texts in {"towards": self.towards, "away": self.away}.items():
            if not 0 < len(texts) <= _MOST:
                raise BadContrast(f"there are {len(texts):,} texts in “{name}”; there must be 1 to {_MOST:,}")
            if not all(text.strip() for text in texts):
                raise BadContrast(f"a text in “{name}” is empty")
            if any(len(text) > _LONGEST for text in texts):
                raise BadContrast(f"a text in “{name}” is longer than {_LONGEST:,} characters")
        if self.towards == self.away:
            raise BadContrast("both sets are the same")
        if self.method is Method.COMPONENT and len(self.towards) + len(self.away) < 4:
            raise BadContrast("a principal component needs two texts of each kind; take the means")
