"""All that a report shows, computed once: for the page, the picture and the JSON alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from defiller.model.bundle import Bundle
from defiller.training.ablation import ablate
from defiller.training.compare import Comparison
from defiller.training.dataset import Dataset
from defiller.training.evaluate import Evaluation
from defiller.training.report import curves
from defiller.training.report.cases import Case, cases_of, varied, worst_rows

MOST_CHANGED = 8
"""Changed paragraphs in each direction; fewer than of the worst, as they stand beside those."""


@dataclass(frozen=True)
class Measured:
    """A model and what was found of it.

    Attributes
    ----------
    name : str
        "name@hash".
    bundle : Bundle
    evaluation : Evaluation
    figures : dict
        `Evaluation.to_json`.
    """

    name: str
    bundle: Bundle
    evaluation: Evaluation
    figures: dict[str, Any]

    def value(self, figure: str) -> float | None:
        """A figure over all paragraphs; None where it cannot be given."""
        found: float | None = self.figures["figures"]["all"][figure]
        return found

    def figure(self, figure: str) -> str:
        """The same with three decimals, or "unknown"."""
        value = self.value(figure)
        return "unknown" if value is None else f"{value:.3f}"


@dataclass(frozen=True)
class Findings:
    """What a report shows.

    Attributes
    ----------
    model : Measured
    against : Measured or None
        The model that it is compared with.
    differences : dict or None
        `Comparison.to_json`.
    families : list of dict
        `ablate`.
    lost, missed : list of Case
        Substance taken for padding, and padding taken for substance, worst first.
    spoiled, mended : list of Case
        Where the other model is right and this one wrong, and the other way round; empty
        without another.
    warnings : tuple of str
        What a reader must know before the figures.
    labels : tuple of str
        Label files, by their bare names.
    command : str
        What makes the report again.
    """

    model: Measured
    against: Measured | None
    differences: dict[str, Any] | None
    families: list[dict[str, Any]]
    lost: list[Case]
    missed: list[Case]
    spoiled: list[Case]
    mended: list[Case]
    warnings: tuple[str, ...]
    labels: tuple[str, ...]
    command: str

    def to_json(self) -> dict[str, Any]:
        """Everything as plain values: the figures, what is plotted, and the worst paragraphs."""
        found = summary(self.model, self.against, self.differences, self.warnings)
        models = {"model": self.model, "against": self.against}
        found["ablation"] = self.families
        found["curves"] = {
            name: _curves(model) for name, model in models.items() if model is not None
        }
        sides = ("lost", "missed", *(("spoiled", "mended") if self.against else ()))
        found["worst"] = {side: [case.to_json() for case in getattr(self, side)] for side in sides}
        found["labels"] = list(self.labels)
        found["command"] = self.command
        return found


def summary(
    model: Measured,
    against: Measured | None,
    differences: dict[str, Any] | None,
    warnings: Sequence[str],
) -> dict[str, Any]:
    """The figures of one model or two, without what only a report has."""
    found = dict(model.figures)
    found["model"] = model.name
    found["warnings"] = list(warnings)
    if against is not None:
        found["against"] = {"model": against.name, **against.figures}
        found["differences"] = differences
    return found


def _curves(model: Measured) -> dict[str, Any]:
    judged = model.evaluation.judged
    ranked = curves.precision_recall(judged)
    return {
        "precision_recall": None if ranked is None else ranked.to_json(),
        "calibration": curves.calibration(judged).to_json(),
        "confusion": curves.confusion_json(judged),
        "loss_promised": model.bundle.curve.to_json(),
        "loss_here": model.evaluation.curve.to_json(),
        "operating_points": curves.operating_points(model.bundle.curve, model.evaluation),
    }


def find(
    model: Measured,
    against: Measured | None,
    dataset: Dataset,
    *,
    warnings: Sequence[str] = (),
    labels: Sequence[str] = (),
    command: str = "",
) -> Findings:
    """Compute what a report shows beside the figures: families, worst paragraphs, differences."""
    lost, missed = worst_rows(model.evaluation, dataset)
    other = None if against is None else against.evaluation
    differences = None
    spoiled = mended = np.zeros(0, np.int64)
    if other is not None:
        comparison = Comparison(model.evaluation, other)
        differences = comparison.to_json()
        changed = comparison.verdicts
        spoiled, mended = (
            varied(comparison.by_difference(rows), model.evaluation, dataset, MOST_CHANGED)
            for rows in (changed.spoiled, changed.mended)
        )
    # One pass over the documents of all of them.
    rows = np.concatenate([lost, missed, spoiled, mended])
    cases = cases_of(model.bundle, dataset, model.evaluation, rows, other)
    ends = np.cumsum([len(lost), len(missed), len(spoiled)])
    return Findings(
        model,
        against,
        differences,
        ablate(model.bundle, dataset),
        cases[: ends[0]],
        cases[ends[0] : ends[1]],
        cases[ends[1] : ends[2]],
        cases[ends[2] :],
        tuple(warnings),
        tuple(labels),
        command,
    )
