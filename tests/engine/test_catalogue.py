"""The models on a machine: found where other programs keep theirs, each once, whatever else lies there."""

import json
import os
import struct
from dataclasses import replace

import pytest

from cyborg_tui.engine.catalogue import Catalogue, Listed, PassedOver
from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.engine.places import Places
from tests.engine.gguf_parts import ARRAY, STRING, embedded
from tests.engine.odd_models import odd_model

HASH = "ab" * 32


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def look(home):
    """What is found at home, without the embedded model."""

    def look(*folders, memory=None, platform="linux", **environment):
        root = home.parent / "root"
        places = Places(folders, home, environment, root, platform)
        found = list(Catalogue(places, memory).look())
        return [one for one in found if one.path != embedded_model()]

    return look


def put(path, name="a model", **values):
    """The embedded model by another name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    model = embedded().set_text("general.name", name)
    for key, value in values.items():
        model.set_text(key.replace("__", "."), value)
    path.write_bytes(model.encode())
    return path


def names(found):
    return [one.portrait.name for one in found if isinstance(one, Listed)]


PLACES = {
    "the Hugging Face cache": (".cache/huggingface/hub/models--a--b/snapshots/1/m.gguf", "Hugging Face"),
    "LM Studio": (".lmstudio/models/someone/something/m.gguf", "LM Studio"),
    "an older LM Studio": (".cache/lm-studio/models/someone/something/m.gguf", "LM Studio"),
    "llama.cpp": (".cache/llama.cpp/m.gguf", "llama.cpp"),
    "GPT4All": (".local/share/nomic.ai/GPT4All/m.gguf", "GPT4All"),
    "Jan": (".local/share/Jan/data/llamacpp/models/a/b/model.gguf", "Jan"),
    "an older Jan": (".config/Jan/data/models/huggingface.co/a/b/m.gguf", "Jan"),
}
ON_A_MAC = {
    "llama.cpp": ("Library/Caches/llama.cpp/m.gguf", "llama.cpp"),
    "GPT4All": ("Library/Application Support/nomic.ai/GPT4All/m.gguf", "GPT4All"),
    "Jan": ("Library/Application Support/Jan/data/llamacpp/models/a/b/model.gguf", "Jan"),
}


@pytest.mark.parametrize("whose", PLACES)
def test_models_of_other_programs_are_found(home, look, whose):
    path, place = PLACES[whose]
    put(home / path)
    assert [(one.place, one.portrait.name) for one in look()] == [(place, "a model")]


@pytest.mark.parametrize("whose", ON_A_MAC)
def test_on_a_mac_they_lie_elsewhere(home, look, whose):
    path, place = ON_A_MAC[whose]
    put(home / path)
    assert [one.place for one in look(platform="darwin")] == [place]


@pytest.mark.parametrize(
    ("variable", "value", "path"),
    [
        ("HF_HOME", "elsewhere", "elsewhere/hub/models--a--b/snapshots/1/m.gguf"),
        ("HF_HUB_CACHE", "elsewhere", "elsewhere/models--a--b/snapshots/1/m.gguf"),
        ("LLAMA_CACHE", "elsewhere", "elsewhere/m.gguf"),
        ("XDG_CACHE_HOME", "elsewhere", "elsewhere/llama.cpp/m.gguf"),
        ("XDG_DATA_HOME", "elsewhere", "elsewhere/nomic.ai/GPT4All/m.gguf"),
    ],
)
def test_where_they_lie_can_be_told_by_their_own_variables(home, look, variable, value, path):
    put(home / path)
    assert names(look()) == []
    assert names(look(**{variable: str(home / value)})) == ["a model"]


def test_lm_studio_may_have_moved(home, look):
    put(home / "moved/models/a/b/m.gguf")
    (home / ".lmstudio-home-pointer").write_text(str(home / "moved"))
    assert [one.place for one in look()] == ["LM Studio"]


@pytest.mark.parametrize("folder", [".ollama/models", "../root/usr/share/ollama/.ollama/models"])
def test_ollamas_blobs_are_found_by_their_manifests(home, look, folder):
    models = (home / folder).resolve()
    put(models / f"blobs/sha256-{HASH}", name="")
    manifest = models / "manifests/registry.ollama.ai/library/sea/1b"
    manifest.parent.mkdir(parents=True)
    layers = [
        {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:" + "0" * 64},
        {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{HASH}", "size": 1},
    ]
    manifest.write_text(json.dumps({"schemaVersion": 2, "layers": layers}))
    (found,) = look()
    assert (found.place, found.portrait.name) == ("Ollama", "sea:1b")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"layers": 3}', '{"layers": [{"mediaType": "x"}]}'])
def test_a_manifest_that_cannot_be_understood_is_passed_over(home, look, text):
    manifest = home / ".ollama/models/manifests/registry.ollama.ai/library/sea/1b"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(text)
    assert look() == []


def test_a_manifest_names_no_file_outside_the_blobs(home, look):
    put(home / "secret.gguf")
    manifest = home / ".ollama/models/manifests/registry.ollama.ai/library/sea/1b"
    manifest.parent.mkdir(parents=True)
    layer = {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:/../../../secret.gguf"}
    manifest.write_text(json.dumps({"layers": [layer]}))
    assert look() == []


def test_the_embedded_model_is_in_the_list_and_a_base_model(home):
    (found,) = Catalogue(Places(home=home)).look()
    assert (found.portrait.name, found.portrait.made, found.portrait.quantisation) == ("commonplace", "base", "Q8_0")
    assert found.portrait.parameters == 4_492_032
    assert found.portrait.shape.context == 1024


def test_the_same_file_found_twice_is_one(home, look):
    blob = put(home / ".cache/huggingface/hub/models--a--b/blobs/123")
    for snapshot in ("1", "2"):
        link = blob.parent.parent / "snapshots" / snapshot / "m.gguf"
        link.parent.mkdir(parents=True)
        link.symlink_to(blob)
    mine = home / "mine"
    mine.mkdir()
    os.link(blob, mine / "m.gguf")
    assert [one.place for one in look(mine)] == ["mine"]


def test_a_folder_that_leads_back_to_itself_ends(home, look):
    put(home / "mine/deep/m.gguf")
    (home / "mine/deep/again").symlink_to(home / "mine")
    assert len(look(home / "mine")) == 1


def test_a_split_model_is_one_entry_of_the_size_of_all_its_parts(home, look):
    model, folder = embedded(), home / "mine"
    folder.mkdir(parents=True)
    half = len(model.weights) // 2
    for number, weights in ((1, model.weights[:half]), (2, model.weights[half:])):
        part = replace(model, weights=weights)
        (folder / f"sea-0000{number}-of-00002.gguf").write_bytes(part.encode())
    (found,) = look(folder)
    assert found.parts == 2
    assert found.size == sum(file.stat().st_size for file in folder.iterdir())
    assert found.portrait.parameters == 4_492_032


def test_a_split_model_without_one_of_its_parts_says_which(home, look):
    put(home / "mine/sea-00001-of-00002.gguf")
    (found,) = look(home / "mine")
    assert "Part 2 of 2 is missing" in found.reason


@pytest.mark.parametrize(
    ("file", "values", "made"),
    [
        ("Sea-7B-Base.gguf", {"tokenizer__chat_template": "x"}, "base"),
        ("sea-2-1b-pt.gguf", {}, "base"),
        ("sea-2-1b-it.gguf", {}, "instruct"),
        ("Sea-7B-Instruct-v0.2.Q4_K_M.gguf", {}, "instruct"),
        ("sea.gguf", {"general__finetune": "Instruct"}, "instruct"),
        ("sea.gguf", {"tokenizer__chat_template": "x" * 10_000}, "instruct"),
        ("sea.gguf", {}, "unknown"),
        ("baseball-itinerary.gguf", {}, "unknown"),
    ],
)
def test_base_or_instruct_is_told_by_names_then_by_a_chat_template_else_unknown(home, look, file, values, made):
    put(home / "mine" / file, **values)
    assert look(home / "mine")[0].portrait.made == made


@pytest.mark.parametrize("values", [{"general__type": "mmproj"}, {"general__type": "adapter"}])
def test_what_is_no_model_by_itself_is_not_offered(home, look, values):
    put(home / "mine/m.gguf", **values)
    assert [type(one) for one in look(home / "mine")] == [PassedOver]


@pytest.mark.parametrize("architecture", ["bert", "nomic-bert", "clip", "t5encoder"])
def test_what_cannot_write_is_not_offered(home, look, architecture):
    path = put(home / "mine/m.gguf", general__architecture=architecture)
    assert names(look(path.parent)) == []


def test_a_vocabulary_alone_is_not_offered(home, look):
    path = put(home / "mine/m.gguf")
    path.write_bytes(replace(embedded(), weights=[]).encode())
    assert [type(one) for one in look(path.parent)] == [PassedOver]


def test_hostile_files_neither_stop_the_list_nor_hang_it(home, look):
    mine = home / "mine"
    put(mine / "good.gguf")
    (mine / "empty.gguf").touch()
    (mine / "text.gguf").write_text("no model")
    (mine / "broken.gguf").write_bytes(embedded_model().read_bytes()[:99_999])
    (mine / "gone.gguf").symlink_to(mine / "nowhere")
    (mine / "zero.gguf").symlink_to("/dev/zero")
    os.mkfifo(mine / "pipe.gguf")
    (mine / "folder.gguf").mkdir()
    endless = embedded().set("general.made_up", ARRAY, struct.pack("<IQ", STRING, 2**62))
    (mine / "endless.gguf").write_bytes(endless.encode())
    with (mine / "sparse.gguf").open("wb") as file:
        words = embedded().set("general.made_up", ARRAY, struct.pack("<IQ", STRING, 5_000_000))
        file.write(words.encode())
        file.truncate(10**9)
    found = look(mine)
    assert names(found) == ["a model"]
    reasons = [one.reason for one in found if isinstance(one, PassedOver)]
    assert len(reasons) == 5
    assert all(reason.isprintable() and len(reason) <= 300 for reason in reasons)


def test_a_file_that_may_not_be_read_is_passed_over(home, look):
    path = put(home / "mine/m.gguf")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("root reads everything")
    assert [type(one) for one in look(path.parent)] == [PassedOver]


def test_names_are_harmless_and_cut(home, look):
    put(home / "mine/m.gguf", name="\x1b[2Jsea\n\u202e" + "x" * 5000)
    (found,) = look(home / "mine")
    assert found.portrait.name.isprintable()
    assert len(found.portrait.name) <= 80


def test_a_file_may_have_any_name(home, look):
    path = home / "mine" / os.fsdecode(b"\xff\x1b[31m.gguf")
    put(path)
    memory = home / "memory"
    for _ in range(2):
        assert [one.path for one in look(path.parent, memory=memory)] == [path]


def test_what_was_seen_is_remembered_until_the_file_changes(home, look):
    path, memory = put(home / "mine/m.gguf", name="one"), home / "data/models"
    assert names(look(path.parent, memory=memory)) == ["one"]
    assert memory.stat().st_mode & 0o777 == 0o600
    state = path.stat()
    put(path, name="two")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert names(look(path.parent, memory=memory)) == ["one"], "same size, same time: not read again"
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert names(look(path.parent, memory=memory)) == ["two"]


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x80", bytes(range(150, 249))])
def test_a_memory_that_cannot_be_understood_is_made_anew(home, look, data):
    path, memory = put(home / "mine/m.gguf"), home / "memory"
    memory.write_bytes(data)
    assert names(look(path.parent, memory=memory)) == ["a model"]


def test_where_nothing_can_be_remembered_the_list_is_there_all_the_same(home, look):
    path = put(home / "mine/m.gguf")
    assert names(look(path.parent, memory=path / "no folder")) == ["a model"]


@pytest.mark.parametrize("kind", ["plain", "sliding", "mamba", "hybrid", "experts", "jamba"])
def test_models_of_every_kind_are_listed(home, look, kind):
    (home / "mine").mkdir(parents=True)
    odd_model(home / "mine/m.gguf", kind)
    (found,) = look(home / "mine")
    assert found.portrait.shape.recurrent == (kind in ("mamba", "hybrid", "jamba"))
    assert found.portrait.quantisation == "F16"
