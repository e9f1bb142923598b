"""The files of a report: its picture, its JSON, and the places where none can be."""

from __future__ import annotations

import io
import json

import pytest

from defiller.training.report.writing import ReportError, check_reports, write_reports

pytest.importorskip(
    "matplotlib", reason="the report takes matplotlib: pip install 'defiller[report]'"
)
pytest.importorskip("jinja2", reason="the report takes jinja2: pip install 'defiller[report]'")

from defiller.training.report.picture import report_picture


def picture(found):
    from matplotlib.image import imread

    return imread(io.BytesIO(report_picture(found)))


def test_the_picture_is_drawn(reported):
    drawn = picture(reported.two)
    assert drawn.shape[1] > 1500
    assert drawn.shape[0] > 3000
    assert (drawn[:, :, :3] < 0.9).any(axis=2).mean() > 0.02, "something is drawn"


@pytest.mark.slow
def test_the_picture_of_two_models_has_a_comparison_on_top(reported):
    one, two = picture(reported.one), picture(reported.two)
    assert one.shape[1] == two.shape[1]
    assert two.shape[0] > one.shape[0] + 200
    assert report_picture(reported.one) == report_picture(reported.one), "the same bytes again"


def test_the_json_holds_what_the_page_shows(reported, tmp_path):
    write_reports(reported.two, [tmp_path / "r.json"])
    found = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert found["figures"]["all"]["ap"] == reported.two.model.value("ap")
    assert found["against"]["model"].startswith("spoiled@")
    assert found["differences"]["figures"]["all"]["ap"]["winner"] == "model"
    assert {row["family"] for row in found["ablation"]} >= {"words", "place"}
    assert set(found["curves"]) == {"model", "against"}
    assert found["curves"]["model"]["confusion"]["substance"]["substance"] > 10
    assert [len(found["worst"][side]) for side in ("lost", "missed")] == [
        len(reported.two.lost),
        len(reported.two.missed),
    ]
    case = found["worst"]["lost"][0]
    assert case["reasons"][0]["sentence"]
    assert case["padding_of_other"] <= 1


def test_an_unknown_ending_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(ReportError, match=r"'\.pdf'; give the file one of \.html, \.png, \.json"):
        check_reports([tmp_path / "r.pdf"], [])
    check_reports([tmp_path / "r.HTML"], [])


def test_places_where_no_report_can_be_are_refused(tmp_path):
    (tmp_path / "folder.html").mkdir()
    labels = tmp_path / "labels.json"
    labels.write_text("[]")
    with pytest.raises(ReportError, match="is a folder"):
        check_reports([tmp_path / "folder.html"], [])
    with pytest.raises(ReportError, match="there is no folder"):
        check_reports([tmp_path / "none" / "r.html"], [])
    with pytest.raises(ReportError, match="is read for the labels"):
        check_reports([labels], [labels])
    with pytest.raises(ReportError, match="asked for twice"):
        check_reports([tmp_path / "r.html", tmp_path / "." / "r.html"], [])
    with pytest.raises(ReportError, match="cannot be written"):
        check_reports([tmp_path / f"{'n' * 250}.html"], [])
    assert labels.read_text() == "[]"


def test_checking_leaves_nothing_and_touches_no_report_that_is_there(tmp_path):
    old = tmp_path / "r.html"
    old.write_text("old")
    check_reports([old, tmp_path / "r.png"], [])
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]
    assert old.read_text() == "old"


def test_a_report_that_cannot_be_made_leaves_the_old_one(tmp_path, reported, monkeypatch):
    from defiller.training.report import picture

    old = tmp_path / "r.json"
    old.write_text("old")

    def breaks(_):
        raise MemoryError

    monkeypatch.setattr(picture, "report_picture", breaks)
    with pytest.raises(MemoryError):
        write_reports(reported.one, [old, tmp_path / "r.png"])
    assert old.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]
