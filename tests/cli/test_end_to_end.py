"""The real command line as a process of its own, with the shipped model, on real articles."""

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import defiller.demo
from defiller.__main__ import main
from defiller.labels.kinds import PADDING_KINDS

DEMO = Path(defiller.demo.__file__).parent
ARTICLES = sorted(DEMO.glob("*.md"))
KINDS = [str(kind) for kind in PADDING_KINDS]


@pytest.fixture
def run(tmp_path):
    def run(*arguments, stdin=b"", code=0):
        done = subprocess.run(
            [sys.executable, "-m", "defiller", *map(str, arguments)],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == code, done.stderr.decode()
        return done

    return run


@pytest.fixture
def here(tmp_path, monkeypatch, capfdbinary):
    """As `run`, in this process: starting one and loading the model takes a second."""
    monkeypatch.chdir(tmp_path)

    def here(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfdbinary.readouterr()
        assert main([str(argument) for argument in arguments]) == 0
        return capfdbinary.readouterr().out

    return here


@pytest.fixture
def articles(tmp_path):
    """A folder with the demo's articles, some of them also as text and as a page."""
    folder = tmp_path / "articles"
    (folder / "more").mkdir(parents=True)
    for path in ARTICLES:
        shutil.copy(path, folder)
        text = path.read_text(encoding="utf-8")
        lines = [re.sub(r"^#+ |[*_]", "", line) for line in text.splitlines() if line.strip()]
        (folder / "more" / f"{path.stem}.txt").write_text("\n".join(lines), encoding="utf-8")
        linked = [re.sub(r"\[([^]]*)\]\(([^)]*)\)", r'<a href="\2">\1</a>', line) for line in lines]
        body = "".join(f"<p>{line}</p>" for line in linked)
        page = f"<html><head><title>T</title></head><body><article>{body}</article></body></html>"
        (folder / "more" / f"{path.stem}-page.html").write_text(page, encoding="utf-8")
    return folder


def contents(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_the_demos_lose_their_padding_and_nothing_else(run, tmp_path):
    done = run("strip", *ARTICLES, "--out", "clean", "--removed", "gone", "--summary", "json")
    removed = [json.loads(line) for line in (tmp_path / "gone").read_bytes().splitlines()]
    assert {"faq", "related", "promotion"} <= {entry["kind"] for entry in removed}
    for path in ARTICLES:
        text = path.read_text(encoding="utf-8")
        gone = [entry for entry in removed if entry["document"] == str(path)]
        assert len(gone) >= 5
        for entry in gone:
            assert text[entry["start"] : entry["end"]] == entry["text"]
        lines = (tmp_path / "clean" / path.name).read_text(encoding="utf-8").splitlines()
        assert lines[0] == text.splitlines()[0]
        place = 0  # what stays is what stood there, in order
        for line in lines:
            place = text.index(line, place) + len(line)
    figures = json.loads(done.stdout)
    assert figures["articles"] == len(ARTICLES)
    assert 0.15 < figures["words_cut"] / figures["words"] < 0.7


def test_text_markdown_and_pages_by_file_and_by_pipe(run, here, articles):
    assert run("strip", articles / "tap.md").stdout == here("strip", articles / "tap.md")
    for name in ("tap.md", "more/tap.txt", "more/tap-page.html"):
        path = articles / name
        by_file = here("strip", path)
        assert b"Turn the handle" in by_file
        assert b"newsletter" not in by_file.lower()
        piped = here("strip", "--stdin-name", path.name, stdin=path.read_bytes())
        assert piped == by_file


def test_scores_are_the_contract(run, articles):
    done = run("score", articles / "tap.md")
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    text = (articles / "tap.md").read_text(encoding="utf-8")
    for index, verdict in enumerate(verdicts):
        assert list(verdict)[:2] == ["document", "index"]
        assert verdict["index"] == index
        assert text[verdict["start"] : verdict["end"]] == verdict["text"]
        assert list(verdict["kinds"]) == KINDS
        assert sum(verdict["kinds"].values()) == pytest.approx(verdict["padding"], abs=1e-6)
        assert 0 <= verdict["padding"] <= 1
        assert verdict["because"] in ("model", "block", "kept-kind", "guard", "language")
        assert (verdict["kind"] == "substance") == (verdict["padding"] < 0.5)
    assert any(v["strip"] for v in verdicts)
    assert not all(v["strip"] for v in verdicts)


def test_keep_and_threshold_and_cut_at_agree(here, articles):
    path = articles / "tap.md"
    verdicts = [json.loads(line) for line in here("score", path).splitlines()]
    for threshold in (0.2, 0.5, 0.8):
        scored = here("score", path, "--threshold", threshold, "--max-cut", 1)
        strips = [json.loads(line)["strip"] for line in scored.splitlines()]
        assert strips == [v["cut_at"] >= threshold for v in verdicts]
    kept = here("strip", path, "--keep", "faq,related").decode()
    assert "Why is my tap dripping?" in kept
    nothing = here("strip", path, "--keep", "boilerplate,filler")
    assert nothing == path.read_bytes()


@pytest.mark.parametrize("to", ["text", "markdown", "json"])
def test_annotate(here, articles, to):
    out = here("annotate", articles / "tap.md", "--to", to).decode()
    assert "faq" in out.lower()
    assert "Turn the handle" in out


def test_a_folder_with_two_jobs_is_the_same_as_with_one(run, articles, tmp_path):
    for jobs in (1, 2):
        run("strip", articles, "--out", f"clean{jobs}", "--jobs", jobs, "--removed", f"r{jobs}")
    one = contents(tmp_path / "clean1")
    assert one == contents(tmp_path / "clean2")
    assert len(one) == 3 * len(ARTICLES)
    assert (tmp_path / "r1").read_bytes() == (tmp_path / "r2").read_bytes()


def records(count):
    texts = [path.read_text(encoding="utf-8") for path in ARTICLES]
    return [{"id": n, "text": texts[n % len(texts)]} for n in range(count)]


def test_record_files_of_all_formats_agree(here, tmp_path):
    import pyarrow as pa

    rows = records(6)
    (tmp_path / "x.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    with (tmp_path / "x.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "text"])
        writer.writeheader()
        writer.writerows(rows)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "x.parquet")
    out = here("strip", "x.jsonl")
    from_jsonl = [json.loads(line)["defiller_text"] for line in out.splitlines()]
    from_csv = csv.DictReader(io.StringIO(here("strip", "x.csv").decode(), newline=""))
    here("strip", "x.parquet", "--out", "y.parquet")
    from_parquet = pq.read_table(tmp_path / "y.parquet")
    alone = [here("strip", "--format", "markdown", p).decode() for p in ARTICLES]
    assert from_jsonl == [alone[n % len(alone)] for n in range(6)]
    assert [row["defiller_text"] for row in from_csv] == from_jsonl
    assert from_parquet["defiller_text"].to_pylist() == from_jsonl
    version = here("--version").decode().split("model ")[1].strip()
    assert re.fullmatch(r"[\w.-]+@[0-9a-f]{12}", version)
    assert from_parquet["defiller_model"].to_pylist() == [version] * 6


def test_mistakes_in_one_run(run, articles):
    (articles / "binary.txt").write_bytes(b"\x00\x01")
    (articles / "empty.html").write_text("<html><body></body></html>", encoding="utf-8")
    (articles / "empty.txt").write_bytes(b"")
    done = run("strip", articles, "missing.txt", "--out", "clean", code=1)
    said = done.stderr.decode().splitlines()
    assert [line.split(":")[1].strip().split("/")[-1] for line in said] == [
        "missing.txt",
        "binary.txt",
        "empty.html",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "nowhere"], "nowhere"),
        (["--model", "articles"], "articles"),
    ],
)
def test_what_the_model_cannot_give_is_wrong_usage(run, articles, arguments, said):
    done = run("strip", articles / "tap.md", *arguments, code=2)
    assert done.stdout == b""
    assert said in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_a_line_of_five_megabytes_is_no_mistake(here):
    assert len(here("strip", stdin=b"Facts and figures, 12 of them. " * 170_000)) > 5_000_000


def test_the_demo(here):
    out = here("demo").decode()
    assert out.count("before, with what goes in red") == 3
    assert out.count("paragraphs cut") == 3


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_killed_and_resumed(run, tmp_path):
    rows = records(300)
    (tmp_path / "x.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    arguments = ["strip", "x.jsonl", "--out", "y.jsonl", "--removed", "gone.jsonl"]
    process = subprocess.Popen([sys.executable, "-m", "defiller", *arguments], cwd=tmp_path)
    until = time.monotonic() + 60
    partial = tmp_path / ".y.jsonl.partial"
    while not (partial.exists() and partial.stat().st_size) and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "y.jsonl").exists()
    run(*arguments, "--resume")
    resumed = (tmp_path / "y.jsonl").read_bytes()
    gone = (tmp_path / "gone.jsonl").read_bytes()
    run(*arguments)
    assert (tmp_path / "y.jsonl").read_bytes() == resumed
    assert (tmp_path / "gone.jsonl").read_bytes() == gone
    assert [json.loads(line)["id"] for line in resumed.splitlines()] == list(range(300))


@pytest.mark.slow
def test_memory_over_a_large_file(tmp_path):
    line = json.dumps(records(1)[0]) + "\n"
    with (tmp_path / "x.jsonl").open("w", encoding="utf-8") as file:
        for _ in range(20_000):
            file.write(line)
    program = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-m", "defiller", "strip", "x.jsonl", "--out", "y.jsonl"]
    done = subprocess.run(
        [sys.executable, "-c", program, *command], cwd=tmp_path, capture_output=True, check=True
    )
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < 500_000_000
