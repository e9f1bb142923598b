"""Figures in words: how the report writes a number, and what each figure means."""

from __future__ import annotations

from collections.abc import Sequence

NAMES = {
    "ap": "average precision",
    "f1_half": "F1 at 0.5",
    "f1_strip": "F1 of strip",
    "f1_best": "best F1",
    "stripped_at_1pct": "stripped at 1% loss",
    "loss": "substance lost",
    "gain": "padding gone",
    "ece": "calibration error",
    "kind_accuracy": "right kind",
}

MEANINGS = {
    "ap": "how well padding is ranked above substance, over all thresholds; 1 is perfect",
    "f1_half": "harmonic mean of precision and recall where padding has a probability of a half",
    "f1_strip": "the same for what strip takes at the defaults",
    "f1_best": "the same at the threshold that is best for these labels",
    "stripped_at_1pct": "padding words gone when one in a hundred substance words is, taking "
    "paragraphs by falling probability",
    "loss": "substance words that go at the defaults",
    "gain": "padding words that go at the defaults",
    "ece": "how far probabilities lie from what they say, on average; 0 is perfect",
    "kind_accuracy": "padding found at a half that got the kind of its label",
}

_SHARES = frozenset({"loss", "gain", "stripped_at_1pct", "kind_accuracy"})
"""Figures that are read as percent; the others as decimals."""


def percent(share: float) -> str:
    """A share as people write it.

    Examples
    --------
    >>> percent(0.0125), percent(0.3), percent(0.0005), percent(0.999)
    ('1.2%', '30%', '0.05%', '99.9%')
    """
    shown = 100 * share
    # What is nearly all must not read as all of it.
    places = 0 if 10 <= shown < 99 or shown == 100 else 1
    return f"{shown:.{places}f}%" if shown >= 10 else f"{float(f'{shown:.2g}'):g}%"


def said(figure: str, value: float | None) -> str:
    """A figure's value; a dash where it cannot be given."""
    if value is None:
        return "–"
    return percent(value) if figure in _SHARES else f"{value:.3f}"


def span(figure: str, ends: Sequence[float | None]) -> str:
    """An interval of a figure; empty where it has none."""
    low, high = ends
    return "" if low is None or high is None else f"{said(figure, low)} to {said(figure, high)}"


def signed(figure: str, value: float | None) -> str:
    """A difference of a figure: in points of a percent (pt) where it is read as percent.

    Examples
    --------
    >>> signed("ap", -0.0123), signed("loss", 0.0012), signed("gain", -0.15), signed("ap", 0.0)
    ('−0.012', '+0.12 pt', '−15.0 pt', '0')
    """
    if value is None:
        return "–"
    if not value:
        return "0"
    points = 100 * value
    is_share = figure in _SHARES
    number = f"{points:+.{2 if abs(points) < 1 else 1}f} pt" if is_share else f"{value:+.3f}"
    return number.replace("-", "−")


def signed_span(figure: str, ends: Sequence[float | None]) -> str:
    """An interval of a difference; empty where it has none."""
    low, high = ends
    return "" if low is None or high is None else f"{signed(figure, low)} to {signed(figure, high)}"


def won(winner: str | None) -> str:
    """How a model does against another, by who wins."""
    return {"model": "better", "against": "worse", None: "not settled"}[winner]
