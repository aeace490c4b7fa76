"""Themes: colours of the domain, as TOML files that come with the app or lie in the person's config folder."""

from pathlib import Path

import msgspec
import platformdirs
import tomli

__all__ = ["Theme", "colourless", "load_theme", "theme_names"]


class Theme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Colours as #rrggbb or ansi_… names. Attributes: bold, italic, underline, dim; the second signal beside colour."""

    name: str
    dark: bool
    paper: str
    """The background."""
    person: str
    model: str
    provisional: str
    muted: str
    accent: str
    selection: str
    warning: str
    entropy: tuple[str, ...]
    """From sure to open."""
    model_style: str = "none"
    provisional_style: str = "italic"
    muted_style: str = "none"

    @property
    def plain(self) -> bool:
        """Whether its colours are the terminal's own sixteen."""
        return self.paper.startswith("ansi_")


def theme_names() -> list[str]:
    return sorted({file.stem for folder in _folders() for file in folder.glob("*.toml")})


def colourless() -> Theme:
    """For NO_COLOR: the terminal's own two colours, and everything else told by shape."""
    ansi, _ = load_theme("ansi")
    plain = dict.fromkeys(("person", "model", "provisional", "muted", "accent", "warning"), "ansi_default")
    entropy = ("ansi_default",) * len(ansi.entropy)
    return msgspec.structs.replace(ansi, **plain, selection="ansi_default", entropy=entropy, model_style="italic")


def load_theme(name: str) -> tuple[Theme, str]:
    """A theme by name, and one sentence on what was wrong with it if ink had to stand in for it."""
    for folder in _folders():
        file = folder / f"{name}.toml"
        if not file.is_file():
            continue
        try:
            return msgspec.convert(tomli.loads(file.read_text("utf-8")), Theme), ""
        except (OSError, tomli.TOMLDecodeError, msgspec.ValidationError) as error:
            return load_theme("ink")[0], f"The theme {file} cannot be used ({error}); ink is shown."
    return load_theme("ink")[0], f"There is no theme {name}; there are {', '.join(theme_names())}."


def _folders() -> list[Path]:
    here = Path(__file__).parent
    shipped = here / "themes" if (here / "themes").is_dir() else here.parent / "themes"
    return [Path(platformdirs.user_config_dir("cyborg-tui")) / "themes", shipped]
