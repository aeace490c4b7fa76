"""`models get`: a model fetched with `huggingface_hub`, into its cache, where the catalogue finds it."""

import contextlib
import errno
import re
from collections.abc import Sequence
from pathlib import Path

from cyborg_tui.engine.checks import SPLIT

__all__ = ["GettingError", "chosen_file", "get"]

_LIKED = ("Q4_K_M", "Q5_K_M", "Q4_K_S", "Q4_0", "Q5_K_S", "Q6_K", "Q8_0", "IQ4_XS", "Q3_K_M", "BF16", "F16", "F32")
"""What is taken of several, if the person names none: the best that is small."""
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_NO_HUB = (
    "Fetching models needs huggingface_hub, which is not installed; `pipx inject cyborg-tui huggingface_hub`, or "
    "`pip install 'cyborg-tui[hub]'` where cyborg-tui is installed, adds it."
)


class GettingError(Exception):
    """The model could not be fetched; the message says why and what to do."""


def get(wanted: str) -> Path:
    """Fetch REPO or REPO:FILE; what is there already is not fetched again, and a line that breaks meanwhile is taken up
    where it broke off. Returns the path of the file, of a split one the first. Raises GettingError."""
    try:
        import huggingface_hub
    except ImportError:
        raise GettingError(_NO_HUB) from None
    repository, _, file = wanted.partition(":")
    if not _REPOSITORY.fullmatch(repository):
        raise GettingError(f"{repository} is no repository; one is named OWNER/NAME.")
    with _in_sentences(repository, file):
        siblings = huggingface_hub.model_info(repository).siblings or []
        names = [sibling.rfilename for sibling in siblings]
        file = chosen_file(names, file, repository)
        paths = [Path(huggingface_hub.hf_hub_download(repository, part)) for part in _parts(file, names)]
    return paths[0]


def chosen_file(names: Sequence[str], wanted: str, repository: str) -> str:
    """The file that is wanted, by its name or a part of it such as Q4_K_M; of a split one the first. Raises
    GettingError."""
    models = [name for name in names if name.lower().endswith(".gguf") and "mmproj" not in name.lower()]
    models = [name for name in models if (part := SPLIT.search(name)) is None or int(part.group(1)) == 1]
    if not models:
        raise GettingError(f"{repository} has no GGUF file; look for a repository whose name ends in GGUF.")
    if wanted in models:
        return wanted
    if wanted:
        models = [name for name in models if wanted.casefold() in name.casefold()]
        if len(models) == 1:
            return models[0]
        raise GettingError(_not_just_one(models or names, wanted, repository, some=bool(models)))
    for kind in _LIKED:
        of_kind = [name for name in models if re.search(rf"(?<![a-z0-9]){kind}(?![a-z0-9_])", name, re.IGNORECASE)]
        if of_kind:
            return min(of_kind, key=len)
    if len(models) == 1:
        return models[0]
    raise GettingError(_not_just_one(models, "", repository, some=True))


def _not_just_one(names: Sequence[str], wanted: str, repository: str, *, some: bool) -> str:
    there = [name for name in names if name.lower().endswith(".gguf")]
    listed = ", ".join(sorted(there)[:12]) + (" …" if len(there) > 12 else "")
    says = (
        f"has several files for {wanted!r}" if some and wanted else f"has no file {wanted}" if wanted else "has several"
    )
    return f"{repository} {says}; name one: {listed}."


def _parts(file: str, names: Sequence[str]) -> list[str]:
    """All files of a split model."""
    split = SPLIT.search(file)
    if split is None:
        return [file]
    stem = SPLIT.sub("", file)
    return [name for name in sorted(names) if SPLIT.sub("", name) == stem and name.endswith(f"-{split.group(2)}.gguf")]


class _in_sentences(contextlib.AbstractContextManager["_in_sentences"]):  # noqa: N801 - used like a function
    """Whatever the library raises, in words for the person."""

    def __init__(self, repository: str, file: str) -> None:
        self._repository, self._file = repository, file

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, GettingError):
            raise GettingError(_sentence(error, self._repository, self._file)) from None


def _sentence(error: Exception, repository: str, file: str) -> str:
    from huggingface_hub import errors

    match error:
        case errors.GatedRepoError():
            says = (
                f"{repository} is given to those who accept its terms; accept them on its page, then `hf auth login`."
            )
        case errors.RepositoryNotFoundError():
            says = f"There is no repository {repository}, or it is private; check the name, or `hf auth login`."
        case errors.OfflineModeIsEnabled():
            says = "HF_HUB_OFFLINE is set, so nothing is fetched; unset it."
        case errors.LocalEntryNotFoundError():
            says = f"{repository} cannot be reached; look at the line, and try again."
        case errors.EntryNotFoundError():
            says = f"{repository} has no file {file}; without a file name one is chosen."
        case errors.HfHubHTTPError():
            says = _status(error.response.status_code, repository)
        case OSError() if error.errno == errno.ENOSPC:
            says = "The disk is full; make room, and try again."
        case _:
            kind = type(error).__name__
            says = f"{repository} could not be fetched ({kind}); look at the line and the disk, and try again."
    return says


def _status(status: int, repository: str) -> str:
    if status == 401:
        return f"{repository} is only given to those who are known; `hf auth login`, or accept its terms on its page."
    if status == 429:
        return "The server wants to be asked less often; try again in a few minutes."
    return f"The server answered {status} for {repository}; try again later."
