"""A model's chat template around turns: what stands before, between and after them.

The template sees a mark in the place of each turn's text, so that nothing in a text is taken for a part of the
template, and the turns stay in the context as the tokens they are.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.llama import Llama
from cyborg_tui.engine.protocol import Render, Rendered, RenderedPart

__all__ = ["render"]

_SECONDS = 2.0
_LONGEST_COMPLAINT = 200
_MARK = "\ue0f1{}\ue0f2"
"""Of private use: no template has it."""
_MARKS = re.compile("\ue0f1([0-9]+)\ue0f2")
_SCRIPT = Path(__file__).with_name("templates.py")


def render(model: Llama, request: Render) -> Rendered:
    """The template around the turns, or in one sentence why it cannot be used."""
    template = model.template
    if not template:
        return Rendered(request.id, (), f"{model.identity.name} has no chat template; write on in plain text.")
    messages = [{"role": role, "content": _MARK.format(index)} for index, role in enumerate(request.roles)]
    asked = {
        "template": template,
        "messages": messages,
        "answer": request.answer,
        "bos": model.spelling(model.bos),
        "eos": model.spelling(model.eos),
    }
    said = _run(asked)
    if not isinstance(said.get("text"), str):
        why = inert(str(said.get("error") or "it failed"), _LONGEST_COMPLAINT)
        return Rendered(request.id, (), f"The model's chat template cannot be used: {why}.")
    return Rendered(request.id, tuple(_parts(model, said["text"])))


def _run(asked: dict[str, object]) -> dict[str, str]:
    """What the process of its own says."""
    command = [sys.executable, "-I", str(_SCRIPT)]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=_SECONDS,
            env={},
            cwd="/",
            check=False,
        )
        said = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"error": "it runs without end"}
    except (OSError, ValueError):
        return {"error": "it runs without end, or wants too much memory"}
    return said if isinstance(said, dict) else {}


def _parts(model: Llama, text: str) -> Iterator[RenderedPart]:
    at = 0
    for mark in _MARKS.finditer(text):
        yield from _part(model, text[at : mark.start()], at_start=at == 0)
        yield RenderedPart(int(mark.group(1)))
        at = mark.end()
    yield from _part(model, text[at:], at_start=at == 0)


def _part(model: Llama, text: str, *, at_start: bool) -> Iterator[RenderedPart]:
    """The engine itself begins a context as the model wants it."""
    if not text:
        return
    tokens = model.tokenize(text.encode("utf-8", "surrogateescape"), at_start=at_start, special=True)
    if at_start and model.adds_bos and tokens[:1] == [model.bos]:
        tokens = tokens[1:]
    if tokens:
        yield RenderedPart(-1, text.encode("utf-8", "surrogateescape"), tuple(tokens))
