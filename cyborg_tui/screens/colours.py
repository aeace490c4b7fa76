"""A theme as Textual wants it."""

from textual.theme import Theme as TextualTheme

from cyborg_tui.theme import Theme

__all__ = ["textual_theme"]


def textual_theme(theme: Theme) -> TextualTheme:
    plain = theme.paper.startswith("ansi_")
    return TextualTheme(
        name=theme.name,
        primary=theme.accent,
        accent=theme.accent,
        warning=theme.warning,
        error=theme.warning,
        foreground=theme.person,
        background=theme.paper,
        surface=theme.paper if plain else None,
        dark=theme.dark,
        ansi=plain,
        variables={
            "person": theme.person,
            "model": theme.model,
            "model-style": theme.model_style,
            "provisional": theme.provisional,
            "provisional-style": theme.provisional_style,
            "muted": theme.muted,
            "chosen": theme.selection,
            "rule": theme.selection,
        },
    )
