"""Settings: where they come from, and what is said when they are wrong."""

import pytest

from cyborg_tui.actions import ACTIONS, BadKeys, rebound
from cyborg_tui.config import ConfigError, load_config
from cyborg_tui.loom.settings import BadSetting, FanSettings, Sampling
from cyborg_tui.theme import load_theme, theme_names
from tests.colours import contrast


def test_an_option_goes_before_the_environment_before_the_file_before_the_default(tmp_path):
    file = tmp_path / "config.toml"
    assert load_config(environment={}).engine.model == ""
    file.write_text('[engine]\nmodel = "file.gguf"\n')
    assert load_config(file, {}).engine.model == "file.gguf"
    assert load_config(file, {"CYBORG_TUI_MODEL": "env.gguf"}).engine.model == "env.gguf"
    assert load_config(file, {"CYBORG_TUI_MODEL": "env.gguf"}, model="option.gguf").engine.model == "option.gguf"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[engine]\nmodle = 'x'", "no setting engine.modle; did you mean engine.model?"),
        ("colour = 1", "no setting colour"),
        ("[engine]\nthreads = 'two'", "engine.threads: expected `int`, got `str`"),
        ("[fan]\ntemperature = -1", "temperature is -1; it must lie between 0 and 10"),
        ("[fan]\nuntil = 'noon'", "fan.until"),
        ("theme = 'ink'\nmouse = maybe\n", "line 2"),
        ("day_turns_at = 99", "day_turns_at: expected `int` <= 23"),
        ("[engine]\ncontext = -1", "engine.context: expected `int` >= 0"),
        ("[engine]\ncommand = ['ssh', 'box']\nurl = 'http://box'", "engine.command and engine.url name two engines"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(tmp_path, text, says):
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        load_config(file, {})
    assert says in str(error.value)
    assert str(file) in str(error.value)


def test_a_config_file_that_was_named_must_be_there(tmp_path):
    with pytest.raises(ConfigError, match="no config file"):
        load_config(tmp_path / "none.toml", {})


def test_settings_out_of_range_are_refused_with_the_range():
    with pytest.raises(BadSetting, match=r"top_p is 1\.5; it must lie between 0 and 1"):
        Sampling(top_p=1.5)
    with pytest.raises(BadSetting, match="width is 17"):
        FanSettings(width=17)


def test_keys_can_be_bound_anew():
    actions = {action.id: action for action in rebound({"hide": "d"})}
    assert actions["hide"].keys == "d"


def test_a_key_given_twice_is_named_with_both_actions():
    with pytest.raises(BadKeys, match=r"The key r is given to both again and hide"):
        rebound({"hide": "r"})


def test_an_unknown_action_is_named_with_the_nearest():
    with pytest.raises(BadKeys, match="did you mean bookmark"):
        rebound({"bokmark": "b"})


def test_the_default_keys_do_not_clash():
    assert rebound({}) == ACTIONS


def test_all_themes_load():
    assert theme_names() == ["ansi", "high-contrast", "ink", "paper"]
    assert [load_theme(name)[1] for name in theme_names()] == [""] * 4


@pytest.mark.parametrize("name", ["ink", "paper", "high-contrast"])
def test_text_can_be_read(name):
    theme, _ = load_theme(name)
    for colour in (theme.person, theme.model):
        assert contrast(colour, theme.paper) >= 7
    for colour in (theme.provisional, theme.muted, theme.accent, theme.warning):
        assert contrast(colour, theme.paper) >= 4.5
    for colour in (theme.person, theme.model, *theme.entropy):
        assert contrast(colour, theme.paper) >= 4.5
        assert contrast(colour, theme.selection) >= 4.5, "where it is selected"


def test_a_theme_that_is_not_there_is_said_and_ink_shown():
    theme, says = load_theme("pink")
    assert theme.name == "ink"
    assert "no theme pink" in says
