"""Writes `docs/record.md` from the structs of the export.

python docs/record.py
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import cyborg_tui.formats.record as export

HEAD = """# The record

    cyborg-tui export LOOM                                      # every choice, with all that is on record of it
    cyborg-tui export LOOM --as supervised                      # prompts, with what was taken, of what you called good
    cyborg-tui export LOOM --as preference --knowingly          # what was taken, against what was not
    cyborg-tui export all -o record.jsonl                       # all looms, into a new file that only you can read

JSON Lines: an object a line, in UTF-8. `LOOM` is a number (`cyborg-tui list` shows them), a title or a part of it, a
text file, or `all`. What is `null` is not on record: what an earlier version of the app left has no times, and of typed
text there are no token ids. JSON has no lone surrogates; where the text has bytes that are no UTF-8, a U+FFFD stands
for each, and the token ids still say which they were.

Nothing is exported unless you ask for it. `--as preference` asks twice, since a pair of preferences is easily taken for
more than it is: that one branch was taken over another that had been looked at.

With Hugging Face `datasets`, which would guess the types from the first lines, in which much may be null:

    cyborg-tui export --features > features.json

    features = Features.from_dict(json.load(open("features.json")))
    record = load_dataset("json", data_files="record.jsonl", features=features, split="train")

In Python, `cyborg_tui.formats.record.read(open("record.jsonl", "rb"), Process)` gives back what was written.
"""


def page() -> str:
    """The structs, with what stands below each field."""
    parts = [HEAD]
    tree = ast.parse(Path(str(export.__file__)).read_text("utf-8"))
    order = {"Process": "", "Pair": "", "Preference": ""}
    titles = {"Process": "`--as process`", "Pair": "`--as supervised`", "Preference": "`--as preference`"}
    structs = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for name in (*order, *(name for name in structs if name not in order)):
        struct = structs[name]
        parts.append(
            f"\n## {titles.get(name, name)}\n{ast.get_docstring(struct)}\n\n| field | type | |\n| --- | --- | --- |\n"
        )
        parts += [f"| `{field}` | {kind} | {about} |\n" for field, kind, about in fields(struct)]
    return "".join(parts)


def fields(struct: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """Name, type and meaning of each field. Raises ValueError if one has no meaning."""
    for node, after in zip(struct.body, [*struct.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            said = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else None
            if not isinstance(said, str):
                raise ValueError(f"{struct.name}.{node.target.id} is not explained")
            kind = ast.unparse(node.annotation).replace("None", "null").replace(" | ", " or ")
            yield node.target.id, kind, " ".join(said.split())


if __name__ == "__main__":
    Path(__file__).with_name("record.md").write_text(page(), "utf-8")
