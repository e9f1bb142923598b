"""Outputs that cannot be written or would overwrite another: one sentence, nothing half written."""

import errno
import os
import stat
import subprocess
from pathlib import Path

import pytest

from defiller import delivery, sides
from defiller.faults import UsageError

PADDED = "Facts one.\n[faq] What is it?\nFacts two.\n"
CLEAN = b"Facts one.\nFacts two.\n"


def test_two_inputs_with_one_output_name(strip, write):
    write("in/page.html", b"<article>" + b"<p>Words enough for an article here.</p>" * 20)
    write("in/page.md")
    write("x/a.txt", "The first.\n")
    write("y/a.txt", "The second.\n")
    done = strip("in", out="clean")
    assert done.code == 1
    assert "in/page.md: its output would overwrite that of in/page.html" in done.err
    done = strip("x/a.txt", "y/a.txt", out="other")
    assert done.code == 1
    assert "y/a.txt: its output would overwrite that of x/a.txt" in done.err
    assert Path("other/a.txt").read_bytes() == b"The first.\n"


def test_an_output_folder_inside_the_input_folder(strip, write, names):
    write("in/a.txt")
    first = strip("in", out="in/clean")
    assert first.code == 0
    assert names("in") == ["a.txt", "clean/a.txt"]
    again = strip("in", out="in/clean", removed=Path("in/gone.jsonl"), errors=Path("in/bad.jsonl"))
    assert again.code == 0
    assert "in/clean: the outputs go into this folder" in again.err
    third = strip("in", out="in/clean", removed=Path("in/gone.jsonl"), errors=Path("in/bad.jsonl"))
    assert third.code == 0
    assert names("in") == ["a.txt", "bad.jsonl", "clean/a.txt", "gone.jsonl"]


class FullDisk:
    """A stream that takes so many bytes, as a disk that fills up."""

    def __init__(self, stream, room):
        self.stream, self.room = stream, room

    def write(self, data):
        self.room -= len(data)
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.stream.write(data)

    def __getattr__(self, name):
        return getattr(self.stream, name)


def test_a_full_disk_under_articles(strip, write, monkeypatch, names):
    for name in ("a", "b", "c"):
        write(f"in/{name}.txt")
    write("in/b.txt", PADDED * 100)
    real = delivery.writer
    monkeypatch.setattr(delivery, "writer", lambda raw, codec: FullDisk(real(raw, codec), 1000))
    done = strip("in", out="clean")
    assert done.code == 1
    assert "clean/b.txt cannot be written: no space is left on the disk" in done.err
    # Hidden files too: what was half written is gone.
    assert names("clean") == ["a.txt", "c.txt"]
    monkeypatch.undo()
    os.chdir(Path(write("x").parent))
    assert strip("in", out="clean", resume=True).code == 0
    assert names("clean") == ["a.txt", "b.txt", "c.txt"]


def test_a_full_disk_under_records(strip, write, lines, monkeypatch, names):
    import defiller.partial

    write("in/x.jsonl", b'{"text": "Facts."}\n' * 1000)
    write("in/y.jsonl", b'{"text": "Facts."}\n')
    real = defiller.partial.writer
    monkeypatch.setattr(
        defiller.partial, "writer", lambda raw, codec: FullDisk(real(raw, codec), 50_000)
    )
    done = strip("in", out="clean")
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "clean/x.jsonl cannot be written: no space is left on the disk" in done.err
    assert names("clean") == [".x.jsonl.journal", ".x.jsonl.partial", "y.jsonl"]
    monkeypatch.undo()
    os.chdir(Path(write("x").parent))
    assert strip("in", out="clean", resume=True).code == 0
    assert names("clean") == ["x.jsonl", "y.jsonl"]
    assert len(lines(Path("clean/x.jsonl"))) == 1000


def test_a_full_disk_under_what_was_removed_stops_the_run(strip, write, monkeypatch, names):
    for name in ("a", "b", "c"):
        write(f"in/{name}.txt")
    write("in/b.txt", PADDED * 100)
    real = sides.writer
    monkeypatch.setattr(sides, "writer", lambda raw, codec: FullDisk(real(raw, codec), 1000))
    done = strip("in", out="clean", removed=Path("gone.jsonl"))
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "gone.jsonl: it cannot be written: no space is left on the disk" in done.err
    assert "2 inputs were not done" in done.err
    assert names("clean") == [".defiller-run", "a.txt"]
    monkeypatch.undo()
    os.chdir(Path(write("x").parent))
    assert strip("in", out="clean", removed=Path("gone.jsonl"), resume=True).code == 0
    assert names("clean") == ["a.txt", "b.txt", "c.txt"]
    assert Path("gone.jsonl").read_bytes().count(b"\n") == 102


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("name", ["a.txt", "x.jsonl"])
def test_standard_output_that_is_full(faked, write, name):
    write("a.txt")
    write("x.jsonl", b'{"text": "Facts."}\n')
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*faked["args"], "strip", name],
            cwd=faked["cwd"],
            env=faked["env"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"defiller: standard output: no space is left on the disk")
    assert done.stderr.count(b"\n") == 1


def test_a_place_that_cannot_be_made(strip, write):
    write("in/a.txt")
    write("in/b.txt")
    write("file")
    with pytest.raises(UsageError, match="file/below cannot be written: a part of its path"):
        strip("in", out="file/below")
    done = strip("in/a.txt", out="file/below.txt")
    assert done.code == 1
    assert "file/below.txt cannot be written: a part of its path is a file" in done.err
    with pytest.raises(UsageError, match="a part of its path is a file"):
        strip("in/a.txt", removed=Path("file/gone.jsonl"))


def test_a_device_is_written_to_and_never_replaced(strip, write):
    write("a.txt")
    write("x.jsonl", b'{"text": "[faq] Why?\\nFacts."}\n')
    null = Path("/dev/null")
    assert strip("a.txt", removed=null, out="/dev/null").code == 0
    assert strip("x.jsonl", removed=null, out="/dev/null").code == 0
    assert stat.S_ISCHR(null.stat().st_mode)


def test_a_link_as_output_is_followed(strip, write):
    write("a.txt")
    write("deep/real.txt", "old")
    Path("out.txt").symlink_to("deep/real.txt")
    assert strip("a.txt", out="out.txt").code == 0
    assert Path("out.txt").is_symlink()
    assert Path("deep/real.txt").read_bytes() == CLEAN


def test_long_names(strip, write, names):
    name = "x" * 250 + ".txt"
    write(f"in/{name}")
    assert strip("in", out="clean").code == 0
    assert names("clean") == [name]
