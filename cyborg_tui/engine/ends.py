"""Where a sentence, a line or a paragraph is over."""

import re

from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.settings import FanSettings, Until

__all__ = ["FINISHES", "end_of", "line_end", "paragraph_end", "sentence_end"]

FINISHES = {
    Until.SENTENCE: Finish.SENTENCE,
    Until.PARAGRAPH: Finish.PARAGRAPH,
    Until.LINE: Finish.LINE,
    Until.STRING: Finish.STRING,
}
_SENTENCE = re.compile(r"""[.!?…。！？]+["'”’»›)\]]*(?=\s)|[。！？]+[」』”’]*""")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'“‘—–-])(?:"
    r"Mr|Mrs|Ms|Mx|Messrs|Mmes?|Dr|Drs|Prof|St|Ste|Mt|Ft|Rev|Hon|Pres|Gov|Sen|Rep|Supt|Col|Gen|Maj|Capt|Cpt|Cmdr|Lt|Sgt|"
    r"Cpl|Pvt|Jr|Sr|Esq|Bros|Co|Corp|Inc|Ltd|Dept|Univ|Ave|Blvd|Rd|vs|viz|cf|etc|e\.g|i\.e|a\.k\.a|al|ca|c|approx|ed|eds|"
    r"trans|repr|fig|Fig|no|No|nos|Nos|vol|Vol|vols|ch|Ch|sec|para|pp?|ff?|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|"
    r"Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun|a\.m|p\.m|U\.S|U\.K|(?:[A-Z]\.)*[A-Z])\.$"
)


def end_of(settings: FanSettings, text: str) -> int | None:
    """Where in a branch's text it ends by these settings; None while it may still go on."""
    match settings.until:
        case Until.SENTENCE:
            return sentence_end(text)
        case Until.PARAGRAPH:
            return paragraph_end(text)
        case Until.LINE:
            return line_end(text)
        case Until.STRING:
            at = text.find(settings.stop)
            return None if at < 0 else at + len(settings.stop)
        case _:
            return None


def sentence_end(text: str) -> int | None:
    """Where the first sentence of `text` ends, closing quotes included; None while it may still go on."""
    for found in _SENTENCE.finditer(text):
        end = found.end()
        if not text[: found.start()].strip():
            continue
        following = text[end:].lstrip()
        if found.group() == "." and _ABBREVIATION.search(text[:end]):
            continue
        if found.group().startswith(("…", "..")) and (not following or following[0].islower()):
            continue
        if found.group()[-1] in "\"'”’»›" and following[:1].islower():
            continue  # “Why?” he said
        return end
    return None


def line_end(text: str) -> int | None:
    """Where the first line of `text` ends, its break included; white space before it does not count."""
    end = paragraph_end(text)
    return None if end is None else end + 1


def paragraph_end(text: str) -> int | None:
    """Where the first paragraph of `text` ends; white space before it does not count."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start)
    return None if end < 0 or start == len(text) else end
