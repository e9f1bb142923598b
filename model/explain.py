"""Why a paragraph was judged as it was: LightGBM's own contributions, summed by family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from defiller.features.batch import Batch, Floats
from defiller.features.signal_matrix import SignalMatrix
from defiller.features.signals import Signal
from defiller.features.signals.family import begins
from defiller.model.bundle import Bundle
from defiller.model.calibration import Doubles
from defiller.model.scene import Scene
from defiller.model.sentences import SENTENCES
from defiller.model.telling import rounded
from defiller.model.verdict import Reason
from defiller.model.words import FAMILY, words_signals

# Reasons beyond the fifth move a probability by less than a hundredth.
MOST_REASONS = 5

# What is there says more than what is missing, and what is the paragraph's own more than what is
# the same all through the article. So a family is told by a signal that is not zero and not the
# article's, where one moved at least this share of what the strongest did.
NEARLY_AS_STRONG = 0.5
_OF_THE_ARTICLE = ("document_", "question_headings")


@lru_cache(maxsize=8)
def columns_by_family(language: str) -> tuple[tuple[str, Signal], ...]:
    """Family and signal of every column that the padding booster sees, in order."""
    chosen = SignalMatrix(language).chosen
    signals = [(family.name, signal) for family in chosen for signal in family.signals]
    return (*signals, *((FAMILY, signal) for signal in words_signals()))


@dataclass(frozen=True)
class Contributions:
    """What each signal and each family moved, in log-odds of padding before calibration.

    They are TreeSHAP values of the padding booster (Lundberg et al., 2020, as LightGBM's
    ``pred_contrib`` computes them): with ``base`` they sum to the paragraph's margin.

    Attributes
    ----------
    families : tuple of str
    of_signals : float64 (paragraphs, signals)
    of_families : float64 (paragraphs, families)
    base : float64 (paragraphs,)
        The margin before anything is known of the paragraph.
    family_of : int64 (signals,)
        Place of each signal's family in ``families``.
    """

    families: tuple[str, ...]
    of_signals: Doubles
    of_families: Doubles
    base: Doubles
    family_of: NDArray[np.int64]


def contributions(bundle: Bundle, matrix: Floats) -> Contributions:
    """What moved the padding of each paragraph.

    Parameters
    ----------
    bundle : Bundle
    matrix : float32 (paragraphs, signals)
        What the paragraphs were scored on.
    """
    owners = [family for family, _ in columns_by_family(bundle.language)]
    families = tuple(dict.fromkeys(owners))
    family_of = np.array([families.index(family) for family in owners], np.int64)
    values = np.zeros((0, len(owners) + 1))
    if len(matrix):
        classifier = bundle.classifier
        told = classifier.padding_booster_.predict(
            matrix, pred_contrib=True, num_threads=classifier.n_jobs
        )
        values = np.asarray(told, np.float64)
    # A family's signals stand together. A matrix product would round a row otherwise beside others
    # than alone.
    begin = begins(family_of).nonzero()[0]
    # The columns behind these are for the booster for kinds; this one never splits on them.
    signals = values[:, : len(owners)]
    of_families = np.add.reduceat(signals, begin, axis=1)
    return Contributions(families, signals, of_families, values[:, -1], family_of)


def explain_rows(
    bundle: Bundle, batch: Batch, matrix: Floats, rows: Sequence[int] | None = None
) -> list[tuple[Reason, ...]]:
    """The families that counted most for a paragraph, strongest first.

    Parameters
    ----------
    bundle : Bundle
    batch : Batch
    matrix : float32 (paragraphs, signals)
        What the paragraphs of the batch were scored on.
    rows : sequence of int or None
        The paragraphs to explain, all of them by default; TreeSHAP takes ten milliseconds each.

    Returns
    -------
    list of tuple of Reason, one a paragraph that was to be explained
        At most ``MOST_REASONS``, and none of a family that moved nothing.
    """
    wanted = range(len(matrix)) if rows is None else rows
    matrix = matrix[list(wanted)]
    moved = contributions(bundle, matrix)
    columns = columns_by_family(bundle.language)
    order = np.argsort(-np.abs(moved.of_families), axis=1, kind="stable")[:, :MOST_REASONS]
    own = np.array([not s.name.startswith(_OF_THE_ARTICLE) for _, s in columns], np.bool_)
    reasons = []
    for row, strongest in enumerate(order):
        scene = Scene(batch, wanted[row], bundle.language)
        told = []
        for family in strongest[moved.of_families[row, strongest] != 0]:
            contribution = float(moved.of_families[row, family])
            places = np.flatnonzero(moved.family_of == family)
            push = moved.of_signals[row, places] * np.sign(contribution)
            place = int(places[_telling(push, matrix[row, places], own[places])])
            sentence = tell(columns[place][1], float(matrix[row, place]), scene)
            told.append(Reason(moved.families[family], contribution, sentence))
        reasons.append(tuple(told))
    return reasons


def _telling(push: Doubles, values: Floats, own: NDArray[np.bool_]) -> int:
    """Which of a family's signals it is told by.

    Parameters
    ----------
    push : float64 (signals,)
        Contributions, positive in the family's direction.
    values : float32 (signals,)
    own : bool (signals,)
        Whether they are the paragraph's own and not the article's.
    """
    there = (values != 0) & ~np.isnan(values) & own
    worth = there & (push >= NEARLY_AS_STRONG * push.max())
    return int(np.argmax(np.where(worth, push, -np.inf) if worth.any() else push))


def tell(signal: Signal, value: float, scene: Scene) -> str:
    """A signal's value as a sentence about the paragraph, without its subject."""
    form = SENTENCES.get(signal.name)
    if form is not None:
        return form(value, scene)
    # A signal of a family that somebody adds is told by what it says of itself.
    return f"{signal.sentence}: {'unknown' if np.isnan(value) else rounded(value)}"
