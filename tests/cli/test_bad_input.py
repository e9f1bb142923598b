"""Inputs that are missing, locked, broken or too large: one sentence each, all others done."""

import os
from pathlib import Path

import pytest

from defiller import outputs

needs_rights = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)


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
def test_an_input_that_cannot_be_read(strip, write, names, name, data, said):
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
def test_an_unreadable_file_and_folder(strip, write, names):
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


def test_a_file_that_vanishes(strip, write, monkeypatch, names):
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


def test_links_that_lead_nowhere_and_pipes_in_folders(strip, write, names):
    write("in/a.txt")
    Path("in/broken.txt").symlink_to("nowhere.txt")
    Path("in/round").symlink_to(".")
    os.mkfifo("in/pipe.txt")
    done = strip("in", out="clean")
    assert done.code == 1
    assert done.err == "defiller: in/broken.txt: there is no such file; check its name\n"
    assert names("clean") == ["a.txt"]


def test_a_folder_without_articles(strip, write):
    write("in/a.doc")
    write("b.txt")
    done = strip("in", "b.txt", out="clean")
    assert done.code == 1
    assert "in: the folder holds no file with a known suffix" in done.err
    done = strip("in", "b.txt", out="clean", include=("*.log", "*.doc2"))
    assert "in: the folder holds no file that matches *.log or *.doc2" in done.err


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
