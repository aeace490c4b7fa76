"""Writes `docs/settings.md` from the structs of the config.

python docs/settings.py
"""

import ast
import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from cyborg_tui import config
from cyborg_tui.config import Config, EngineConfig, MirrorConfig

HEAD = """# Settings

All of them are optional. They stand in `config.toml`: in `~/.config/cyborg-tui/` on Linux, in
`~/Library/Application Support/cyborg-tui/` on macOS, or where `--config` or `CYBORG_TUI_CONFIG` says. `--model` and
`--data-dir` go before `CYBORG_TUI_MODEL`, `CYBORG_TUI_DATA_DIR` and `CYBORG_TUI_THEME`, these before the file. What is
wrong in it is said with its line or key.

What stands at the top comes first in the file, then the tables. `[fan]` is how branches are drawn:
[sampling](sampling.md). `[keys]` gives actions other keys: [keys](keys.md).
"""
_TABLES = (("At the top", Config), ("[engine]", EngineConfig), ("[mirror]", MirrorConfig))
_ELSEWHERE = ("engine", "fan", "mirror", "keys")


def page() -> str:
    """The structs, with what stands below each field."""
    fields = runpy.run_path(str(Path(__file__).with_name("record.py")))["fields"]
    tree = ast.parse(Path(str(config.__file__)).read_text("utf-8"))
    structs = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    parts = [HEAD]
    for title, struct in _TABLES:
        said = {name: about for name, _, about in fields(structs[struct.__name__])}
        parts.append(f"\n## {title}\n| setting | usually | |\n| --- | --- | --- |\n")
        parts += [f"| `{name}` | `{usual}` | {said[name]}{may} |\n" for name, usual, may in _rows(struct)]
    return "".join(parts)


def _rows(struct: type[msgspec.Struct]) -> Iterator[tuple[str, str, str]]:
    """Name, usual value, and which values there are, where they can be listed."""
    types = msgspec.json.schema(struct)["$defs"][struct.__name__]["properties"]
    for field in msgspec.structs.fields(struct):
        if field.name not in _ELSEWHERE:
            yield field.name, json.dumps(field.default), _may_be(types[field.name])


def _may_be(schema: dict[str, Any]) -> str:
    kind = schema.get("items", schema)
    if "enum" in kind:
        return f" (`{'`, `'.join(map(json.dumps, kind['enum']))}`)"
    if "minimum" in schema:
        most = f" to {schema['maximum']:,}" if "maximum" in schema else " or more"
        return f" ({schema['minimum']:,}{most})"
    return ""


if __name__ == "__main__":
    Path(__file__).with_name("settings.md").write_text(page(), "utf-8")
