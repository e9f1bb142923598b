"""Label files are streamed: what is held of them stays small as they grow."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="peak memory is counted in kilobytes there"),
]

SMALL, LARGE = 4e6, 24e6  # bytes
# Megabytes that a command may hold for each one of the file. `check` compares paragraphs and
# documents with each other, so it remembers numbers of each.
MOST = {
    ("labels", "stats"): 0.05,
    ("labels", "convert"): 0.05,
    ("labels", "check"): 0.4,
}


@pytest.fixture(scope="module")
def large():
    """What the script on large label files is made of."""
    return runpy.run_path(str(Path(__file__).with_name("large_labels.py")))


@pytest.fixture(scope="module")
def label_files(large, tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    sizes = {folder / "small.jsonl": SMALL, folder / "large.jsonl": LARGE}
    for path, size in sizes.items():
        large["write"](path, int(size))
    return tuple(sizes)


@pytest.mark.parametrize("command", MOST, ids=" ".join)
def test_memory_hardly_grows_with_the_file(command, large, label_files, tmp_path):
    peaks = []
    for path in label_files:
        out = ["--out", str(tmp_path / "out.csv")] if command[1] == "convert" else []
        code, _, megabytes = large["measure"]([*command, str(path), *out])
        assert code == 0
        peaks.append(megabytes)
    grown = (label_files[1].stat().st_size - label_files[0].stat().st_size) / 1e6
    assert peaks[1] - peaks[0] < MOST[command] * grown, peaks
