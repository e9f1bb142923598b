"""A new loss curve on other labels: what it measures, what it leaves, what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from defiller.features.document import count_words
from defiller.labels.corpus import corpus_files, heldout_files
from defiller.labels.kinds import Kind
from defiller.model.bundle import load_bundle, save_bundle
from defiller.model.curve import THRESHOLDS, LossCurve
from defiller.model.policy import DEFAULT_MAX_LOSS
from defiller.model.scorer import Scorer
from defiller.training.dataset import load_dataset
from defiller.training.tune import point, tune
from defiller.training.tune_run import tuned_card


@pytest.fixture(scope="module")
def bundle():
    return load_bundle()


@pytest.fixture(scope="module")
def dataset():
    """The writer that the shipped model has not seen."""
    return load_dataset(heldout_files())


@pytest.fixture(scope="module")
def tuned(bundle, dataset):
    return tune(bundle, dataset)


def test_the_boosters_stay_and_the_curve_is_that_of_the_labels(bundle, dataset, tuned, tmp_path):
    save_bundle(tuned.bundle, tmp_path / "tuned", "# card\n")
    again = load_bundle(tmp_path / "tuned")
    assert again.name == f"{bundle.name}-tuned"
    assert again.hash != bundle.hash
    before, after = Scorer(bundle), Scorer(again)
    text = dataset.documents[0].text
    one, two = (scorer.score(text, "text", threshold=0.5) for scorer in (before, after))
    assert [v.padding for v in one.verdicts] == [v.padding for v in two.verdicts]
    # The curve, measured again from what `strip` does at one of its thresholds, whole articles
    # too: curves are of the decision before that guard.
    lost = kept = 0
    scored = after.score_many(dataset.documents, threshold=0.7, max_cut=1.0)
    for labelled, one in zip(dataset.labelled, scored, strict=True):
        rows = zip(labelled.paragraphs, one.document.paragraphs, one.verdicts, strict=True)
        for label, paragraph, verdict in rows:
            if label.kind is Kind.SUBSTANCE:
                words = count_words(paragraph.content)
                lost, kept = lost + words * verdict.strip, kept + words
    assert point(again.curve, 0.7).loss == pytest.approx(lost / kept, abs=1e-6)


def test_both_points_are_measured_on_the_labels(bundle, tuned):
    curve = tuned.bundle.curve
    assert tuned.old.threshold == bundle.curve.threshold_for(DEFAULT_MAX_LOSS)
    assert tuned.old == point(curve, tuned.old.threshold)
    if tuned.new is not None:
        assert tuned.new.upper_loss <= DEFAULT_MAX_LOSS
        assert tuned.new.loss <= tuned.new.upper_loss


def test_a_point_between_two_is_the_lower_one():
    count = len(THRESHOLDS)
    falling = np.linspace(0.2, 0, count)
    curve = LossCurve(THRESHOLDS, falling, falling / 2, falling * 2)
    between = (THRESHOLDS[10] + THRESHOLDS[11]) / 2
    assert point(curve, between).upper_loss == falling[10]
    assert point(curve, THRESHOLDS[11]).upper_loss == falling[11]
    assert point(curve, 0.0).upper_loss == falling[0]
    assert point(curve, 1.0).upper_loss == falling[-1]


def test_the_record_and_the_card_say_what_was_measured_on(bundle, tuned):
    about = tuned.bundle.about["tuning"]
    assert about["sha256"] == bundle.hash
    assert about["collections"]["written6"]["documents"] == tuned.documents
    assert sum(about["kinds"].values()) == tuned.substance + tuned.padding
    card = tuned_card(tuned, "defiller tune shipped l.jsonl --out x", "# old\n\n## Data\n\nall\n")
    assert card.startswith(f"# {bundle.name}-tuned\n")
    assert f"{bundle.name}@{bundle.hash[:12]}" in card
    assert "\n### old\n\n#### Data\n\nall\n" in card
    assert card.count("\n# ") == 0


def relabelled(dataset, change):
    """The same documents with other labels."""
    return replace(
        dataset,
        labelled=tuple(
            replace(
                document,
                paragraphs=tuple(replace(p, kind=change(p.kind)) for p in document.paragraphs),
            )
            for document in dataset.labelled
        ),
    )


def only_first(dataset, count):
    keep = np.zeros(len(dataset.documents), bool)
    keep[:count] = True
    return dataset.subset(keep)


REFUSED = {
    "no padding": (
        lambda d: relabelled(d, lambda _: Kind.SUBSTANCE),
        "the labels have no padding",
    ),
    "no substance": (
        lambda d: relabelled(d, lambda _: Kind.FAQ),
        "0 labelled paragraphs of substance are too few",
    ),
    "few documents": (lambda d: only_first(d, 19), "19 labelled documents are too few"),
    "little padding": (
        lambda d: relabelled(
            d, lambda kind: kind if kind in (Kind.SUBSTANCE, Kind.LEGAL) else None
        ),
        r"\d+ labelled paragraphs of padding are too few to measure a loss curve on; it takes 20",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_measures_nothing_is_refused(bundle, dataset, name):
    change, words = REFUSED[name]
    with pytest.raises(ValueError, match=words):
        tune(bundle, change(dataset))


def test_labels_that_the_model_was_trained_on_are_refused(bundle):
    with pytest.raises(ValueError, match="the model was trained on"):
        tune(bundle, load_dataset(corpus_files()[:1]))
