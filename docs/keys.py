"""Writes `docs/keys.md` from the table of actions.

python docs/keys.py
"""

from pathlib import Path

from cyborg_tui.actions import ACTIONS, PLACES
from cyborg_tui.widgets.lines import key_name

HEAD = """# Keys

Each action can be given other keys in `config.toml`, by its id:

    [keys]
    hide = "d"
    fan = "tab,ctrl+space"

A key that is given to two actions in one place is refused, with both named.
"""


def page() -> str:
    """The table of actions as a page of Markdown."""
    parts = [HEAD]
    for where, title in PLACES.items():
        parts.append(f"\n## {title}\n| keys | what they do | id |\n| --- | --- | --- |\n")
        for action in ACTIONS:
            if action.where == where:
                keys = " ".join(f"`{key_name(key)}`" for key in action.names) or "palette"
                parts.append(f"| {keys} | {action.help} | `{action.id}` |\n")
    return "".join(parts)


if __name__ == "__main__":
    Path(__file__).with_name("keys.md").write_text(page(), "utf-8")
