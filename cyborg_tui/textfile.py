"""A person's text file, as it is: every byte that is not edited is written back as it was."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["TextFile", "TextFileError"]

_BOM = "\ufeff"


class TextFileError(Exception):
    """The file cannot be read or written; the message says why and what to do."""


@dataclass(slots=True)
class TextFile:
    """Bytes that are no UTF-8 stand in the text as lone surrogates.

    Where all lines end in CR LF, the text has plain line feeds; where ends are mixed, each carriage return stays in the
    text as a character.
    """

    path: Path
    text: str
    """As it was last read or written."""
    bom: bool = False
    crlf: bool = False

    @classmethod
    def open(cls, path: Path) -> "TextFile":
        """Read a file; one that does not exist yet is empty. Raises TextFileError."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            data = b""
        except IsADirectoryError:
            raise TextFileError(f"{path} is a folder; name a text file.") from None
        except OSError as error:
            raise TextFileError(f"{path} cannot be read ({error.strerror}).") from None
        text = data.decode("utf-8", "surrogateescape")
        bom = text.startswith(_BOM)
        text = text.removeprefix(_BOM)
        crlf = "\r\n" in text and text.count("\r\n") == text.count("\n") == text.count("\r")
        return cls(path, text.replace("\r\n", "\n") if crlf else text, bom, crlf)

    def write(self, text: str) -> bool:
        """Write the text if it changed, all or nothing; permissions are kept and links followed. False if it had not
        changed. Raises TextFileError."""
        if text == self.text:
            return False
        whole = (_BOM if self.bom else "") + (text.replace("\n", "\r\n") if self.crlf else text)
        try:
            data = whole.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            data = whole.encode("utf-8", "surrogatepass")
        target = self.path.resolve()
        try:
            _replace(target, data)
        except OSError as error:
            raise TextFileError(
                f"{self.path} could not be written ({error.strerror}); your text is safe in the library."
            ) from None
        self.text = text
        return True


def _replace(target: Path, data: bytes) -> None:
    if not os.access(target.parent, os.W_OK):
        target.write_bytes(data)
        return
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if target.exists():
                os.fchmod(file.fileno(), target.stat().st_mode & 0o7777)
            else:
                os.fchmod(file.fileno(), 0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
