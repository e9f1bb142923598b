"""Labels and findings for the tests of the report, hostile text in them, and a parser of pages."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from html.parser import HTMLParser
from itertools import islice
from types import SimpleNamespace

import pytest

from defiller.labels.corpus import heldout_files
from defiller.labels.formats import read_labels
from defiller.labels.formats.jsonl import record_of
from defiller.model.bundle import load_bundle
from defiller.training.dataset import load_dataset
from defiller.training.evaluate import evaluate
from defiller.training.report.findings import Measured, find

HOSTILE = (
    "<script>window.owned = 1</script></script></title></style></svg>"
    "<img src=x onerror='window.owned = 1'><svg onload='window.owned = 1'>"
    "\" onmouseover='window.owned = 1' autofocus onfocus='window.owned = 1' x=\""
    "<a href='javascript:window.owned = 1'>go</a> $x^2$ {{ 7 * 7 }} \x07\u202e"
)
SOURCE = "a <b onclick=x()> & $y$"


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """Two label files: held-out articles, and a hostile one whose labels are mostly wrong."""
    folder = tmp_path_factory.mktemp("labels")
    plain = folder / "plain.jsonl"
    records = [record_of(d) for d in islice(read_labels(heldout_files()[0]), 14, 19)]
    plain.write_text("".join(json.dumps(r) + "\n" for r in records), "utf-8")
    paragraphs = [
        {"text": f"The bridge cost 2.4 million pounds in 1931. {HOSTILE}", "kind": "fluff"},
        {"text": f"Sign up for our free newsletter today! {HOSTILE}", "kind": "substance"},
        {"text": "It carries 40,000 cars a day, says Ada Holm of the county.", "kind": None},
        {"text": "Share this post on Facebook", "kind": "substance"},
        {"text": "Related articles", "kind": "related"},
        {"text": "w" * 4000, "kind": "fluff"},
        {"text": "Read more: ten bridges that you must see", "kind": "related"},
        {"text": "The deck is 18 metres wide and weighs 900 tonnes.", "kind": "substance"},
    ]
    path = folder / f"{SOURCE}.jsonl"
    record = {"id": HOSTILE, "group": "h", "title": HOSTILE, "paragraphs": paragraphs}
    path.write_text(json.dumps(record) + "\n", "utf-8")
    return SimpleNamespace(text=HOSTILE, source=SOURCE, files=[plain, path])


@pytest.fixture(scope="session")
def shipped():
    return load_bundle()


@pytest.fixture(scope="session")
def spoiled(shipped):
    """The shipped model, with all wording taken for its opposite."""
    words = copy.copy(shipped.words)
    words.weights = -words.weights
    return replace(shipped, name="spoiled", words=words, hash="0" * 64)


@pytest.fixture(scope="session")
def measure():
    def measure(bundle, dataset):
        found = evaluate(bundle, dataset)
        return Measured(f"{bundle.name}@{bundle.hash[:12]}", bundle, found, found.to_json(20))

    return measure


@pytest.fixture(scope="session")
def reported(hostile, shipped, spoiled, measure):
    """The dataset, and the findings on one model and on two."""
    dataset = load_dataset(hostile.files)
    one, two = measure(shipped, dataset), measure(spoiled, dataset)
    about = {
        "warnings": [f"Mind this. {HOSTILE}"],
        "labels": [path.name for path in hostile.files],
        "command": f"defiller evaluate {HOSTILE}",
    }
    return SimpleNamespace(
        dataset=dataset,
        one=find(one, None, dataset, **about),
        two=find(one, two, dataset, **about),
    )


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


@pytest.fixture(scope="session")
def parse():
    return Page
