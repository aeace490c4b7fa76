"""Where a sentence or a paragraph is over."""

import re

__all__ = ["paragraph_end", "sentence_end"]

_SENTENCE = re.compile(r"""[.!?…]+["'”’»)\]]*(?=\s)""")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘])(?:Mr|Mrs|Ms|Messrs|Dr|Prof|St|Rev|Hon|Col|Gen|Capt|Lt|Sgt|Jr|Sr|Esq|vs|viz|cf|etc|e\.g|i\.e|No|Vol|"
    r"Ch|pp?|[A-Z])\.$"
)


def sentence_end(text: str) -> int | None:
    """Where the first sentence of `text` ends, closing quotes included; None while it may still go on."""
    for found in _SENTENCE.finditer(text):
        end = found.end()
        if not text[: found.start()].strip():
            continue
        if found.group() == "." and _ABBREVIATION.search(text[:end]):
            continue
        following = text[end:].lstrip()
        if found.group().startswith(("…", "..")) and (not following or following[0].islower()):
            continue
        return end
    return None


def paragraph_end(text: str) -> int | None:
    """Where the first paragraph of `text` ends; white space before it does not count."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start)
    return None if end < 0 or start == len(text) else end
