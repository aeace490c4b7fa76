"""What a server can do, found out by asking; and how a fan is asked of it. Pure."""

import re
from dataclasses import dataclass, replace
from typing import Any

from cyborg_tui.engine.remote.samplers import STANDARD, named, unheeded
from cyborg_tui.loom.settings import FanSettings

__all__ = ["Abilities", "Wish", "payload"]

_SPARE = ("return_progress", "return_token_ids", "stream_options", "grammar", "min_p", "top_k", "repeat_last_n")
_SPARE_LAST = ("repeat_penalty", "repetition_penalty", "samplers", "logprobs", "seed", "n", "stream")
_ALL_SPARE = (*_SPARE, *_SPARE_LAST)
"""What is left out, in this order, when a server refuses something it does not name; anything else goes before."""
_NEEDED = frozenset({"model", "prompt", "max_tokens", "temperature", "top_p"})
_FEWER_LOGPROBS = {10: 5, 5: 1, 1: 0}


@dataclass(frozen=True, slots=True)
class Abilities:
    model: str = ""
    """As it is asked for; empty where the server has but one and does not name it."""
    answers_as: str = ""
    """As the server names it in its answers."""
    window: int = 0
    """The longest context, in tokens; 0 if it is not known."""
    widest: int = 16
    """So many branches can be asked for at once."""
    logprobs: int = 10
    """So many alternatives are told with each token."""
    counts: bool = False
    """Whether it says how many tokens a text is."""
    heals: bool = False
    """Whether branches can be made to begin with a given text: it knows grammars."""
    reads_ahead: bool = False
    """Whether it keeps what it has read, so that reading before the fan is wanted saves time."""
    known: frozenset[str] = STANDARD
    """Sampler settings that it is known to heed."""
    left_out: frozenset[str] = frozenset()
    """What it has refused."""
    build: str = ""

    def without_refused(self, message: str, asked: dict[str, Any]) -> "Abilities | None":
        """What is left after a request was refused; None if there is nothing more to do without."""
        others = [name for name in asked if name not in _NEEDED and name not in _ALL_SPARE]
        spare = [*others, *(name for name in _ALL_SPARE if name in asked)]
        named = (name for name in spare if re.search(rf"\b{name}\b", message))
        name = next(named, spare[0] if spare else None)
        if name == "logprobs" and (fewer := _FEWER_LOGPROBS[self.logprobs]):
            return replace(self, logprobs=fewer)
        if name == "n":
            most = _most(message, asked["n"])
            return replace(self, widest=most) if most > 1 else self._without("n", widest=1)
        return None if name is None else self._without(name)

    def _without(self, name: str, **changes: Any) -> "Abilities":
        heals = self.heals and name != "grammar"
        return replace(self, left_out=self.left_out | {name}, heals=heals, **changes)

    def unheeded(self, settings: FanSettings) -> list[str]:
        """The settings that the server may pass over, although they would change something."""
        return unheeded(settings, self.known - self.left_out)


def _most(message: str, asked: int) -> int:
    """The largest number below the one asked for that an error names as a bound."""
    bounds = map(int, re.findall(r"(?:<=|at most|less than or equal to)\s*(\d{1,3})\b", message))
    return max((bound for bound in bounds if bound < asked), default=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """One request: some of a fan's branches."""

    prompt: str
    lead: str
    """What the branches must begin with; it is not in the prompt."""
    indices: tuple[int, ...]
    """Which branches of the fan they are."""
    seed: int


def payload(abilities: Abilities, settings: FanSettings, wish: Wish, *, stream: bool = True) -> dict[str, Any]:
    """The body of a request. All samplers are named, also those that are off: a server has defaults of its own."""
    body: dict[str, Any] = {
        "prompt": wish.prompt,
        "max_tokens": settings.max_tokens + len(wish.lead),
        "n": len(wish.indices),
        "stream": stream,
        "seed": wish.seed,
        "logprobs": abilities.logprobs,
        "return_token_ids": True,
        **named(settings.sampling, abilities.known),
    }
    if abilities.model:
        body["model"] = abilities.model
    if stream:
        body |= {"stream_options": {"include_usage": True}, "return_progress": True}
    if settings.sampling.grammar:
        body["grammar"] = settings.sampling.grammar
    elif wish.lead and abilities.heals:
        body["grammar"] = f'root ::= "{_escaped(wish.lead)}" [^\\x00]*'
    return {name: value for name, value in body.items() if name not in abilities.left_out}


def _escaped(text: str) -> str:
    """As it stands in a grammar between quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
