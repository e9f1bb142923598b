"""Workers that die: each costs the article that it died of, and the others are done."""

import json
import os
import random
import signal
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and limits of POSIX")

DIED = "the process that worked on it died, perhaps for want of memory; split it, or give fewer"


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [2, 3])
def test_a_worker_that_crashes_in_c_costs_one_article(strip, jobs, write_articles, check_articles):
    deadly = {"_5": "SEGFAULT", "_11": "KILLED", "_12": "ABORTED", "_20": "GREEDY"}
    write_articles("in", 30, **deadly)
    code, said = strip("in", out="clean", jobs=jobs)
    assert code == 1
    assert [line.split(": ")[1] for line in said] == [
        f"in/{n}.txt" for n in ("005", "011", "012", "020")
    ]
    assert all(DIED in line for line in said[:3])
    assert "there was not enough memory for it" in said[3]
    check_articles("clean", [n for n in range(30) if n not in (5, 11, 12, 20)])


@pytest.mark.slow
def test_a_worker_that_crashes_costs_one_row(strip, write_records, many):
    write_records("in", {7: "SEGFAULT", 70: "KILLED", 129: "ABORTED"})
    code, said = strip("in", out="clean", jobs=2, errors=Path("bad.jsonl"))
    assert code == 1
    assert len(said) == 6
    failed = [json.loads(line) for line in Path("bad.jsonl").read_text().splitlines()]
    assert [(f["input"], f["row"]) for f in failed] == [
        (name, row) for name in ("in/x.jsonl", "in/y.parquet") for row in (8, 71, 130)
    ]
    lines = Path("clean/x.jsonl").read_text(encoding="utf-8").splitlines()
    for rows in (
        [json.loads(line) for line in lines],
        pq.read_table("clean/y.parquet").to_pylist(),
    ):
        assert [row["id"] for row in rows] == list(range(130))
        for row in rows:
            dead = row["id"] in (7, 70, 129)
            assert row["defiller_text"] == (None if dead else many.stripped(row["id"]))
            assert (row["defiller_error"] is not None) == dead


def children(process):
    """Processes that this one started, as the kernel knows them."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if int(fields[1]) == process and b"loky" in command and b"resource_tracker" not in command:
            found.append(int(stat.parent.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="/proc of Linux")
@pytest.mark.parametrize("seed", range(3))
def test_workers_that_somebody_kills_cost_nothing(
    strip, monkeypatch, seed, write_articles, check_articles
):
    """The system's killer for want of memory picks any worker; no article is to blame."""
    monkeypatch.setenv("SECONDS_EACH", "0.02")
    chance = random.Random(seed)
    write_articles("in", 200)
    ended = threading.Event()
    killed = []

    def kill():
        while not ended.wait(chance.uniform(0.2, 1.0)) and len(killed) < 4:
            for worker in chance.sample(workers := children(os.getpid()), min(1, len(workers))):
                os.kill(worker, signal.SIGKILL)
                killed.append(worker)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        code, said = strip("in", out="clean", jobs=2)
    finally:
        ended.set()
        killer.join()
    # One that is judged alone when its worker is killed cannot be told from one that kills it.
    named = {int(line.split("/")[1][:3]) for line in said}
    assert killed
    assert code == (1 if named else 0)
    assert len(named) <= len(killed)
    check_articles("clean", [n for n in range(200) if n not in named])
