"""Labels that a model which has not seen them strongly contradicts: where to look for mistakes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defiller.features.extractor import FeatureExtractor
from defiller.labels.kinds import KINDS
from defiller.labels.overlay import Correction
from defiller.model.bundle import Bundle
from defiller.model.calibration import Doubles
from defiller.model.classifier import FillerClassifier
from defiller.training.crossfit import OutOfFold, cross_validate, prepare
from defiller.training.dataset import Dataset
from defiller.training.progress import Tell
from defiller.training.seen import seen_by
from defiller.training.soundness import check_refinable, check_trainable
from defiller.training.train import features_line

STRONG = 0.5
"""By how much the model's kind must be likelier than the label's: half of all probability, so
that a model in two minds contradicts nobody. Of 413 labels flipped among 10,505 of web articles
82 % are then listed, among the first 100 of the list 43 % are flipped ones, and 4 % at random."""


@dataclass(frozen=True)
class Doubt:
    """A label that is likely to be wrong.

    Attributes
    ----------
    correction : Correction
        From the label to the kind that the model takes it for, with the reason in words.
    text : str
        The paragraph.
    given, said : float
        Probabilities, out of fold, of the label's kind and of the model's.
    """

    correction: Correction
    text: str
    given: float
    said: float


def doubtful(
    dataset: Dataset,
    classifier: FillerClassifier | None = None,
    *,
    base: Bundle | None = None,
    n_jobs: int = 1,
    progress: Tell = lambda _: None,
) -> list[Doubt]:
    """Cross-validate on labels and find those that the folds' models contradict.

    Parameters
    ----------
    dataset : Dataset
        The judged documents' labels are doubted; those that only train are not.
    classifier : FillerClassifier or None
        Its parameters are used.
    base : Bundle or None
        A model that saw none of the documents and is refined in each fold: for labels that are
        too few to learn from alone.
    n_jobs : int
        Folds fitted side by side.
    progress : callable
        Told what is being done, a line each.

    Returns
    -------
    list of Doubt
        Likeliest mistakes first.

    Raises
    ------
    ValueError
        For labels that nothing can be learnt from, and a base that was trained on them.
    """
    classifier = classifier or FillerClassifier()
    if base is None:
        check_trainable(dataset, classifier)
    else:
        _check_base(dataset, base)
    progress(features_line(dataset))
    prepared = prepare(dataset, FeatureExtractor(base.language if base else "en"))
    found = cross_validate(prepared, classifier, n_jobs, progress, base=base)
    return contradicted(dataset, found)


def _check_base(dataset: Dataset, base: Bundle) -> None:
    seen = seen_by(base, dataset)
    if seen.documents:
        raise ValueError(
            f"the base model was trained on {seen.documents:,} of these {seen.of:,} documents and "
            "remembers their labels; leave --base out, or name another model"
        )
    check_refinable(dataset)


def contradicted(dataset: Dataset, found: OutOfFold) -> list[Doubt]:
    """The labels that predictions out of fold contradict, likeliest mistakes first.

    Which ones is settled by confident learning (Northcutt, Jiang and Chuang 2021, "Confident
    learning: estimating uncertainty in dataset labels"), through cleanlab: a label is doubted
    where the model gives another kind more than it usually gives paragraphs of that kind, so
    that a kind which it never knows for sure is not doubted throughout. Of those the labels stay
    that it contradicts strongly, in the order of cleanlab's normalised margin (on the flipped
    labels above ap 0.38, against 0.31 by self-confidence and 0.35 by padding alone).
    """
    from cleanlab.filter import find_label_issues

    rows = np.flatnonzero(dataset.paragraph_judged & ~np.isnan(found.padding))
    chances = _normalised(found.kinds[rows])
    labels = dataset.kinds[rows]
    order = find_label_issues(
        labels,
        chances,
        filter_by="prune_by_noise_rate",
        return_indices_ranked_by="normalized_margin",
        n_jobs=1,
    )
    begin = np.cumsum(dataset.sizes) - dataset.sizes
    doubts = []
    for place in order.tolist():
        said = int(chances[place].argmax())
        given, likelier = float(chances[place, labels[place]]), float(chances[place, said])
        if likelier - given < STRONG:
            continue
        row = int(rows[place])
        document = dataset.labelled[dataset.document_of[row]]
        index = row - int(begin[dataset.document_of[row]])
        old, new = KINDS[labels[place]], KINDS[said]
        reason = f"out of fold {new} {likelier:.2f}, {old} {given:.2f}"
        correction = Correction(document.id, index, old, new, reason)
        doubts.append(Doubt(correction, document.paragraphs[index].text, given, likelier))
    return doubts


def _normalised(chances: Doubles) -> Doubles:
    """Rows that sum to 1: what calibration and rounding leave of it is no news of the label."""
    return np.asarray(chances / chances.sum(axis=1, keepdims=True), np.float64)
