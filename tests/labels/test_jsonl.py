"""What a record may leave out, and what stands for it then."""

import json

import pytest

from defiller.labels.corpus import corpus_files, heldout_files
from defiller.labels.formats import read_labels
from defiller.labels.kinds import Kind

GROUPS = {
    "as given": ({"group": "g", "domain": "d", "source": "s"}, "g", False),
    "the domain": ({"domain": "d", "source": "s"}, "d", True),
    "the source": ({"source": "s", "domain": None}, "s", True),
    "the id": ({}, "a", True),
}


@pytest.mark.parametrize("name", GROUPS)
def test_what_stands_for_a_missing_group(name, tmp_path):
    fields, group, guessed = GROUPS[name]
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps({"id": "a", "paragraphs": [], **fields}), encoding="utf-8")
    (document,) = read_labels(path)
    assert (document.group, document.group_is_guess) == (group, guessed)
    assert document.source == fields.get("source", "mine")


def test_kinds_may_be_null_and_written_in_any_case(tmp_path):
    path = tmp_path / "x.jsonl"
    record = {"id": "a", "paragraphs": [{"text": "x", "kind": k} for k in (None, " FAQ", "Legal")]}
    path.write_text("\n" + json.dumps(record) + "\n\n", encoding="utf-8")
    (document,) = read_labels(path)
    assert [p.kind for p in document.paragraphs] == [None, Kind.FAQ, Kind.LEGAL]
    assert document.line == 2


def test_the_written_corpus_and_its_heldout_writer():
    trained = {d.id for path in corpus_files() for d in read_labels(path)}
    kept = {d.id for path in heldout_files() for d in read_labels(path)}
    assert (len(trained), len(kept)) == (567, 24)
    assert not trained & kept
    assert {name.split("-")[0] for name in kept} == {"written6"}
