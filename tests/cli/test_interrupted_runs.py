"""Runs that are killed or interrupted at any moment: every output is whole, and there once."""

import os
import random
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from defiller.compression import reader

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

SLOWED = """
import random, sys, time
import fake_scorer, defiller.judging
score = fake_scorer.FakeScorer.score_documents
def slowly(self, documents, policy, reasons=False):
    for document in documents:
        time.sleep(0.006 * random.random())
    return score(self, documents, policy, reasons)
fake_scorer.FakeScorer.score_documents = slowly
defiller.judging.load_scorer = fake_scorer.load_fake
from defiller.__main__ import main
if __name__ == "__main__":
    sys.exit(main())
"""


@pytest.fixture
def begin(faked, tmp_path):
    """Starts a slow run in a process group of its own; ends what the test leaves."""
    begun = []
    (tmp_path / "slowed.py").write_text(SLOWED, encoding="utf-8")

    def begin(*arguments):
        process = subprocess.Popen(
            [sys.executable, "slowed.py", *map(str, arguments)],
            cwd=tmp_path,
            env=faked["env"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_for(condition, process):
    until = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.005)


def check_run(folder, count, lines, many, names):
    """Every output once and whole, what was removed as well, and the inputs as they were."""
    clean = folder / "clean"
    assert names(clean) == [*(f"{n:04}.txt" for n in range(count)), "x.jsonl.gz", "y.parquet"]
    for number in range(count):
        assert (clean / f"{number:04}.txt").read_text(encoding="utf-8") == many.stripped(number)
    with (clean / "x.jsonl.gz").open("rb") as raw:
        from defiller.compression import Codec

        rows = lines(reader(raw, Codec.GZ).read())
    assert [r["id"] for r in rows] == list(range(10 * count))
    assert all(r["defiller_text"] == many.stripped(r["id"]) for r in rows)
    table = pq.read_table(clean / "y.parquet")
    assert table["id"].to_pylist() == list(range(4 * count))
    assert table["defiller_text"].to_pylist() == [many.stripped(n) for n in range(4 * count)]
    gone = [(e["document"], e["input"]) for e in lines(folder / "gone.jsonl")]
    assert sorted(gone) == sorted(
        [(f"in/{n:04}.txt",) * 2 for n in range(count)]
        + [(str(n), "in/x.jsonl.gz") for n in range(10 * count)]
        + [(str(n), "in/y.parquet") for n in range(4 * count)]
    )
    assert not list(folder.glob(".gone*"))


def write_inputs(folder, count, many):
    import gzip

    many.write_articles(folder / "in", count)
    many.write_records(folder / "x.jsonl", 10 * count)
    (folder / "in/x.jsonl.gz").write_bytes(gzip.compress((folder / "x.jsonl").read_bytes()))
    table = pa.table({"id": range(4 * count), "text": [many.article(n) for n in range(4 * count)]})
    pq.write_table(table, folder / "in/y.parquet")


@POSIX
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_killed_at_any_moment_and_resumed_every_output_is_there_once_and_whole(
    begin, tmp_path, lines, many, names, seed
):
    chance = random.Random(seed)
    count = 30
    write_inputs(tmp_path, count, many)
    arguments = ["strip", "in", "--out", "clean", "--removed", "gone.jsonl", "--resume"]
    kills = 0
    for _ in range(40):
        process = begin(*arguments)
        try:
            process.wait(chance.uniform(0.5, 1.5))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
        else:
            assert process.returncode == 0, process.communicate()
            break
    else:
        process = begin(*arguments)
        assert process.wait(60) == 0
    assert kills > 0
    check_run(tmp_path, count, lines, many, names)


@POSIX
@pytest.mark.parametrize("jobs", [1, 2])
def test_interrupted_it_says_one_sentence_and_leaves_nothing_half(
    begin, tmp_path, lines, many, names, jobs
):
    count = 30
    write_inputs(tmp_path, count, many)
    arguments = ["strip", "in", "--out", "clean", "--removed", "gone.jsonl", "--jobs", jobs]
    process = begin(*arguments)
    wait_for(lambda: (tmp_path / "clean/0010.txt").exists(), process)
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C in a terminal does: workers, too
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.decode() == (
        "defiller: interrupted; what is done is whole, and the same with --resume goes on from "
        "here\n"
    )
    for name in names(tmp_path / "clean"):
        if name.endswith(".txt"):
            text = (tmp_path / "clean" / name).read_text(encoding="utf-8")
            assert text == many.stripped(int(name[:4]))
    assert lines(tmp_path / "gone.jsonl")
    process = begin(*arguments, "--resume")
    assert process.wait(60) == 0
    check_run(tmp_path, count, lines, many, names)


@POSIX
def test_interrupted_at_any_moment_it_ends_with_130(begin, tmp_path, many):
    write_inputs(tmp_path, 30, many)
    for delay in (0.25, 0.4, 0.6, 0.9, 1.3):
        process = begin("strip", "in", "--out", "clean", "--resume")
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=30)
        # The interpreter itself takes some time to start; what happens before is its own. And a
        # fast machine may have done everything before the signal came.
        if process.returncode == 0:
            assert len(list((tmp_path / "clean").glob("*.txt"))) == 30
        elif process.returncode != -signal.SIGINT:
            assert process.returncode == 130, said
            assert said.count(b"\n") <= 1, said
            assert b"Traceback" not in said
        assert out == b""
