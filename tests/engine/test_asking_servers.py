"""What is asked of a server and what its answers mean; without any server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.engine.remote.abilities import Abilities, Wish, payload
from cyborg_tui.engine.remote.address import Address, BadAddress
from cyborg_tui.engine.remote.answers import Choice, Lines
from cyborg_tui.engine.remote.branch import RemoteBranch
from cyborg_tui.engine.remote.faults import NotNow, NotThis, NotUsable, Reply, fault_of, seconds_to_wait
from cyborg_tui.engine.remote.key import BadKey, find_key
from cyborg_tui.engine.remote.tokens import Told, told
from cyborg_tui.engine.remote.window import fitted, lead_of, window_told
from cyborg_tui.loom.alternatives import unpack
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.fan import Finish, encode
from cyborg_tui.loom.settings import FanKind, FanSettings, Sampling, Until

ENDS = (Until.SENTENCE, Until.PARAGRAPH, Until.LINE, Until.STRING)
WISH = Wish("Once", "", (0, 1), 7)


@pytest.mark.parametrize(
    ("url", "root", "host", "in_clear"),
    [
        ("http://box:8080", "http://box:8080", "box", True),
        ("https://box.example/v1/", "https://box.example", "box.example", False),
        ("http://127.0.0.1:8000/v1/completions", "http://127.0.0.1:8000", "127.0.0.1", False),
        ("http://[::1]:80/prefix/v1", "http://[::1]:80/prefix", "::1", False),
        ("http://localhost", "http://localhost", "localhost", False),
        ("http://192.168.1.7:8000", "http://192.168.1.7:8000", "192.168.1.7", True),
    ],
)
def test_an_address_may_be_written_as_people_write_it(url, root, host, in_clear):
    assert Address.of(url) == Address(root, host, in_clear)


@pytest.mark.parametrize("url", ["box:8080", "ftp://box", "http://", "http://box:99999", "http://box/?a=1", "/v1", " "])
def test_what_is_no_address_is_said_with_one_that_is(url):
    with pytest.raises(BadAddress, match="expected is something like http://box:8080"):
        Address.of(url)


def test_a_password_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(BadAddress, match="must not hold a password") as error:
        Address.of("https://me:hunter2@box.example")
    assert "hunter2" not in str(error.value)


def test_a_key_comes_from_the_environment_else_from_a_file_of_ones_own(tmp_path):
    file = tmp_path / "key"
    file.write_text("from-the-file\n")
    file.chmod(0o600)
    assert find_key(str(file), {}) == "from-the-file"
    assert find_key(str(file), {"CYBORG_TUI_API_KEY": "from-the-environment"}) == "from-the-environment"
    assert find_key("", {}) == ""


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        ("secret", 0o644, "Others can read the key"),
        ("secret", 0o620, "Others can read the key"),
        ("", 0o600, "There is no key in"),
        ("secret secret", 0o600, "stands alone, on one line"),
        ("sécret", 0o600, "stands alone, on one line"),
    ],
)
def test_a_key_that_cannot_be_used_is_said_and_never_shown(tmp_path, content, mode, says):
    file = tmp_path / "key"
    file.write_text(content)
    file.chmod(mode)
    with pytest.raises(BadKey, match=says) as error:
        find_key(str(file), {})
    assert "secret" not in str(error.value)
    assert "sécret" not in str(error.value)


def test_a_key_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(BadKey, match="No such file"):
        find_key(str(tmp_path / "none"), {})


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, NotUsable) for status in (301, 302, 307, 308, 401, 403)),
        *((status, NotThis) for status in (204, 400, 404, 422)),
        *((status, NotNow) for status in (429, 500, 503, 599)),
    ],
)
def test_what_an_answer_that_is_no_success_means(status, kind):
    fault = fault_of("box", Reply(status, b'{"error": {"message": "No such luck."}}', "", "elsewhere"), "")
    assert type(fault) is kind
    assert str(fault).startswith("box ")
    assert str(fault).endswith(".")
    assert ("No such luck" in str(fault)) is (status >= 400 or status == 204)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":"k-4711"}',
        b'{"detail":"k-4711"}',
        b"k-4711",
        b'{"message":"k-4711"}',
        b'{"error":{"message":"k-4711"}}',
    ],
)
def test_a_key_that_a_server_repeats_is_not_shown(body):
    for status in (400, 401, 418, 429, 500):
        assert "k-4711" not in str(fault_of("box", Reply(status, body), "k-4711"))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *(("7", 7), ("0", 0), ("1.5", 1.5), ("999999", 3600)),
        *(("Tue, 24 Nov 2026 12:00:10 GMT", 10), ("Mon, 23 Nov 2026 12:00:00 GMT", 0)),
        *((other, None) for other in ("", "soon", "-3", "nan")),
    ],
)
def test_how_long_to_wait_is_a_number_or_a_date(header, seconds):
    assert seconds_to_wait(header, now=1795521600) == seconds


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_busy_or_has_failed_is_asked_again_when_it_says(status):
    assert fault_of("box", Reply(status, b"", "7"), "").wait == 7


def test_all_samplers_are_named_so_that_a_servers_own_defaults_do_not_count():
    body = payload(Abilities(), FanSettings(sampling=Sampling(top_k=0, top_p=1, min_p=0, temperature=1)), WISH)
    assert (body["top_k"], body["top_p"], body["min_p"], body["temperature"]) == (-1, 1, 0, 1)
    assert body["n"] == 2


def test_what_a_server_may_not_heed_is_named_and_what_is_off_is_not():
    plain = FanSettings(sampling=Sampling(min_p=0, temperature=1))
    assert Abilities().unheeded(plain) == []
    rich = FanSettings(until=Until.FORK, kind=FanKind.DISTINCT, sampling=Sampling(min_p=0.1, ban=("the sea",)))
    assert Abilities().unheeded(rich) == ["min_p", "ban", "kind", "until"]
    llama = Abilities(known=frozenset({"min_p", "temperature", "xtc_probability", "xtc_threshold"}))
    assert llama.unheeded(FanSettings(sampling=Sampling(xtc_probability=0.5))) == []
    assert payload(llama, FanSettings(sampling=Sampling(xtc_probability=0.5)), WISH)["xtc_probability"] == 0.5
    assert "xtc_probability" not in payload(Abilities(), FanSettings(), WISH)


def test_what_a_server_names_in_a_refusal_is_left_out_and_else_one_thing_after_the_other():
    asked = payload(Abilities(), FanSettings(), WISH)
    less = Abilities().without_refused("Unknown field: min_p", asked)
    assert less.left_out == {"min_p"}
    abilities, steps = Abilities(), 0
    while (less := abilities.without_refused("Bad Request", payload(abilities, FanSettings(), WISH))) is not None:
        abilities, steps = less, steps + 1
    left = payload(abilities, FanSettings(), WISH)
    assert {"prompt", "max_tokens", "temperature", "top_p"} <= set(left), "what makes the text is never left out"
    assert steps < 24


def test_fewer_branches_at_once_are_asked_for_where_the_bound_is_told():
    asked = payload(Abilities(), FanSettings(), Wish("Once", "", tuple(range(16)), 7))
    told = "Field 'n': Value must be between 1 <= value <= 8, but got 16"
    assert Abilities().without_refused(told, asked).widest == 8
    assert Abilities().without_refused("n must be 1", asked).widest == 1


@pytest.mark.parametrize(
    ("message", "window"),
    [
        ("request (2002 tokens) exceeds the available context size (1024 tokens), try increasing it", 1024),
        ("This model's maximum context length is 4097 tokens. However, you requested 5000 tokens", 4097),
        ("n must be at most 4", 0),
    ],
)
def test_a_window_is_learnt_from_what_servers_say(message, window):
    assert window_told(message) == window


typed, written = Segment("Once upon a ti"), Segment("Once upon a ti", (1,), "x")


@pytest.mark.parametrize(
    ("context", "heals", "lead"),
    [
        (Context((typed,)), True, " ti"),
        (Context((typed,)), False, ""),
        (Context((written,)), True, ""),
        (Context((written, Segment(" "))), False, " "),
        (Context((Segment("Once "),)), False, " "),
        (Context((Segment("Once  "),)), True, ""),
        (Context((Segment("Once.\n"),)), True, ""),
        (Context((Segment("Once."),)), True, ""),
        (Context((Segment("Once"),)), True, ""),
        (Context((Segment(" "),)), True, ""),
        (Context(), True, ""),
    ],
)
def test_what_branches_must_begin_with(context, heals, lead):
    assert lead_of(context, heals=heals) == lead


@given(st.text(min_size=1, max_size=400).filter(lambda text: "\ud800" not in text), st.integers(8, 200))
async def test_what_is_sent_fits_and_is_the_end_of_the_text(text, budget):
    async def count(part):
        return len(part)

    prompt = await fitted(text, text[-1:], budget, count)
    assert (text[:-1]).endswith(prompt.text)
    assert len(prompt.text) < budget or len(prompt.text) <= 1
    assert prompt.left_out == len(text) - 1 - len(prompt.text)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@given(st.lists(st.lists(texts, min_size=1, max_size=4), max_size=8), st.booleans(), st.sampled_from(Until))
def test_however_a_server_cuts_it_up_the_records_stand_for_the_text_to_the_byte(chunks, scrambled, until):
    branch = RemoteBranch(0, 1, FanSettings(max_tokens=20, until=until, stop="a"), "")
    text, sizes, drawn = "", 0, 0
    for pieces in chunks:
        content = [{"id": 1, "token": piece, "logprob": -1.0, "top_logprobs": []} for piece in pieces]
        said = "".join(pieces)[::-1] if scrambled else "".join(pieces)
        for piece in told(Choice(text=said, logprobs={"content": content})):
            branch.accept(piece)
        grown = branch.growth()
        if grown is not None:
            text += grown.text.decode()
            sizes += sum(token.size for token in grown.tokens)
            drawn += len(grown.tokens)
            assert len(unpack(grown.alternatives)) == len(grown.tokens)
    assert sizes == len(encode(text))
    assert text == branch.text
    assert branch.finish in (None, Finish.TOKENS, Finish(until.value) if until in ENDS else None)


def test_what_came_in_after_the_end_of_a_branch_is_passed_over():
    branch = RemoteBranch(0, 1, FanSettings(until=Until.SENTENCE), "")
    for piece in (" It was late. And then", " more"):
        branch.accept(Told(piece))
    assert (branch.text, branch.finish) == (" It was late.", Finish.SENTENCE)


def test_a_branch_that_does_not_begin_as_it_must_is_never_shown():
    branch = RemoteBranch(0, 1, FanSettings(), " ti")
    branch.accept(Told(" t"))
    assert branch.growth() is None
    branch.accept(Told("wo"))
    assert branch.astray
    assert branch.growth() is None


@pytest.mark.parametrize(
    "logprobs",
    [{"content": 7}, {"content": [{"token": 1}]}, {"tokens": "x"}, {"tokens": ["a"], "token_logprobs": [{}]}],
)
def test_nonsense_about_tokens_is_no_record(logprobs):
    with pytest.raises(ValueError, match=r"Expected|required"):
        told(Choice(text="a", logprobs=logprobs))


@given(
    st.lists(st.binary(max_size=30).filter(lambda data: b"\n" not in data and b"\r" not in data), max_size=8), st.data()
)
def test_events_are_the_same_however_the_line_cuts_them_up(bodies, data):
    stream = b"".join(b"data: " + body + b"\r\n\r\n" for body in bodies)
    lines, found = Lines(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += lines.feed(stream[:size])
        stream = stream[size:]
    assert found == [body.strip() for body in bodies if body.strip() and body.strip() != b"[DONE]"]


def test_a_probability_above_one_is_one_and_an_id_out_of_range_is_unknown():
    content = [{"id": 2**40, "token": "a", "logprob": 1e-7}]
    (piece,) = told(Choice(text="a", logprobs={"content": content}))
    assert (piece.records[0].id, piece.records[0].logprob) == (-1, 0.0)
    assert piece.records[0].entropy is None, "unknown, not zero"
