"""Whether labels can be learnt from, and what whoever trains on them should know."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from defiller.labels.check import CheckReport
from defiller.model.classifier import FOLDS, FillerClassifier
from defiller.training.dataset import Dataset
from defiller.training.refine import MIN_SAMPLES

# What `labels check` warns of that makes a model worse or its figures better than they are.
_TOLD = ("contradiction", "near-identical", "no-group")
# Of a hundred findings of one sort the first few show what is wrong.
_MOST_TOLD = 3

FEWEST_DOCUMENTS = 20
"""Documents below which a base model is not refined: fewer don't tell whether it gets better, and
the loss curve takes a collection of fewer for no measurement either."""


def check_sound(dataset: Dataset, classifier: FillerClassifier, *, refines: bool = False) -> None:
    """Refuse labels that nothing can be learnt from.

    Parameters
    ----------
    dataset : Dataset
    classifier : FillerClassifier
        Whose parameters are used where there is no base.
    refines : bool
        Whether a base model is refined.

    Raises
    ------
    ValueError
        As `check_trainable` and `check_refinable`.
    """
    if refines:
        check_refinable(dataset)
    else:
        check_trainable(dataset, classifier)


def check_trainable(dataset: Dataset, classifier: FillerClassifier) -> None:
    """Refuse labels that nothing can be learnt from, before any work is done.

    Raises
    ------
    ValueError
        For one class only; where no fold is left to measure on, since calibration, thresholds
        and the loss curve are fitted out of fold; and for too few paragraphs to grow a tree.
    """
    check_classes(dataset)
    used = dataset.paragraph_weights > 0
    for fold in np.unique(dataset.folds[used]):
        outside = used & (dataset.folds != fold)
        _check_side(dataset, used, outside)
        # A tree splits a leaf into two of `min_samples` paragraphs each, or not at all.
        if outside.sum() < 2 * classifier.min_samples:
            raise ValueError(
                f"{used.sum()} labelled paragraphs are too few: without fold {fold + 1} of "
                f"{FOLDS}, {outside.sum()} are left to learn from, and it takes "
                f"{2 * classifier.min_samples}; label more articles, or refine a model with "
                "--base"
            )


def check_classes(dataset: Dataset) -> None:
    """Refuse labels of one class only.

    Raises
    ------
    ValueError
        With the class that is missing.
    """
    used = dataset.paragraph_weights > 0
    if one_class(dataset, used):
        there = "padding" if (dataset.taught[used] > 0).any() else "substance"
        raise ValueError(
            "training needs both 'substance' and some padding, and the labels have only "
            f"{there}; label paragraphs of the other too"
        )


def one_class(dataset: Dataset, rows: np.ndarray) -> bool:
    """Whether some paragraphs, bool (paragraphs,), are all substance, all padding, or none."""
    padding = dataset.taught[rows] > 0
    return not padding.any() or bool(padding.all())


def remarks(dataset: Dataset, report: CheckReport) -> Iterator[str]:
    """What should be known of labels that can be learnt from, a sentence each.

    Parameters
    ----------
    dataset : Dataset
    report : CheckReport
        Of the dataset's label files.
    """
    for about in _TOLD:
        found = [f.sentence for f in report.findings if f.about == about]
        yield from found[:_MOST_TOLD]
        if len(found) > _MOST_TOLD:
            more = len(found) - _MOST_TOLD
            yield f"{more} more findings like this one; 'defiller labels check' has all"
    for fold in range(FOLDS):
        inside = dataset.paragraph_judged & (dataset.folds == fold)
        if inside.any() and not (dataset.kinds[inside] > 0).any():
            documents = len(np.unique(dataset.document_of[inside]))
            yield (
                f"fold {fold + 1} of {FOLDS} has no padding in its {documents} document(s), so "
                "it tells what is lost and not what is found; label articles of more publishers"
            )


def check_refinable(dataset: Dataset) -> None:
    """Refuse labels that a model cannot be refined on.

    Raises
    ------
    ValueError
        For one class only, for too few paragraphs to grow a tree, and for too few documents or
        groups to tell whether the trees make the model better.
    """
    check_classes(dataset)
    used = dataset.paragraph_weights > 0
    if used.sum() < 2 * MIN_SAMPLES:
        raise ValueError(
            f"{used.sum()} labelled paragraphs are too few to refine a model on; it takes "
            f"{2 * MIN_SAMPLES}, and 40 articles show whether it is better"
        )
    documents = len(np.unique(dataset.document_of[dataset.paragraph_judged]))
    if documents < FEWEST_DOCUMENTS:
        raise ValueError(
            f"{documents} labelled articles are too few to tell whether a refined model is better; "
            f"it takes {FEWEST_DOCUMENTS}, so label more, or add them to other labels: --base "
            "corpus, or a label file"
        )
    for fold in np.unique(dataset.folds[used]):
        _check_side(dataset, used, used & (dataset.folds != fold))


def _check_side(dataset: Dataset, used: np.ndarray, outside: np.ndarray) -> None:
    """Refuse a fold without which nothing can be learnt."""
    if not outside.any() or one_class(dataset, outside):
        groups = len(set(dataset.groups[used]))
        raise ValueError(
            f"the labels cannot be split: with {groups} group(s) a fold leaves one class or "
            "nothing to learn from; label articles of more publishers, or give 'group' its "
            "right values"
        )
