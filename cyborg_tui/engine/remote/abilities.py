"""What a server can do, found out by asking; and how a fan is asked of it. Pure."""

import re
from dataclasses import dataclass, replace
from typing import Any

from cyborg_tui.loom.settings import FanSettings, Sampling

__all__ = ["VLLM", "Abilities", "Wish", "payload"]

_SPARE = ("return_progress", "return_token_ids", "stream_options", "grammar", "min_p", "top_k", "repeat_last_n")
_SPARE_LAST = ("repeat_penalty", "repetition_penalty", "logprobs", "seed", "n", "stream")
_ALL_SPARE = (*_SPARE, *_SPARE_LAST)
"""What can be left out, in the order in which that is tried when a server refuses something it does not name."""
_FEWER_LOGPROBS = {10: 5, 5: 1, 1: 0}
_STANDARD = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty", "logit_bias"})
"""Sampler settings of the API itself."""
VLLM = _STANDARD | {"top_k", "min_p", "repetition_penalty"}


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
    known: frozenset[str] = _STANDARD
    """Sampler settings that it is known to heed."""
    left_out: frozenset[str] = frozenset()
    """What it has refused."""
    build: str = ""

    def without_refused(self, message: str, asked: dict[str, Any]) -> "Abilities | None":
        """What is left after a request was refused; None if there is nothing more to do without."""
        named = [name for name in _ALL_SPARE if name in asked and re.search(rf"\b{name}\b", message)]
        name = named[0] if named else next((name for name in _ALL_SPARE if name in asked), None)
        if name == "logprobs" and (fewer := _FEWER_LOGPROBS[self.logprobs]):
            return replace(self, logprobs=fewer)
        if name == "n":
            most = _most(message, asked["n"])
            return replace(self, widest=most) if most > 1 else self._without("n", widest=1)
        return None if name is None else self._without(name)

    def _without(self, name: str, **changes: Any) -> "Abilities":
        heals = self.heals and name != "grammar"
        return replace(self, left_out=self.left_out | {name}, heals=heals, **changes)

    def unheeded(self, sampling: Sampling) -> list[str]:
        """The settings that the server may pass over, although they would change something."""
        wanted = {
            "top_k": sampling.top_k > 0,
            "top_p": sampling.top_p < 1,
            "min_p": sampling.min_p > 0,
            "repetition_penalty": sampling.repetition_penalty != 1,
            "temperature": sampling.temperature != 1,
        }
        return [name for name, matters in wanted.items() if matters and not self._heeds(name)]

    def _heeds(self, name: str) -> bool:
        other = {"repetition_penalty": "repeat_penalty"}.get(name, name)
        return any(one in self.known and one not in self.left_out for one in (name, other))


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
    sampling = settings.sampling
    body: dict[str, Any] = {
        "prompt": wish.prompt,
        "max_tokens": settings.max_tokens + len(wish.lead),
        "n": len(wish.indices),
        "stream": stream,
        "seed": wish.seed,
        "logprobs": abilities.logprobs,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k or -1,
        "min_p": sampling.min_p,
        "repetition_penalty": sampling.repetition_penalty,
        "repeat_penalty": sampling.repetition_penalty,
        "repeat_last_n": sampling.repetition_window,
        "return_token_ids": True,
    }
    if abilities.model:
        body["model"] = abilities.model
    if stream:
        body |= {"stream_options": {"include_usage": True}, "return_progress": True}
    if wish.lead and abilities.heals:
        body["grammar"] = f'root ::= "{_escaped(wish.lead)}" [^\\x00]*'
    return {name: value for name, value in body.items() if name not in abilities.left_out}


def _escaped(text: str) -> str:
    """As it stands in a grammar between quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
