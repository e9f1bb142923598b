"""From labels to a model: cross-validated figures, a fit on everything, a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from defiller.features.extractor import FeatureExtractor
from defiller.model.blocks import cut_points
from defiller.model.bundle import Bundle
from defiller.model.calibration import Doubles
from defiller.model.classifier import FOLDS, FillerClassifier
from defiller.model.curve import LossCurve
from defiller.model.policy import DEFAULT_MAX_LOSS
from defiller.training.cache import FeatureCache
from defiller.training.crossfit import (
    KIND_NAMES,
    WORDS_LINE,
    CrossFit,
    OutOfFold,
    Prepared,
    cross_validate,
    fold_line,
    judged_folds,
    prepare,
)
from defiller.training.dataset import Dataset
from defiller.training.figures import Judged
from defiller.training.fold import fit_classifier
from defiller.training.prior import init_scores
from defiller.training.progress import Step, Stopwatch, Tell
from defiller.training.record import describe
from defiller.training.soundness import check_sound

FIT_LINE = "the model, on everything"

# Seconds on all web labels with two cores, of one words model, one fold and the fit on everything;
# only their proportions count.
_FEATURES, _WORDS, _FOLD, _FIT = 6.0, 2.5, 65.0, 110.0


@dataclass(frozen=True)
class Trained:
    """What training came to.

    Attributes
    ----------
    bundle : Bundle
        The model.
    judged : Judged or None
        Predictions by the protocol, where they were asked for and the labels allow them.
    base_judged : Judged or None
        The base model's predictions of the same paragraphs, where there is a base.
    seconds : dict of str to float
        Of work, by stage.
    notes : tuple of str
        What whoever uses the model should know, a sentence each.
    """

    bundle: Bundle
    judged: Judged | None
    base_judged: Judged | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def train(
    dataset: Dataset,
    classifier: FillerClassifier | None = None,
    *,
    name: str = "defiller-en",
    n_jobs: int = 1,
    validate: bool = True,
    progress: Tell = lambda _: None,
    base: Bundle | None = None,
    cache: FeatureCache | None = None,
) -> Trained:
    """Train a model on a dataset.

    Parameters
    ----------
    dataset : Dataset
    classifier : FillerClassifier or None
        Its parameters are used; of a refined model only its seed and threads.
    name : str
        Of the model.
    n_jobs : int
        Folds and words models fitted side by side, which share the classifier's threads; the
        model is the same whatever it is.
    validate : bool
        Cross-validate too, which takes about five times as long as the fit.
    progress : callable
        Told what is being done, a line each; the lines are those of `steps_of`.
    base : Bundle or None
        A model that saw none of the documents and is refined on them.
    cache : FeatureCache or None
        Where features are kept.

    Raises
    ------
    ValueError
        For labels that nothing can be learnt from.
    """
    classifier = classifier or FillerClassifier()
    check_sound(dataset, classifier, refines=base is not None)
    clock = Stopwatch()
    progress(features_line(dataset))
    with clock.of("features"):
        prepared = prepare(dataset, FeatureExtractor(base.language if base else "en"), cache)
    judged = base_judged = None
    if validate:
        found = cross_validate(prepared, classifier, n_jobs, progress, base=base, clock=clock)
        with clock.of("curve"):
            judged = judge(prepared, found, base)
            base_judged = None if base is None else judge_base(prepared, base)
    progress(FIT_LINE)
    bundle = fit(prepared, classifier, name, n_jobs, base=base, clock=clock)
    return Trained(bundle, judged, base_judged, clock.seconds, tuple(_notes(bundle, base)))


def features_line(dataset: Dataset) -> str:
    """What is told when features begin."""
    return f"signals of {len(dataset.kinds):,} paragraphs in {len(dataset.documents):,} documents"


def steps_of(dataset: Dataset, *, validate: bool = True, refined: bool = False) -> Sequence[Step]:
    """The steps of `train` and what each costs, by measurement on all web labels.

    Parameters
    ----------
    dataset : Dataset
    validate : bool
    refined : bool
        Whether there is a base model, whose words are not fitted anew.
    """
    folds = len(judged_folds(dataset)) if validate else 0
    steps = [Step(features_line(dataset), _FEATURES)]
    if folds:
        # Of a pair of folds one words model serves both matrices.
        models = folds + sum(FOLDS - 1 - earlier for earlier in range(folds))
        steps.append(Step(WORDS_LINE, 0.0 if refined else _WORDS * models))
        steps += [Step(fold_line(place, folds), _FOLD) for place in range(1, folds + 1)]
    return [*steps, Step(FIT_LINE, _FIT + (0.0 if refined else _WORDS))]


def _notes(bundle: Bundle, base: Bundle | None) -> Iterator[str]:
    smallest = bundle.curve.smallest
    if base is not None and bundle.curve is base.curve:
        yield (
            "the labels don't show the base to be wrong, beyond what may be chance: the model "
            "decides as its base does; label more articles, or fit its threshold to yours with "
            "'defiller tune'"
        )
    elif smallest > DEFAULT_MAX_LOSS:
        yield (
            f"the labels support no loss of substance below {smallest:.2%}, and the default is "
            f"{DEFAULT_MAX_LOSS:.0%}: give --max-loss or --threshold with this model, or label "
            "more articles"
        )


def fit(
    prepared: Prepared,
    classifier: FillerClassifier,
    name: str,
    n_jobs: int,
    *,
    base: Bundle | None = None,
    clock: Stopwatch | None = None,
) -> Bundle:
    """Fit a model on all labelled paragraphs; its curve comes from predictions out of fold.

    Parameters
    ----------
    prepared : Prepared
    classifier : FillerClassifier
    name : str
    n_jobs : int
    base : Bundle or None
        A model to refine.
    clock : Stopwatch or None
    """
    data = prepared.dataset
    clock = clock or Stopwatch()
    cross = CrossFit(prepared, classifier.seed, n_jobs, base)
    with clock.of("words"):
        cross.fit_all([None])
        words, kind_words = cross.fit_words(frozenset())
    matrix = cross.matrix(None)
    used = np.flatnonzero(data.paragraph_weights > 0)
    model = fit_classifier(
        classifier,
        matrix[used],
        KIND_NAMES[data.taught[used]],
        data.paragraph_weights[used],
        data.groups[used],
        base,
        data.calibration_weights[used],
        init_scores(data, used, classifier.smoothing),
    )
    clock.add(model.seconds_)
    with clock.of("curve"):
        if base is not None and np.isnan(model.out_of_fold_).all():
            curve = base.curve  # with no new trees it is the base
        else:
            padding = np.full(len(data.kinds), np.nan)
            padding[used] = model.out_of_fold_
            curve = curve_of(data, padding, data.paragraph_judged)
    return Bundle(
        name=name,
        language=base.language if base else "en",
        words=words,
        kind_words=kind_words,
        classifier=model,
        curve=curve,
        about={"training": describe(data, model, base)},
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


def judge(prepared: Prepared, found: OutOfFold, base: Bundle | None = None) -> Judged:
    """Decide at the defaults, each fold by a threshold from its own training side.

    Parameters
    ----------
    prepared : Prepared
    found : OutOfFold
    base : Bundle or None
        The model that was refined: a fold that it was left as it is in has its curve.
    """
    data = prepared.dataset
    rows = data.paragraph_judged & ~np.isnan(found.padding)
    where = cut_at(data, found.padding)
    strip = np.zeros(len(rows), np.bool_)
    for fold, inner in found.inner_padding.items():
        inside = data.paragraph_judged & (data.folds != fold)
        outside = data.folds == fold
        try:
            if base is not None and np.isnan(inner).all():
                curve = base.curve
            else:
                curve = curve_of(data, inner, inside)
            threshold = curve.threshold_for(DEFAULT_MAX_LOSS)
        except ValueError:
            # Too few labels to hold the default loss: such a model strips nothing by default.
            continue
        strip[outside] = where[outside] >= threshold
    return _judged(data, found.padding, found.kinds, strip, rows)


def judge_base(prepared: Prepared, base: Bundle) -> Judged:
    """What a base model says of the same paragraphs, at its own defaults."""
    data = prepared.dataset
    matrix = CrossFit(prepared, base=base).matrix(None)
    padding = base.classifier.predict_padding(matrix)
    kinds = np.zeros((len(padding), len(KIND_NAMES)))
    columns = [KIND_NAMES.tolist().index(kind) for kind in base.classifier.kinds_]
    kinds[:, columns] = base.classifier.predict_kinds(matrix, padding)
    kinds[:, 0] = 1 - padding
    strip = np.zeros(len(padding), np.bool_)
    if base.curve.smallest <= DEFAULT_MAX_LOSS:
        strip = cut_at(data, padding) >= base.curve.threshold_for(DEFAULT_MAX_LOSS)
    return _judged(data, padding, kinds, strip, data.paragraph_judged)


def _judged(
    data: Dataset, padding: Doubles, kinds: Doubles, strip: np.ndarray, rows: np.ndarray
) -> Judged:
    return Judged(
        data.kinds[rows],
        padding[rows],
        kinds[rows],
        strip[rows],
        data.words[rows],
        data.document_of[rows],
        np.array(data.collections)[data.document_of][rows],
    )
