"""The one room that speaks HTTP: straight to one server, by no proxy, to nowhere it may send on to."""

import asyncio
import contextlib
import errno
import os
from collections.abc import AsyncGenerator
from types import ModuleType
from typing import TYPE_CHECKING, Any

import msgspec

from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.remote.address import Address
from cyborg_tui.engine.remote.faults import Fault, NotNow, NotUsable, Reply, fault_of

if TYPE_CHECKING:
    import httpx

__all__ = ["Web"]

_LONGEST_REPLY = 8_000_000
_TO_CONNECT = 10.0


class Web:
    """Connections to one server."""

    def __init__(self, address: Address, key: str, patience: float) -> None:
        """`patience`: seconds in which a word must come."""
        self.address = address
        self._key = key
        self._patience = patience
        self._client: httpx.AsyncClient | None = None
        self._httpx: ModuleType | None = None

    async def open(self) -> None:
        """Import what is needed, which takes a while, beside the event loop."""
        if self._client is None:
            self._client = await asyncio.to_thread(self._make)

    def _make(self) -> "httpx.AsyncClient":
        import httpx

        self._httpx = httpx
        headers = {"Accept-Encoding": "identity"}  # else a small answer may unfold to a huge one
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        return httpx.AsyncClient(
            headers=headers,
            follow_redirects=False,
            trust_env=False,
            verify=httpx.create_ssl_context(),
            timeout=httpx.Timeout(self._patience, connect=_TO_CONNECT),
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=16),
        )

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def fault(self, reply: Reply) -> Fault:
        """What a reply that is no success means."""
        return fault_of(self.address.host, reply, self._key)

    async def ask(self, path: str, body: dict[str, Any] | None = None) -> bytes:
        """The whole answer to GET, or with a body to POST. Raises Fault."""
        whole = bytearray()
        async with contextlib.aclosing(self.listen(path, body)) as stream:
            async for data in stream:
                whole += data
                if len(whole) > _LONGEST_REPLY:
                    raise NotUsable(f"{self.address.host} answers without an end; is engine.url right?")
        return bytes(whole)

    async def listen(self, path: str, body: dict[str, Any] | None = None) -> AsyncGenerator[bytes, None]:
        """The answer as it arrives. Raises Fault; whoever stops listening closes the connection."""
        assert self._client is not None
        assert self._httpx is not None
        host = self.address.host
        content = None if body is None else msgspec.json.encode(body)
        method, headers = ("GET", {}) if body is None else ("POST", {"Content-Type": "application/json"})
        try:
            url = self.address.root + path
            async with self._client.stream(method, url, content=content, headers=headers) as response:
                if response.status_code != 200:
                    raise self.fault(await self._reply(response))
                async for data in response.aiter_raw():
                    yield data
        except self._httpx.TimeoutException:
            raise NotNow(f"{host} does not answer.") from None
        except self._httpx.ConnectError as error:
            raise NotNow(f"{host} cannot be reached ({_why(error)}).") from None
        except self._httpx.TransportError as error:
            raise NotNow(f"The line to {host} was lost ({_why(error)}).") from None
        except (self._httpx.HTTPError, self._httpx.InvalidURL) as error:
            raise NotUsable(f"{host} answers what cannot be understood ({type(error).__name__}).") from None

    async def _reply(self, response: "httpx.Response") -> Reply:
        """An answer that is no success; of a long one only the beginning."""
        assert self._httpx is not None
        body = b""
        async for data in response.aiter_raw():
            body += data
            if len(body) > 65_536:
                break
        try:
            location = self._httpx.URL(response.headers.get("Location", "")).host
        except self._httpx.InvalidURL:
            location = ""
        return Reply(response.status_code, body, response.headers.get("Retry-After", ""), location)


def _why(error: Exception) -> str:
    """In a few words; of connections that were never made the deepest reason is the one to tell."""
    cause: BaseException = error
    while (deeper := cause.__cause__ or cause.__context__) is not None:
        cause = deeper
    number = cause.errno if isinstance(cause, OSError) and type(cause).__module__ != "ssl" else None
    if number is not None and number in errno.errorcode:
        return os.strerror(number)
    told = getattr(cause, "verify_message", "") or getattr(cause, "strerror", "") or str(error)
    return inert(told.rstrip(".") or type(error).__name__, 120)
