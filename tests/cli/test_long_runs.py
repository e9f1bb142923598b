"""Long runs: their order, workers that die or hang, and the memory that they take."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.mark.parametrize("jobs", [1, 2])
def test_order_is_kept_over_files_and_records(go, lines, many, jobs):
    many.write_articles("in", 90)
    many.write_records("in/x.jsonl", 300)
    done = go("score", "in", out="-", jobs=jobs)
    assert done.code == 0
    documents = list(dict.fromkeys(v["document"] for v in lines(done.out)))
    assert documents == [f"in/{n:04}.txt" for n in range(90)] + [str(n) for n in range(300)]


def test_a_worker_that_dies_costs_one_article(strip, many, names):
    many.write_articles("in", 40)
    Path("in/0017.txt").write_text("DIE", encoding="utf-8")
    Path("in/0023.txt").write_text("CRASH", encoding="utf-8")
    Path("in/0031.txt").write_text("MEMORY", encoding="utf-8")
    done = strip("in", out="clean", jobs=2)
    assert done.code == 1
    died, crashed, starved = done.err.splitlines()
    assert died.startswith("defiller: in/0017.txt: the process that worked on it died")
    assert crashed.startswith("defiller: in/0023.txt: an error inside defiller (KeyError: 'crash')")
    assert starved.startswith("defiller: in/0031.txt: there was not enough memory for it")
    assert len(names("clean")) == 37


@POSIX
def test_an_article_that_takes_too_long_is_given_up(strip, many, names):
    many.write_articles("in", 6)
    Path("in/0002.txt").write_text("SLEEP", encoding="utf-8")
    begun = time.monotonic()
    done = strip("in", out="clean", timeout=1.0)
    assert time.monotonic() - begun < 30
    assert done.code == 1
    assert done.err == (
        "defiller: in/0002.txt: it took over 1 seconds and was left; --timeout sets the limit\n"
    )
    assert len(names("clean")) == 5


@pytest.mark.slow
def test_a_worker_that_cannot_be_interrupted_is_killed(strip, monkeypatch, many, names):
    from defiller import crew

    many.write_articles("in", 6)
    Path("in/0002.txt").write_text("HANG", encoding="utf-8")
    monkeypatch.setattr(crew, "_patience", lambda _: 12.0)
    done = strip("in", out="clean", timeout=1.0)
    assert done.code == 1
    assert "in/0002.txt: it took over 1 seconds" in done.err
    assert len(names("clean")) == 5


@pytest.mark.slow
def test_memory_stays_bounded_over_a_large_file(faked, tmp_path):
    import resource

    text = json.dumps({"id": 1, "text": "Facts. " * 1000 + "\n[faq] Why?"}) + "\n"
    with (tmp_path / "x.jsonl").open("w", encoding="utf-8") as big:
        for _ in range(60_000):
            big.write(text)
    size = (tmp_path / "x.jsonl").stat().st_size
    assert size > 400_000_000
    program = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    peak = subprocess.run(
        [sys.executable, "-c", program, *faked["args"], "strip", "x.jsonl", "--out", "y.jsonl"],
        cwd=tmp_path,
        env=faked["env"],
        capture_output=True,
        check=True,
    ).stdout
    unit = 1 if sys.platform == "darwin" else 1024
    assert resource.RUSAGE_CHILDREN is not None
    assert int(peak) * unit < 250_000_000
