"""A theme as Textual wants it."""

import os

from textual.theme import BUILTIN_THEMES
from textual.theme import Theme as TextualTheme

from cyborg_tui.terminal.kind import Kind
from cyborg_tui.theme import Theme, colourless, load_theme
from cyborg_tui.widgets.editor import LEVELS

__all__ = ["textual_theme", "theme_for"]


def theme_for(kind: Kind, wanted: str) -> tuple[Theme, str]:
    """The theme for a terminal, as near to the one that is wanted as that can show, and what is wrong with that one."""
    if not kind.colours or os.environ.get("NO_COLOR"):
        return colourless(), ""
    return load_theme("ansi" if kind.few_colours else wanted)


def textual_theme(theme: Theme) -> TextualTheme:
    plain = theme.plain
    kin = BUILTIN_THEMES["ansi-dark" if theme.dark else "ansi-light"]
    return TextualTheme(
        name=theme.name,
        primary=theme.accent,
        accent=theme.accent,
        warning=theme.warning,
        error=theme.warning,
        foreground=theme.person,
        background=theme.paper,
        surface=theme.paper if plain else None,
        panel=theme.paper if plain else None,
        boost=theme.paper if plain else None,
        dark=theme.dark,
        ansi=plain,
        variables={
            **(kin.variables if plain else {}),
            **_highlighted(theme),
            "person": theme.person,
            "model": theme.model,
            "model-style": theme.model_style,
            "provisional": theme.provisional,
            "provisional-style": theme.provisional_style,
            "muted": theme.muted,
            "muted-style": theme.muted_style,
            "text-disabled": theme.muted,
            "chosen": theme.selection,
            "chosen-style": "reverse" if theme.selection == "ansi_default" else "none",
            "rule": theme.selection,
            **{f"level-{level}": colour for level, colour in enumerate(_levels(theme.entropy))},
        },
    )


def _highlighted(theme: Theme) -> dict[str, str]:
    """How a list shows the row that Enter means. Textual's lists know no reversed text."""
    if theme.accent == "ansi_default":
        paper, ink, style = "ansi_default", "ansi_default", "bold underline"
    elif theme.plain:
        paper, ink, style = "ansi_white", "ansi_black", "bold"
    else:
        paper, ink, style = theme.accent, theme.paper, "bold"
    return {"block-cursor-background": paper, "block-cursor-foreground": ink, "block-cursor-text-style": style}


def _levels(ramp: tuple[str, ...]) -> list[str]:
    """The ramp's colours, however many, for as many levels as are drawn."""
    return [ramp[level * (len(ramp) - 1) // (LEVELS - 1)] for level in range(LEVELS)]
