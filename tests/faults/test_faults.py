"""Disks that are full or read-only, workers that die, memory that runs out: others are done."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from defiller.batch import run
from defiller.faults import UsageError
from defiller.job import Job
from defiller.outputs import Action

HERE = Path(__file__).parent
CLI = HERE.parent / "cli"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and limits of POSIX")
PADDED = "Facts of {0}.\n[faq] What is {0}?\n" + "More on {0}.\n" * 20
CLEAN = "Facts of {0}.\n" + "More on {0}.\n" * 20


@pytest.fixture
def strip(monkeypatch, tmp_path, capfdbinary):
    """Runs a job with the deadly scorer, here and in workers: its code and what it said."""
    monkeypatch.chdir(tmp_path)
    for folder in (HERE, CLI):
        monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", f"{HERE}{os.pathsep}{CLI}")
    import deadly_scorer

    end_workers()

    def strip(*inputs, **options):
        capfdbinary.readouterr()
        job = Job(action=Action.STRIP, inputs=inputs, **options)
        code = run(job, deadly_scorer.load_deadly)
        return code, capfdbinary.readouterr().err.decode().splitlines()

    return strip


def end_workers():
    """Workers that another test left would work in its environment: joblib uses them again."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True, kill_workers=True)


def write_articles(folder, count, **deadly):
    folder = Path(folder)
    folder.mkdir()
    for number in range(count):
        text = deadly.get(f"_{number}", PADDED.format(number))
        (folder / f"{number:03}.txt").write_text(text, encoding="utf-8")


def write_records(folder, deadly):
    """JSON lines and Parquet of 130 rows; some of the rows are deadly."""
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    rows = [{"id": n, "text": deadly.get(n, PADDED.format(n))} for n in range(130)]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "x.jsonl").write_text(lines, encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(rows), folder / "y.parquet")


def check_articles(folder, numbers):
    """These outputs, each whole, and no others; nothing half written."""
    made = sorted(p.name for p in Path(folder).iterdir() if p.suffix == ".txt")
    assert made == [f"{n:03}.txt" for n in numbers]
    for number in numbers:
        text = Path(folder, f"{number:03}.txt").read_text(encoding="utf-8")
        assert text == CLEAN.format(number)
    assert not [p.name for p in Path(folder).glob("..*")]


# -- workers that die --------------------------------------------------------------------------

DIED = "the process that worked on it died, perhaps for want of memory; split it, or give fewer"


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [2, 3])
def test_a_worker_that_crashes_in_c_costs_one_article(strip, jobs):
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
def test_a_worker_that_crashes_costs_one_row(strip):
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
            assert row["defiller_text"] == (None if dead else CLEAN.format(row["id"]))
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
def test_workers_that_somebody_kills_cost_nothing(strip, monkeypatch, seed):
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


# -- disks -------------------------------------------------------------------------------------


@pytest.fixture
def mounted(tmp_path, monkeypatch):
    """Mounts a small file system in memory, as root may."""
    places = []

    def mount(size):
        place = tmp_path / f"disk{len(places)}"
        place.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", place],
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            pytest.skip("only root may mount a file system that fills up")
        places.append(place)
        monkeypatch.setenv("MOUNTED", str(place))
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", "-l", place], check=True)


NO_SPACE = "no space is left on the disk; make room and go on with --resume"


def test_a_disk_that_fills_up_under_articles(strip, mounted):
    disk = mounted("64k")  # 16 pages of 4 kB; an output takes one
    write_articles("in", 40)
    (disk / "ballast").write_bytes(bytes(20_000))
    out = str(disk / "clean")
    code, said = strip("in", out=out)
    assert code == 1
    done = [p.name for p in Path(out).glob("*.txt")]
    assert 0 < len(done) < 40
    assert len(said) == 40 - len(done) or "more failed" in said[-1]
    assert all(NO_SPACE in line for line in said if "more failed" not in line)
    check_articles(out, range(len(done)))
    subprocess.run(["mount", "-o", "remount,size=1m", disk], check=True)
    assert strip("in", out=out, resume=True) == (0, [])
    check_articles(out, range(40))


def test_a_disk_that_fills_up_under_records(strip, mounted):
    """Full while rows are written, and full while Parquet is made of them."""
    write_records("in", {})
    for size in ("40k", "80k", "120k", "160k", "200k"):
        disk = mounted(size)
        out = disk / "clean"
        code, said = strip("in", out=str(out), removed=disk / "gone.jsonl")
        assert code == (1 if said else 0)
        assert all("no space is left on the disk" in line for line in said), said
        for whole in out.glob("[xy].*"):
            read = pq.read_table(whole).to_pylist() if whole.suffix == ".parquet" else None
            rows = read or [json.loads(line) for line in whole.read_text().splitlines()]
            assert [row["id"] for row in rows] == list(range(130))
        subprocess.run(["mount", "-o", "remount,size=4m", disk], check=True)
        assert strip("in", out=str(out), removed=disk / "gone.jsonl", resume=True) == (0, [])
        table = pq.read_table(out / "y.parquet").to_pylist()
        lines = (out / "x.jsonl").read_text(encoding="utf-8").splitlines()
        for rows in (table, [json.loads(line) for line in lines]):
            assert [row["defiller_text"] for row in rows] == [CLEAN.format(n) for n in range(130)]
        gone = [json.loads(line) for line in (disk / "gone.jsonl").read_text().splitlines()]
        assert len({(e["input"], e["row"]) for e in gone}) == len(gone) == 260
        assert sorted(p.name for p in disk.rglob("*") if p.is_file()) == [
            "gone.jsonl",
            "x.jsonl",
            "y.parquet",
        ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_device_for_what_is_cut(strip):
    """An article is not cut where its cut paragraphs cannot be kept."""
    write_articles("in", 1)
    code, said = strip("in", out="clean", removed=Path("/dev/full"))
    assert code == 1
    (line,) = said
    assert line.startswith(
        "defiller: /dev/full: it cannot be written: no space is left on the disk"
    )
    assert line.endswith("; the run stops here; 1 input was not done")
    assert [p.name for p in Path("clean").iterdir()] == [".defiller-run"]
    assert strip("in", out="clean", removed=Path("gone.jsonl"), resume=True) == (0, [])
    check_articles("clean", [0])


def test_a_place_that_is_read_only(strip, mounted):
    disk = mounted("1m")
    write_articles("in", 3)
    before = {p: p.read_bytes() for p in Path("in").iterdir()}
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with pytest.raises(UsageError, match="cannot be written: the file system is read-only"):
        strip("in", out=str(disk / "clean"))
    with pytest.raises(UsageError, match=r"gone\.jsonl cannot be written: the file system"):
        strip("in", out="clean", removed=disk / "gone.jsonl")
    assert not list(Path("clean").iterdir())  # nothing that --resume would go on with
    code, said = strip("in/000.txt", out=str(disk / "a.txt"))
    assert code == 1
    (line,) = said
    assert f"in/000.txt: {disk}/a.txt cannot be written: the file system is read-only; " in line
    assert {p: p.read_bytes() for p in Path("in").iterdir()} == before


def test_a_place_that_becomes_read_only(strip, mounted):
    disk = mounted("1m")
    write_articles("in", 9, _4="READONLY")
    write_records("in", {})
    out = str(disk / "clean")
    code, said = strip("in", out=out)
    assert code == 1
    # The articles of a batch are scored together, before the first is written.
    assert all("the file system is read-only; choose another place" in line for line in said)
    named = [line.split(": ")[1] for line in said]
    done = [n for n in range(9) if f"in/{n:03}.txt" not in named]
    assert named == [
        *(f"in/{n:03}.txt" for n in range(9) if n not in done),
        "in/x.jsonl",
        "in/y.parquet",
    ]
    check_articles(out, done)
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    Path("in/004.txt").write_text(PADDED.format(4), encoding="utf-8")
    os.utime("in/004.txt", (0, 0))
    assert strip("in", out=out, resume=True) == (0, [])
    check_articles(out, range(9))


def test_inputs_on_a_read_only_disk_are_not_touched_in_place(strip, mounted):
    disk = mounted("1m")
    write_articles(disk / "in", 3)
    before = {p: p.read_bytes() for p in (disk / "in").iterdir()}
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    code, said = strip(str(disk / "in"), in_place=True)
    assert code == 1
    assert len(said) == 3
    assert all("the file system is read-only" in line for line in said)
    assert {p: p.read_bytes() for p in (disk / "in").iterdir()} == before


def test_a_file_that_may_not_grow(strip):
    """``ulimit -f``: the system says so in its own way."""
    write_records("in", {})
    write_articles("in2", 3, _1=PADDED.format(1) * 50)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, before[1]))
    try:
        code, said = strip("in", "in2", out="clean")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert code == 1
    assert [line.split(": ")[1] for line in said] == ["in/x.jsonl", "in/y.parquet", "in2/001.txt"]
    assert all("would grow over the limit of the system (see ulimit -f)" in line for line in said)
    check_articles("clean/in2", [0, 2])
    code, said = strip("in", "in2", out="clean", resume=True)
    assert (code, said) == (0, [])
    assert len(Path("clean/in/x.jsonl").read_text().splitlines()) == 130


# -- memory ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [150, 450, 560, 600, 640, 700, 900])
def test_little_memory(tmp_path, megabytes):
    """The shipped model under ``ulimit -v``: below some 700 MB it does not begin, above it does.

    In between some articles are too much: they are named and all others are done.
    """
    write_articles(tmp_path / "in", 12)
    words = PADDED.split()
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


def test_a_record_file_that_does_not_fit_into_memory(strip, monkeypatch):
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
