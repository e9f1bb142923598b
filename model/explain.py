"""Why a paragraph was judged as it was: LightGBM's own contributions, summed by family."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.extractor import FeatureExtractor
from defiller.features.signals import Signal
from defiller.model.bundle import Bundle
from defiller.model.verdict import Reason
from defiller.model.words import FAMILY, words_signals

# Reasons beyond the fifth move a probability by less than a hundredth.
MOST_REASONS = 5


@lru_cache(maxsize=8)
def columns_by_family(language: str) -> tuple[tuple[str, Signal], ...]:
    """Family and signal of every column that the boosters see, in order."""
    chosen = FeatureExtractor(language).chosen
    signals = [(family.name, signal) for family in chosen for signal in family.signals]
    return (*signals, *((FAMILY, signal) for signal in words_signals()))


def explain_rows(bundle: Bundle, batch: Batch, matrix: Floats) -> list[tuple[Reason, ...]]:
    """The families that counted most for each paragraph, strongest first.

    Contributions are TreeSHAP values of the padding booster: with the model's mean they sum to
    the paragraph's log-odds before calibration (Lundberg et al., 2020, as LightGBM's
    ``pred_contrib`` computes them).

    Parameters
    ----------
    bundle : Bundle
    batch : Batch
    matrix : float32 (paragraphs, features)
        What the paragraphs of the batch were scored on.

    Returns
    -------
    list of tuple of Reason, one a paragraph
    """
    if not len(matrix):
        return []
    columns = columns_by_family(bundle.language)
    values = np.asarray(
        bundle.classifier.padding_booster_.predict(matrix, pred_contrib=True), np.float64
    )[:, :-1]
    names = list(dict.fromkeys(family for family, _ in columns))
    member = np.array([names.index(family) for family, _ in columns])
    total = np.zeros((len(matrix), len(names)))
    for number in range(len(names)):
        total[:, number] = values[:, member == number].sum(axis=1)
    order = np.argsort(-np.abs(total), axis=1, kind="stable")[:, :MOST_REASONS]
    return [
        tuple(
            _reason(
                names[family],
                total[row, family],
                values[row],
                member == family,
                row,
                batch,
                matrix,
                columns,
            )
            for family in order[row]
        )
        for row in range(len(matrix))
    ]


def _reason(
    family: str,
    contribution: float,
    values: np.ndarray,
    inside: np.ndarray,
    row: int,
    batch: Batch,
    matrix: Floats,
    columns: tuple[tuple[str, Signal], ...],
) -> Reason:
    """The family's reason, told by the signal that moved most in its direction."""
    places = np.flatnonzero(inside)
    strongest = int(places[np.argmax(values[places] * np.sign(contribution))])
    signal = columns[strongest][1]
    return Reason(
        family, float(contribution), tell(signal, float(matrix[row, strongest]), batch, row)
    )


def tell(signal: Signal, value: float, batch: Batch, row: int) -> str:
    """A signal and its value as a sentence."""
    above = int(batch.heading_above[row])
    if above >= 0 and ("under_" in signal.name or signal.name.startswith("heading_")):
        return f"stands under the heading {batch.contents[above][:60]!r}"
    if np.isnan(value):
        return f"{signal.sentence}: there is none"
    if signal.sentence.startswith("share of"):
        return f"{value:.0%}: {signal.sentence}"
    if float(value).is_integer():
        return f"{signal.sentence}: {int(value)}"
    return f"{signal.sentence}: {value:.2f}"
