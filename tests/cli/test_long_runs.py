"""Runs that are long, shared out, interrupted, killed, and gone on with."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from defiller.compression import reader
from defiller.delivery import Delivery
from defiller.faults import UsageError

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


def article(number):
    return f"Facts of {number}.\n[faq] What is {number}?\n" + f"More on {number}.\n" * 20


def stripped(number):
    return f"Facts of {number}.\n" + f"More on {number}.\n" * 20


def write_articles(folder, count):
    Path(folder).mkdir(parents=True)
    for number in range(count):
        (Path(folder) / f"{number:04}.txt").write_text(article(number), encoding="utf-8")


def write_records(path, count):
    lines = (json.dumps({"id": n, "text": article(n)}) for n in range(count))
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


def interrupted(self):
    raise KeyboardInterrupt


def names(folder):
    return sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file())


@pytest.mark.parametrize("jobs", [1, 2])
def test_order_is_kept_over_files_and_records(go, lines, jobs):
    write_articles("in", 90)
    write_records("in/x.jsonl", 300)
    done = go("score", "in", out="-", jobs=jobs)
    assert done.code == 0
    documents = list(dict.fromkeys(v["document"] for v in lines(done.out)))
    assert documents == [f"in/{n:04}.txt" for n in range(90)] + [str(n) for n in range(300)]


def test_a_worker_that_dies_costs_one_article(strip):
    write_articles("in", 40)
    Path("in/0017.txt").write_text("DIE", encoding="utf-8")
    Path("in/0023.txt").write_text("CRASH", encoding="utf-8")
    Path("in/0031.txt").write_text("MEMORY", encoding="utf-8")
    done = strip("in", out="clean", jobs=2)
    assert done.code == 1
    died, crashed, starved = done.err.splitlines()
    assert died.startswith("defiller: in/0017.txt: the process that worked on it died")
    assert crashed.startswith("defiller: in/0023.txt: an error inside defiller (KeyError: 'crash')")
    assert starved.startswith("defiller: in/0031.txt: there was not enough memory for it")
    assert len(names("clean")) == 37


@POSIX
def test_an_article_that_takes_too_long_is_given_up(strip):
    write_articles("in", 6)
    Path("in/0002.txt").write_text("SLEEP", encoding="utf-8")
    begun = time.monotonic()
    done = strip("in", out="clean", timeout=1.0)
    assert time.monotonic() - begun < 30
    assert done.code == 1
    assert done.err == (
        "defiller: in/0002.txt: it took over 1 seconds and was left; --timeout sets the limit\n"
    )
    assert len(names("clean")) == 5


@pytest.mark.slow
def test_a_worker_that_cannot_be_interrupted_is_killed(strip, monkeypatch):
    from defiller import crew

    write_articles("in", 6)
    Path("in/0002.txt").write_text("HANG", encoding="utf-8")
    monkeypatch.setattr(crew, "_patience", lambda _: 12.0)
    done = strip("in", out="clean", timeout=1.0)
    assert done.code == 1
    assert "in/0002.txt: it took over 1 seconds" in done.err
    assert len(names("clean")) == 5


def test_resuming_does_only_what_is_left(strip, lines):
    write_articles("in", 5)
    Path("in/bad.txt").write_bytes(b"\x00")
    removed, errors = Path("gone.jsonl"), Path("bad.jsonl")
    assert strip("in", out="clean", removed=removed, errors=errors).code == 1
    before = {p: Path("clean", p).stat().st_mtime_ns for p in names("clean")}
    kept = removed.read_bytes()

    Path("clean/0003.txt").unlink()
    Path("in/0001.txt").write_text(article(99), encoding="utf-8")  # younger than its output
    os.utime("in/0001.txt", ns=(2**61, 2**61))
    Path("in/new.txt").write_text(article(7), encoding="utf-8")
    Path("in/bad.txt").write_text(article(8), encoding="utf-8")
    done = strip("in", out="clean", removed=removed, errors=errors, resume=True, summary="json")
    assert done.code == 0
    assert lines(done.out)[0]["articles"] == 4
    assert lines(done.out)[0]["done_before"] == 3
    for name in ("0000.txt", "0002.txt", "0004.txt"):
        assert Path("clean", name).stat().st_mtime_ns == before[name]
    assert Path("clean/0001.txt").read_text(encoding="utf-8") == stripped(99)
    got = [e["document"] for e in lines(removed)]
    assert sorted(got) == [f"in/{n}.txt" for n in ("0000", "0001", "0002", "0003", "0004")] + [
        "in/bad.txt",
        "in/new.txt",
    ]
    assert len(kept.splitlines()) == 5
    assert errors.read_bytes() == b""


def test_outputs_of_an_older_run_are_none_of_the_one_that_is_resumed(strip, monkeypatch):
    write_articles("in", 4)
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
        assert Path(f"clean/{number:04}.txt").read_text(encoding="utf-8") == article(number)
    assert len(names("clean")) == 4


def test_resuming_in_place(strip):
    write_articles("in", 4)
    strip("in/0001.txt", "in/0002.txt", in_place=True)
    # As if a run had been killed between keeping the original and replacing it.
    Path("in/0003.txt.orig").hardlink_to("in/0003.txt")
    done = strip("in", in_place=True, resume=True, summary="json")
    assert done.code == 0
    assert json.loads(done.out)["done_before"] == 2
    for number in range(4):
        assert Path(f"in/{number:04}.txt").read_text(encoding="utf-8") == stripped(number)
        assert Path(f"in/{number:04}.txt.orig").read_text(encoding="utf-8") == article(number)


def test_a_partial_file_is_not_gone_on_with_under_other_options(strip, monkeypatch):
    from defiller.outlets import FileOutlet

    write_records("x.jsonl", 200)
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


def test_resuming_after_the_last_batch_of_a_partial_file(strip, monkeypatch, lines):
    from defiller.outlets import FileOutlet

    write_records("x.jsonl", 200)
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


def test_another_input_of_the_same_name_is_not_gone_on_with(strip, monkeypatch):
    from defiller.outlets import FileOutlet

    write_records("x.jsonl", 200)
    with monkeypatch.context() as patched:
        patched.setattr(FileOutlet, "end", interrupted)
        with pytest.raises(KeyboardInterrupt):
            strip("x.jsonl", out="y.jsonl")
    write_records("x.jsonl", 150)
    done = strip("x.jsonl", out="y.jsonl", resume=True)
    assert done.code == 1
    assert "x.jsonl: it changed" in done.err


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


def check_run(folder, count, lines):
    """Every output once and whole, what was removed as well, and the inputs as they were."""
    clean = folder / "clean"
    assert names(clean) == [*(f"{n:04}.txt" for n in range(count)), "x.jsonl.gz", "y.parquet"]
    for number in range(count):
        assert (clean / f"{number:04}.txt").read_text(encoding="utf-8") == stripped(number)
    with (clean / "x.jsonl.gz").open("rb") as raw:
        from defiller.compression import Codec

        rows = lines(reader(raw, Codec.GZ).read())
    assert [r["id"] for r in rows] == list(range(10 * count))
    assert all(r["defiller_text"] == stripped(r["id"]) for r in rows)
    table = pq.read_table(clean / "y.parquet")
    assert table["id"].to_pylist() == list(range(4 * count))
    assert table["defiller_text"].to_pylist() == [stripped(n) for n in range(4 * count)]
    gone = [(e["document"], e["input"]) for e in lines(folder / "gone.jsonl")]
    assert sorted(gone) == sorted(
        [(f"in/{n:04}.txt",) * 2 for n in range(count)]
        + [(str(n), "in/x.jsonl.gz") for n in range(10 * count)]
        + [(str(n), "in/y.parquet") for n in range(4 * count)]
    )
    assert not list(folder.glob(".gone*"))


def write_inputs(folder, count):
    import gzip

    write_articles(folder / "in", count)
    write_records(folder / "x.jsonl", 10 * count)
    (folder / "in/x.jsonl.gz").write_bytes(gzip.compress((folder / "x.jsonl").read_bytes()))
    table = pa.table({"id": range(4 * count), "text": [article(n) for n in range(4 * count)]})
    pq.write_table(table, folder / "in/y.parquet")


@POSIX
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_killed_at_any_moment_and_resumed_every_output_is_there_once_and_whole(
    begin, tmp_path, lines, seed
):
    chance = random.Random(seed)
    count = 30
    write_inputs(tmp_path, count)
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
    check_run(tmp_path, count, lines)


@POSIX
@pytest.mark.parametrize("jobs", [1, 2])
def test_interrupted_it_says_one_sentence_and_leaves_nothing_half(begin, tmp_path, lines, jobs):
    count = 30
    write_inputs(tmp_path, count)
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
            assert text == stripped(int(name[:4]))
    assert lines(tmp_path / "gone.jsonl")
    process = begin(*arguments, "--resume")
    assert process.wait(60) == 0
    check_run(tmp_path, count, lines)


@POSIX
def test_interrupted_at_any_moment_it_ends_with_130(begin, tmp_path):
    write_inputs(tmp_path, 30)
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


@pytest.mark.slow
def test_memory_stays_bounded_over_a_large_file(faked, tmp_path):
    import resource

    text = json.dumps({"id": 1, "text": "Facts. " * 1000 + "\n[faq] Why?"}) + "\n"
    with (tmp_path / "x.jsonl").open("w", encoding="utf-8") as big:
        for _ in range(60_000):
            big.write(text)
    size = (tmp_path / "x.jsonl").stat().st_size
    assert size > 400_000_000
    program = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    peak = subprocess.run(
        [sys.executable, "-c", program, *faked["args"], "strip", "x.jsonl", "--out", "y.jsonl"],
        cwd=tmp_path,
        env=faked["env"],
        capture_output=True,
        check=True,
    ).stdout
    unit = 1 if sys.platform == "darwin" else 1024
    assert resource.RUSAGE_CHILDREN is not None
    assert int(peak) * unit < 250_000_000
