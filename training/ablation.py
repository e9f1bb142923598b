"""What each family of signals is worth to a model, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from defiller.features.batch import Batch
from defiller.features.ngrams import hashed_ngrams
from defiller.labels.kinds import KINDS
from defiller.model.bundle import Bundle
from defiller.model.explain import columns_by_family
from defiller.model.kind_words import beside
from defiller.model.scorer import Scorer
from defiller.model.words import FAMILY, surroundings
from defiller.training.boosters import as_lightgbm
from defiller.training.dataset import Dataset
from defiller.training.figures import Judged, ap, as_json, f1_half


def ablate(bundle: Bundle, dataset: Dataset, seed: int = 0) -> list[dict[str, Any]]:
    """What each family of signals is worth to a model, and what it costs.

    A family's columns are shuffled together over all paragraphs, which takes away what they
    tell and keeps their distribution (permutation importance, Breiman 2001); the model is not
    fitted anew.

    Returns
    -------
    list of dict
        family, columns, ``gain_share`` (its share of what the splits of the padding booster
        gained while it was fitted), ``ap`` and ``f1_half`` lost by the shuffle (None where the
        labels give none), and microseconds a paragraph to compute it; costliest loss first.
    """
    scorer = Scorer(bundle)
    batch = scorer.extractor.batch(dataset.documents)
    costs: dict[str, float] = {}
    # Shared counts are computed first, so that they don't count for whichever family asks first.
    scorer.extractor.signals(batch)
    for family in scorer.extractor.chosen:
        costs[family.name] = _seconds(partial(family.compute, batch))
    costs[FAMILY] = _seconds(partial(_words, bundle, batch))
    matrix = scorer.matrix(batch)
    member = np.array([name for name, _ in columns_by_family(bundle.language)])
    booster = as_lightgbm(bundle.classifier.padding_booster_)
    gains = np.array(booster.feature_importance("gain"), np.float64)
    rows = dataset.paragraph_judged
    blank = np.zeros((len(matrix), len(KINDS)))

    def judged(padding: np.ndarray) -> Judged:
        return Judged(
            dataset.kinds,
            padding,
            blank,
            padding >= 0.5,
            dataset.words,
            dataset.document_of,
            np.array(dataset.collections)[dataset.document_of],
        ).take(rows)

    whole = judged(bundle.classifier.predict_padding(matrix))
    random = np.random.default_rng(seed)
    order = random.permutation(len(matrix))
    table = []
    for name in dict.fromkeys(member.tolist()):
        shuffled = matrix.copy()
        inside = np.flatnonzero(member == name)
        shuffled[:, inside] = matrix[order][:, inside]
        without = judged(bundle.classifier.predict_padding(shuffled))
        table.append(
            {
                "family": name,
                "columns": len(inside),
                "gain_share": float(gains[inside].sum() / max(gains.sum(), 1e-12)),
                "ap": ap(whole) - ap(without),
                "f1_half": f1_half(whole) - f1_half(without),
                "microseconds": costs[name] / max(len(matrix), 1) * 1e6,
            }
        )
    ranked: list[dict[str, Any]] = as_json(sorted(table, key=lambda row: -np.nan_to_num(row["ap"])))
    return ranked


def _words(bundle: Bundle, batch: Batch) -> None:
    """All that comes from the n-grams: what both boosters see of them."""
    ngrams = hashed_ngrams(batch)
    surroundings(bundle.words.scores(*ngrams), batch)
    beside(bundle.kind_words.scores(*ngrams), batch)


def _seconds(work: Callable[[], object]) -> float:
    """The shortest of three runs: what else the machine does only ever adds."""
    took = []
    for _ in range(3):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return min(took)
