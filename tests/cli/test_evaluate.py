"""``defiller evaluate`` as it is typed: figures, reports, comparisons, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from defiller.labels.corpus import corpus_files, heldout_files
from defiller.labels.formats import read_labels
from defiller.labels.formats.jsonl import record_of

needs_report = pytest.mark.skipif(
    "not __import__('importlib.util').util.find_spec('matplotlib')",
    reason="the report takes matplotlib: pip install 'defiller[report]'",
)


@pytest.fixture
def evaluate(defiller):
    return lambda *arguments: defiller("evaluate", *map(str, arguments), "--threads", "1")


@pytest.fixture(scope="module")
def labels(tmp_path_factory):
    """Three held-out articles."""
    path = tmp_path_factory.mktemp("labels") / "mine.jsonl"
    records = (record_of(document) for document in islice(read_labels(heldout_files()[0]), 14, 17))
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


@pytest.fixture
def nothing_is_computed(monkeypatch):
    from defiller.training import evaluate_run

    def compute(*_):
        raise AssertionError("the request is wrong, and it is computed all the same")

    monkeypatch.setattr(evaluate_run, "evaluate", compute)


def test_a_model_against_itself_as_json_and_as_tables(evaluate, labels):
    done = evaluate("shipped", labels, "--against", "shipped", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    rows = found["differences"]["figures"]["all"].values()
    assert {row["difference"] for row in rows} == {0}
    assert {tuple(row["interval"]) for row in rows} == {(0, 0)}
    assert found["warnings"][0] == "Both models are the same one, so nothing differs."
    assert set(found["intervals"]) == {"all", "mine"}
    assert set(found["groups"]) == {"boilerplate", "filler"}
    assert "curves" not in found, "that is for the report"
    table = evaluate("shipped", labels, "--against", "shipped").out.decode()
    for name, figure in found["figures"]["mine"].items():
        assert name in table
        assert f"{figure:.3f}" in table
    for name in ("all filler", "Difference from defiller-en@", "now wrong"):
        assert name in table
    assert "doesn't list the documents" not in " ".join(table.split())


def test_labels_that_it_was_trained_on_are_told(evaluate):
    first = next(read_labels(corpus_files()[0])).id
    Path("ids.txt").write_text(first)
    done = evaluate("shipped", corpus_files()[0], "--ids", "ids.txt", "--json")
    found = json.loads(done.out)
    assert found["warnings"][0].startswith("The model was trained on 1 of the 1 documents")


@needs_report
def test_reports_of_every_form_at_once(evaluate, labels):
    done = evaluate(
        "shipped", labels, "--report", "r.html", "--report", "r.png", "--report", "r.json"
    )
    assert done.code == 0, done.err
    assert sorted(path.name for path in Path().iterdir()) == ["r.html", "r.json", "r.png"]
    page = Path("r.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>\n")
    assert Path("r.png").read_bytes().startswith(b"\x89PNG")
    found = json.loads(Path("r.json").read_text("utf-8"))
    ap = found["figures"]["all"]["ap"]
    assert f"{ap:.3f}" in page
    assert f"{ap:.3f}" in done.out.decode()
    assert "defiller evaluate shipped mine.jsonl --report r.html" in page
    for name in ("r.html", "r.png", "r.json"):
        assert f"the report is in {name}" in done.err


def test_a_json_report_takes_no_extra(evaluate, labels, monkeypatch):
    from defiller.cli import evaluate as command

    monkeypatch.setattr(command, "find_spec", lambda _: None)
    assert evaluate("shipped", labels, "--report", "r.json").code == 0
    assert json.loads(Path("r.json").read_text("utf-8"))["worst"]["missed"]


@pytest.mark.parametrize(("name", "package"), [("r.html", "jinja2"), ("r.png", "matplotlib")])
def test_a_missing_extra_is_named(
    evaluate, labels, monkeypatch, nothing_is_computed, name, package
):
    from defiller.cli import evaluate as command

    monkeypatch.setattr(command, "find_spec", lambda _: None)
    done = evaluate("shipped", labels, "--report", name)
    assert done.code == 2
    assert (
        f"takes the package {package}; install it with pip install 'defiller[report]'" in done.err
    )
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--report", "r.pdf"], "'.pdf'; give the file one of .html, .png, .json"),
        (["--report", "r"], "no report has the ending ''"),
        (["--report", "none/r.json"], "there is no folder none"),
        (["--report", "r.json", "--report", "r.json"], "asked for twice"),
        (["--report", f"{'n' * 300}.json"], "cannot be written"),
        (["--against", "no-model"], "there is no model folder no-model"),
        (["--ids", "no-ids"], "the ids cannot be read"),
    ],
)
def test_a_wrong_request_is_refused_before_any_work(
    evaluate, labels, nothing_is_computed, options, words
):
    done = evaluate("shipped", labels, *options)
    assert (done.code, done.out) == (2, b"")
    assert words in done.err
    assert done.err.count("\n") == 1, "one sentence"
    assert list(Path().iterdir()) == []


def test_a_report_does_not_replace_the_labels(evaluate, labels, nothing_is_computed):
    other = Path("labels.json")
    other.write_text("[]")
    done = evaluate("shipped", other, "--report", other)
    assert done.code == 2
    assert "is read for the labels" in done.err
    assert other.read_text() == "[]"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no labelled document"),
        ('{"id": "a", "paragraphs": []}\n', "there is no labelled document"),
        (
            '{"id": "a", "paragraphs": [{"text": "A.", "kind": null}]}\n',
            "none of the paragraphs has a label",
        ),
        (
            '{"id": "a", "paragraphs": [{"text": "A.", "kind": "flufff"}]}\n',
            "unknown kind 'flufff'",
        ),
    ],
)
def test_labels_that_say_nothing_are_refused(evaluate, text, words):
    Path("few.jsonl").write_text(text)
    done = evaluate("shipped", "few.jsonl", "--report", "r.json")
    assert done.code == 2
    assert words in done.err
    assert sorted(path.name for path in Path().iterdir()) == ["few.jsonl"]


@pytest.mark.parametrize(
    ("kind", "words"), [("substance", "labelled padding"), ("fluff", "labelled substance")]
)
def test_labels_of_one_class_give_what_they_can(evaluate, kind, words):
    paragraphs = [{"text": f"It cost {n} pounds in 1931.", "kind": kind} for n in range(5)]
    Path("one.jsonl").write_text(json.dumps({"id": "a", "paragraphs": paragraphs}) + "\n")
    done = evaluate("shipped", "one.jsonl", "--ablate", "--report", "r.json", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert f"None of these paragraphs is {words}" in " ".join(found["warnings"])
    assert (found["figures"]["all"]["ap"] is None) == (kind == "substance")
    assert len(found["ablation"]) > 10


@pytest.mark.slow
@needs_report
def test_the_shipped_model_on_the_held_out_writer_in_half_a_minute(tmp_path):
    """Processor time, which a busy machine does not stretch."""
    before = os.times()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "defiller", "evaluate", "shipped", str(heldout_files()[0])),
            *("--report", "r.html"),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=600,
    )
    after = os.times()
    assert done.returncode == 0, done.stderr
    used = after.children_user + after.children_system
    used -= before.children_user + before.children_system
    assert used < 30
    assert (tmp_path / "r.html").stat().st_size < 1_000_000
