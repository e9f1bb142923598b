"""Training end to end on a few of the written articles, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from defiller.features.extractor import FeatureExtractor
from defiller.labels.corpus import corpus_files
from defiller.model.bundle import load_bundle, save_bundle
from defiller.model.classifier import FOLDS, FillerClassifier, fold_of
from defiller.model.curve import LossCurve
from defiller.training.crossfit import CrossFit, cross_validate, prepare
from defiller.training.dataset import load_dataset
from defiller.training.figures import ap
from defiller.training.train import judge, train

SMALL = FillerClassifier(trees=15, leaves=7, min_samples=10, kind_trees=3)


@pytest.fixture(scope="module")
def dataset():
    return load_dataset(corpus_files()[:2])


@pytest.fixture(scope="module")
def prepared(dataset):
    return prepare(dataset, FeatureExtractor())


def test_folds_are_those_of_the_protocol():
    # int(sha256(group), 16) mod 5, worked out apart from the code
    assert [fold_of(g) for g in ("written0", "written1", "example.com")] == [0, 3, 1]
    assert FOLDS == 5


def test_a_fold_held_out_changes_nothing_that_trains(prepared, dataset):
    """Labels of the fold held out must not reach the matrix of the training rows."""
    fold = int(dataset.folds[0])
    before = CrossFit(prepared).matrix(fold)
    kinds = dataset.kinds.copy()
    changed = dataset.folds == fold
    kinds[changed] = (kinds[changed] + 3) % 14
    other = load_dataset(corpus_files()[:2])
    other.__dict__["kinds"] = kinds
    after = CrossFit(prepare(other, FeatureExtractor())).matrix(fold)
    np.testing.assert_array_equal(before, after)


def test_cross_validation_beats_chance_and_is_the_same_again(prepared, dataset):
    first = judge(prepared, cross_validate(prepared, SMALL))
    second = judge(prepared, cross_validate(prepared, SMALL))
    np.testing.assert_array_equal(first.padding, second.padding)
    assert ap(first) > first.is_padding.mean() + 0.2
    np.testing.assert_allclose(first.kinds.sum(axis=1), 1)


def test_a_model_made_twice_is_the_same_bytes(dataset, tmp_path):
    for name in ("one", "two"):
        trained = train(dataset, SMALL, validate=False)
        save_bundle(trained.bundle, tmp_path / name, "# card\n")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert load_bundle(tmp_path / "one").hash == load_bundle(tmp_path / "two").hash


def test_the_curve_falls_and_refuses_what_it_cannot_hold():
    random = np.random.default_rng(0)
    padding = random.random(4000) < 0.3
    score = np.clip(padding * 0.5 + random.random(4000) * 0.6, 0, 1)
    documents = np.repeat(np.arange(200), 20)
    curve = LossCurve.measure(
        score, padding, np.full(4000, 10.0), documents, ["a"] * 100 + ["b"] * 100
    )
    assert (np.diff(curve.loss) <= 0).all()
    assert (curve.loss >= curve.pooled_loss - 1e-9).all()
    threshold = curve.threshold_for(0.02)
    assert curve.loss[curve.thresholds == threshold] <= 0.02
    assert curve.threshold_for(0.01) >= threshold
    high = LossCurve.measure(
        np.ones(40), np.zeros(40, bool), np.ones(40), np.arange(40), ["a"] * 40
    )
    with pytest.raises(ValueError, match=r"smallest .* 100\.00%"):
        high.threshold_for(0.5)
    again = LossCurve.from_json(json.loads(json.dumps(curve.to_json())))
    np.testing.assert_allclose(again.loss, curve.loss, atol=1e-6)


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "defiller", *args], capture_output=True, text=True, timeout=300
    )


def label_file(path: Path, kinds: list[str]) -> Path:
    record = {
        "id": path.stem,
        "source": "t",
        "url": None,
        "domain": None,
        "group": path.stem,
        "paragraphs": [{"text": f"Line {i} of it.", "kind": kind} for i, kind in enumerate(kinds)],
    }
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["substance"] * 5, "both 'substance' and some padding"),
        (["fluff"] * 5, "both 'substance' and some padding"),
        (["substance", "flufff"], "unknown kind 'flufff'"),
    ],
)
def test_labels_that_teach_nothing_are_refused_in_a_sentence(tmp_path, kinds, words):
    done = run("train", str(label_file(tmp_path / "a.jsonl", kinds)), "--out", str(tmp_path / "m"))
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "m").exists()


def test_one_group_cannot_be_split(tmp_path):
    labels = label_file(tmp_path / "a.jsonl", ["substance", "fluff"] * 8)
    done = run("train", str(labels), "--out", str(tmp_path / "m"))
    assert done.returncode == 2
    assert "cannot be split: with 1 group" in done.stderr


def test_ids_that_are_nowhere_are_named(tmp_path):
    labels = label_file(tmp_path / "a.jsonl", ["substance", "fluff"])
    (tmp_path / "ids.txt").write_text("zzz\n")
    done = run(
        "train", str(labels), "--ids", str(tmp_path / "ids.txt"), "--out", str(tmp_path / "m")
    )
    assert done.returncode == 2
    assert "'zzz'" in done.stderr


def test_broken_json_names_file_and_line(tmp_path):
    path = label_file(tmp_path / "a.jsonl", ["substance", "fluff"])
    path.write_text(path.read_text() + "{oops\n")
    done = run("train", str(path), "--out", str(tmp_path / "m"))
    assert done.returncode == 2
    assert "a.jsonl, line 2" in done.stderr


def test_evaluate_prints_the_same_figures_as_json(tmp_path):
    labels = str(corpus_files()[0])
    done = run("evaluate", "shipped", labels, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found["figures"]) == {"all", "written0"}
    assert 0.5 < found["figures"]["all"]["ap"] <= 1
    assert found["facts"]["kept"] <= found["facts"]["in_substance"]
    table = run("evaluate", "shipped", labels)
    assert f"{found['figures']['all']['ap']:.3f}" in table.stdout
