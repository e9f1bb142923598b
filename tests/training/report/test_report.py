"""The report: its numbers are scikit-learn's, its page and its picture show them, nothing else."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from sklearn import metrics

from defiller.labels.kinds import KINDS
from defiller.labels.labelled import LabelError
from defiller.training.dataset import load_dataset
from defiller.training.evaluate import evaluate
from defiller.training.figures import RESAMPLES
from defiller.training.report import curves
from defiller.training.report.cases import MOST_A_DOCUMENT, varied, worst_rows
from defiller.training.report.findings import find
from defiller.training.report.wording import percent, signed
from defiller.training.report.writing import ReportError, check_reports, write_reports

matplotlib = pytest.importorskip(
    "matplotlib", reason="the report takes matplotlib: pip install 'defiller[report]'"
)
pytest.importorskip("jinja2", reason="the report takes jinja2: pip install 'defiller[report]'")

from defiller.training.report.page import report_page  # noqa: E402
from defiller.training.report.picture import report_picture  # noqa: E402


class Page(HTMLParser):
    """Elements, ids and text of a page, as a parser sees them."""

    VOID = ("meta", "input", "br", "img", "use", "path", "rect")

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag, "an element is closed that is not open"

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data

    def values(self, name):
        return [attrs[name] for _, attrs in self.tags if name in attrs]


@pytest.fixture(scope="module")
def pages(reported):
    return report_page(reported.one), report_page(reported.two)


@pytest.fixture(scope="module")
def page(pages):
    return Page(pages[0])


# -- numbers -----------------------------------------------------------------------------------


def test_the_curve_is_scikit_learns(reported):
    judged = reported.one.model.evaluation.judged
    found = curves.precision_recall(judged)
    precision, recall, _ = metrics.precision_recall_curve(judged.is_padding, judged.padding)
    whole = set(zip(recall.tolist(), precision.tolist(), strict=True))
    assert set(zip(found.recall.tolist(), found.precision.tolist(), strict=True)) <= whole
    assert (np.diff(found.recall) >= 0).all()
    assert (found.recall[0], found.recall[-1]) == (0, 1)
    assert found.thresholds[0] == 1
    for at in (len(found.recall) // 3, len(found.recall) // 2):
        said = judged.padding >= found.thresholds[at]
        assert found.recall[at] == metrics.recall_score(judged.is_padding, said)


def test_calibration_counts_every_paragraph_once(reported):
    judged = reported.one.model.evaluation.judged
    found = curves.calibration(judged)
    assert found.count.sum() == len(judged.kind)
    # Weighted by the counts, the bins give the whole back.
    assert np.average(found.said, weights=found.count) == pytest.approx(judged.padding.mean())
    assert np.average(found.true, weights=found.count) == pytest.approx(judged.is_padding.mean())
    error = np.average(np.abs(found.said - found.true), weights=found.count)
    assert error == pytest.approx(reported.one.model.value("ece"), abs=2e-3)


def test_confusion_is_of_the_kinds_that_are_said(reported):
    judged = reported.one.model.evaluation.judged
    table = curves.confusion(judged)
    assert table.sum() == len(judged.kind)
    for label, kind in enumerate(KINDS):
        for said, other in enumerate(KINDS):
            count = int(((judged.kind == label) & (judged.said == said)).sum())
            assert table[label, said] == count, (kind, other)
    assert ((judged.said == 0) == (judged.padding < 0.5)).all()


def test_the_chosen_point_stands_on_the_loss_curve(reported):
    evaluation = reported.one.model.evaluation
    here = evaluation.curve
    at = int(np.searchsorted(here.thresholds, evaluation.threshold))
    assert here.thresholds[at] == evaluation.threshold
    # Nothing was held back by the guard or a language, so both count the same words.
    assert evaluation.left_whole == {}
    assert here.pooled_loss[at] == pytest.approx(reported.one.model.value("loss"))
    assert here.gain[at] == pytest.approx(reported.one.model.value("gain"))
    points = {
        row["max_loss"]: row
        for row in curves.operating_points(reported.one.model.bundle.curve, evaluation)
    }
    assert points[0.01]["threshold"] == evaluation.threshold
    assert points[0.01]["loss"] == pytest.approx(reported.one.model.value("loss"))
    losses = [row["loss"] for row in points.values() if row["threshold"] is not None]
    assert losses == sorted(losses)


def test_the_worst_come_first_and_few_of_one_document(reported):
    evaluation, dataset = reported.one.model.evaluation, reported.dataset
    judged = evaluation.judged
    lost, missed = worst_rows(evaluation, dataset)
    assert (judged.kind[lost] == 0).all()
    assert (judged.padding[lost] >= 0.5).all()
    assert (judged.kind[missed] > 0).all()
    assert (judged.padding[missed] < 0.5).all()
    assert (np.diff(judged.padding[lost]) <= 0).all()
    assert (np.diff(judged.padding[missed]) >= 0).all()
    for rows in (lost, missed):
        assert np.bincount(judged.document[rows]).max() <= MOST_A_DOCUMENT
    # The two worst of all, whatever their document.
    assert judged.padding[lost[0]] == judged.padding[judged.kind == 0].max()
    assert judged.padding[missed[0]] == judged.padding[judged.kind > 0].min()
    twice = np.concatenate([lost, lost])
    assert varied(twice, evaluation, dataset).tolist() == lost.tolist()


def test_cases_have_their_text_their_neighbours_and_their_reasons(reported):
    by_id = {d.id: d for d in reported.dataset.labelled}
    cases = [*reported.one.lost, *reported.one.missed]
    assert len(cases) > 6
    for case in cases:
        if case.document not in by_id:
            continue  # the hostile one, whose id is shown without what no page can hold
        paragraphs = by_id[case.document].paragraphs
        place = case.paragraph - 1
        assert paragraphs[place].text.split() == case.text.split()
        assert paragraphs[place].kind == case.label
        assert [n.label for n in case.before] == [
            p.kind for p in paragraphs[max(0, place - 2) : place]
        ]
        assert [n.label for n in case.after] == [p.kind for p in paragraphs[place + 1 : place + 3]]
        assert case.reasons
        assert len(case.shown.reasons) == len(case.reasons)
        # The case is scored as it was judged.
        assert (case.padding >= 0.5) == (case.label == "substance")
    paddings = [case.padding for case in reported.one.lost]
    rows, _ = worst_rows(reported.one.model.evaluation, reported.dataset)
    assert paddings == pytest.approx(reported.one.model.evaluation.judged.padding[rows].tolist())


def test_reasons_are_those_that_explain_gives(reported):
    from defiller.model.scorer import Scorer

    ids = [d.id for d in reported.dataset.labelled]
    case = next(case for case in reported.one.missed if case.document in ids)
    number = ids.index(case.document)
    document = reported.dataset.documents[number]
    scorer = Scorer(reported.one.model.bundle)
    verdict = scorer.explain(document.text, case.paragraph - 1, "text")[0]
    assert [r.family for r in verdict.reasons] == [r.family for r in case.reasons]
    assert verdict.reasons[0].contribution == pytest.approx(case.reasons[0].contribution)


def test_percent_never_makes_nearly_all_of_it_all():
    assert [percent(x) for x in (0, 0.00049, 0.0125, 0.5, 0.994, 0.9996, 1)] == [
        *("0%", "0.049%", "1.2%", "50%", "99.4%", "100.0%", "100%")
    ]
    assert signed("ap", -0.01) == "−0.010"
    assert signed("loss", None) == "–"


# -- the page ----------------------------------------------------------------------------------


def test_it_loads_nothing_and_runs_nothing(pages):
    for html in pages:
        page = Page(html)
        assert not page.open, "every element is closed"
        names = {tag for tag, _ in page.tags}
        assert names.isdisjoint({"script", "link", "img", "image", "iframe", "object", "form"})
        assert all(ref.startswith("#") for ref in page.values("href"))
        assert not page.values("src")
        assert not page.values("style"), "the policy forbids inline styles"
        assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
        policy = page.values("content")[0]
        style = re.search("<style>(.*?)</style>", html, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy.startswith(
            f"default-src 'none'; style-src 'sha256-{digest}'; script-src 'none'"
        )
        assert "url(" not in style
        assert "@import" not in style


def test_every_link_and_reference_has_its_place_and_ids_are_unique(pages):
    for html in pages:
        page = Page(html)
        ids = page.values("id")
        assert len(ids) == len(set(ids))
        clips = re.findall(r"url\(#([^)]+)\)", html)
        assert {ref[1:] for ref in page.values("href")} | set(clips) <= set(ids)


def test_the_figures_stand_on_it(page, reported):
    model = reported.one.model
    for name in ("ap", "f1_half", "ece"):
        assert model.figure(name) in page.text
    low, high = model.figures["intervals"]["all"]["ap"]
    assert f"{low:.3f} to {high:.3f}" in page.text
    for family in reported.one.families:
        assert family["family"] in page.text
    for kind, row in model.figures["kinds"].items():
        assert kind in page.text
        assert percent(row["recall"]) in page.text
    for group in ("all boilerplate", "all filler"):
        assert group in page.text


def test_every_plot_is_drawn_and_says_what_it_shows(page):
    drawings = [attrs for tag, attrs in page.tags if attrs.get("role") == "img"]
    assert len(drawings) == 7
    for attrs in drawings:
        assert len(attrs["aria-label"]) > 40
    ids = set(page.values("id"))
    assert {"precision-recall", "calibration", "loss", "trade", "confusion", "families"} <= ids


def test_plots_have_the_colours_of_the_scheme_only(pages):
    for html in pages:
        body = html[html.index("<main") :]
        drawings = re.findall(r"<svg.*?</svg>", body, re.DOTALL)
        colours = {c for d in drawings for c in re.findall(r'(?:fill|stroke)="([^"]+)"', d)}
        assert colours <= {"none"} | {c for c in colours if re.fullmatch(r"var\(--[a-z]+\)", c)}
        assert "var(--model)" in colours


def test_hostile_text_is_text(pages, reported, hostile):
    from defiller.model.page.paragraphs import showable

    for html in pages:
        page = Page(html)
        assert "onclick" not in {a for _, attrs in page.tags for a in attrs}
        text = page.text
        assert text.count(showable(hostile.text)) >= 5, "warning, id, title, text, command"
        assert hostile.source in text
        assert "49" not in re.findall(r"\{\{ .*? \}\}", text)
        assert "\x07" not in html
    assert "w" * 4000 not in pages[0], "a screenful of a paragraph is enough"


def test_two_models_stand_side_by_side(pages, reported):
    text = Page(pages[1]).text
    row = reported.two.differences["figures"]["all"]["ap"]
    assert row["winner"] == "model", "with its words turned round the model is worse"
    assert signed("ap", row["difference"]) in text
    assert "Right before, wrong now" in text
    assert "Wrong before, right now" in text
    assert len(re.findall('role="img"', pages[1])) == 8
    assert reported.two.mended
    for case in reported.two.mended:
        assert (case.padding >= 0.5) == (case.label != "substance")
        assert (case.other_padding >= 0.5) != (case.padding >= 0.5)
    for case in reported.two.spoiled:
        assert (case.padding >= 0.5) == (case.label == "substance")


@pytest.mark.slow
def test_the_same_findings_make_the_same_page(pages, reported):
    assert report_page(reported.one) == pages[0]


# -- picture and JSON --------------------------------------------------------------------------


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


# -- labels that lack something ----------------------------------------------------------------


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
def test_labels_of_one_class_give_what_they_can(tmp_path, shipped, measure, kinds, lacks):
    dataset = labels_of(tmp_path, kinds)
    found = find(measure(shipped, dataset), None, dataset)
    text = Page(report_page(found)).text
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
def test_the_page_of_such_a_model_says_so(tmp_path, shipped, measure):
    poor = replace(shipped, curve=replace(shipped.curve, loss=shipped.curve.loss * 0 + 0.3))
    dataset = labels_of(tmp_path, ["substance", "faq", "fluff", "substance"])
    found = find(measure(poor, dataset), None, dataset)
    text = Page(report_page(found)).text
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


# -- files -------------------------------------------------------------------------------------


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
