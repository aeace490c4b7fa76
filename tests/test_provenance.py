"""`cyborg-tui provenance`, the page of HTML, and the panel in the app."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from math import log

import pytest
from click.testing import CliRunner

from cyborg_tui.cli import cli
from cyborg_tui.library.library import Library
from cyborg_tui.loom.alternatives import pack
from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.score import Score, Scorer, score_key
from cyborg_tui.loom.settings import FanSettings
from tests.terminal import words
from tests.test_the_loop import app, left

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>" onload="x \' & </main>\u202e\x1b[31m\ud800 --> ]]>'

TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "main", "span", "section", "p", "table", "tr", "td"}


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


def written(data, typed="Once ", drawn=("upon a time", "more"), model="commonplace", title=None):
    """A loom in which the first branch was taken; its number."""
    library = Library(data)
    row = library.for_file(data.parent / title) if title else library.daily(date(2026, 11, 24))
    loom = library.open(row.id)
    if typed:
        loom.write(0, 0, typed)
    if drawn:
        fan = loom.fan(ModelIdentity(model, "abc"), FanSettings(width=len(drawn)), seed=7)
        for branch, text in zip(fan.branches, drawn, strict=True):
            loom.grow(branch, text, 0, [TokenRecord(1, len(text.encode("utf-8", "surrogatepass")), -1.0)], 1)
            loom.finish(branch, Finish.TOKENS)
            loom.look(branch)
        loom.take(fan.branches[0])
    library.save(row.id, loom.changes())
    library.close()
    return str(row.id)


def run(data, *arguments):
    ran = CliRunner().invoke(cli, ["--data-dir", str(data), "provenance", *map(str, arguments)])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_it_is_printed_by_number_or_by_file(data):
    number = written(data, title="essay.txt")
    printed = run(data, number)
    assert printed == run(data, data.parent / "essay.txt")
    assert "essay.txt" in printed
    assert re.search(r"you +31% +1 word +5 characters", printed)
    assert re.search(r"commonplace +69% +3 words +11 characters +1 token", printed)
    assert re.search(r"fan 1, branch 1 of 2 \(2 looked at\), whole, 1\.0 bits +“upon a time”", printed)
    assert "Chosen by you: 1.0 bits in 1 choice." in printed
    assert "Of 5 characters of yours the bits are unknown" in printed


def test_what_was_scored_has_bits_and_what_was_not_is_said_not_to_be(data):
    number = int(written(data, typed="Once.\nTwice, ", drawn=("upon a time", "more")))
    library = Library(data)
    text = library.open(number).text
    scorer = Scorer(ModelIdentity("commonplace", "abc"), 512)
    score = Score((TokenRecord(1, 4, -2 * log(2)), TokenRecord(2, 2, -log(2))), pack(()) * 2)
    library.save_score(number, score_key(text, 0, 6, scorer), score, scorer)
    library.close()
    printed = run(data, number)
    assert "Your own text: 3.0 bits over 2 tokens." in printed
    assert "Of 7 characters of yours the bits are unknown: not scored" in printed
    told = json.loads(run(data, number, "--json"))["bits"]
    assert told["typed"] == pytest.approx(3)
    assert (told["characters_not_scored"], told["total"]) == (7, None)


def test_a_purge_forgets_what_was_scored(data):
    number = int(written(data))
    library = Library(data)
    scorer = Scorer(ModelIdentity("commonplace", "abc"), 512)
    library.save_score(number, b"key", Score((TokenRecord(77, 5, -1.0),), pack(())), scorer)
    library.flush()
    assert library.score(number, b"key") is not None
    loom = library.open(number)
    garden = Garden(loom)
    garden.hide(loom.tree.branches(1)[1].node)
    garden.purge()
    library.save(number, loom.changes())
    library.flush()
    assert library.score(number, b"key") is None
    library.close()


def test_a_loom_in_which_nothing_was_written_says_so(data):
    assert "Nothing here yet." in run(data, written(data, typed="", drawn=()))
    assert "Nothing here yet." in run(data, "1", "--html")


def test_a_file_without_a_loom_is_said_to_have_none(data, tmp_path):
    written(data)
    ran = CliRunner().invoke(cli, ["--data-dir", str(data), "provenance", str(tmp_path / "none.txt")])
    assert ran.exit_code == 1
    assert "No loom has the title or the file" in ran.output


def test_as_json_what_is_not_known_is_null(data):
    told = json.loads(run(data, written(data), "--json"))
    assert told["words"] == 4
    assert [run["text"] for run in told["runs"]] == ["Once ", "upon a time"]
    assert told["bits"] | {"characters_not_scored": 5, "total": None, "typed": None, "chosen": 1.0} == told["bits"]
    assert told["runs"][0]["fan"] is None
    assert told["runs"][1] | {"fan": 1, "branch": 1, "of": 2, "looked": 2, "kept": "whole"} == told["runs"][1]


class Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.text, self.origins, self.attributes = [], "", [], set()
        self._inside = 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attributes}
        self._inside += tag == "main"
        if tag == "span" and self._inside:
            self.origins.append(dict(attributes)["title"])

    def handle_endtag(self, tag):
        self._inside -= tag == "main"

    def handle_data(self, data):
        if self._inside:
            self.text += data


def test_as_a_page_it_is_the_text_with_its_origins(data):
    page = Page(run(data, written(data, typed="Once\n\tmore, "), "--html"))
    assert page.text == "Once\n\tmore, upon a time"
    assert page.origins == ["commonplace: fan 1, branch 1 of 2 (2 looked at), whole, 1.0 bits"]


def test_nothing_in_a_hostile_text_title_or_name_is_more_than_text(data):
    number = written(data, HOSTILE, (HOSTILE, "x"), model=HOSTILE, title="<b onload=x>.txt")
    html = run(data, number, "--html")
    page = Page(html)
    assert page.text.count("<script>alert(1)</script>") == 2
    assert set(page.tags) <= TAGS
    assert page.attributes <= {"charset", "http-equiv", "content", "name", "dir", "class", "title"}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", html)
    assert "default-src 'none'" in html
    assert "http:" not in html
    assert "https:" not in html
    assert json.loads(run(data, number, "--json"))["characters"] == 2 * len(HOSTILE)
    assert "\x1b" not in run(data, number)


def test_in_the_app_of_everything_or_of_the_selection(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send("Once upon a time")
        t.wait_for(lambda s: left(s) == "Once upon a time")
        t.send("Ctrl+O", "w")
        shown = t.wait_for("Esc close")
        assert "Who wrote this" in shown
        assert re.search(r"you +100% +4 words +16 characters", shown)
        t.send("Esc")
        t.wait_for(lambda screen: "Esc close" not in screen)
        t.send(*["\x1b[1;2D"] * 4)
        t.wait_for("selected")
        t.send("Ctrl+O", "w")
        assert re.search(r"Who wrote the selection\s+1 word, 4 characters", words(t.wait_for("Esc close")))


def test_the_panel_fits_the_smallest_screen_and_says_so_where_nothing_is(data):
    with app(data, columns=40, rows=12) as t:
        t.wait_for("branches")
        t.send("Ctrl+O", "w")
        assert "Nothing here yet." in t.wait_for("Esc close")


def test_colours_and_marks_by_author_are_turned_off_and_on(data):
    number = written(data)
    with app(data, "--loom", number) as t:
        t.wait_for(lambda s: "▏ Once upon a time" in s)
        t.send("Ctrl+O", "a")
        t.wait_for(lambda s: "Once upon a time" in s and "▏" not in s)
        t.send("Ctrl+O", "a")
        t.wait_for(lambda s: "▏ Once upon a time" in s)
