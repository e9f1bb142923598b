"""A few written articles, prepared once, and a classifier that is small enough for tests."""

from __future__ import annotations

import json

import pytest

from defiller.features.extractor import FeatureExtractor
from defiller.labels.corpus import corpus_files
from defiller.model.classifier import FillerClassifier
from defiller.training.crossfit import prepare
from defiller.training.dataset import load_dataset


@pytest.fixture(scope="session")
def small():
    """A classifier of a few small trees."""
    return FillerClassifier(trees=15, leaves=7, min_samples=10, kind_trees=3)


def regrouped(target, source):
    """Written articles in as many groups as articles, so that they can be split into folds."""
    records = [json.loads(line) for line in source.read_text("utf-8").split("\n") if line]
    lines = (json.dumps(dict(record, group=record["id"])) for record in records)
    target.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return target


@pytest.fixture(scope="session")
def own_labels(tmp_path_factory):
    """Twenty-four articles of one writer, each in a group of its own."""
    return regrouped(tmp_path_factory.mktemp("labels") / "own.jsonl", corpus_files()[2])


@pytest.fixture(scope="session")
def own(own_labels):
    """The same, prepared."""
    return prepare(load_dataset([own_labels]), FeatureExtractor())


@pytest.fixture(scope="session")
def base(small, tmp_path_factory):
    """A model of another writer's articles."""
    from defiller.training.train import train

    folder = tmp_path_factory.mktemp("base")
    labels = regrouped(folder / "other.jsonl", corpus_files()[0])
    return train(load_dataset([labels]), small, name="other", validate=False).bundle
