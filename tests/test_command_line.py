"""The command line, as it is typed."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.terminal import APP, Terminal


def cyborg(*arguments, given=None):
    return subprocess.run(
        [sys.executable, "-m", "cyborg_tui", *arguments], input=given, capture_output=True, text=True, check=False
    )


def test_a_fan_in_json_has_what_is_promised():
    done = cyborg("fan", "Once upon a time", "-n", "3", "--max-tokens", "6", "--seed", "5", "--json")
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert report.keys() == {"model", "seed", "prompt_tokens", "reused_tokens", "branches", "timings"}
    assert report["seed"] == 5
    assert [branch["index"] for branch in report["branches"]] == [0, 1, 2]
    for branch in report["branches"]:
        assert branch.keys() == {"index", "seed", "text", "tokens", "logprobs", "finish"}
        assert len(branch["tokens"]) == len(branch["logprobs"]) == 6
        assert branch["finish"] == "tokens"
    assert report["timings"].keys() == {"load_s", "prefill_s", "decode_s", "first_token_s", "tokens_per_s"}


def test_the_same_seed_gives_the_same_branches():
    one, two = (cyborg("fan", "Once", "--seed", "5", "-n", "2", "--max-tokens", "8").stdout for _ in range(2))
    assert one == two != ""


def test_the_prompt_can_come_from_standard_input():
    done = cyborg("fan", "-", "-n", "1", "--max-tokens", "4", given="Once upon a time")
    assert done.returncode == 0
    assert done.stdout.startswith(" 1  ")


def test_failures_exit_with_1_and_wrong_usage_with_2(tmp_path):
    missing = cyborg("fan", "x", "--model", str(tmp_path / "none.gguf"))
    assert (missing.returncode, "There is no model at" in missing.stderr) == (1, True)
    assert cyborg("fan").returncode == 2
    assert cyborg("fan", "x", "--temperature", "-3").returncode == 2
    assert cyborg("--no-such-option").returncode == 2


def test_the_doctor_finds_everything_well_here(tmp_path):
    done = cyborg("--data-dir", str(tmp_path / "data"), "doctor")
    assert "ok  model: commonplace" in done.stdout
    assert "ok  engine" in done.stdout


def test_the_doctor_says_what_to_do_about_a_missing_model(tmp_path):
    done = cyborg("--data-dir", str(tmp_path), "--model", "/no/such.gguf", "doctor")
    assert done.returncode == 1
    assert "NO  model: There is no model at /no/such.gguf" in done.stdout


def test_the_doctor_looks_at_keys_and_theme(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('theme = "pink"\n[keys]\nhide = "r"\n')
    done = cyborg("--config", str(config), "--data-dir", str(tmp_path), "doctor")
    assert done.returncode == 1
    assert "NO  keys: The key r is given to both again and hide" in done.stdout
    assert "NO  theme: There is no theme pink" in done.stdout


def test_without_a_terminal_it_says_what_works_there():
    done = cyborg(given="")
    assert done.returncode == 1
    assert "needs a terminal" in done.stderr
    assert done.stdout == ""


def test_a_file_in_no_folder_leaves_no_loom_behind(tmp_path):
    with Terminal((*APP, "--data-dir", tmp_path, tmp_path / "none" / "x.txt")) as t:
        t.wait_for("There is no folder")
        assert t.wait_for_end() == 1
    assert cyborg("--data-dir", str(tmp_path), "list").stdout == ""


def test_the_library_is_listed(tmp_path):
    assert cyborg("--data-dir", str(tmp_path), "list").stdout == ""


def test_the_version_is_told():
    assert cyborg("--version").stdout.startswith("cyborg-tui, version ")


def test_the_models_on_this_machine_are_listed_with_what_memory_they_take(tmp_path):
    (tmp_path / "no model.gguf").write_text("nothing")
    config = tmp_path / "config.toml"
    config.write_text(f'[engine]\nfolders = ["{tmp_path}"]')
    done = cyborg("--config", str(config), "--data-dir", str(tmp_path / "data"), "models")
    assert (done.returncode, "commonplace" in done.stdout) == (0, True)
    assert "1 other file is no model; --all says why." in done.stderr
    assert "no GGUF file" in cyborg("--config", str(config), "models", "--all").stdout
    report = json.loads(cyborg("--config", str(config), "models", "--json").stdout)
    (model,) = report["models"]
    assert (model["made"], model["context"], model["fits"]) == ("base", 1024, True)
    assert model["memory"] > model["size"]
    assert [other["path"] for other in report["passed_over"]] == [str(tmp_path / "no model.gguf")]


def test_the_doctor_waits_for_the_second_try_of_an_engine_that_was_lost(tmp_path):
    doctor = subprocess.Popen(
        [sys.executable, "-m", "cyborg_tui", "--data-dir", tmp_path, "doctor"], stdout=subprocess.PIPE, text=True
    )
    lost = False
    while not lost and doctor.poll() is None:
        found = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(doctor.pid)], capture_output=True, text=True, check=False
        ).stdout
        for line in found.splitlines():
            if "cyborg_tui.engine" in line:
                os.kill(int(line.split()[0]), signal.SIGKILL)
                lost = True
    said, _ = doctor.communicate()
    assert lost
    assert "ok  model" in said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("--config /dev/zero", "is no config file"),
        ("--config .", "could not be read (Is a directory)"),
        ("<&-", "needs a terminal"),
        (">&-", "needs a terminal"),
        ("/dev/null <&-", "needs a terminal"),
        ("doctor >/dev/full", "could not be written (No space left on device)"),
        ("list >/dev/full 2>&1", ""),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(command, said):
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {sys.executable} -m cyborg_tui {command}"], capture_output=True, text=True, check=False
    )
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["fifo", "folder", "/dev/null", "x" * 300, "no/such/folder/file"])
def test_what_is_no_text_file_is_not_opened(tmp_path, name):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    with Terminal((*APP, "--data-dir", tmp_path / "data", name), folder=tmp_path) as t:
        assert t.wait_for_end(20) == 1
        assert "Error: " in t.screen
        assert "Traceback" not in t.screen


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 50), (400, 100)])
def test_in_a_terminal_of_any_size_what_is_typed_is_kept(tmp_path, size):
    path = tmp_path / "page.txt"
    with Terminal((*APP, "--data-dir", tmp_path / "data", path), *size) as t:
        t.wait_for(lambda _: b"\x1b[?1049h" in t.raw)
        t.settle(1)
        t.send("Kept.", "Ctrl+Q")
        assert t.wait_for_end(30) == 0
    assert path.read_text() == "Kept."


@pytest.mark.parametrize(
    "environment", [{"HOME": "/no/such/home"}, {"HOME": ""}, {"TERM": "nonsense"}, {"LC_ALL": "C"}]
)
def test_in_an_odd_environment_what_is_typed_is_kept(tmp_path, environment):
    path = tmp_path / "page.txt"
    with Terminal((*APP, "--data-dir", tmp_path / "data", path), environment=environment) as t:
        t.wait_for("Tab branches")
        t.send("Kept.", "Ctrl+Q")
        assert t.wait_for_end(20) == 0
    assert path.read_text() == "Kept."
