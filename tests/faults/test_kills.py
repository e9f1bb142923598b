"""Batches that are killed before any step on a file and within any write, and gone on with."""

import csv
import gzip
import importlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
from contextlib import redirect_stderr
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from defiller import batch
from defiller.job import Job
from defiller.outputs import Action

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes and signals of POSIX")
PADDED = "Facts of {0}.\n[faq] What is {0}?\nMore on {0}.\n"
CLEAN = "Facts of {0}.\nMore on {0}.\n"
ROWS = range(130)  # three chunks of 64
TEXT = (str, os.PathLike)
STEPS = {"os.rename", "os.remove", "os.link", "os.mkdir", "os.truncate"}


@pytest.fixture
def fake(monkeypatch):
    """The scorer of the tests of the command line, loaded before anything forks."""
    monkeypatch.syspath_prepend(HERE.parent / "cli")
    importlib.import_module("defiller.parquet_records")
    importlib.import_module("defiller.model.annotate")
    return importlib.import_module("fake_scorer").load_fake


def write_inputs(folder):
    folder.mkdir()
    (folder / "a.txt").write_text(PADDED.format("a"), encoding="utf-8")
    (folder / "b.txt.gz").write_bytes(gzip.compress(PADDED.format("b").encode()))
    rows = [{"id": n, "text": PADDED.format(n)} for n in ROWS]
    jsonl = "".join(json.dumps(row) + "\n" for row in rows).encode()
    (folder / "c.jsonl").write_bytes(jsonl)
    (folder / "d.jsonl.gz").write_bytes(gzip.compress(jsonl))
    pq.write_table(pa.Table.from_pylist(rows), folder / "e.parquet")
    with (folder / "f.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("id", "text"), *(row.values() for row in rows)])


def check(place, removed):
    """Every output whole, everything removed told once, and nothing left over."""
    assert (place / "a.txt").read_text(encoding="utf-8") == CLEAN.format("a")
    assert gzip.decompress((place / "b.txt.gz").read_bytes()) == CLEAN.format("b").encode()
    packed = gzip.decompress((place / "d.jsonl.gz").read_bytes())
    for data in ((place / "c.jsonl").read_bytes(), packed):
        rows = [json.loads(line) for line in data.splitlines()]
        assert [(r["id"], r["defiller_text"]) for r in rows] == [(n, CLEAN.format(n)) for n in ROWS]
    table = pq.read_table(place / "e.parquet").to_pydict()
    assert table["id"] == list(ROWS)
    assert table["defiller_text"] == [CLEAN.format(n) for n in ROWS]
    with (place / "f.csv").open(encoding="utf-8", newline="") as stream:
        rows = [(int(r["id"]), r["defiller_text"]) for r in csv.DictReader(stream)]
    assert rows == [(n, CLEAN.format(n)) for n in ROWS]
    assert not [p.name for p in place.rglob(".*")]
    told = [(e["input"], e["row"]) for e in map(json.loads, removed.read_bytes().splitlines())]
    assert len(told) == len(set(told)) == 2 + 4 * len(ROWS)


def forked(job, load, before):
    """The exit code of a run in a child process; negative where a signal ended it."""
    child = os.fork()
    if not child:  # pragma: no cover - it ends without telling anyone
        code = 99
        try:
            with Path("said").open("w", encoding="utf-8") as said, redirect_stderr(said):
                try:
                    before()
                    code = batch.run(job, load)
                except BaseException as error:
                    print(type(error).__name__, error, file=said)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


class Steps:
    """Counts steps on files below the working folder; kills its process before one of them."""

    def __init__(self, at):
        self.at, self.done = at, 0
        self.here = Path.cwd()

    def __call__(self):
        sys.addaudithook(self.hook)

    def hook(self, event, arguments):
        if event == "open":
            if not arguments[2] & (os.O_WRONLY | os.O_RDWR):
                return
        elif event not in STEPS:
            return
        name = arguments[0]
        if isinstance(name, TEXT) and (self.here / name).is_relative_to(self.here):
            self.done += 1
            if self.done == self.at:
                os.kill(os.getpid(), signal.SIGKILL)


def unhurt():
    pass


@pytest.fixture
def run(fake, tmp_path, monkeypatch):
    """Gives a folder with inputs, runs in it, and looks at what came out."""

    class Run:
        def __init__(self, name, in_place):
            self.here, self.in_place = tmp_path / name, in_place
            self.here.mkdir()
            monkeypatch.chdir(self.here)
            write_inputs(self.here / "in")
            self.before = {p.name: p.read_bytes() for p in (self.here / "in").iterdir()}
            self.job = Job(
                action=Action.STRIP,
                inputs=("in",),
                removed=Path("gone.jsonl"),
                resume=True,
                quiet=True,
                **({"in_place": True} if in_place else {"out": "clean"}),
            )

        def hurt(self, before):
            """The run's exit code: it is killed, or done."""
            code = forked(self.job, fake, before)
            assert code in (0, -signal.SIGKILL, -signal.SIGXFSZ), Path("said").read_text("utf-8")
            return code

        def resume(self):
            assert forked(self.job, fake, unhurt) == 0, Path("said").read_text("utf-8")
            check(self.here / ("in" if self.in_place else "clean"), self.here / "gone.jsonl")
            for name, data in self.before.items():
                kept = f"{name}.orig" if self.in_place else name
                assert (self.here / "in" / kept).read_bytes() == data

    return Run


@pytest.mark.parametrize("in_place", [False, True], ids=["beside", "in place"])
@pytest.mark.parametrize("stride", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_before_any_step_on_a_file(run, in_place, stride):
    """Some 50 steps; where the step never comes the run ends by itself."""
    kills = 0
    for step in range(2, 100, stride):
        batch = run(str(step), in_place)
        code = batch.hurt(Steps(step))
        batch.resume()
        if code == 0:
            break
        kills += 1
    assert code == 0, "not all steps were tried"
    assert kills >= 30 // stride


def grows_to(size):
    """The process is killed when a file would grow over so many bytes, within the write."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("in_place", [False, True], ids=["beside", "in place"])
@pytest.mark.parametrize("seed", [1, *(pytest.param(s, marks=pytest.mark.slow) for s in (2, 3))])
def test_killed_within_any_write(run, in_place, seed):
    """Some files of a run have 20 bytes, some 60,000; torn at any of them, it goes on."""
    chance = random.Random(seed)
    kills = 0
    batch = run("torn", in_place)
    size = 8
    while size < 100_000:
        kills += batch.hurt(grows_to(size)) == -signal.SIGXFSZ
        size = int(size * chance.uniform(1.2, 3))
    batch.resume()
    assert kills >= 5


@pytest.mark.slow
def test_a_batch_of_500_articles_killed_at_random_moments():
    """`kill_runs.py` does as many as one likes; see there."""
    done = subprocess.run(
        [sys.executable, HERE / "kill_runs.py", "--runs", "10"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["kills"] >= 8
    assert made["whole outputs seen after kills"] > 500
