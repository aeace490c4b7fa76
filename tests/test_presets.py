"""Presets: named settings, extended and overridden key by key, wherever a fan is asked for."""

import json
import subprocess
import sys

import pytest

from cyborg_tui.config import ConfigError, FanConfig, load_config
from cyborg_tui.loom.settings import FanKind, FanSettings, Until
from cyborg_tui.presets import BadPreset, largest_fan, load_presets, preset_named
from cyborg_tui.screens.choices import choices


@pytest.fixture
def folder(tmp_path):
    def write(presets="", config=""):
        (tmp_path / "presets.toml").write_text(presets)
        (tmp_path / "config.toml").write_text(config)
        return tmp_path

    return write


def settings_of(folder):
    return load_config(folder / "config.toml", {}).fan.settings()


def test_a_dozen_come_with_the_app_and_each_can_be_used(tmp_path):
    presets = load_presets(tmp_path)
    assert len(presets) >= 12
    made = {name: FanConfig().drawn_by(preset.values).settings() for name, preset in presets.items()}
    assert made["plain"] == FanSettings()
    assert len(set(made.values())) == len(made), "no two are the same"
    assert all(preset.about for preset in presets.values())


def test_the_config_names_one_and_what_stands_there_itself_goes_first(folder):
    there = folder("", '[fan]\npreset = "forks"\nshortest = 9\n')
    settings = settings_of(there)
    assert (settings.until, settings.kind, settings.shortest) == (Until.FORK, FanKind.DISTINCT, 9)


def test_ones_own_extend_those_of_the_app_key_by_key(folder):
    there = folder('[night]\nextends = "wild"\ntop_k = 7\n[night2]\nextends = "night"\nbias = {sea = 2}\n')
    night = FanConfig().drawn_by(preset_named("night2", there).values).settings().sampling
    assert (night.temperature, night.top_k, night.bias) == (1.5, 7, (("sea", 2.0),))


def test_ones_own_may_extend_the_one_of_the_same_name(folder):
    there = folder('[wild]\nextends = "wild"\ntop_k = 9\n')
    assert preset_named("wild", there).values["temperature"] == 1.5
    assert preset_named("wild", there).values["top_k"] == 9


def test_the_largest_fan_that_may_be_chosen_is_known(folder):
    there = folder("[long]\nmax_tokens = 700\n[small]\nwidth = 1\n")
    largest = largest_fan(FanConfig(width=3), there)
    assert (largest.width, largest.max_tokens) == (3, 700)
    assert largest_fan(FanConfig(), folder("[long]\nmax_tokens = -1\n")) == FanSettings(), "what cannot be used is not"


def test_chosen_later_a_preset_brings_all_its_samplers_and_leaves_width_and_length(folder):
    fan = FanConfig(width=3, max_tokens=5, temperature=0.1, top_k=4)
    settings = fan.drawn_by(preset_named("fresh", folder()).values).settings()
    assert (settings.width, settings.max_tokens) == (3, 5)
    assert (settings.sampling.temperature, settings.sampling.top_k) == (1.0, 0)


@pytest.mark.parametrize(
    ("presets", "says"),
    [
        ('[a]\nextends = "b"\n[b]\nextends = "a"\n', "a extends b extends a, which extends itself"),
        ('[a]\nextends = "nothing"\n', "a extends nothing, which is not there"),
        ("[a]\ntemprature = 1\n", "temprature"),
        ("[a]\ntop_p = 1.5\n", "top_p is 1.5; it must lie between 0 and 1"),
        ('[a]\ngrammar = "root ::= x"\n', "line 1, column 10: there is no rule x"),
        ("top_p = 0.5\n", "outside a preset"),
        ("[a\n", "line 1"),
    ],
)
def test_what_is_wrong_in_a_preset_is_said_with_its_file_and_name(folder, presets, says):
    there = folder(presets, '[fan]\npreset = "a"\n')
    with pytest.raises(BadPreset, match=says) as refused:
        load_presets(there)
    assert str(there / "presets.toml") in str(refused.value)
    with pytest.raises(ConfigError):
        settings_of(there)


def test_a_name_that_is_not_there_is_refused_with_those_that_are(folder):
    with pytest.raises(ConfigError, match=r"no preset wilde; there are plain, careful"):
        settings_of(folder("", '[fan]\npreset = "wilde"\n'))


def test_the_palette_offers_presets_kinds_and_ends(folder):
    config = load_config(folder('[mine]\nextends = "distinct"\n') / "config.toml", {})
    found = {choice.name: choice for choice in choices(config)}
    assert found["Preset: mine"].made(FanSettings()).kind is FanKind.DISTINCT
    assert found["Fans: threshold"].made(FanSettings(width=3)) == FanSettings(width=3, kind=FanKind.THRESHOLD)
    assert found["Ends: line"].made(FanSettings()).until is Until.LINE


def test_the_fan_command_takes_a_preset_a_kind_and_an_end(folder):
    there = folder('[mine]\nextends = "greedy"\n')
    command = [sys.executable, "-m", "cyborg_tui", "--config", str(there / "config.toml"), "fan", "--json"]
    asked = ["-n", "3", "--max-tokens", "4", "--preset", "mine", "--until", "line", "The sea"]
    done = subprocess.run([*command, *asked], capture_output=True, text=True, check=True)
    branches = json.loads(done.stdout)["branches"]
    assert len({branch["tokens"][0] for branch in branches}) == 3
    wrong = subprocess.run([*command, "--preset", "none", "The"], capture_output=True, text=True, check=False)
    assert "There is no preset none" in wrong.stderr
