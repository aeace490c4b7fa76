"""What kind of terminal this is, as far as its environment says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Kind", "kind_of"]


@dataclass(frozen=True, slots=True)
class Kind:
    colours: bool = True
    """Whether it has any, as far as it says."""
    few_colours: bool = False
    """Sixteen at most, which are the person's own."""
    unicode: bool = True
    """Whether it shows more than ASCII."""
    marks: bool = True
    """Whether its letters have the marks that the app draws."""
    takes_clipboard: bool = True
    """Whether it may be expected to take what is copied."""
    in_tmux: bool = False
    name: str = ""

    def sentence(self, theme: str) -> str:
        """What the person, who chose this theme, or none for no colours, should know of it; empty if nothing."""
        less = []
        if not self.unicode:
            less.append("shows ASCII only, so other letters stand as ? in reverse (a UTF-8 locale shows them)")
        if theme and not self.colours:
            less.append("has no colours")
        elif self.few_colours and theme not in ("", "ansi"):
            less.append("has 16 colours, so the theme is ansi")
        return f"This terminal ({self.name or 'TERM is not set'}) {' and '.join(less)}." if less else ""


def kind_of(environment: Mapping[str, str] = os.environ) -> Kind:
    name = environment.get("TERM", "").lower()
    unicode = _speaks_unicode(environment)
    many = bool(environment.get("COLORTERM") or environment.get("TMUX")) or _has_many_colours(name)
    return Kind(
        colours=_has_colours(name),
        few_colours=not many,
        unicode=unicode,
        marks=unicode and name != "linux",
        takes_clipboard=_takes_clipboard(name, environment),
        in_tmux=bool(environment.get("TMUX")),
        name=name,
    )


def _has_colours(name: str) -> bool:
    return name not in ("", "dumb", "unknown") and not name.startswith(("vt1", "vt2", "vt3")) and "-m" not in name


def _has_many_colours(name: str) -> bool:
    return any(part in name for part in ("256color", "direct", "truecolor", "kitty", "ghostty", "alacritty", "foot"))


def _speaks_unicode(environment: Mapping[str, str]) -> bool:
    """The first of the three that is set decides, as in every program. Without any, Python takes UTF-8 for granted."""
    said = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environment.get(name))), "utf-8")
    return "utf8" in said.lower().replace("-", "")


def _takes_clipboard(name: str, environment: Mapping[str, str]) -> bool:
    if environment.get("TMUX"):
        return False  # unless it says otherwise when it is asked
    if environment.get("TERM_PROGRAM") == "Apple_Terminal" or environment.get("VTE_VERSION"):
        return False
    return not (name in ("", "dumb", "unknown", "linux") or name.startswith(("screen", "vt")))
