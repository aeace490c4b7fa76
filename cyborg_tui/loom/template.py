"""Templates: text with fields in braces. `{{` and `}}` stand for braces."""

from collections.abc import Mapping
from string import Formatter

__all__ = ["BadTemplate", "filled"]


class BadTemplate(Exception):
    """The message says what is wrong with it, and which fields there are."""


def filled(template: str, fields: Mapping[str, str]) -> str:
    """A template with its fields filled in. Raises BadTemplate."""
    parts = []
    try:
        for text, name, form, conversion in Formatter().parse(template):
            parts.append(text)
            if name is None:
                continue
            if name not in fields or form or conversion:
                shown = name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
                there = ", ".join(f"{{{field}}}" for field in fields)
                raise BadTemplate(
                    f"There is no field {{{shown}}}; there are {there}. Braces are written {{{{ and }}}}."
                )
            parts.append(fields[name])
    except ValueError as error:
        raise BadTemplate(f"{str(error).capitalize()}; braces that are no field are written {{{{ and }}}}.") from None
    return "".join(parts)
