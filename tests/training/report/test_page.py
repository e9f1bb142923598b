"""The page of a report: it shows the figures, runs nothing, and takes hostile text for text."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from defiller.training.report.wording import percent, signed

pytest.importorskip(
    "matplotlib", reason="the report takes matplotlib: pip install 'defiller[report]'"
)
pytest.importorskip("jinja2", reason="the report takes jinja2: pip install 'defiller[report]'")

from defiller.training.report.page import report_page


@pytest.fixture(scope="module")
def pages(reported):
    return report_page(reported.one), report_page(reported.two)


@pytest.fixture(scope="module")
def page(pages, parse):
    return parse(pages[0])


def test_it_loads_nothing_and_runs_nothing(pages, parse):
    for html in pages:
        page = parse(html)
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


def test_every_link_and_reference_has_its_place_and_ids_are_unique(pages, parse):
    for html in pages:
        page = parse(html)
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


def test_hostile_text_is_text(pages, reported, hostile, parse):
    from defiller.model.page.paragraphs import showable

    for html in pages:
        page = parse(html)
        assert "onclick" not in {a for _, attrs in page.tags for a in attrs}
        text = page.text
        assert text.count(showable(hostile.text)) >= 5, "warning, id, title, text, command"
        assert hostile.source in text
        assert "49" not in re.findall(r"\{\{ .*? \}\}", text)
        assert "\x07" not in html
    assert "w" * 4000 not in pages[0], "a screenful of a paragraph is enough"


def test_two_models_stand_side_by_side(pages, reported, parse):
    text = parse(pages[1]).text
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
