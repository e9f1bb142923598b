"""Mistakes and accidents: one sentence each, everything else done, nothing half written."""

import errno
import os
import stat
import subprocess
from pathlib import Path

import pytest

from defiller import delivery, outputs, sides
from defiller.faults import UsageError

PADDED = "Facts one.\n[faq] What is it?\nFacts two.\n"
CLEAN = b"Facts one.\nFacts two.\n"
needs_rights = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)


@pytest.fixture
def write(tmp_path):
    def write(name, text=PADDED):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def names(folder):
    return sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file())


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("missing.txt", None, "there is no such file; check its name"),
        ("binary.txt", b"\x00\x01\x02", "binary"),
        ("short.txt", b"\xff\xfeF\x00a", "not valid"),
        ("empty.html", b"<html><body></body></html>", ""),
        ("pdf.md", b"%PDF-1.7 \x80\x81", "PDF"),
    ],
)
def test_an_input_that_cannot_be_read(strip, write, name, data, said):
    write("good.txt")
    if data is not None:
        write(name, data)
    done = strip(name, "good.txt", out="clean")
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert done.err.startswith(f"defiller: {name}: ")
    assert said in done.err
    assert names("clean") == ["good.txt"]
    alone = strip(name)
    assert (alone.code, alone.out) == (1, b"")


@needs_rights
def test_an_unreadable_file_and_folder(strip, write):
    write("in/good.txt")
    write("in/closed.txt").chmod(0)
    write("in/shut/a.txt").parent.chmod(0)
    try:
        done = strip("in", out="clean")
    finally:
        Path("in/shut").chmod(0o755)
    assert done.code == 1
    assert "in/closed.txt: not permitted" in done.err
    assert "in/shut: not permitted" in done.err
    assert names("clean") == ["good.txt"]


def test_a_file_that_vanishes(strip, write, monkeypatch):
    write("in/a.txt")
    gone = write("in/b.txt")
    find = outputs.plan

    def plan_and_remove(*arguments, **options):
        planned = find(*arguments, **options)
        gone.unlink()
        return planned

    monkeypatch.setattr(outputs, "plan", plan_and_remove)
    done = strip("in", out="clean")
    assert done.code == 1
    assert "in/b.txt: it was gone when its turn came" in done.err
    assert names("clean") == ["a.txt"]


def test_links_that_lead_nowhere_and_pipes_in_folders(strip, write):
    write("in/a.txt")
    Path("in/broken.txt").symlink_to("nowhere.txt")
    Path("in/round").symlink_to(".")
    os.mkfifo("in/pipe.txt")
    done = strip("in", out="clean")
    assert done.code == 1
    assert done.err == "defiller: in/broken.txt: there is no such file; check its name\n"
    assert names("clean") == ["a.txt"]


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


def test_an_output_folder_inside_the_input_folder(strip, write):
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


@pytest.mark.parametrize(
    ("inputs", "options", "said"),
    [
        (["in/a.txt"], {"out": "in/a.txt"}, "would overwrite the input in/a.txt.*--in-place"),
        (["in"], {"out": "in"}, "in is the input folder itself"),
        (["in"], {"out": "./in/"}, "is the input folder itself"),
        (["in/a.txt", "in/b.txt"], {"out": "in"}, "would overwrite the input"),
        (["in/a.txt", "in/b.txt"], {}, "several inputs need a folder; name it with --out"),
        (["in"], {}, "several inputs need a folder"),
        (["in"], {"out": "in/a.txt"}, "in/a.txt is a file, but the outputs take a folder"),
        (["in"], {"out": "-"}, "several inputs need a folder"),
        (
            ["in/a.txt"],
            {"removed": Path("in/a.txt")},
            "--removed in/a.txt would overwrite an input",
        ),
        (["in/a.txt"], {"out": "x", "removed": Path("x")}, "--removed x would overwrite an output"),
        (["in/a.txt"], {"removed": Path("in")}, "in is a folder; name a file"),
        (["in/a.txt"], {"removed": Path("x"), "errors": Path("x")}, "need a file each"),
        (["in"], {"out": "c", "in_place": True}, "either --out or --in-place"),
        (["in"], {"in_place": True, "drop_documents_over": 0.5}, "--drop-documents-over"),
        (["-"], {"in_place": True}, "standard input has no place"),
        (["-"], {"out": "x", "resume": True}, "standard input cannot be resumed"),
        (["in/a.txt"], {"resume": True}, "--resume goes on with files.*--out"),
        (["in/a.txt"], {"quiet": True, "verbose": True}, "either --quiet or --verbose"),
        (["in/a.txt"], {"jobs": -1}, "--jobs takes 0"),
        (["in/a.txt"], {"timeout": 0.0}, "--timeout takes seconds above 0"),
        (["in/a.txt"], {"timeout": float("nan")}, "--timeout takes seconds above 0"),
        (["in/a.txt"], {"drop_documents_over": 1.5}, "a share from 0 to 1"),
        (["in/a.txt"], {"max_loss": 0.1, "threshold": 0.5}, "not both"),
        (["in/a.txt"], {"max_loss": 0.0001}, "0.001 at the least"),
        (["in/a.txt"], {"max_cut": 2.0}, "max_cut must be"),
        (["in/a.txt"], {"keep": ("faw",)}, "unknown kind or group 'faw'"),
        (["in/a.txt"], {"drop": ("substance",)}, "substance"),
    ],
)
def test_a_wrong_request_does_nothing(strip, write, inputs, options, said):
    write("in/a.txt")
    write("in/b.txt")
    with pytest.raises(UsageError, match=said) as caught:
        strip(*inputs, **options)
    assert "\n" not in str(caught.value)
    assert names(".") == ["in/a.txt", "in/b.txt"]


def test_annotated_articles_share_no_stream(go, write):
    write("a.txt")
    with pytest.raises(UsageError, match="a folder of their own"):
        go("annotate", "a.txt", out="-")


def test_a_form_that_is_not_there(go, write, monkeypatch):
    from defiller.model import annotate
    from defiller.outputs import Form

    monkeypatch.setattr(annotate, "TARGETS", ("text",))
    write("a.txt")
    with pytest.raises(UsageError, match="--to json is not there; choose from text"):
        go("annotate", "a.txt", to=Form.JSON)


def test_a_folder_without_articles(strip, write):
    write("in/a.doc")
    write("b.txt")
    done = strip("in", "b.txt", out="clean")
    assert done.code == 1
    assert "in: the folder holds no file with a known suffix" in done.err
    done = strip("in", "b.txt", out="clean", include=("*.log", "*.doc2"))
    assert "in: the folder holds no file that matches *.log or *.doc2" in done.err


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


def test_a_full_disk_under_articles(strip, write, monkeypatch):
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


def test_a_full_disk_under_records(strip, write, lines, monkeypatch):
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


def test_a_full_disk_under_what_was_removed_stops_the_run(strip, write, monkeypatch):
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


def test_long_names(strip, write):
    name = "x" * 250 + ".txt"
    write(f"in/{name}")
    assert strip("in", out="clean").code == 0
    assert names("clean") == [name]


def test_an_article_that_is_too_large(strip, write, monkeypatch):
    from defiller import judging

    monkeypatch.setattr(judging, "LARGEST_ARTICLE", 10)
    write("a.txt")
    done = strip("a.txt")
    assert done.code == 1
    assert "a.txt: it is over" in done.err


def test_a_line_that_is_too_long(strip, write, lines, monkeypatch):
    from defiller import jsonl_records

    monkeypatch.setattr(jsonl_records, "LONGEST_LINE", 100)
    long = b'{"text": "' + b"x" * 250 + b'"}\n'
    write("x.jsonl", b'{"text": "A."}\n' + long + b'{"text": "B."}\n' + long)
    done = strip("x.jsonl")
    assert done.code == 1
    assert [r["text"] for r in lines(done.out)] == ["A.", "B."]
    assert "x.jsonl: line 2 is over" in done.err
    assert "x.jsonl: line 4 is over" in done.err


def test_sentences_of_one_sort_are_counted_after_a_while(strip, write, lines):
    write("x.jsonl", b"broken\n" * 100)
    done = strip("x.jsonl", errors=Path("bad.jsonl"))
    assert done.err.count("\n") == 21
    assert done.err.endswith(
        "defiller: 80 more failed; --errors FILE or --verbose names them all\n"
    )
    assert len(lines(Path("bad.jsonl"))) == 100
    assert strip("x.jsonl", verbose=True).err.count("is not JSON") == 100


@pytest.mark.parametrize("module", ["pyarrow", "zstandard"])
def test_a_missing_extra_is_named_before_anything_is_done(strip, write, monkeypatch, module):
    import sys

    write("in/a.txt")
    write("in/x.parquet" if module == "pyarrow" else "in/x.txt.zst", b"")
    monkeypatch.setitem(sys.modules, module, None)
    extra = "parquet" if module == "pyarrow" else "zst"
    with pytest.raises(UsageError, match=rf"pip install 'defiller\[{extra}\]'"):
        strip("in", out="clean")
    assert not Path("clean").exists()
