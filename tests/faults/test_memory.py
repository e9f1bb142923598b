"""Memory that runs out: articles that do not fit are named, the others are done."""

import os
import random
import resource
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and limits of POSIX")


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [150, 450, 560, 600, 640, 700, 900])
def test_little_memory(tmp_path, megabytes, write_articles, many):
    """The shipped model under ``ulimit -v``: below some 700 MB it does not begin, above it does.

    In between some articles are too much: they are named and all others are done.
    """
    write_articles(tmp_path / "in", 12)
    words = many.article(0).split()
    chance = random.Random(1)
    lines = (" ".join(chance.choices(words, k=12)) for _ in range(40_000))
    (tmp_path / "in" / "long.txt").write_text("\n".join(lines), encoding="utf-8")

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20,) * 2)

    done = subprocess.run(
        [sys.executable, "-m", "defiller", "strip", "in", "--out", "clean", "--quiet"],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        preexec_fn=limit,
        check=False,
    )
    said = done.stderr.splitlines()
    clean = tmp_path / "clean"
    made = {p.name for p in clean.glob("*.txt")} if clean.is_dir() else set()
    assert done.returncode == (1 if said else 0)
    if said and "there is not enough memory" in said[0]:
        assert len(said) == 1
        assert not made
        assert megabytes < 700
        return
    named = {line.split(": ")[1].removeprefix("in/") for line in said}
    assert all("there was not enough memory for it" in line for line in said), said
    assert made == {p.name for p in (tmp_path / "in").iterdir()} - named
    assert not [p for p in clean.iterdir() if p.name.startswith(".")]
    assert megabytes < 700 or named <= {"long.txt"}


def test_a_record_file_that_does_not_fit_into_memory(
    strip, monkeypatch, write_articles, write_records, check_articles
):
    from defiller.jsonl_records import JsonLines

    write_records("in", {})
    write_articles("in2", 2)
    real = JsonLines._row

    def starved(self, number, raw, *, too_long):
        if number == 100:
            raise MemoryError
        return real(self, number, raw, too_long=too_long)

    monkeypatch.setattr(JsonLines, "_row", starved)
    code, said = strip("in", "in2", out="clean")
    assert code == 1
    assert said == ["defiller: in/x.jsonl: there was not enough memory for it; split it"]
    assert pq.read_table("clean/in/y.parquet").num_rows == 130
    check_articles("clean/in2", range(2))
