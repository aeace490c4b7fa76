"""Where model files lie: in folders of the person's choice, and where other programs that run models keep theirs."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from cyborg_tui.engine.checks import SPLIT, embedded_model

__all__ = ["Found", "Places", "find"]

_DEEPEST, _MOST_FOLDERS = 8, 20_000
"""How far a folder is gone down into, and how many are looked into: one of them may be the whole disk."""
_LARGEST_MANIFEST = 1_000_000
_OLLAMA_MODEL = "application/vnd.ollama.image.model"


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be a model; of a split one, the first part."""

    path: Path
    place: str
    """Whose it is: the name of a program, or of a folder."""
    hint: str = ""
    """What it goes by there, if its own name does not tell: a repository, or a name and a tag."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look. `home`, `environment` and `root` are the person's and the machine's, unless a test has others."""

    folders: Sequence[Path] = ()
    home: Path = Path("~")
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    root: Path = Path("/")
    platform: str = sys.platform

    def _at_home(self, *parts: str) -> Path:
        return self.home.expanduser().joinpath(*parts)

    def _named(self, variable: str, otherwise: Path) -> Path:
        """The folder that a variable names, or another one."""
        named = self.environment.get(variable)
        return Path(named).expanduser() if named else otherwise

    @property
    def _caches(self) -> Path:
        return self._named("XDG_CACHE_HOME", self._at_home(".cache"))

    @property
    def _support(self) -> Path:
        return self._at_home("Library", "Application Support")

    @property
    def hugging_face(self) -> Path:
        """The hub's cache: a folder for each repository, with blobs, and snapshots that link to them."""
        home = self._named("HF_HOME", self._caches / "huggingface")
        old = self._named("HUGGINGFACE_HUB_CACHE", home / "hub")
        return self._named("HF_HUB_CACHE", old)

    def llama_cpp(self) -> Path:
        mac = self._at_home("Library", "Caches") if self.platform == "darwin" else self._caches
        return self._named("LLAMA_CACHE", mac / "llama.cpp")

    def lm_studio(self) -> Iterator[Path]:
        pointer = self._at_home(".lmstudio-home-pointer")
        with contextlib.suppress(OSError, ValueError):
            if pointer.is_file() and pointer.stat().st_size < 4096:
                yield Path(pointer.read_text("utf-8").strip()) / "models"
        yield self._at_home(".lmstudio", "models")
        yield self._at_home(".cache", "lm-studio", "models")

    def ollama(self) -> Iterator[Path]:
        yield self._named("OLLAMA_MODELS", self._at_home(".ollama", "models"))
        yield self.root / "usr/share/ollama/.ollama/models"

    def gpt4all(self) -> Iterator[Path]:
        if self.platform == "darwin":
            yield self._support / "nomic.ai" / "GPT4All"
        else:
            yield self._named("XDG_DATA_HOME", self._at_home(".local", "share")) / "nomic.ai" / "GPT4All"
        yield self._at_home(".cache", "gpt4all")

    def jan(self) -> Iterator[Path]:
        data = [self._at_home("jan")]
        if self.platform == "darwin":
            data.append(self._support / "Jan" / "data")
        else:
            data.append(self._named("XDG_CONFIG_HOME", self._at_home(".config")) / "Jan" / "data")
            data.append(self._named("XDG_DATA_HOME", self._at_home(".local", "share")) / "Jan" / "data")
        for folder in data:
            yield folder / "llamacpp" / "models"
            yield folder / "models"


def find(places: Places) -> Iterator[Found]:
    """Every file that may be a model, each once: the embedded one, then what is in the person's own folders."""
    seen: set[tuple[int, int]] = set()
    for found in _all(places):
        try:
            state = found.path.stat()
        except (OSError, ValueError):
            continue
        if (state.st_dev, state.st_ino) not in seen:
            seen.add((state.st_dev, state.st_ino))
            yield found


def _all(places: Places) -> Iterator[Found]:
    yield Found(embedded_model(), "cyborg-tui", "commonplace-base")
    for folder in places.folders:
        yield from _in(folder.expanduser(), folder.name or str(folder))
    for repository in _folders_in(places.hugging_face):
        if repository.name.startswith("models--"):
            name = repository.name.removeprefix("models--").replace("--", "/")
            yield from _in(repository / "snapshots", "Hugging Face", name)
    yield from _in(places.llama_cpp(), "llama.cpp")
    for whose, folders in (("LM Studio", places.lm_studio), ("GPT4All", places.gpt4all), ("Jan", places.jan)):
        for folder in folders():
            yield from _in(folder, whose)
    for folder in places.ollama():
        yield from _in_ollama(folder)


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if entry.is_dir())
    except OSError:
        return []


def _in(folder: Path, place: str, hint: str = "") -> Iterator[Found]:
    """The GGUF files in a folder and below, also where links lead to; of a split one the first part alone."""
    seen: set[tuple[int, int]] = set()
    waiting = [(folder, 0)]
    while waiting and len(seen) < _MOST_FOLDERS:
        at, depth = waiting.pop()
        try:
            state = at.stat()
            if (state.st_dev, state.st_ino) in seen:
                continue
            seen.add((state.st_dev, state.st_ino))
            entries = sorted(os.scandir(at), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            with contextlib.suppress(OSError):
                if entry.is_dir():
                    if depth < _DEEPEST:
                        waiting.append((Path(entry.path), depth + 1))
                elif entry.name.lower().endswith(".gguf") and entry.is_file() and _first(entry.name):
                    yield Found(Path(entry.path), place, hint)


def _first(name: str) -> bool:
    part = SPLIT.search(name)
    return part is None or int(part.group(1)) == 1


def _in_ollama(folder: Path) -> Iterator[Found]:
    """Ollama's models: a manifest at host/owner/name/tag tells which blob has the weights."""
    manifests = folder / "manifests"
    for manifest in _files_below(manifests, 4):
        *_, owner, name, tag = manifest.relative_to(manifests).parts
        digest = _weights(manifest)
        if digest:
            called = f"{name}:{tag}" if owner == "library" else f"{owner}/{name}:{tag}"
            yield Found(folder / "blobs" / digest, "Ollama", called)


def _files_below(folder: Path, depth: int) -> Iterator[Path]:
    """The files that lie so many names deep."""
    if depth > 1:
        for inner in _folders_in(folder):
            yield from _files_below(inner, depth - 1)
        return
    with contextlib.suppress(OSError):
        yield from sorted(entry for entry in folder.iterdir() if entry.is_file())


class _Layer(msgspec.Struct):
    mediaType: str = ""  # noqa: N815 - as it is written there
    digest: str = ""


class _Manifest(msgspec.Struct):
    layers: list[_Layer] = []


def _weights(manifest: Path) -> str:
    """The name of the blob with the weights; empty if the manifest tells of none."""
    try:
        if manifest.stat().st_size > _LARGEST_MANIFEST:
            return ""
        layers = msgspec.json.decode(manifest.read_bytes(), type=_Manifest).layers
    except (OSError, msgspec.MsgspecError, RecursionError):
        return ""
    digest = next((layer.digest for layer in layers if layer.mediaType == _OLLAMA_MODEL), "")
    kind, _, number = digest.partition(":")
    return f"{kind}-{number}" if kind == "sha256" and len(number) == 64 and number.isalnum() else ""
