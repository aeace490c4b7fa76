"""The person's control vectors and adapters: a folder of files that can be called by their names."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from cyborg_tui.loom.steering import Steering

__all__ = ["BadName", "Vectors"]

_ENDING = ".gguf"
_LONGEST_NAME = 80


class BadName(ValueError):
    """What cannot be the name of a vector; the message says why."""


class Vectors:
    """Those in a folder of this machine. A path with a slash in it is a path, here or where the model is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def names(self) -> list[str]:
        with suppress(OSError):
            return sorted(file.stem for file in self.folder.glob(f"*{_ENDING}") if not file.name.startswith("."))
        return []

    def path(self, name: str) -> str:
        """Where a vector is, or what was a path stays one."""
        if "/" in name or "\\" in name:
            return name
        return str(self.folder / (name if name.endswith(_ENDING) else name + _ENDING))

    def name(self, path: str) -> str:
        """The shortest that says which is meant."""
        file = Path(path)
        return file.stem if file.parent == self.folder and file.suffix == _ENDING else path

    def new(self, name: str) -> str:
        """The path of one that is to be made; its folder is there then. Raises BadName, OSError."""
        if not name or len(name) > _LONGEST_NAME or name.startswith(".") or set(name) & set('/\\\0\n"'):
            raise BadName(f"“{name}” cannot be the name of a vector; letters, digits and spaces can.")
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.path(name)

    def resolved(self, steering: Steering) -> Steering:
        """With paths for names."""
        vectors = tuple(replace(one, path=self.path(one.path)) for one in steering.vectors)
        return Steering(vectors, tuple(replace(one, path=self.path(one.path)) for one in steering.adapters))
