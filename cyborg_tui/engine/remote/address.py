"""Where a server is, as the person wrote it in `engine.url`."""

import ipaddress
import re
from dataclasses import dataclass

from cyborg_tui.engine.inert import inert

__all__ = ["Address", "BadAddress"]


_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:.]+\]|[^\s/:@?#\[\]]+)(?::(?P<port>\d{1,5}))?(?P<path>/[^\s?#]*)?"
)


class BadAddress(ValueError):
    """The text is no address of a server; the message says what is wrong and what is expected."""


@dataclass(frozen=True, slots=True)
class Address:
    root: str
    """Without a slash at the end; the completions API is under /v1 in it."""
    host: str
    """Its name, for people."""
    in_clear: bool
    """Whether the text goes over a network unencrypted."""

    @classmethod
    def of(cls, url: str) -> "Address":
        """Raises BadAddress."""
        if re.match(r"[a-z]+://[^/]*@", url.strip()):
            raise BadAddress("engine.url must not hold a password; the key belongs in CYBORG_TUI_API_KEY or key_file.")
        found = _URL.fullmatch(url.strip())
        if found is None or int(found["port"] or 0) > 65_535:
            shown = inert(url.rpartition("@")[2], 60)
            raise BadAddress(
                f"engine.url is {shown!r}; expected is something like http://box:8080 or https://box.example/v1."
            )
        path = (found["path"] or "").rstrip("/").removesuffix("/completions").removesuffix("/v1")
        port = f":{found['port']}" if found["port"] else ""
        host = found["host"].strip("[]")
        in_clear = found["scheme"] == "http" and not _is_this_machine(host)
        return cls(f"{found['scheme']}://{found['host']}{port}{path}", inert(host, 60), in_clear)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
