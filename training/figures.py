"""The named figures of quality, and their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defiller.labels.kinds import KINDS, PADDING_KINDS, Group, Kind
from defiller.model.calibration import Doubles

Bools = NDArray[np.bool_]

RESAMPLES = 200
"""Draws of documents behind an interval: with more, its ends move by less than they would with
other documents."""


@dataclass(frozen=True)
class Judged:
    """Paragraphs with labels and predictions, what all figures are computed from.

    Attributes
    ----------
    kind : int64 (paragraphs,)
        Place of the label in ``KINDS``.
    padding : float64 (paragraphs,)
    kinds : float64 (paragraphs, ``KINDS``)
    strip : bool (paragraphs,)
        The decision at the defaults.
    words : float64 (paragraphs,)
    document : int64 (paragraphs,)
    collection : str (paragraphs,)
    """

    kind: NDArray[np.int64]
    padding: Doubles
    kinds: Doubles
    strip: Bools
    words: Doubles
    document: NDArray[np.int64]
    collection: NDArray[np.str_]

    def take(self, rows: NDArray[np.int64] | Bools) -> Judged:
        """Some of the paragraphs."""
        return Judged(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    @property
    def is_padding(self) -> Bools:
        """Which paragraphs are labelled padding."""
        return self.kind > 0

    @property
    def said(self) -> NDArray[np.int64]:
        """Place in ``KINDS`` of what is said of each: substance where padding < 0.5."""
        likeliest = 1 + self.kinds[:, 1:].argmax(axis=1)
        return np.where(self.padding >= 0.5, likeliest, 0)


def ap(judged: Judged) -> float:
    """Average precision of padding."""
    from sklearn.metrics import average_precision_score

    if not judged.is_padding.any():
        return float("nan")
    return float(average_precision_score(judged.is_padding, judged.padding))


def _f1(truth: Bools, said: Bools) -> float:
    whole = truth.sum() + said.sum()
    return float(2 * (truth & said).sum() / whole) if whole else float("nan")


def f1_half(judged: Judged) -> float:
    """F1 of padding at padding >= 0.5."""
    return _f1(judged.is_padding, judged.padding >= 0.5)


def f1_strip(judged: Judged) -> float:
    """F1 of padding for the decision at the defaults."""
    return _f1(judged.is_padding, judged.strip)


def f1_best(judged: Judged) -> float:
    """The best F1 of padding over all thresholds."""
    from sklearn.metrics import precision_recall_curve

    if not judged.is_padding.any():
        return float("nan")
    precision, recall, _ = precision_recall_curve(judged.is_padding, judged.padding)
    return float((2 * precision * recall / np.maximum(precision + recall, 1e-12)).max())


def stripped_at_1pct(judged: Judged) -> float:
    """Share of padding words gone when 1 % of the substance words are, by order of padding."""
    order = np.argsort(-judged.padding, kind="stable")
    words, padding = judged.words[order], judged.is_padding[order]
    lost, gone = np.cumsum(words * ~padding), np.cumsum(words * padding)
    if not gone.size or not gone[-1]:
        return float("nan")
    reached = int(np.searchsorted(lost, 0.01 * lost[-1], side="right"))
    return float(gone[reached - 1] / gone[-1]) if reached else 0.0


def loss(judged: Judged) -> float:
    """Share of the substance words that go at the defaults."""
    substance = judged.words * ~judged.is_padding
    return float((substance * judged.strip).sum() / max(substance.sum(), 1))


def gain(judged: Judged) -> float:
    """Share of the padding words that go at the defaults."""
    padding = judged.words * judged.is_padding
    return float((padding * judged.strip).sum() / padding.sum()) if padding.sum() else float("nan")


def ece(judged: Judged, bins: int = 15) -> float:
    """Expected calibration error of padding, over bins of equal width."""
    place = np.minimum((judged.padding * bins).astype(np.int64), bins - 1)
    count = np.bincount(place, minlength=bins)
    said = np.bincount(place, judged.padding, bins)
    true = np.bincount(place, judged.is_padding, bins)
    return float(np.abs(said - true).sum() / max(count.sum(), 1))


def kind_accuracy(judged: Judged) -> float:
    """Share of the found padding (>= 0.5) that got its right kind."""
    found = judged.is_padding & (judged.padding >= 0.5)
    if not found.any():
        return float("nan")
    return float((judged.said[found] == judged.kind[found]).mean())


Figure = Callable[[Judged], float]

FIGURES: dict[str, Figure] = {
    "ap": ap,
    "f1_half": f1_half,
    "f1_strip": f1_strip,
    "f1_best": f1_best,
    "stripped_at_1pct": stripped_at_1pct,
    "loss": loss,
    "gain": gain,
    "ece": ece,
    "kind_accuracy": kind_accuracy,
}

LOWER_IS_BETTER = frozenset({"loss", "ece"})
"""Figures of which less is better; of all others more is."""


def all_figures(judged: Judged) -> dict[str, float]:
    """Every named figure."""
    return {name: figure(judged) for name, figure in FIGURES.items()}


def by_collection(judged: Judged) -> dict[str, dict[str, float]]:
    """Figures of all paragraphs, under "all", and of each collection."""
    return {name: all_figures(part) for name, part in parts_of(judged).items()}


def parts_of(judged: Judged) -> dict[str, Judged]:
    """All paragraphs, under "all", and those of each collection, under its name."""
    parts = {"all": judged}
    for name in dict.fromkeys(judged.collection.tolist()):
        # A label file may be called all.jsonl, and is not all of them.
        key = f"{name} (file)" if name == "all" else str(name)
        parts[key] = judged.take(judged.collection == name)
    return parts


def recall_of(members: Sequence[Kind]) -> Figure:
    """The share of the paragraphs of some padding kinds that padding >= 0.5 finds."""
    numbers = [KINDS.index(kind) for kind in members]

    def recall(judged: Judged) -> float:
        own = np.isin(judged.kind, numbers)
        return float((judged.padding[own] >= 0.5).mean()) if own.any() else float("nan")

    return recall


def kind_recalls(judged: Judged) -> dict[str, Figure]:
    """Recall of every kind that is labelled, and of both groups, by their names."""
    there = set(judged.kind.tolist())
    kinds = [kind for kind in PADDING_KINDS if KINDS.index(kind) in there]
    groups = {
        group.value: [kind for kind in kinds if kind.group is group]
        for group in (Group.BOILERPLATE, Group.FILLER)
    }
    return {
        **{kind.value: recall_of([kind]) for kind in kinds},
        **{name: recall_of(members) for name, members in groups.items() if members},
    }


def by_kind(judged: Judged) -> dict[Kind, dict[str, float]]:
    """For each padding kind: paragraphs, recall at 0.5 and share of the found with that kind."""
    found: dict[Kind, dict[str, float]] = {}
    for kind in PADDING_KINDS:
        number = KINDS.index(kind)
        own = judged.kind == number
        if not own.any():
            continue
        hit = own & (judged.padding >= 0.5)
        found[kind] = {
            "paragraphs": float(own.sum()),
            "recall": float(hit.sum() / own.sum()),
            "accuracy": float((judged.said[hit] == number).mean()) if hit.any() else float("nan"),
        }
    return found


def as_json(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Plain values with None for what is not a number, which JSON cannot hold."""
    if isinstance(value, Mapping):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(inner) for inner in value]
    return None if isinstance(value, float) and np.isnan(value) else value


def draws(
    document: NDArray[np.int64], resamples: int = RESAMPLES, seed: int = 0
) -> Iterator[NDArray[np.int64]]:
    """Paragraphs of documents drawn with replacement, as many as there are; once a resample.

    Parameters
    ----------
    document : int64 (paragraphs,)
    resamples : int
    seed : int
        The same one gives the same documents.
    """
    order = np.argsort(document, kind="stable")
    begin = np.flatnonzero(np.diff(document[order], prepend=-1))
    rows = np.split(order, begin[1:])
    random = np.random.default_rng(seed)
    for _ in range(resamples):
        yield np.concatenate([rows[i] for i in random.integers(0, len(rows), len(rows))])


def bootstrap(
    judged: Judged, figures: Mapping[str, Figure], resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, Doubles]:
    """Figures of documents drawn again and again.

    Returns
    -------
    dict of str to float64 (resamples,)
        The n-th value is of the same documents for all figures, and for all predictions of the
        same paragraphs.
    """
    values = []
    for rows in draws(judged.document, resamples, seed):
        drawn = judged.take(rows)
        values.append([figure(drawn) for figure in figures.values()])
    columns = np.array(values, np.float64).reshape(resamples, len(figures)).T
    return dict(zip(figures, columns, strict=True))


def interval(values: Doubles) -> tuple[float, float]:
    """The 5th and the 95th percentile, of what is a number; NaN where nothing is."""
    known = values[~np.isnan(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.05, 0.95])
    return float(low), float(high)


def intervals(
    judged: Judged, figure: Figure, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """A 90 % interval of a figure by bootstrap over documents (Efron 1979).

    Returns
    -------
    tuple of float, the 5th and the 95th percentile
    """
    return interval(bootstrap(judged, {"figure": figure}, resamples, seed)["figure"])
