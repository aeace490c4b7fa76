"""A manuscript as one page of HTML that shows where each stretch came from when one points at it."""

import base64
import hashlib
import re
from html import escape

from cyborg_tui.formats.provenance import author_name, author_rows, bits_words, choice_words, total_words
from cyborg_tui.loom.fan import ModelIdentity
from cyborg_tui.loom.provenance import Provenance, Run

__all__ = ["to_html"]

_STYLE = """
:root { color-scheme: light dark; --ink: #22201c; --paper: #faf7f0; --soft: #6b675f; --model: #1f5140; --lit: #e9e2d0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e1d6; --paper: #16161a; --soft: #8d8a83; --model: #a9c3b2; --lit: #2a2c35; }
}
body { margin: 3rem auto; max-width: 38rem; padding: 0 1rem; color: var(--ink); background: var(--paper);
  font: 1.125rem/1.6 Georgia, "Times New Roman", serif; }
h1 { font-size: 1.25rem; font-weight: normal; color: var(--soft); }
.text { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
.drawn { color: var(--model); text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: .2em; }
.drawn.two { text-decoration-style: dotted; }
.drawn.more { text-decoration-style: dashed; }
.drawn:hover { background: var(--lit); }
section { margin-top: 3rem; color: var(--soft); font-size: .875rem; line-height: 1.5; }
table { border-spacing: 0; } td { padding: 0 1.5rem 0 0; text-align: right; } td:first-child { text-align: left; }
@media print { body { margin: 0; max-width: none; color: #000; background: #fff; } .drawn { color: #000; } }
""".strip()
_CLASSES = ("drawn", "drawn two", "drawn more")
"""The first model, the second, all others: told apart by the line under their text."""
_UNSHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e001f]"
)
"""What is no text in HTML, is not seen, or turns the direction of what stands beside it."""


def to_html(title: str, found: Provenance) -> str:
    """One file that needs nothing else: no script, nothing fetched, and by its policy nothing of either can be."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    models = [author.model for author in found.authors if author.model is not None]
    text = "".join(_run(run, models) for run in found.runs) or "Nothing here yet."
    rows = "".join(f"<tr>{''.join(f'<td>{_shown(cell)}</td>' for cell in row)}</tr>\n" for row in author_rows(found))
    bits = "".join(f"<p>{_shown(line)}</p>\n" for line in bits_words(found))
    legend = "".join(f'<p><span class="{_class(model, models)}">{_shown(model.name)}</span></p>\n' for model in models)
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{digest}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{_shown(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1 dir="auto">{_shown(title)}</h1>
<main class="text">{text}</main>
<section>
<p>{_shown(total_words(found))}</p>
<table>
{rows}</table>
{bits}{legend}<p>Underlined: written by a model; point at it to see how it was chosen.</p>
</section>
</body>
</html>
"""


def _run(run: Run, models: list[ModelIdentity]) -> str:
    text = _shown(run.text)
    if run.choice is None:
        return text
    origin = _shown(f"{author_name(run.choice.model)}: {choice_words(run.choice)}")
    return f'<span class="{_class(run.choice.model, models)}" title="{origin}">{text}</span>'


def _class(model: ModelIdentity, models: list[ModelIdentity]) -> str:
    return _CLASSES[min(models.index(model), len(_CLASSES) - 1)]


def _shown(text: str) -> str:
    """The text, escaped; a stand-in for what cannot be shown."""
    return escape(_UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", text), quote=True)
