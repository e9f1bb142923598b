"""The gate: what the shipped model reaches on the held-out writer. Floors only ever go up.

Lowering a floor, or changing the corpus it is measured on, takes an edit of this file, with its
reason in the commit.
"""

from __future__ import annotations

import hashlib

import pytest

from defiller.labels.corpus import heldout_files
from defiller.model.bundle import load_bundle
from defiller.training.dataset import load_dataset
from defiller.training.evaluate import evaluate

CORPUS = "b8f5b45dae0ee495d80cc6c39f3deef92f4af560fc6c152972d7ced86ea89cef"

# About a hundredth below what the shipped model reached when they were set. The share stripped at
# one percent of loss turns on a few paragraphs of these 24 articles (90 % interval 0.64 to 0.95)
# and was lowered from 0.84 for a model that gained 0.007 of ap on 1,449 web articles.
FLOORS = {"ap": 0.979, "f1_half": 0.92, "stripped_at_1pct": 0.81, "kind_accuracy": 0.897}
MOST_LOSS = 0.015
FACTS_KEPT = 0.98


@pytest.fixture(scope="module")
def figures():
    return evaluate(load_bundle(), load_dataset(heldout_files())).to_json(resamples=2)


def test_the_corpus_is_the_one_that_the_floors_were_set_on():
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in heldout_files()))
    assert digest.hexdigest() == CORPUS


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_the_floor_holds(figures, name):
    assert figures["figures"]["all"][name] >= FLOORS[name]


def test_substance_and_facts_are_kept(figures):
    assert figures["figures"]["all"]["loss"] <= MOST_LOSS
    assert figures["facts"]["share_kept"] >= FACTS_KEPT
