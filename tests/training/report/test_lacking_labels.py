"""Reports on labels and models that lack something: what there is, they show."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from defiller.labels.labelled import LabelError
from defiller.training.dataset import load_dataset
from defiller.training.evaluate import evaluate
from defiller.training.figures import RESAMPLES
from defiller.training.report import curves
from defiller.training.report.findings import find

pytest.importorskip(
    "matplotlib", reason="the report takes matplotlib: pip install 'defiller[report]'"
)
pytest.importorskip("jinja2", reason="the report takes jinja2: pip install 'defiller[report]'")

from defiller.training.report.page import report_page
from defiller.training.report.picture import report_picture


def labels_of(tmp_path, kinds, name="few"):
    record = {
        "id": name,
        "paragraphs": [
            {"text": f"Paragraph {i} tells of 19{i:02} and of Ada Holm.", "kind": kind}
            for i, kind in enumerate(kinds)
        ],
    }
    path = tmp_path / f"{name}.jsonl"
    path.write_text(json.dumps(record) + "\n", "utf-8")
    return load_dataset([path])


@pytest.mark.parametrize(
    ("kinds", "lacks"),
    [(["substance"] * 4, "labelled padding"), (["fluff", "faq", "faq"], "labelled substance")],
)
def test_labels_of_one_class_give_what_they_can(tmp_path, shipped, measure, parse, kinds, lacks):
    dataset = labels_of(tmp_path, kinds)
    found = find(measure(shipped, dataset), None, dataset)
    text = parse(report_page(found)).text
    assert f"None of these paragraphs is {lacks}" in text
    assert "nan" not in re.findall(r"\w+", text)
    json.dumps(found.to_json(), allow_nan=False)


def test_labels_without_a_label_are_refused(tmp_path, shipped):
    dataset = labels_of(tmp_path, [None, None])
    with pytest.raises(LabelError, match="none of the paragraphs has a label"):
        evaluate(shipped, dataset)


def test_a_model_that_cannot_hold_the_default_loss_strips_nothing(tmp_path, shipped, measure):
    poor = replace(shipped, curve=replace(shipped.curve, loss=shipped.curve.loss * 0 + 0.3))
    dataset = labels_of(tmp_path, ["substance", "faq", "fluff", "substance"])
    found = measure(poor, dataset)
    assert found.evaluation.threshold is None
    assert not found.evaluation.judged.strip.any()
    assert found.value("gain") == 0
    points = curves.operating_points(poor.curve, found.evaluation)
    assert {row["threshold"] for row in points} == {None}


@pytest.mark.slow
def test_the_page_of_such_a_model_says_so(tmp_path, shipped, measure, parse):
    poor = replace(shipped, curve=replace(shipped.curve, loss=shipped.curve.loss * 0 + 0.3))
    dataset = labels_of(tmp_path, ["substance", "faq", "fluff", "substance"])
    found = find(measure(poor, dataset), None, dataset)
    text = parse(report_page(found)).text
    assert "strips nothing" in text
    assert "not supported" in text
    assert report_picture(found).startswith(b"\x89PNG")


def test_a_source_called_all_is_not_taken_for_all_of_them(tmp_path, shipped):
    labels_of(tmp_path, ["substance", "faq"], "all")
    labels_of(tmp_path, ["substance", "substance", "fluff"], "other")
    dataset = load_dataset([tmp_path / "all.jsonl", tmp_path / "other.jsonl"])
    found = evaluate(shipped, dataset).to_json(RESAMPLES // 100)
    assert {name: s["paragraphs"] for name, s in found["sizes"].items()} == {
        "all": 5,
        "all (file)": 2,
        "other": 3,
    }
