"""Renders one chat template, as a process of its own: `python templates.py`, a JSON object in, another one out.

A template is a program that comes with a model from anywhere. It runs in Jinja's sandbox, in a process that has little
memory and time, opens nothing and is ended from outside. This file imports nothing of the app.
"""

import json
import resource
import sys
from datetime import datetime
from typing import Any

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

_MEMORY = 512 * 2**20
_SECONDS = 1
"""Of the processor."""
_LONGEST = 1_000_000
"""Characters of what comes out."""


def main() -> None:
    asked = json.load(sys.stdin)
    for what, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, _SECONDS), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(what, (most, most))
    try:
        said = {"text": _render(**asked)}
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        said = {"error": str(error)}
    except (MemoryError, RecursionError):
        said = {"error": "it wants too much memory"}
    json.dump(said, sys.stdout)


def _render(template: str, messages: list[dict[str, str]], answer: bool, bos: str, eos: str) -> str:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    parts = environment.from_string(template).generate(
        messages=messages, add_generation_prompt=answer, bos_token=bos, eos_token=eos, tools=None, documents=None
    )
    text = ""
    for part in parts:
        text += part
        if len(text) > _LONGEST:
            raise ValueError("it writes without end")
    return text


def _refuse(message: Any) -> None:
    raise TemplateError(str(message))


if __name__ == "__main__":
    main()
