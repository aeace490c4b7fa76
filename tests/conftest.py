"""Everything here runs on the embedded model, in real processes, with real files."""

from pathlib import Path

import platformdirs
import pytest

from cyborg_tui.library.library import Library


@pytest.fixture(autouse=True)
def at_home_nowhere(tmp_path_factory, monkeypatch):
    """No test reads or writes the person's own folders. How many branches come does not hang on how busy the machine
    is."""
    home = tmp_path_factory.mktemp("home")
    for name, value in {"HOME": home, "XDG_DATA_HOME": home / "data", "XDG_CONFIG_HOME": home / "config"}.items():
        monkeypatch.setenv(name, str(value))
    for name in ("CYBORG_TUI_MODEL", "CYBORG_TUI_CONFIG", "CYBORG_TUI_DATA_DIR", "CYBORG_TUI_THEME", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    settings = Path(platformdirs.user_config_dir("cyborg-tui")) / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("widen = false\n")
    return home


@pytest.fixture
def library(tmp_path):
    library = Library(tmp_path / "data")
    yield library
    library.close()
