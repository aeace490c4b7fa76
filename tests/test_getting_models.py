"""`models get`, from a server on this machine that answers as the hub does."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cyborg_tui.commands.getting import GettingError, chosen_file
from cyborg_tui.engine.checks import embedded_model
from tests.terminal import APP, Terminal

MODEL = embedded_model().read_bytes()
COMMIT = "a" * 40
PIECE = 10 * 1024 * 1024
"""Bytes that huggingface_hub writes at a time; what is not a whole piece is lost with the line."""
FILES = {
    "large.Q3_K_L.gguf": MODEL + bytes(2 * PIECE),
    "sea.Q4_K_M.gguf": MODEL,
    "sea.Q8_0.gguf": MODEL[:1000],
    "README.md": b"# The sea",
}
STATUS = {"gated": 403, "known": 401, "busy": 429, "broken": 500}


class _Hub(BaseHTTPRequestHandler):
    """The few answers that are needed; `asked` are the parts of files that were."""

    asked: list

    def do_HEAD(self):
        self._answer(body=False)

    def do_GET(self):
        self._answer(body=True)

    def _answer(self, *, body):
        parts = self.path.partition("?")[0].strip("/").split("/")
        api = parts[:2] == ["api", "models"]
        owner, name = parts[2:4] if api else parts[:2]
        if name in STATUS:
            codes = {"gated": "GatedRepo", "known": "GatedRepo"}
            return self._send(STATUS[name], b"{}", {"X-Error-Code": codes.get(name, "")}, body=body)
        if (owner, name) != ("me", "sea-GGUF"):
            return self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, body=body)
        if api:
            siblings = [{"rfilename": file} for file in FILES]
            answer = {"id": "me/sea-GGUF", "sha": COMMIT, "siblings": siblings, "private": False, "tags": []}
            return self._send(200, json.dumps(answer).encode(), {}, body=body)
        data = FILES[parts[4]]
        etag = hashlib.sha256(data).hexdigest()
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
        wanted = self.headers.get("Range")
        if body:
            self.asked.append(wanted)
        if body and "break" in self.asked:
            self.asked.remove("break")
            self._send(200, data, headers, body=False)
            self.wfile.write(data[: PIECE + 1_000_000])
            self.close_connection = True
            return None
        if wanted and body:
            start = int(wanted.removeprefix("bytes=").partition("-")[0])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            return self._send(206, data[start:], headers, body=body)
        return self._send(200, data, headers, body=body)

    def _send(self, status, data, headers, *, body):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub():
    class Hub(_Hub):
        asked = []  # noqa: RUF012 - one for each server

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.asked = Hub.asked
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def get(hub, tmp_path):
    def get(*wanted, before="", **environment):
        endpoint = f"http://127.0.0.1:{hub.server_port}"
        variables = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "hf"), **environment}
        code = f"{before}\nfrom cyborg_tui.cli import main; main()"
        command = [sys.executable, "-c", code, "--data-dir", str(tmp_path / "data"), "models"]
        return subprocess.run([*command, *wanted], env=variables, capture_output=True, text=True, check=False)

    return get


def test_a_model_is_fetched_once_and_then_in_the_list(get, hub):
    done = get("get", "me/sea-GGUF")
    assert done.returncode == 0, done.stderr
    path = done.stdout.splitlines()[0]
    assert path.endswith("sea.Q4_K_M.gguf"), "a small good quantisation is chosen"
    assert path in get().stdout
    asked = len(hub.asked)
    assert get("get", "me/sea-GGUF:Q4_K_M").stdout == done.stdout
    assert len(hub.asked) == asked, "it is there already"


def test_how_far_it_is_is_shown(hub, tmp_path):
    environment = {"HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}", "HF_HOME": str(tmp_path)}
    with Terminal((*APP, "models", "get", "me/sea-GGUF"), environment=environment) as t:
        t.wait_for("100%")
        t.wait_for("F8 in the app loads it.")


def test_a_line_that_breaks_is_taken_up_where_it_broke_off(get, hub):
    hub.asked.append("break")
    done = get("get", "me/sea-GGUF:large")
    assert done.returncode == 0, done.stderr
    with open(done.stdout.splitlines()[0], "rb") as file:  # noqa: PTH123
        assert file.read() == FILES["large.Q3_K_L.gguf"]
    assert f"bytes={PIECE}-" in hub.asked


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("me/nothing", "There is no repository me/nothing"),
        ("nonsense", "one is named OWNER/NAME"),
        ("me/sea-GGUF:Q2_K", "has no file Q2_K"),
        ("me/sea-GGUF:sea", "several files for 'sea'; name one: sea.Q4_K_M.gguf, sea.Q8_0.gguf"),
        ("me/gated", "accept them on its page"),
        ("me/known", "accept them on its page"),
        ("me/broken", "answered 500"),
    ],
)
def test_every_failure_is_a_sentence(get, wanted, says):
    done = get("get", wanted)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_hub_that_cannot_be_reached_is_said(get):
    done = get("get", "me/sea-GGUF", HF_ENDPOINT="http://127.0.0.1:9")
    assert (done.returncode, "could not be fetched" in done.stderr) == (1, True)


def test_without_huggingface_hub_it_says_how_to_have_it(get):
    done = get("get", "me/sea-GGUF", before="import sys; sys.modules['huggingface_hub'] = None")
    assert done.returncode == 1
    assert "cyborg-tui[hub]" in done.stderr


def test_a_full_disk_is_said(get):
    full = "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    full += "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    done = get("get", "me/sea-GGUF", before=full)
    assert done.returncode == 1
    assert "try again" in done.stderr


def chosen(names, wanted=""):
    return chosen_file(names, wanted, "me/sea")


def test_of_several_quantisations_a_small_good_one_is_chosen():
    assert chosen(["a.Q8_0.gguf", "a.Q4_K_M.gguf", "a.Q2_K.gguf"]) == "a.Q4_K_M.gguf"
    assert chosen(["a-Q8_0.gguf", "a-f16.gguf"]) == "a-Q8_0.gguf"
    assert chosen(["mmproj-Q4_K_M.gguf", "a-IQ1_S.gguf"]) == "a-IQ1_S.gguf"
    assert chosen(["a-Q6_K-00001-of-00002.gguf", "a-Q6_K-00002-of-00002.gguf"]) == "a-Q6_K-00001-of-00002.gguf"
    assert chosen(["a.Q8_0.gguf", "a.Q4_K_M.gguf"], "q8_0") == "a.Q8_0.gguf"


def test_what_has_no_model_or_leaves_the_choice_open_is_said():
    with pytest.raises(GettingError, match="no GGUF file"):
        chosen(["README.md", "model.safetensors"])
    with pytest.raises(GettingError, match=r"name one: a\.x\.gguf, b\.y\.gguf"):
        chosen(["a.x.gguf", "b.y.gguf"])
