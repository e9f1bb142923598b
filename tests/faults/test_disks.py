"""Disks that are full or read-only: what was done stays done, the rest is named."""

import json
import os
import resource
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from defiller.faults import UsageError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and limits of POSIX")


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


def test_a_disk_that_fills_up_under_articles(strip, mounted, write_articles, check_articles):
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


def test_a_disk_that_fills_up_under_records(strip, mounted, write_records, many):
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
            assert [row["defiller_text"] for row in rows] == [many.stripped(n) for n in range(130)]
        gone = [json.loads(line) for line in (disk / "gone.jsonl").read_text().splitlines()]
        assert len({(e["input"], e["row"]) for e in gone}) == len(gone) == 260
        assert sorted(p.name for p in disk.rglob("*") if p.is_file()) == [
            "gone.jsonl",
            "x.jsonl",
            "y.parquet",
        ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_device_for_what_is_cut(strip, write_articles, check_articles):
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


def test_a_place_that_is_read_only(strip, mounted, write_articles):
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


def test_a_place_that_becomes_read_only(
    strip, mounted, write_articles, write_records, check_articles, many
):
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
    Path("in/004.txt").write_text(many.article(4), encoding="utf-8")
    os.utime("in/004.txt", (0, 0))
    assert strip("in", out=out, resume=True) == (0, [])
    check_articles(out, range(9))


def test_inputs_on_a_read_only_disk_are_not_touched_in_place(strip, mounted, write_articles):
    disk = mounted("1m")
    write_articles(disk / "in", 3)
    before = {p: p.read_bytes() for p in (disk / "in").iterdir()}
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    code, said = strip(str(disk / "in"), in_place=True)
    assert code == 1
    assert len(said) == 3
    assert all("the file system is read-only" in line for line in said)
    assert {p: p.read_bytes() for p in (disk / "in").iterdir()} == before


def test_a_file_that_may_not_grow(strip, write_articles, write_records, check_articles, many):
    """``ulimit -f``: the system says so in its own way."""
    write_records("in", {})
    write_articles("in2", 3, _1=many.article(1) * 50)
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
