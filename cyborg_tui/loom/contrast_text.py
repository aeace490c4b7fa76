"""Two sets of texts as a person writes them, to make a vector of.

    # towards
    The night was dark, and he wept
    # away from
    The day was bright, and he laughed

A line is a text; where `***` stands on a line of its own, whole passages stand between such lines. `method: component`
before the first set takes the first principal component instead of the means.
"""

from collections.abc import Iterable

from cyborg_tui.loom.contrast import BadContrast, Contrast, Method

__all__ = ["EXAMPLE", "contrast_from", "passages_to"]

_TOWARDS, _AWAY = "# towards", "# away from"
_METHOD = "method:"
_BETWEEN = "***"
EXAMPLE = f"""{_TOWARDS}
That night the old man wept, full of sorrow
That night she wept, full of despair
{_AWAY}
That night the old man laughed, full of joy
That night she laughed, full of delight
"""


def passages_to(passages: Iterable[str]) -> str:
    """Passages, to be put into two sets by whoever writes on in this."""
    return f"{_TOWARDS}\n" + f"\n{_BETWEEN}\n".join(passages) + f"\n{_AWAY}\n{_BETWEEN}\n"


def contrast_from(text: str) -> Contrast:
    """Raises BadContrast."""
    sets: dict[str, list[str]] = {_TOWARDS: [], _AWAY: []}
    method, at = Method.MEANS, ""
    for number, line in enumerate(text.split("\n"), 1):
        said = line.strip().lower()
        if said in sets:
            at = said
        elif at:
            sets[at].append(line)
        elif said.startswith(_METHOD):
            method = _method(said.removeprefix(_METHOD).strip(), number)
        elif said:
            raise BadContrast(f"line {number}: texts stand below “{_TOWARDS}” and “{_AWAY}”")
    return Contrast(_texts(sets[_TOWARDS]), _texts(sets[_AWAY]), method)


def _method(name: str, number: int) -> Method:
    try:
        return Method(name)
    except ValueError:
        known = " or ".join(method.value for method in Method)
        raise BadContrast(f"line {number}: the method is {known}, not “{name}”") from None


def _texts(lines: list[str]) -> tuple[str, ...]:
    if any(line.strip() == _BETWEEN for line in lines):
        parts = "\n".join(_BETWEEN if line.strip() == _BETWEEN else line for line in lines).split(f"\n{_BETWEEN}")
        lines = [part.removeprefix(_BETWEEN).strip("\n") for part in parts]
    return tuple(line for line in lines if line.strip())
