"""Getting to know a server: which model it has, what it can do. Asked, not assumed."""

import re
from dataclasses import replace
from typing import Any

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.remote.abilities import Abilities, Wish, payload
from cyborg_tui.engine.remote.answers import Chunk, ModelEntry, Models, Props, Tokens, Version, read
from cyborg_tui.engine.remote.drawing import COMPLETIONS
from cyborg_tui.engine.remote.faults import NotThis, NotUsable, another
from cyborg_tui.engine.remote.samplers import VLLM
from cyborg_tui.engine.remote.web import Web
from cyborg_tui.loom.fan import ModelIdentity
from cyborg_tui.loom.settings import FanSettings

__all__ = ["reach"]

_UNTOLD_WINDOW = 4096
_MOST_REFUSALS = 24
_OWN_PATH = re.compile(r".*[/\\](?=[^/\\]+\.gguf$)")


async def reach(web: Web, config: EngineConfig) -> tuple[ModelIdentity, Abilities]:
    """Raises Fault."""
    await web.open()
    models = await _asked(web, Models, "/v1/models")
    entry = _chosen(models.data if models is not None else [], config.model, web.address.host)
    abilities = Abilities(model=entry.id if entry is not None else config.model)
    abilities = await _at_length(web, abilities, entry, config.context)
    abilities = await _tried(web, abilities)
    name = entry.id if entry is not None else abilities.model or abilities.answers_as or web.address.host
    meta: dict[str, Any] = entry.meta or {} if entry is not None else {}
    identity = ModelIdentity(
        name=inert(_OWN_PATH.sub("", name).removesuffix(".gguf"), 80),
        vocabulary=f"elsewhere {web.address.root} {name}",
        file=inert(_OWN_PATH.sub("", name), 200) if name.endswith(".gguf") else "",
        size=size if isinstance(size := meta.get("size"), int) else 0,
        quantisation=inert(ftype, 20) if isinstance(ftype := meta.get("ftype"), str) else "",
        build=inert(f"{abilities.build or 'an unnamed server'} at {web.address.host}", 120),
    )
    return identity, abilities


async def _asked(web: Web, kind: type, path: str, body: dict[str, Any] | None = None) -> Any:
    """An answer of this kind; None if the server has no such thing to say. Raises Fault."""
    try:
        return read(kind, await web.ask(path, body))
    except (NotThis, ValueError):
        return None


def _chosen(models: list[ModelEntry], wanted: str, host: str) -> ModelEntry | None:
    """The model to ask for: the one named in the settings, else the first. Raises NotUsable."""
    if not wanted or not models:
        return models[0] if models else None
    for model in models:
        if wanted in (model.id, *model.aliases, _OWN_PATH.sub("", model.id)):
            return model
    names = ", ".join(inert(model.id, 40) for model in models[:6])
    raise NotUsable(f"{host} has no model {inert(wanted, 60)}; it has {names}. engine.model names one of them.")


async def _at_length(web: Web, abilities: Abilities, entry: ModelEntry | None, context: int) -> Abilities:
    """What the server says of itself: how much it can read, and which samplers it knows."""
    props: Props | None = await _asked(web, Props, "/props")
    window = 0
    if props is not None:
        settings = props.default_generation_settings
        window = _number(settings.get("n_ctx"))
        known = settings.get("params")
        abilities = replace(
            abilities,
            widest=max(1, min(16, props.total_slots)),
            heals=True,
            reads_ahead=True,
            known=abilities.known | {"grammar"} | frozenset(known if isinstance(known, dict) else ()),
            build=f"llama-server {props.build_info}".strip(),
        )
    elif entry is not None and entry.owned_by == "vllm":
        version: Version | None = await _asked(web, Version, "/version")
        abilities = replace(abilities, known=VLLM, build=f"vLLM {version.version}" if version is not None else "vLLM")
    if entry is not None:
        window = window or entry.max_model_len or _number((entry.meta or {}).get("n_ctx"))
    window = min(window or context or _UNTOLD_WINDOW, context or window or _UNTOLD_WINDOW)
    question = {"content": "Once", "prompt": "Once", "model": abilities.model}
    counts = await _asked(web, Tokens, "/tokenize", question) is not None
    return replace(abilities, window=max(16, window), counts=counts)


async def _tried(web: Web, abilities: Abilities) -> Abilities:
    """One token is asked for, with everything that a fan may need; what is refused is left out. Raises Fault."""
    settings = FanSettings(width=1, max_tokens=1)
    for _ in range(_MOST_REFUSALS):
        asked = payload(abilities, settings, Wish("Once upon a time", " there", (0,), 1), stream=False)
        try:
            answer = read(Chunk, await web.ask(COMPLETIONS, asked))
        except NotThis as refusal:
            less = abilities.without_refused(refusal.message, asked)
            if less is None:
                raise NotUsable(f"{web.address.host} has no completions to offer: {refusal}") from None
            abilities = less
            continue
        except ValueError:
            break
        if answer.choices is None:
            break
        answers = answer.model or ""
        if answers and abilities.model and not _kin(answers, abilities.model):
            raise NotUsable(another(web.address.host, answers, abilities.model))
        return replace(abilities, answers_as=answers)
    raise NotUsable(f"What answers at {web.address.root} is no server of the completions API; is engine.url right?")


def _kin(answers: str, asked: str) -> bool:
    """Whether the two are names of one model: servers answer with a path, or with a version of what was asked."""
    one, other = answers.lower(), asked.lower()
    return one in other or other in one


def _number(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
