"""Writes `docs/keys.md` from the tables of actions and signs.

python docs/keys.py
"""

from pathlib import Path

from cyborg_tui.actions import ACTIONS, PLACES
from cyborg_tui.signs import SIGNS
from cyborg_tui.widgets.lines import key_name

HEAD = """# Keys

Each action can be given other keys in `config.toml`, by its id:

    [keys]
    hide = "d"
    fan = "tab,ctrl+space"

A key that is given to two actions in one place is refused, with both named.
"""


def page() -> str:
    """The tables as a page of Markdown."""
    parts = [HEAD]
    for where, title in PLACES.items():
        parts.append(f"\n## {title}\n| keys | what they do | id |\n| --- | --- | --- |\n")
        for action in ACTIONS:
            if action.where == where:
                keys = " ".join(f"`{key_name(key)}`" for key in action.names) or "palette"
                parts.append(f"| {keys} | {action.help} | `{action.id}` |\n")
        if where in SIGNS:
            parts.append("\n| sign | means |\n| --- | --- |\n")
            parts += [f"| `{sign.sign}` | {sign.means} |\n" for sign in SIGNS[where]]
    return "".join(parts)


if __name__ == "__main__":
    Path(__file__).with_name("keys.md").write_text(page(), "utf-8")
