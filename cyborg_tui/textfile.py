"""A person's text file, as it is: every byte that is not edited is written back as it was.

The text has a lone surrogate for each byte that is no UTF-8. Where all lines end in CR LF the text has plain line
feeds; where ends are mixed, and in files with lone carriage returns, each carriage return stays in the text as a
character. A byte order mark is no part of the text.
"""

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
from dataclasses import dataclass
from hashlib import sha256
from io import FileIO
from pathlib import Path

__all__ = ["ChangedOutsideError", "TextFile", "TextFileError", "encoded"]

_BOM = "\ufeff"
_LONGEST = 64 * 1024 * 1024
"""Bytes."""
_STANDS_FOR_NO_BYTE = re.compile("([\ud800-\udc7f\udd00-\udfff]+)")


class TextFileError(Exception):
    """The file cannot be read or written; the message says why and what to do."""


class ChangedOutsideError(TextFileError):
    """Another program wrote the file since it was last read or written here."""


@dataclass(slots=True)
class TextFile:
    """`write` has to be told nothing of ends of lines or marks: what the file had, it keeps."""

    path: Path
    text: str
    """As it was last read or written."""
    bom: bool = False
    crlf: bool = False
    digest: str = ""
    """SHA-256 of the bytes last read or written, in hexadecimal; empty while there is no file."""

    @classmethod
    def open(cls, path: Path) -> "TextFile":
        """Read a file; one that does not exist yet is empty. Raises TextFileError."""
        data = _read(path)
        if data is None:
            if not path.resolve().parent.is_dir():
                raise TextFileError(f"There is no folder {path.resolve().parent}; make it first, or name another file.")
            return cls(path, "")
        text = data.decode("utf-8", "surrogateescape")
        bom = text.startswith(_BOM)
        text = text.removeprefix(_BOM)
        crlf = "\r\n" in text and text.count("\r\n") == text.count("\n") == text.count("\r")
        return cls(path, text.replace("\r\n", "\n") if crlf else text, bom, crlf, _digest(data))

    def write(self, text: str) -> bool:
        """Write the text if it changed, all or nothing; permissions and owner are kept and links followed.

        False if it had not changed, and the file was left alone. Raises TextFileError, of which ChangedOutsideError
        means that another program's text would have been lost.
        """
        if text == self.text:
            return False
        found = _read(self.path)
        if found is not None and _digest(found) != self.digest:
            raise ChangedOutsideError(
                f"{self.path} was changed by another program meanwhile and is left as it is; open it again to bring "
                "that text in. Your text is safe in the library."
            )
        data = encoded((_BOM if self.bom else "") + (text.replace("\n", "\r\n") if self.crlf else text))
        try:
            _write(self.path.resolve(), data)
        except OSError as error:
            raise TextFileError(
                f"{self.path} could not be written ({error.strerror}) and is as it was; saving again tries again."
            ) from None
        self.text, self.digest = text, _digest(data)
        return True


def _read(path: Path) -> bytes | None:
    """None if there is no such file."""
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise TextFileError(f"{path} is a folder; name a text file.")
        if not stat.S_ISREG(facts.st_mode):
            raise TextFileError(f"{path} is no ordinary file; name a text file.")
        if facts.st_size > _LONGEST:
            raise TextFileError(
                f"{path} has {facts.st_size / 2**20:,.0f} MB; text files of up to {_LONGEST // 2**20} MB can be opened."
            )
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TextFileError(f"{path} cannot be read ({error.strerror}); check the path and its permissions.") from None


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def encoded(text: str) -> bytes:
    """The bytes of a text; a surrogate that stands for no byte, from a file of another kind, is written as it is."""
    parts = _STANDS_FOR_NO_BYTE.split(text)
    errors = ("surrogateescape", "surrogatepass")
    return b"".join(part.encode("utf-8", errors[index % 2]) for index, part in enumerate(parts))


def _write(target: Path, data: bytes) -> None:
    """Replace the file, or make it. Written in place where a new file could not take its place unnoticed: in a folder
    that cannot be written in, with another owner, or with several names."""
    try:
        facts = target.stat()
    except FileNotFoundError:
        _replace(target, data, None)
        return
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it may only be read")
    if facts.st_nlink == 1 and os.access(target.parent, os.W_OK):
        with contextlib.suppress(PermissionError):
            _replace(target, data, facts)
            return
    _overwrite(target, data)


def _replace(target: Path, data: bytes, facts: os.stat_result | None) -> None:
    """Write beside the target, then put that in its place; `facts` are those of the file that is there."""
    beside = target.with_name(f".cyborg-tui-{secrets.token_hex(6)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666 if facts is None else 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if facts is not None:
                if (facts.st_uid, facts.st_gid) != (os.fstat(descriptor).st_uid, os.fstat(descriptor).st_gid):
                    os.fchown(descriptor, facts.st_uid, facts.st_gid)
                shutil.copystat(target, beside)
                os.utime(beside)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _overwrite(target: Path, data: bytes) -> None:
    """Write into the file itself. What is longer than before comes first, for that alone needs room; if it has none, or
    the disk fails later, the old bytes are put back."""
    with target.open("r+b", buffering=0) as file:
        before = file.read()
        try:
            for start, part in ((len(before), data[len(before) :]), (0, data[: len(before)])):
                file.seek(start)
                _write_all(file, part)
                os.fsync(file.fileno())
            file.truncate(len(data))
        except OSError:
            file.truncate(len(before))
            file.seek(0)
            _write_all(file, before)
            raise
        os.fsync(file.fileno())


def _write_all(file: FileIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) or 0 :]


def _sync_folder(folder: Path) -> None:
    """Without this a power cut may bring back the old file, on some file systems."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
