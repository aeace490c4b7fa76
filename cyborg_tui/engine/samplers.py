"""llama.cpp's samplers: a chain of them for one branch. Beside `llama`, the one module that knows llama.cpp."""

import ctypes
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from math import log
from typing import Any

import llama_cpp as ll
import numpy as np
from numpy.typing import NDArray

from cyborg_tui.engine.biases import Biases
from cyborg_tui.engine.llama import Floats, Llama
from cyborg_tui.loom.sampling import Sampling

__all__ = ["BadGrammarError", "Sampler", "chances"]

_CANDIDATE = np.dtype([("id", "i4"), ("logit", "f4"), ("p", "f4")])
_SHOWN = 1024
"""Of the likeliest tokens so many are asked of a grammar where only the chances are wanted."""
_MARGIN = 0.001
"""By which logits may differ in rounding."""
_APART = 0x632BE5AB
"""Between the seeds of two samplers that draw, so that one does not follow the other."""


class BadGrammarError(Exception):
    """llama.cpp does not take a grammar, though it seems well-formed."""


class Sampler:
    """Draws the tokens of one branch, and remembers what it needs of those drawn before."""

    def __init__(self, model: Llama, settings: Sampling, seed: int, recent: Sequence[int], biases: Biases) -> None:
        """`recent`: the context. Raises BadGrammarError."""
        self._model, self._biases = model, biases
        self._tail = list(recent[-biases.reach :]) if biases.reach else []
        self._grammar: Any = _grammar(model, settings) if settings.grammar else None
        self._chain: Any = ll.llama_sampler_chain_init(ll.llama_sampler_chain_default_params())
        steps = _steps(model, settings, seed & 0xFFFFFFFF)
        for _, sampler in steps:
            ll.llama_sampler_chain_add(self._chain, sampler)
        self._within = _within(steps[0][0], settings)
        """How far below the highest logit one may be that can be drawn; None where that cannot be told beforehand."""
        window = _memory(settings)
        for token in recent[-window:] if window else ():
            ll.llama_sampler_accept(self._chain, token)

    def sample(self, index: int, row: Floats, barred: Collection[int] = ()) -> int | None:
        """Draw from the logits of the batch's token at `index`, which `row` is; none of `barred`. None: nothing can
        follow."""
        if self._grammar is not None or self._within is not None:
            return self.draw(row, barred)
        ids, values = self._changes(barred)
        before = row[ids]
        row[ids] += values
        token: int = ll.llama_sampler_sample(self._chain, self._model.context, index)
        possible = bool(np.isfinite(row[token]))
        row[ids] = before
        self._remember(token)
        return token if possible else None

    def draw(self, row: Floats, barred: Collection[int] = (), among: Sequence[int] | None = None) -> int | None:
        """Draw from a row of logits, none of `barred`; with `among`, from these tokens only. None: nothing can
        follow."""
        logits = self.weighed(row, barred)
        candidates = self._candidates(logits, among)
        token = None if self._grammar is None else self._draw_freely(candidates.copy())
        if token is None:
            if self._grammar is not None:
                _apply(self._grammar, candidates)
            token = _apply(self._chain, candidates) if np.isfinite(candidates["logit"]).any() else None
        if token is None:
            return None
        ll.llama_sampler_accept(self._chain, token)
        if self._grammar is not None:
            ll.llama_sampler_accept(self._grammar, token)
        self._remember(token)
        return token

    def _candidates(self, logits: Floats, among: Sequence[int] | None) -> NDArray[Any]:
        """What the chain is given: of all tokens only those that it can draw, where that is known."""
        if among is not None:
            ids = np.array(among, np.int32)
        elif self._within is None or self._grammar is not None:
            ids = np.arange(len(logits), dtype=np.int32)
        else:
            ids = np.flatnonzero(logits >= logits.max() - self._within).astype(np.int32)
        candidates = np.zeros(len(ids), _CANDIDATE)
        candidates["id"], candidates["logit"] = ids, logits[ids]
        return candidates

    def weighed(self, row: Floats, barred: Collection[int] = ()) -> Floats:
        """The row of logits with the biases, and none of `barred`; a copy if that changes anything."""
        ids, values = self._changes(barred)
        if not len(ids):
            return row
        logits: Floats = row.copy()
        logits[ids] += values
        return logits

    def chances(self, row: Floats) -> Floats:
        """How likely each token would be drawn from a row of logits; shape (vocabulary,). Nothing is drawn."""
        candidates = self._candidates(self.weighed(row), None)
        if self._grammar is not None:
            few = np.argsort(-candidates["logit"], kind="stable")[:_SHOWN]
            candidates = candidates[few]
            _apply(self._grammar, candidates)
        found: Floats = np.zeros(len(row), np.float32)
        if not np.isfinite(candidates["logit"]).any():
            return found
        left = _all_but_the_draw(self._chain, candidates)
        parts = np.exp(left["logit"] - left["logit"].max())
        found[left["id"]] = parts / parts.sum()
        return found

    def begin_with(self, token: int) -> None:
        """A token was chosen without drawing."""
        ll.llama_sampler_accept(self._chain, token)
        if self._grammar is not None:
            ll.llama_sampler_accept(self._grammar, token)
        self._remember(token)

    def allows(self, tokens: Sequence[int]) -> list[int]:
        """Those of these tokens that the grammar allows next."""
        if self._grammar is None:
            return list(tokens)
        candidates = np.zeros(len(tokens), _CANDIDATE)
        candidates["id"] = tokens
        _apply(self._grammar, candidates)
        return [token for token, logit in zip(tokens, candidates["logit"], strict=True) if np.isfinite(logit)]

    def copy(self) -> "Sampler":
        """Another in the same state."""
        twin = object.__new__(Sampler)
        twin._model, twin._biases, twin._tail = self._model, self._biases, [*self._tail]
        twin._within = self._within
        twin._chain = ll.llama_sampler_clone(self._chain)
        twin._grammar = None if self._grammar is None else ll.llama_sampler_clone(self._grammar)
        return twin

    def close(self) -> None:
        ll.llama_sampler_free(self._chain)
        if self._grammar is not None:
            ll.llama_sampler_free(self._grammar)

    def _draw_freely(self, candidates: NDArray[Any]) -> int | None:
        """To ask the grammar about one token is quick, about a whole vocabulary slow. None if it does not allow it."""
        twin = ll.llama_sampler_clone(self._chain)
        try:
            token = _apply(twin, candidates)
        finally:
            ll.llama_sampler_free(twin)
        return token if self.allows([token]) else None

    def _changes(self, barred: Collection[int]) -> tuple[NDArray[np.intp], Floats]:
        ids, values = self._biases.after(self._tail)
        if not barred:
            return ids, values
        changes = {**dict(zip(ids.tolist(), values.tolist(), strict=True)), **dict.fromkeys(barred, -np.inf)}
        return np.array([*changes], np.intp), np.array([*changes.values()], np.float32)

    def _remember(self, token: int) -> None:
        if self._biases.reach:
            self._tail = [*self._tail, token][-self._biases.reach :]


def _apply(sampler: Any, candidates: NDArray[Any]) -> int:
    """Let a sampler change the candidates. Returns what it selected, if it does that."""
    array = ll.llama_token_data_array(
        data=candidates.ctypes.data_as(ll.llama_token_data_p), size=len(candidates), selected=-1, sorted=False
    )
    ll.llama_sampler_apply(sampler, ctypes.byref(array))
    return int(array.data[array.selected].id) if array.selected >= 0 else -1


def _all_but_the_draw(chain: Any, candidates: NDArray[Any]) -> NDArray[Any]:
    """What a chain leaves of the candidates, with the logits from which it would draw. Greedy: the likeliest alone."""
    array = ll.llama_token_data_array(
        data=candidates.ctypes.data_as(ll.llama_token_data_p), size=len(candidates), selected=-1, sorted=False
    )
    last = ll.llama_sampler_chain_n(chain) - 1
    for index in range(last):
        ll.llama_sampler_apply(ll.llama_sampler_chain_get(chain, index), ctypes.byref(array))
    draw = ll.llama_sampler_chain_get(chain, last)
    kind = ll.llama_sampler_name(draw)
    if kind not in (b"greedy", b"dist"):  # those draw from what they have changed themselves
        twin = ll.llama_sampler_clone(draw)
        ll.llama_sampler_apply(twin, ctypes.byref(array))
        ll.llama_sampler_free(twin)
    first = (ctypes.addressof(array.data.contents) - candidates.ctypes.data) // _CANDIDATE.itemsize  # XTC moves it on
    left = candidates[first : first + array.size]
    return left[[int(left["logit"].argmax())]] if kind == b"greedy" else left


def chances(model: Llama, settings: Sampling, recent: Sequence[int], biases: Biases, row: Floats) -> Floats:
    """How likely each token would be drawn next from a row of logits, over all seeds; shape (vocabulary,). `recent`:
    the context. What happens by chance alone, as in XTC, counts as often as it happens. Raises BadGrammarError."""
    likely = settings.xtc_probability
    parts = [(1 - likely, replace(settings, xtc_probability=0.0)), (likely, replace(settings, xtc_probability=1.0))]
    found: Floats = np.zeros(len(row), np.float32)
    for share, certain in parts:
        if share > 0:
            sampler = Sampler(model, certain, 0, recent, biases)
            try:
                found += np.float32(share) * sampler.chances(row)
            finally:
                sampler.close()
    return found


def _grammar(model: Llama, settings: Sampling) -> Any:
    sampler = ll.llama_sampler_init_grammar(model.vocab, settings.grammar.encode(), b"root")
    if not sampler:
        raise BadGrammarError
    return sampler


def _penalises(settings: Sampling) -> bool:
    penalties = (settings.repetition_penalty - 1, settings.frequency_penalty, settings.presence_penalty)
    return any(penalties) and settings.repetition_window > 0


def _memory(settings: Sampling) -> int:
    """How many tokens of the context the samplers look back on."""
    repetition = settings.repetition_window if _penalises(settings) else 0
    return max(repetition, settings.dry_window if settings.dry_multiplier else 0)


def _steps(model: Llama, settings: Sampling, seed: int) -> list[tuple[str, Any]]:
    """The chain, step by step; the last one draws."""
    steps = [(name, step) for name in settings.order if (step := _step(name, model, settings, seed)) is not None]
    if settings.temperature <= 0:
        return [*steps, ("greedy", ll.llama_sampler_init_greedy())]
    if settings.mirostat_tau:
        mirostat = ll.llama_sampler_init_mirostat_v2(seed, settings.mirostat_tau, settings.mirostat_eta)
        return [*steps, ("mirostat", mirostat)]
    if settings.adaptive_target:
        last = ll.llama_sampler_init_adaptive_p(settings.adaptive_target, settings.adaptive_decay, seed)
        return [*steps, ("adaptive", last)]
    return [*steps, ("draw", ll.llama_sampler_init_dist(seed))]


def _within(first: str, settings: Sampling) -> float | None:
    """How far below the highest logit any is that the first step of a chain leaves, and a little more; None if it goes
    by something else. To leave the others out beforehand spares llama.cpp an array of the whole vocabulary."""
    if first == "greedy":
        return 0.0
    return _MARGIN - log(settings.min_p) if first == "min_p" else None


def _step(name: str, model: Llama, settings: Sampling, seed: int) -> Any:
    """One step of the chain; None where it would change nothing."""
    match name:
        case "penalties" if _penalises(settings):
            penalties = (settings.repetition_penalty, settings.frequency_penalty, settings.presence_penalty)
            return ll.llama_sampler_init_penalties(model.n_vocab, settings.repetition_window, *penalties)
        case "dry" if settings.dry_multiplier and settings.dry_window:
            return _dry(model, settings)
        case "temperature" if settings.temperature > 0:
            spread = (settings.temperature_range, settings.temperature_exponent)
            return ll.llama_sampler_init_temp_ext(settings.temperature, *spread)
    return None if settings.temperature <= 0 or settings.mirostat_tau else _cut(name, settings, seed)


def _cut(name: str, settings: Sampling, seed: int) -> Any:
    """A step that leaves tokens out; None where it would leave out none."""
    probability, threshold = settings.xtc_probability, settings.xtc_threshold
    make: dict[str, Callable[[], Any]] = {}
    if settings.top_n_sigma:
        make["top_n_sigma"] = lambda: ll.llama_sampler_init_top_n_sigma(settings.top_n_sigma)
    if settings.top_k:
        make["top_k"] = lambda: ll.llama_sampler_init_top_k(settings.top_k)
    if settings.typical < 1:
        make["typical"] = lambda: ll.llama_sampler_init_typical(settings.typical, 1)
    if settings.top_p < 1:
        make["top_p"] = lambda: ll.llama_sampler_init_top_p(settings.top_p, 1)
    if settings.min_p:
        make["min_p"] = lambda: ll.llama_sampler_init_min_p(settings.min_p, 1)
    if probability:
        make["xtc"] = lambda: ll.llama_sampler_init_xtc(probability, threshold, 1, seed ^ _APART)
    return make[name]() if name in make else None


def _dry(model: Llama, settings: Sampling) -> Any:
    breakers = [text.encode("utf-8", "surrogatepass") for text in settings.dry_breakers]
    array = (ctypes.c_char_p * max(1, len(breakers)))(*breakers)
    return ll.llama_sampler_init_dry(
        model.vocab,
        settings.dry_multiplier,
        settings.dry_base,
        settings.dry_length,
        settings.dry_window,
        array,
        len(breakers),
    )
