"""Corrections of labels: read, checked, applied, and written again."""

import json

import pytest

from defiller.labels.kinds import Kind
from defiller.labels.labelled import LabelError, LabelledDocument, LabelledParagraph
from defiller.labels.overlay import Correction, Overlay, read_overlay, write_corrections


def document(identity="a", kinds=(Kind.SUBSTANCE, Kind.FAQ, None)):
    paragraphs = tuple(LabelledParagraph(f"Line {i}.", kind) for i, kind in enumerate(kinds))
    return LabelledDocument(identity, "s", None, None, "g", paragraphs)


def correction(index, old, new, identity="a"):
    return Correction(identity, index, old, new, "seen by eye")


ALL = [
    correction(0, Kind.SUBSTANCE, Kind.RECAP),
    correction(1, Kind.FAQ, None),
    correction(2, None, Kind.LEGAL),
]


def test_what_is_written_is_read_and_applied(tmp_path):
    path = tmp_path / "c.jsonl.gz"
    assert write_corrections(path, ALL, ["Line 0.", "Line 1.", "Line 2."]) == 3
    overlay = read_overlay(path)
    assert len(overlay) == 3
    before = document()
    after = overlay.correct(before)
    assert [p.kind for p in after.paragraphs] == [Kind.RECAP, None, Kind.LEGAL]
    assert [p.text for p in after.paragraphs] == [p.text for p in before.paragraphs]
    assert [p.kind for p in before.paragraphs] == [Kind.SUBSTANCE, Kind.FAQ, None]
    overlay.require_all_met()


def test_documents_without_corrections_stay_themselves():
    other = document("b")
    assert Overlay(ALL).correct(other) is other


def test_a_line_has_the_five_fields_of_the_design_and_text_where_asked(tmp_path):
    plain, texted = tmp_path / "p.jsonl", tmp_path / "t.jsonl"
    write_corrections(plain, ALL[:1])
    write_corrections(texted, ALL[:1], ["Line 0."])
    record = {"id": "a", "index": 0, "old": "substance", "new": "recap", "reason": "seen by eye"}
    assert json.loads(plain.read_text()) == record
    assert json.loads(texted.read_text()) == {**record, "text": "Line 0."}


def test_several_files_are_one_overlay(tmp_path):
    for place, one in enumerate(ALL):
        write_corrections(tmp_path / f"{place}.jsonl", [one])
    overlay = read_overlay(*sorted(tmp_path.iterdir()))
    assert [p.kind for p in overlay.correct(document()).paragraphs][1:] == [None, Kind.LEGAL]
    with pytest.raises(LabelError, match=r"0\.jsonl, line 1: paragraph 0 of 'a' .* twice"):
        read_overlay(tmp_path / "0.jsonl", tmp_path / "0.jsonl")


GOOD = {"id": "a", "index": 0, "old": "substance", "new": "faq", "reason": "r"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{oops", "broken JSON"),
        ("[" * 100_000, "broken JSON"),
        ("[]", "must be a JSON object"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "reason"}), "no 'reason'"),
        (json.dumps(GOOD | {"id": ""}), "'id' must be"),
        (json.dumps(GOOD | {"index": -1}), "'index' must be"),
        (json.dumps(GOOD | {"index": True}), "'index' must be"),
        (json.dumps(GOOD | {"index": 1.0}), "'index' must be"),
        (json.dumps(GOOD | {"old": "fqa"}), "'old' is an unknown kind 'fqa'"),
        (json.dumps(GOOD | {"new": 3}), "'new' must be a kind's name or null"),
        (json.dumps(GOOD | {"new": "substance"}), "both 'substance'"),
        (json.dumps(GOOD | {"reason": " "}), "'reason' must be"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, words):
    path = tmp_path / "c.jsonl"
    path.write_text("\n" + line + "\n", encoding="utf-8")
    with pytest.raises(LabelError) as caught:
        read_overlay(path)
    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (correction(3, None, Kind.FAQ), "has 3 paragraphs and so none of index 3"),
        (correction(0, Kind.FAQ, Kind.LEGAL), "is 'substance' and not 'faq'"),
        (correction(2, Kind.FAQ, Kind.LEGAL), "is without a label and not 'faq'"),
    ],
)
def test_corrections_of_other_labels_are_refused(wrong, words):
    with pytest.raises(LabelError, match=words):
        Overlay([wrong]).correct(document())


def test_a_document_that_is_nowhere_is_named(tmp_path):
    write_corrections(tmp_path / "c.jsonl", [correction(0, None, Kind.FAQ, "gone")])
    overlay = read_overlay(tmp_path / "c.jsonl")
    overlay.correct(document())
    with pytest.raises(LabelError, match=r"line 1: document 'gone' stands in none"):
        overlay.require_all_met()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LabelError, match="there is no such file"):
        read_overlay(tmp_path / "no.jsonl")
