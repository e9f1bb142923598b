"""A new loss curve for a model that is there, measured on one's own articles, without training.

The threshold that a model picks for ``max_loss`` comes from the articles that it was measured on.
On articles of another kind it costs more substance than that, or cuts less than it could. Their
labels give the curve anew; boosters, calibration and words stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from defiller.labels.kinds import KINDS
from defiller.model.bundle import Bundle
from defiller.model.calibration import Doubles
from defiller.model.curve import LossCurve
from defiller.model.policy import DEFAULT_MAX_LOSS
from defiller.model.scorer import Scorer
from defiller.training.dataset import UNLABELLED, Dataset
from defiller.training.seen import collection_hash, seen_by
from defiller.training.soundness import FEWEST_DOCUMENTS
from defiller.training.train import curve_of

FEWEST_SUBSTANCE = round(1 / DEFAULT_MAX_LOSS)
"""Paragraphs of substance below which a single one that goes is more than the default loss."""

FEWEST_PADDING = 20
"""Paragraphs of padding below which the share that goes is known to no better than 0.2 either way
(two standard errors of a share of 20)."""


@dataclass(frozen=True)
class Point:
    """What one threshold does on the labels.

    Attributes
    ----------
    threshold : float
    loss : float
        Share of the substance words that go, 0 to 1, as measured.
    upper_loss : float
        The same of the worst label file, at the upper end of a 90 % interval by document.
    gain : float
        Share of the padding words that go.
    """

    threshold: float
    loss: float
    upper_loss: float
    gain: float


@dataclass(frozen=True)
class Tuned:
    """A model with a new curve.

    Attributes
    ----------
    bundle : Bundle
    old, new : Point or None
        The operating points at the default loss by the old curve and by the new one, both
        measured on the labels; None where a curve does not support the default.
    documents, substance, padding : int
        Documents and labelled paragraphs of the labels.
    notes : tuple of str
        What whoever uses the model should know, a sentence each.
    """

    bundle: Bundle
    old: Point | None
    new: Point | None
    documents: int
    substance: int
    padding: int
    notes: tuple[str, ...]


def tune(bundle: Bundle, dataset: Dataset, *, name: str | None = None, n_jobs: int = 1) -> Tuned:
    """Measure a model's loss curve anew.

    Parameters
    ----------
    bundle : Bundle
    dataset : Dataset
        Labels that the model has not seen.
    name : str or None
        Of the new model; by default the old one's and "-tuned".
    n_jobs : int
        Threads of LightGBM.

    Raises
    ------
    ValueError
        For too few documents, too few paragraphs of substance or of padding, and documents that
        the model was trained on.
    """
    rows = dataset.paragraph_judged
    substance = int((rows & (dataset.kinds == 0)).sum())
    padding = int((rows & (dataset.kinds > 0)).sum())
    documents = len(np.unique(dataset.document_of[rows]))
    _check(documents, substance, padding)
    seen = seen_by(bundle, dataset)
    if seen.documents:
        raise ValueError(
            f"the model was trained on {seen.documents:,} of these {seen.of:,} documents, and on "
            "what it remembers it loses nothing; give labels that it has not seen"
        )
    # The threshold does not matter here: 0.5 is one that any model can give.
    scored = Scorer(bundle, n_jobs).score_many(dataset.documents, threshold=0.5)
    found: Doubles = np.concatenate([one.padding for one in scored])
    curve = curve_of(dataset, found, rows)
    tuned = replace(
        bundle,
        name=name or f"{bundle.name}-tuned",
        curve=curve,
        about={**bundle.about, "tuning": _record(bundle, dataset)},
        hash="",
    )
    old, new = _threshold(bundle.curve), _threshold(curve)
    return Tuned(
        tuned,
        None if old is None else point(curve, old),
        None if new is None else point(curve, new),
        documents,
        substance,
        padding,
        tuple(_notes(curve, seen.sentence)),
    )


def _check(documents: int, substance: int, padding: int) -> None:
    if not padding:
        raise ValueError(
            "the labels have no padding, so they tell what a threshold loses and not what it "
            "finds; label articles with some"
        )
    for count, fewest, what in (
        (documents, FEWEST_DOCUMENTS, "documents"),
        (substance, FEWEST_SUBSTANCE, "paragraphs of substance"),
        (padding, FEWEST_PADDING, "paragraphs of padding"),
    ):
        if count < fewest:
            raise ValueError(
                f"{count:,} labelled {what} are too few to measure a loss curve on; it takes "
                f"{fewest:,}"
            )


def _threshold(curve: LossCurve) -> float | None:
    if curve.smallest > DEFAULT_MAX_LOSS:
        return None
    return curve.threshold_for(DEFAULT_MAX_LOSS)


def point(curve: LossCurve, threshold: float) -> Point:
    """What a threshold does by a curve; of one between two points, at the lower of them."""
    at = max(int(np.searchsorted(curve.thresholds, threshold, side="right")) - 1, 0)
    return Point(
        threshold, float(curve.pooled_loss[at]), float(curve.loss[at]), float(curve.gain[at])
    )


def _notes(curve: LossCurve, seen: str | None) -> list[str]:
    notes = [] if seen is None else [seen]
    if curve.smallest > DEFAULT_MAX_LOSS:
        notes.append(
            f"the labels support no loss of substance below {curve.smallest:.2%}, and the default "
            f"is {DEFAULT_MAX_LOSS:.0%}: give --max-loss or --threshold with this model, or label "
            "more articles"
        )
    return notes


def _record(bundle: Bundle, dataset: Dataset) -> dict[str, Any]:
    """What the curve was measured on, for the model's record."""
    collections = {}
    for name in dict.fromkeys(dataset.collections):
        members = [
            labelled
            for labelled, collection in zip(dataset.labelled, dataset.collections, strict=True)
            if collection == name
        ]
        collections[name] = {
            "documents": len(members),
            "labelled_paragraphs": sum(p.kind is not None for d in members for p in d.paragraphs),
            "sha256": collection_hash(members),
        }
    counts = np.bincount(dataset.kinds[dataset.kinds != UNLABELLED], minlength=len(KINDS))
    return {
        "model": bundle.name,
        "sha256": bundle.hash,
        "collections": collections,
        "kinds": {kind.value: int(n) for kind, n in zip(KINDS, counts, strict=True)},
    }
