"""How good a model is on labels that it did not see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defiller.labels.kinds import KINDS, PADDING_KINDS, Group
from defiller.labels.labelled import LabelError
from defiller.model.bundle import Bundle
from defiller.model.calibration import Doubles
from defiller.model.curve import LossCurve
from defiller.model.policy import Policy
from defiller.model.scorer import Scorer, Wishes
from defiller.model.verdict import Because
from defiller.training.dataset import Dataset
from defiller.training.facts import facts_kept
from defiller.training.figures import (
    FIGURES,
    RESAMPLES,
    Judged,
    as_json,
    bootstrap,
    by_collection,
    by_kind,
    interval,
    kind_recalls,
    parts_of,
    recall_of,
)

# An article of which one of these settled the decisions was left whole.
_LEFT_WHOLE = (Because.GUARD, Because.LANGUAGE)


class Samples(NamedTuple):
    """Figures of documents drawn again and again, float64 (resamples,) each.

    ``figures`` are by collection, with "all", and name; ``recalls`` by kind and group.
    """

    figures: dict[str, dict[str, Doubles]]
    recalls: dict[str, Doubles]


@dataclass(frozen=True)
class Evaluation:
    """Predictions of one model on one dataset, and what is not in them.

    Attributes
    ----------
    judged : Judged
        Labelled paragraphs only.
    facts, facts_kept : int
        Distinct figures, quoted passages and names of the substance, and those that survive.
    cut_at : float64 (paragraphs,)
        Highest threshold, 0 to 1, at which each judged paragraph goes.
    rows : int64 (paragraphs,)
        Place of each judged paragraph among all of the dataset.
    threshold : float or None
        The one of the defaults; None where the model cannot hold the default loss: it then
        strips nothing.
    left_whole : mapping of Because to int
        Articles that the guard or their language kept whole.
    """

    judged: Judged
    facts: int
    facts_kept: int
    cut_at: Doubles
    rows: NDArray[np.int64]
    threshold: float | None
    left_whole: Mapping[Because, int]

    @cached_property
    def curve(self) -> LossCurve:
        """Loss and gain by threshold on these labels; the guard and languages don't count."""
        judged = self.judged
        used, first, place = np.unique(judged.document, return_index=True, return_inverse=True)
        assert len(used)  # `evaluate` refuses labels without a judged paragraph
        return LossCurve.measure(
            self.cut_at,
            judged.is_padding,
            judged.words,
            place,
            [str(name) for name in judged.collection[first]],
        )

    @property
    def share_kept(self) -> float | None:
        """Share of the substance's facts that survives; None where it has none."""
        return self.facts_kept / self.facts if self.facts else None

    @property
    def parts(self) -> dict[str, Judged]:
        """All paragraphs, under "all", and those of each collection."""
        return parts_of(self.judged)

    @cached_property
    def _drawn(self) -> dict[int, Samples]:
        return {}

    def samples(self, resamples: int = RESAMPLES) -> Samples:
        """All figures on documents drawn again and again; computed once.

        The n-th value is of the same documents for every model that judged the same paragraphs.
        """
        if resamples not in self._drawn:
            whole = bootstrap(self.judged, FIGURES, resamples)
            # Of a single collection the figures are those of all.
            figures = {
                name: whole
                if len(part.kind) == len(self.judged.kind)
                else bootstrap(part, FIGURES, resamples)
                for name, part in self.parts.items()
            }
            recalls = bootstrap(self.judged, kind_recalls(self.judged), resamples)
            self._drawn[resamples] = Samples(figures, recalls)
        return self._drawn[resamples]

    def to_json(self, resamples: int = RESAMPLES) -> dict[str, Any]:
        """All figures; intervals are the 5th and 95th percentile over documents.

        What cannot be given, such as the average precision of labels without padding, is None.

        Parameters
        ----------
        resamples : int
            Draws of documents behind each interval.
        """
        judged = self.judged
        samples = self.samples(resamples)
        spans = {
            name: {figure: interval(values) for figure, values in columns.items()}
            for name, columns in samples.figures.items()
        }
        recalls = {name: interval(values) for name, values in samples.recalls.items()}
        kinds = {
            kind.value: {**row, "recall_interval": recalls[kind.value]}
            for kind, row in by_kind(judged).items()
        }
        groups = {}
        for group in (Group.BOILERPLATE, Group.FILLER):
            members = [kind for kind in PADDING_KINDS if kind.group is group]
            own = np.isin(judged.kind, [KINDS.index(kind) for kind in members])
            if own.any():
                groups[group.value] = {
                    "paragraphs": int(own.sum()),
                    "recall": recall_of(members)(judged),
                    "recall_interval": recalls[group.value],
                }
        found = {
            "figures": by_collection(judged),
            "intervals": spans,
            "kinds": kinds,
            "groups": groups,
            "facts": {
                "in_substance": self.facts,
                "kept": self.facts_kept,
                "share_kept": self.share_kept,
            },
            "sizes": {name: _sizes(part) for name, part in self.parts.items()},
            "paragraphs": len(judged.kind),
            "documents": len(np.unique(judged.document)),
            "threshold": self.threshold,
            "left_whole": {because.value: n for because, n in self.left_whole.items()},
        }
        clean: dict[str, Any] = as_json(found)
        return clean


def _sizes(judged: Judged) -> dict[str, int]:
    return {
        "documents": len(np.unique(judged.document)),
        "paragraphs": len(judged.kind),
        "padding_paragraphs": int(judged.is_padding.sum()),
        "words": int(judged.words.sum()),
        "padding_words": int((judged.words * judged.is_padding).sum()),
    }


def evaluate(bundle: Bundle, dataset: Dataset, n_jobs: int = 1) -> Evaluation:
    """Score a dataset at the model's defaults.

    Raises
    ------
    LabelError
        Where no paragraph is labelled.
    """
    if not dataset.paragraph_judged.any():
        raise LabelError(
            "none of the paragraphs has a label, so there is nothing to judge by; label some, or "
            "name a file with labels"
        )
    scorer = Scorer(bundle, n_jobs)
    threshold = default_threshold(scorer)
    # A model that cannot hold the default loss strips nothing, as in training's own figures.
    wishes: Wishes = {} if threshold is not None else {"threshold": 1.0}
    padding: list[float] = []
    strip: list[bool] = []
    kinds: list[list[float]] = []
    cut_at: list[float] = []
    whole: Counter[Because] = Counter()
    wanted = kept = 0
    for number, scored in enumerate(scorer.score_many(dataset.documents, **wishes)):
        labels = dataset.labelled[number].paragraphs
        rows = []
        for paragraph, label, verdict in zip(
            scored.document.paragraphs, labels, scored.verdicts, strict=True
        ):
            goes = verdict.strip and threshold is not None
            padding.append(verdict.padding)
            strip.append(goes)
            cut_at.append(verdict.cut_at)
            kinds.append([1 - verdict.padding, *(verdict.kinds[k] for k in PADDING_KINDS)])
            substance = label.kind is not None and not label.kind.is_padding
            rows.append((paragraph.content, substance, goes))
        found = facts_kept(rows)
        wanted, kept = wanted + found[0], kept + found[1]
        whole.update({v.because for v in scored.verdicts}.intersection(_LEFT_WHOLE))
    judged = Judged(
        dataset.kinds,
        np.array(padding),
        np.array(kinds).reshape(-1, len(KINDS)),
        np.array(strip, np.bool_),
        dataset.words,
        dataset.document_of,
        np.array(dataset.collections)[dataset.document_of],
    )
    places = np.flatnonzero(dataset.paragraph_judged)
    return Evaluation(
        judged.take(places), wanted, kept, np.array(cut_at)[places], places, threshold, dict(whole)
    )


def default_threshold(scorer: Scorer) -> float | None:
    """The threshold of the defaults; None where the model's curve supports no loss so small."""
    policy = Policy()
    assert policy.loss is not None  # the default policy sets no threshold
    if scorer.bundle.curve.smallest > policy.loss:
        return None
    return scorer.threshold(policy)
