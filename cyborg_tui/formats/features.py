"""The types of what is exported, as Hugging Face `datasets` wants them told: it guesses them from the first lines, in
which much may be null."""

from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

__all__ = ["features"]

_VALUES = {int: "int64", float: "float64", str: "string", bool: "bool"}


def features(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """For `datasets.Features.from_dict`."""
    return {name: _feature(hint) for name, hint in get_type_hints(kind).items()}


def _feature(hint: Any) -> Any:
    if isinstance(hint, UnionType):
        (hint,) = (one for one in get_args(hint) if one is not NoneType)
    if hint in _VALUES:
        return {"dtype": _VALUES[hint], "_type": "Value"}
    if get_origin(hint) is list:
        return [_feature(get_args(hint)[0])]
    return features(hint)
