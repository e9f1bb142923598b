"""How good a model is on labels that it did not see."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from defiller.features.ngrams import hashed_ngrams
from defiller.labels.kinds import KINDS, PADDING_KINDS, Group
from defiller.model.bundle import Bundle
from defiller.model.explain import columns_by_family
from defiller.model.scorer import Scorer
from defiller.model.words import FAMILY, surroundings
from defiller.training.dataset import Dataset
from defiller.training.facts import facts_kept
from defiller.training.figures import (
    FIGURES,
    Judged,
    ap,
    by_collection,
    by_kind,
    f1_half,
    intervals,
)


@dataclass(frozen=True)
class Evaluation:
    """Predictions of one model on one dataset, and what is not in them.

    Attributes
    ----------
    judged : Judged
        Labelled paragraphs only.
    facts, facts_kept : int
        Distinct figures, quoted passages and names of the substance, and those that survive.
    """

    judged: Judged
    facts: int
    facts_kept: int

    def to_json(self, resamples: int = 200) -> dict[str, Any]:
        """All figures; intervals are the 5th and 95th percentile over documents."""
        judged = self.judged
        groups = {}
        for group in (Group.BOILERPLATE, Group.FILLER):
            members = [KINDS.index(kind) for kind in PADDING_KINDS if kind.group is group]
            own = np.isin(judged.kind, members)
            if own.any():
                groups[group.value] = {
                    "paragraphs": int(own.sum()),
                    "recall": float((judged.padding[own] >= 0.5).mean()),
                }
        return {
            "figures": by_collection(judged),
            "intervals": {
                name: intervals(judged, figure, resamples) for name, figure in FIGURES.items()
            },
            "kinds": {kind.value: row for kind, row in by_kind(judged).items()},
            "groups": groups,
            "facts": {
                "in_substance": self.facts,
                "kept": self.facts_kept,
                "share_kept": self.facts_kept / self.facts if self.facts else None,
            },
            "paragraphs": len(judged.kind),
            "documents": len(np.unique(judged.document)),
        }


def evaluate(bundle: Bundle, dataset: Dataset, n_jobs: int = 1) -> Evaluation:
    """Score a dataset at the model's defaults."""
    scorer = Scorer(bundle, n_jobs)
    padding: list[float] = []
    strip: list[bool] = []
    kinds: list[list[float]] = []
    wanted = kept = 0
    for number, scored in enumerate(scorer.score_many(dataset.documents)):
        labels = dataset.labelled[number].paragraphs
        rows = []
        for paragraph, label, verdict in zip(
            scored.document.paragraphs, labels, scored.verdicts, strict=True
        ):
            padding.append(verdict.padding)
            strip.append(verdict.strip)
            kinds.append([1 - verdict.padding, *(verdict.kinds[k] for k in PADDING_KINDS)])
            substance = label.kind is not None and not label.kind.is_padding
            rows.append((paragraph.content, substance, verdict.strip))
        found = facts_kept(rows)
        wanted, kept = wanted + found[0], kept + found[1]
    judged = Judged(
        dataset.kinds,
        np.array(padding),
        np.array(kinds).reshape(-1, len(KINDS)),
        np.array(strip, np.bool_),
        dataset.words,
        dataset.document_of,
        np.array(dataset.collections)[dataset.document_of],
    )
    return Evaluation(judged.take(dataset.paragraph_judged), wanted, kept)


def ablate(bundle: Bundle, dataset: Dataset, seed: int = 0) -> list[dict[str, Any]]:
    """What each family of signals is worth to a model, and what it costs.

    A family's columns are shuffled together over all paragraphs, which takes away what they
    tell and keeps their distribution (permutation importance, Breiman 2001); the model is not
    fitted anew.

    Returns
    -------
    list of dict
        family, columns, ``ap`` and ``f1_half`` lost by the shuffle, and microseconds a
        paragraph to compute it; costliest loss first.
    """
    scorer = Scorer(bundle)
    batch = scorer.extractor.batch(dataset.documents)
    costs: dict[str, float] = {}
    # Shared counts are computed first, so that they don't count for whichever family asks first.
    scorer.extractor.signals(batch)
    for family in scorer.extractor.chosen:
        begin = time.perf_counter()
        family.compute(batch)
        costs[family.name] = time.perf_counter() - begin
    begin = time.perf_counter()
    surroundings(bundle.words.scores(*hashed_ngrams(batch)), batch)
    costs[FAMILY] = time.perf_counter() - begin
    matrix = scorer.matrix(batch)
    member = np.array([name for name, _ in columns_by_family(bundle.language)])
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
                "ap": ap(whole) - ap(without),
                "f1_half": f1_half(whole) - f1_half(without),
                "microseconds": costs[name] / max(len(matrix), 1) * 1e6,
            }
        )
    return sorted(table, key=lambda row: -row["ap"])
