"""From labels to a model: cross-validated figures, a fit on everything, a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from defiller.features.extractor import FeatureExtractor
from defiller.labels.kinds import KINDS
from defiller.model.blocks import cut_points
from defiller.model.bundle import Bundle
from defiller.model.calibration import Doubles
from defiller.model.classifier import FillerClassifier
from defiller.model.curve import LossCurve
from defiller.model.policy import DEFAULT_MAX_LOSS
from defiller.training.crossfit import CrossFit, OutOfFold, Prepared, cross_validate, prepare
from defiller.training.dataset import UNLABELLED, Dataset
from defiller.training.figures import Judged

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Trained:
    """What training came to: the model, and predictions by the protocol where it was asked."""

    bundle: Bundle
    judged: Judged | None


def train(
    dataset: Dataset,
    classifier: FillerClassifier | None = None,
    *,
    name: str = "defiller-en",
    n_jobs: int = 1,
    validate: bool = True,
    progress: Progress = lambda _: None,
) -> Trained:
    """Train a model on a dataset.

    Parameters
    ----------
    dataset : Dataset
    classifier : FillerClassifier or None
        Its parameters are used.
    name : str
        Of the model.
    n_jobs : int
        Words models fitted side by side; LightGBM's threads are the classifier's ``n_jobs``,
        since another number of them gives another model.
    validate : bool
        Cross-validate too, which takes about five times as long as the fit.
    progress : callable
        Told what is being done, a line each.

    Raises
    ------
    ValueError
        For labels that nothing can be learnt from.
    """
    check_trainable(dataset)
    classifier = classifier or FillerClassifier()
    extractor = FeatureExtractor()
    progress(
        f"signals of {len(dataset.kinds):,} paragraphs in {len(dataset.documents):,} documents"
    )
    prepared = prepare(dataset, extractor)
    judged = None
    if validate:
        judged = judge(prepared, cross_validate(prepared, classifier, n_jobs, progress))
    progress("the model, on everything")
    bundle = fit(prepared, classifier, name, n_jobs)
    return Trained(bundle, judged)


def check_trainable(dataset: Dataset) -> None:
    """Refuse labels that nothing can be learnt from, before any work is done.

    Raises
    ------
    ValueError
        For one class only, and where no fold is left to measure on: calibration, thresholds and
        the loss curve are fitted out of fold.
    """
    used = dataset.paragraph_weights > 0
    padding = dataset.kinds[used] > 0
    if not padding.any() or padding.all():
        there = "substance" if not padding.any() else "padding"
        raise ValueError(
            "training needs both 'substance' and some padding, and the labels have only "
            f"{there}; label paragraphs of the other too"
        )
    for fold in np.unique(dataset.folds[used]):
        outside = dataset.kinds[used & (dataset.folds != fold)] > 0
        if not outside.any() or outside.all():
            groups = len(set(dataset.groups[used]))
            raise ValueError(
                f"the labels cannot be split: with {groups} group(s) a fold leaves one class or "
                "nothing to learn from; label articles of more publishers, or give 'group' its "
                "right values"
            )


def fit(prepared: Prepared, classifier: FillerClassifier, name: str, n_jobs: int) -> Bundle:
    """Fit a model on all labelled paragraphs; its curve comes from predictions out of fold."""
    from sklearn.base import clone

    data = prepared.dataset
    cross = CrossFit(prepared, classifier.seed, n_jobs)
    matrix = cross.matrix(None)
    used = np.flatnonzero(data.paragraph_weights > 0)
    names = np.array([kind.value for kind in KINDS])
    model = clone(classifier).fit(
        matrix[used],
        names[data.kinds[used]],
        sample_weight=data.paragraph_weights[used],
        groups=data.groups[used],
    )
    padding = np.full(len(data.kinds), np.nan)
    padding[used] = model.out_of_fold_
    return Bundle(
        name=name,
        language="en",
        words=cross.fit_words(frozenset()),
        classifier=model,
        curve=curve_of(data, padding, data.paragraph_judged),
        about={"training": describe(data, classifier)},
    )


def cut_at(data: Dataset, padding: Doubles) -> Doubles:
    """Where each paragraph goes after the block step, all kinds dropped; NaN scores never go."""
    result = np.zeros(len(padding))
    begin = np.cumsum(data.sizes) - data.sizes
    known = np.nan_to_num(padding, nan=0.0)
    for number, document in enumerate(data.documents):
        part = slice(int(begin[number]), int(begin[number] + data.sizes[number]))
        result[part] = cut_points(document.paragraphs, known[part])
    return result


def curve_of(data: Dataset, padding: Doubles, rows: np.ndarray) -> LossCurve:
    """The loss curve of predictions out of fold, over some labelled paragraphs."""
    rows = rows & ~np.isnan(padding)
    if not rows.any():
        raise ValueError("no paragraph was predicted out of fold; label articles of more groups")
    used, place = np.unique(data.document_of[rows], return_inverse=True)
    return LossCurve.measure(
        cut_at(data, padding)[rows],
        data.kinds[rows] > 0,
        data.words[rows],
        place,
        [data.collections[number] for number in used],
    )


def judge(prepared: Prepared, found: OutOfFold) -> Judged:
    """Decide at the defaults, each fold by a threshold from its own training side."""
    data = prepared.dataset
    rows = data.paragraph_judged & ~np.isnan(found.padding)
    where = cut_at(data, found.padding)
    strip = np.zeros(len(rows), np.bool_)
    for fold, inner in found.inner_padding.items():
        inside = data.paragraph_judged & (data.folds != fold)
        outside = data.folds == fold
        try:
            threshold = curve_of(data, inner, inside).threshold_for(DEFAULT_MAX_LOSS)
        except ValueError:
            # Too few labels to hold the default loss: such a model strips nothing by default.
            continue
        strip[outside] = where[outside] >= threshold
    return Judged(
        data.kinds[rows],
        found.padding[rows],
        found.kinds[rows],
        strip[rows],
        data.words[rows],
        data.document_of[rows],
        np.array(data.collections)[data.document_of][rows],
    )


def describe(data: Dataset, classifier: FillerClassifier) -> dict[str, Any]:
    """What a model was trained on: counts and a hash of every collection."""
    collections: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(data.collections):
        digest = hashlib.sha256()
        documents = paragraphs = 0
        for labelled, collection in zip(data.labelled, data.collections, strict=True):
            if collection != name:
                continue
            documents += 1
            for paragraph in labelled.paragraphs:
                paragraphs += paragraph.kind is not None
                digest.update(
                    f"{paragraph.kind}\t{paragraph.text}\n".encode("utf-8", "surrogatepass")
                )
        first = data.collections.index(name)
        collections[name] = {
            "documents": documents,
            "labelled_paragraphs": paragraphs,
            "weight": float(data.weights[first]),
            "judged": bool(data.judged[first]),
            "sha256": digest.hexdigest(),
        }
    parameters = {k: v for k, v in classifier.get_params().items() if k != "n_jobs"}
    labelled_rows = data.kinds != UNLABELLED
    counts = np.bincount(data.kinds[labelled_rows], minlength=len(KINDS))
    return {
        "collections": collections,
        "kinds": {kind.value: int(n) for kind, n in zip(KINDS, counts, strict=True)},
        "parameters": parameters,
    }
