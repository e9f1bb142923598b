"""What `labels check` finds, and what it leaves alone."""

import json
import re

import pytest

from defiller.labels.check import check_labels
from defiller.labels.corpus import corpus_files, heldout_files
from defiller.labels.nearness import Sketches

LONG = "Readers who descale their kettle twice a year save a tenth of the power."
COUNTING = " ".join(f"step {n} adds {n * n} grams" for n in range(60))


def document(name, *paragraphs, group="g"):
    pairs = [{"text": text, "kind": kind} for text, kind in paragraphs]
    return {"id": name, "group": group, "paragraphs": pairs}


BOTH = [("One fact.", "substance"), ("Share it.", "promotion")]
# name: the files' documents, what is found as (severity, about), parts of the sentences
CASES = {
    "nothing": ([[document("a", *BOTH)]], [], []),
    "an id twice": (
        [[document("a", *BOTH)], [document("a", *BOTH)]],
        [("error", "duplicate-id")],
        ["2.jsonl, line 1: the id 'a' is taken by", "1.jsonl, line 1"],
    ),
    "an empty file": (
        [[], [document("a", *BOTH)]],
        [("error", "unreadable")],
        ["1.jsonl: there is no document in it; name another file"],
    ),
    "an empty document": (
        [[document("a", *BOTH), document("b")]],
        [("error", "empty")],
        ["1.jsonl, line 2 (b): no paragraphs"],
    ),
    "an unknown kind": (
        [[document("a", ("x", "faw")), document("b", *BOTH)]],
        [("error", "unreadable")],
        ["1.jsonl, line 1:", "unknown kind 'faw'"],
    ),
    "a contradiction": (
        [[document("a", (LONG, "substance"), *BOTH)], [document("b", (f" {LONG} ", "fluff"))]],
        [("warning", "contradiction")],
        ["(a) paragraph 1 is substance", "(b) paragraph 1 is fluff"],
    ),
    "a short text with two labels": (
        [[document("a", ("Read on", "substance"), ("Read on", "related"))]],
        [],
        [],
    ),
    "repetition by nature": (
        [
            [
                document(
                    "a",
                    (LONG, "substance"),
                    (LONG, "recap"),
                    (LONG, "duplicate"),
                    (LONG, "navigation"),
                    (LONG, "related"),
                )
            ]
        ],
        [],
        [],
    ),
    "one text, two padding kinds": (
        [[document("a", (LONG, "faq"), (LONG, "fluff"), *BOTH)]],
        [],
        [],
    ),
    "copies in two groups": (
        [
            [document("a", (COUNTING, "substance"), *BOTH)],
            [document("b", (COUNTING, "substance"), group="h")],
        ],
        [("warning", "near-identical")],
        ["(a) and", "(b) share", "'g' and 'h'", "give them one group"],
    ),
    "copies in one group": (
        [[document("a", (COUNTING, "substance"), *BOTH), document("b", (COUNTING, "substance"))]],
        [],
        [],
    ),
    "no group": (
        [[document("a", *BOTH, group=None)]],
        [("warning", "no-group")],
        ["1 without a group", "1.jsonl, line 1 (a)"],
    ),
    "no labels": (
        [[document("a", *BOTH), document("b", ("x", None))]],
        [("warning", "no-labels")],
        ["1 without labels"],
    ),
    "substance alone": (
        [[document("a", ("x", "substance"))]],
        [("warning", "one-class")],
        ["needs both"],
    ),
    "padding alone": ([[document("a", ("x", "faq"))]], [("warning", "one-class")], ["is padding"]),
}


def written(tmp_path, files):
    paths = []
    for number, documents in enumerate(files, 1):
        path = tmp_path / f"{number}.jsonl"
        path.write_text("".join(json.dumps(d) + "\n" for d in documents), encoding="utf-8")
        paths.append(path)
    return paths


@pytest.mark.parametrize("name", CASES)
def test_what_is_found(name, tmp_path):
    files, expected, parts = CASES[name]
    report = check_labels(written(tmp_path, files))
    assert [(str(f.severity), f.about) for f in report.findings] == expected
    together = " ".join(f.sentence for f in report.findings)
    assert [part for part in parts if part not in together] == []
    assert report.failed is any(severity == "error" for severity, _ in expected)


def test_errors_come_first_and_all_of_them_are_found(tmp_path):
    records = [
        document("a", ("x", "faw"), group=None),
        document("b"),
        document("c", *BOTH, group=None),
    ]
    paths = [*written(tmp_path, [records]), tmp_path / "missing.jsonl", tmp_path / "x.docx"]
    report = check_labels(paths)
    about = [f.about for f in report.findings]
    assert about == ["unreadable", "empty", "unreadable", "unreadable", "no-group"]
    assert (report.documents, report.paragraphs, report.unlabelled) == (2, 2, 0)


def test_many_places_are_counted_and_not_listed(tmp_path):
    documents = [
        document(f"d{n}", (f"Fact {n}.", "substance"), ("Share.", "promotion"), group=None)
        for n in range(30)
    ]
    (finding,) = check_labels(written(tmp_path, [documents])).findings
    assert "30 without a group" in finding.sentence
    assert "and 25 more" in finding.sentence


def test_places_are_named_in_the_order_of_reading(tmp_path):
    other = LONG.replace("kettle", "coffee maker")
    documents = [
        document("a", (LONG, "substance"), (other, "fluff")),
        document("b", (LONG, "substance"), (other, "substance")),
        document("c", (LONG, "faq"), (other, "fluff")),
        document("d", (LONG, "substance")),
    ]
    first, second = check_labels(written(tmp_path, [documents])).findings
    assert re.findall(r"\((\w)\) paragraph (\d) is (\w+)", first.sentence) == [
        ("a", "2", "fluff"),
        ("b", "2", "substance"),
        ("c", "2", "fluff"),
    ]
    assert re.findall(r"\((\w)\) paragraph (\d) is (\w+)", second.sentence) == [
        ("a", "1", "substance"),
        ("c", "1", "faq"),
        ("d", "1", "substance"),
    ]


def test_only_some_documents_are_looked_at(tmp_path):
    documents = [document("a", *BOTH), document("b"), document("c", *BOTH, group=None)]
    report = check_labels(written(tmp_path, [documents]), {"a"})
    assert (report.findings, report.documents) == ((), 1)


def test_the_corpus_has_no_mistakes():
    report = check_labels([*corpus_files(), *heldout_files()])
    assert [f for f in report.findings if f.about != "contradiction"] == []
    assert not report.failed


def test_how_much_two_documents_share():
    words = [f"w{n}" for n in range(2000)]
    sketches = Sketches()
    sketches.add(" ".join(words))
    sketches.add(" ".join(words).upper())
    sketches.add(" ".join(words[:1500]))
    sketches.add(" ".join(reversed(words)))
    near = {(one, other): share for one, other, share in sketches.near(0.3)}
    assert near.pop((0, 1)) == 1
    assert near.pop((0, 2)) == near.pop((1, 2)) == pytest.approx(0.75, abs=0.15)
    assert near == {}


def test_short_and_empty_documents_are_near_only_to_their_like():
    sketches = Sketches()
    for text in ("", "one two three", "One  two three", "one two four", ""):
        sketches.add(text)
    assert list(sketches.near(0.5)) == [(1, 2, 1.0)]


def test_what_hundreds_share_makes_no_pairs():
    furniture = " ".join(f"cookie {n}" for n in range(40))
    sketches = Sketches()
    for number in range(300):
        sketches.add(f"{furniture} {number}")
    assert list(sketches.near(0.5)) == []
