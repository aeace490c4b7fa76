"""Vectors made here are read by llama.cpp's own loader, which its programs use for --control-vector-scaled.

No binding has it. Where llama-cpp-python's installation brings the library that it is in, and there is a C++ compiler,
it is called by a program of a few lines.
"""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import numpy as np
import pytest

from cyborg_tui.engine.vectors import read_vector
from cyborg_tui.loom.contrast import Method
from tests.engine.deck import Deck

LIBRARIES = Path(sysconfig.get_path("purelib")) / "lib"
COMMON, COMPILER = LIBRARIES / "libllama-common.so", shutil.which("g++")
PROGRAM = """
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

struct common_control_vector_load_info { float strength; std::string fname; };
struct common_control_vector_data { int n_embd; std::vector<float> data; };
common_control_vector_data common_control_vector_load(const std::vector<common_control_vector_load_info> &);

int main(int count, char ** words) {
    std::vector<common_control_vector_load_info> wanted;
    for (int i = 1; i + 1 < count; i += 2) wanted.push_back({std::strtof(words[i + 1], nullptr), words[i]});
    auto read = common_control_vector_load(wanted);
    std::printf("%d", read.n_embd);
    for (float number : read.data) std::printf(" %.9g", number);
}
"""

pytestmark = pytest.mark.skipif(not COMMON.exists() or COMPILER is None, reason="no library to call, or no compiler")


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loader")
    source, program = folder / "loader.cpp", folder / "loader"
    source.write_text(PROGRAM)
    command = [COMPILER, "-std=c++17", source, "-o", program, COMMON, "-Wl,--allow-shlib-undefined"]
    subprocess.run(command, check=True)

    def load(*wanted):
        """The width, and what is to be added in each layer from layer 1 on; shape (layers, width)."""
        words = [str(word) for pair in wanted for word in pair]
        environment = {**os.environ, "LD_LIBRARY_PATH": str(LIBRARIES)}
        said = subprocess.run([program, *words], env=environment, capture_output=True, text=True, check=True).stdout
        width, *numbers = said.split()
        return int(width), np.array(numbers, np.float32).reshape(-1, max(1, int(width)))

    return load


@pytest.mark.parametrize("method", Method)
def test_llamas_own_loader_reads_a_vector_as_we_do(load, tmp_path, method):
    deck = Deck()
    path = tmp_path / "sorrow.gguf"
    deck.make_vector(path, method=method)
    vector = read_vector(path)
    width, layers = load((path, 1.5))
    assert (
        (width, len(layers))
        == (deck.model.width, deck.model.layers - 1)
        == (vector.facts.width, max(vector.directions))
    )
    for layer, direction in vector.directions.items():
        assert layers[layer - 1] == pytest.approx(1.5 * direction)
    _, both = load((path, 1.5), (path, -0.5))
    assert both == pytest.approx(layers / 1.5, abs=1e-5)
    deck.close()


def test_it_refuses_what_is_none(load, tmp_path):
    (tmp_path / "none.gguf").write_bytes(b"GGUF, but no more")
    assert load((tmp_path / "none.gguf", 1.0))[0] == -1
