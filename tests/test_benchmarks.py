"""The benchmarks can be run: nothing they need has moved."""

import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"


@pytest.mark.parametrize("name", sorted(file.stem for file in FOLDER.glob("[a-z]*.py")))
def test_a_benchmark_finds_what_it_needs(name):
    importlib.import_module(f"benchmarks.{name}")
