"""Runs that are gone on with: only what is left is done, and only as it was begun."""

import json
import os
from pathlib import Path

import pytest

from defiller.delivery import Delivery
from defiller.faults import UsageError


def interrupted(self):
    raise KeyboardInterrupt


def test_resuming_does_only_what_is_left(strip, lines, many, names):
    many.write_articles("in", 5)
    Path("in/bad.txt").write_bytes(b"\x00")
    removed, errors = Path("gone.jsonl"), Path("bad.jsonl")
    assert strip("in", out="clean", removed=removed, errors=errors).code == 1
    before = {p: Path("clean", p).stat().st_mtime_ns for p in names("clean")}
    kept = removed.read_bytes()

    Path("clean/0003.txt").unlink()
    Path("in/0001.txt").write_text(many.article(99), encoding="utf-8")  # younger than its output
    os.utime("in/0001.txt", ns=(2**61, 2**61))
    Path("in/new.txt").write_text(many.article(7), encoding="utf-8")
    Path("in/bad.txt").write_text(many.article(8), encoding="utf-8")
    done = strip("in", out="clean", removed=removed, errors=errors, resume=True, summary="json")
    assert done.code == 0
    assert lines(done.out)[0]["articles"] == 4
    assert lines(done.out)[0]["done_before"] == 3
    for name in ("0000.txt", "0002.txt", "0004.txt"):
        assert Path("clean", name).stat().st_mtime_ns == before[name]
    assert Path("clean/0001.txt").read_text(encoding="utf-8") == many.stripped(99)
    got = [e["document"] for e in lines(removed)]
    assert sorted(got) == [f"in/{n}.txt" for n in ("0000", "0001", "0002", "0003", "0004")] + [
        "in/bad.txt",
        "in/new.txt",
    ]
    assert len(kept.splitlines()) == 5
    assert errors.read_bytes() == b""


def test_outputs_of_an_older_run_are_none_of_the_one_that_is_resumed(
    strip, monkeypatch, many, names
):
    many.write_articles("in", 4)
    assert strip("in", out="clean").code == 0
    calls = []

    def interrupted_later(self, source, outcome):
        calls.append(source)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return article_of(self, source, outcome)

    article_of = Delivery._article
    with monkeypatch.context() as patched:
        patched.setattr(Delivery, "_article", interrupted_later)
        with pytest.raises(KeyboardInterrupt):
            strip("in", out="clean", keep=("faq",))
    with pytest.raises(UsageError, match="had other options or another model; give the same"):
        strip("in", out="clean", resume=True)
    done = strip("in", out="clean", keep=("faq",), resume=True, summary="json")
    assert done.code == 0
    assert json.loads(done.out)["done_before"] == 2
    for number in range(4):
        assert Path(f"clean/{number:04}.txt").read_text(encoding="utf-8") == many.article(number)
    assert len(names("clean")) == 4


def test_resuming_in_place(strip, many):
    many.write_articles("in", 4)
    strip("in/0001.txt", "in/0002.txt", in_place=True)
    # As if a run had been killed between keeping the original and replacing it.
    Path("in/0003.txt.orig").hardlink_to("in/0003.txt")
    done = strip("in", in_place=True, resume=True, summary="json")
    assert done.code == 0
    assert json.loads(done.out)["done_before"] == 2
    for number in range(4):
        assert Path(f"in/{number:04}.txt").read_text(encoding="utf-8") == many.stripped(number)
        assert Path(f"in/{number:04}.txt.orig").read_text(encoding="utf-8") == many.article(number)


def test_a_partial_file_is_not_gone_on_with_under_other_options(strip, monkeypatch, many, names):
    from defiller.outlets import FileOutlet

    many.write_records("x.jsonl", 200)
    with monkeypatch.context() as patched:
        patched.setattr(FileOutlet, "end", interrupted)
        with pytest.raises(KeyboardInterrupt, match="the same with --resume goes on from here"):
            strip("x.jsonl", out="y.jsonl")
    assert names(".") == [".y.jsonl.journal", ".y.jsonl.partial", "x.jsonl"]
    done = strip("x.jsonl", out="y.jsonl", keep=("faq",), resume=True)
    assert done.code == 1
    assert "other options or another model were given" in done.err
    assert "remove .y.jsonl.partial" in done.err
    assert strip("x.jsonl", out="y.jsonl", resume=True).code == 0
    # Without --resume a run starts anew, whatever lies there.
    assert strip("x.jsonl", out="y.jsonl", keep=("faq",)).code == 0
    assert names(".") == ["x.jsonl", "y.jsonl"]


def test_resuming_after_the_last_batch_of_a_partial_file(strip, monkeypatch, lines, many):
    from defiller.outlets import FileOutlet

    many.write_records("x.jsonl", 200)
    with monkeypatch.context() as patched:
        patched.setattr(FileOutlet, "end", interrupted)
        with pytest.raises(KeyboardInterrupt):
            strip("x.jsonl", out="y.jsonl", removed=Path("gone.jsonl"))
    # A torn line, and rows behind the last that the journal knows.
    with Path(".y.jsonl.partial").open("ab") as partial:
        partial.write(b'{"half')
    with Path(".y.jsonl.journal").open("ab") as journal:
        journal.write(b'{"rows": 2')
    done = strip("x.jsonl", out="y.jsonl", removed=Path("gone.jsonl"), resume=True, summary="json")
    assert done.code == 0
    assert [r["id"] for r in lines(Path("y.jsonl"))] == list(range(200))
    assert [e["row"] for e in lines(Path("gone.jsonl"))] == list(range(1, 201))
    assert json.loads(done.out)["done_before"] == 200


def test_another_input_of_the_same_name_is_not_gone_on_with(strip, monkeypatch, many):
    from defiller.outlets import FileOutlet

    many.write_records("x.jsonl", 200)
    with monkeypatch.context() as patched:
        patched.setattr(FileOutlet, "end", interrupted)
        with pytest.raises(KeyboardInterrupt):
            strip("x.jsonl", out="y.jsonl")
    many.write_records("x.jsonl", 150)
    done = strip("x.jsonl", out="y.jsonl", resume=True)
    assert done.code == 1
    assert "x.jsonl: it changed" in done.err
