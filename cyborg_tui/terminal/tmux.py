"""tmux, where it stands between the app and the person's terminal."""

import asyncio
import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Tmux", "ask_tmux"]

_PATIENCE = 2.0
_FELT = 100
"""Milliseconds from which it is felt that Esc comes late."""


@dataclass(frozen=True, slots=True)
class Tmux:
    """How the tmux is set in which the app runs."""

    escape_ms: int = 0
    """Milliseconds for which it holds Esc back."""
    takes_clipboard: bool = False
    """Whether it passes on what a program wants in the clipboard."""

    @property
    def sentence(self) -> str:
        """What the person should know of it; empty if nothing."""
        if self.escape_ms <= _FELT:
            return ""
        return f"tmux holds Esc back for {self.escape_ms} ms; `set -s escape-time 20` in ~/.tmux.conf makes it quick."


async def ask_tmux(environment: Mapping[str, str] = os.environ) -> Tmux | None:
    """Ask the tmux in which the app runs; None if it runs in none, or that does not answer."""
    if not environment.get("TMUX"):
        return None
    said = await _run("show-options", "-s")
    if said is None:
        return None
    escape = re.search(r"^escape-time (\d+)", said, re.MULTILINE)
    clipboard = re.search(r"^set-clipboard (\w+)", said, re.MULTILINE)
    return Tmux(int(escape.group(1)) if escape else 0, bool(clipboard and clipboard.group(1) == "on"))


async def _run(*arguments: str) -> str | None:
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux", *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except OSError:
        return None
    try:
        out, _ = await asyncio.wait_for(process.communicate(), _PATIENCE)
    except asyncio.TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        return None
    return out.decode("utf-8", "replace") if process.returncode == 0 else None
