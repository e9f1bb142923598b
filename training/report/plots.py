"""The plots of the scores: how well padding is ranked, how honest the probabilities are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defiller.model.calibration import Doubles
from defiller.model.curve import LossCurve
from defiller.model.policy import DEFAULT_MAX_LOSS
from defiller.training.figures import Judged
from defiller.training.report import curves
from defiller.training.report.findings import Findings, Measured
from defiller.training.report.palette import INK, PAPER, SOFT
from defiller.training.report.plotting import (
    Plot,
    measured,
    needs_both,
    needs_padding,
    needs_substance,
    short,
    whose,
)
from defiller.training.report.wording import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

LEAST_SHOWN = 0.0005
"""Shares of substance below it stand at the edge: on a logarithmic axis 0 has no place, and one
word in two thousand is less than any of the label sets can tell."""

_SHARES = (LEAST_SHOWN, 0.002, 0.01, 0.05, 0.2, 1.0)
_MOST_SOURCES = 5
"""Lines that can be told apart beside that of all."""


def draw_precision_recall(figure: FigureBase, found: Findings) -> str:
    """Precision over recall, with the point of a half and that of the decision."""
    axes = figure.add_subplot()
    sources = [(n, p) for n, p in found.model.evaluation.parts.items() if n != "all"]
    if found.against is None and 1 < len(sources) <= _MOST_SOURCES:
        for number, (name, part) in enumerate(sources):
            curve = curves.precision_recall(part)
            if curve is not None:
                dots = (0, (1 + number, 1))
                axes.plot(curve.recall, curve.precision, color=SOFT, lw=1.1, ls=dots, label=name)
    told = []
    for model, colour, dash in measured(found):
        judged = model.evaluation.judged
        curve = curves.precision_recall(judged)
        assert curve is not None  # `needs_padding` was asked
        axes.plot(curve.recall, curve.precision, color=colour, ls=dash, label=short(model.name))
        for marker, said in (("o", judged.padding >= 0.5), ("s", judged.strip)):
            precision, recall = _point(judged, said)
            axes.plot([recall], [precision], marker, color=colour, mec=PAPER, ms=9, clip_on=False)
            if marker == "o":
                told.append(
                    f"{whose(found, model)}Average precision {model.figure('ap')}; at a "
                    f"probability of one half precision {_decimal(precision)} and recall "
                    f"{_decimal(recall)}."
                )
    share = float(found.model.evaluation.judged.is_padding.mean())
    axes.axhline(share, color=SOFT, lw=1, ls=":")
    axes.annotate(
        "by lot", (0.01, share), (0, 3), textcoords="offset points", fontsize=8, color=SOFT
    )
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall: share of the padding that is found")
    axes.set_ylabel("precision: padding among the found")
    _legend(figure, axes)
    return " ".join(told)


def _point(judged: Judged, said: np.ndarray) -> tuple[float, float]:
    from sklearn.metrics import precision_score, recall_score

    truth = judged.is_padding
    return (
        float(precision_score(truth, said, zero_division=np.nan)),
        float(recall_score(truth, said, zero_division=np.nan)),
    )


def _decimal(value: float) -> str:
    # There is no precision where nothing is called padding.
    return "unknown" if np.isnan(value) else f"{value:.2f}"


def draw_calibration(figure: FigureBase, found: Findings) -> str:
    """Share of padding over probability, and how many paragraphs have each."""
    axes, below = figure.subplots(2, 1, height_ratios=[4, 1], sharex=True)
    axes.plot([0, 1], [0, 1], color=SOFT, lw=1, ls=":")
    width = 1 / curves.CALIBRATION_BINS
    told = []
    for number, (model, colour, dash) in enumerate(measured(found)):
        bins = curves.calibration(model.evaluation.judged)
        axes.plot(bins.said, bins.true, "o", ls=dash, color=colour, ms=5, label=short(model.name))
        centres = (np.floor(bins.said / width).clip(max=curves.CALIBRATION_BINS - 1) + 0.5) * width
        shift = 0.0 if found.against is None else (number - 0.5) * width * 0.42
        wide = width * (0.85 if found.against is None else 0.42)
        below.bar(centres + shift, bins.count, wide, color=colour)
        error = model.figure("ece")
        told.append(f"{whose(found, model)}Expected calibration error {error}.")
    axes.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="are padding")
    below.set(yscale="log", ylabel="paragraphs", xlabel="probability of padding")
    _plain_log(below.yaxis)
    _legend(figure, axes)
    return " ".join(told)


def draw_loss(figure: FigureBase, found: Findings) -> str:
    """Loss by threshold: as promised, and on these labels."""
    axes = figure.add_subplot()
    told = []
    models = measured(found)
    for model, colour, _ in models:
        here = model.evaluation.curve
        axes.plot(
            here.thresholds,
            here.pooled_loss.clip(min=LEAST_SHOWN),
            color=colour,
            label="on these labels" if found.against is None else short(model.name),
        )
    for model, colour, _ in models:
        promised = model.bundle.curve
        axes.plot(
            promised.thresholds,
            promised.loss.clip(min=LEAST_SHOWN),
            color=colour,
            lw=1.3,
            ls="--",
            label="promised, at worst" if model is models[-1][0] else None,
        )
        if model.evaluation.threshold is not None:
            axes.axvline(model.evaluation.threshold, color=colour, lw=1)
            axes.plot(
                [model.evaluation.threshold],
                [max(model.value("loss") or 0.0, LEAST_SHOWN)],
                "s",
                color=colour,
                mec=PAPER,
                ms=9,
                clip_on=False,
            )
        told.append(whose(found, model) + _told_of_loss(model))
    axes.axhline(DEFAULT_MAX_LOSS, color=SOFT, lw=1, ls=":")
    axes.set(xlim=(0, 1), xlabel="threshold", ylabel="substance words lost")
    _share_axis(axes, "y")
    _legend(figure, axes)
    return " ".join(told)


def _told_of_loss(model: Measured) -> str:
    threshold = model.evaluation.threshold
    if threshold is None:
        return "It cannot hold the default loss and strips nothing."
    lost = percent(model.value("loss") or 0.0)
    return f"At the chosen threshold, {threshold:.3f}, {lost} of the substance words go."


def draw_trade(figure: FigureBase, found: Findings) -> str:
    """What is gained over what is lost, threshold by threshold."""
    axes = figure.add_subplot()
    told = []
    for model, colour, dash in measured(found):
        here, promised = model.evaluation.curve, model.bundle.curve
        if found.against is None:
            axes.plot(
                *_from_edge(promised),
                color=SOFT,
                lw=1.3,
                ls="--",
                label="in training, out of fold",
            )
        label = "on these labels" if found.against is None else short(model.name)
        axes.plot(*_from_edge(here), color=colour, ls=dash, label=label)
        lost, gone = model.value("loss") or 0.0, model.value("gain") or 0.0
        point = [max(lost, LEAST_SHOWN)], [gone]
        axes.plot(*point, "s", color=colour, mec=PAPER, ms=9, clip_on=False)
        told.append(
            f"{whose(found, model)}At the defaults {percent(gone)} of the padding words go, and "
            f"{percent(lost)} of the substance."
        )
    axes.axvline(DEFAULT_MAX_LOSS, color=SOFT, lw=1, ls=":")
    axes.set(ylim=(0, 1.02), xlabel="substance words lost", ylabel="padding words gone")
    axes.yaxis.set_major_formatter(lambda value, _: percent(value))
    _share_axis(axes, "x")
    _legend(figure, axes)
    return " ".join(told)


def _from_edge(curve: LossCurve) -> tuple[Doubles, Doubles]:
    """Loss and gain; of the points that lose next to nothing only the one that gains most."""
    shown = curve.pooled_loss >= LEAST_SHOWN
    edge = np.flatnonzero(~shown)[:1]
    rows = np.concatenate([np.flatnonzero(shown), edge])
    return curve.pooled_loss[rows].clip(min=LEAST_SHOWN), curve.gain[rows]


def _share_axis(axes: Axes, which: str) -> None:
    from matplotlib.ticker import FixedLocator, NullLocator

    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.axes.set(**{f"{which}scale": "log", f"{which}lim": (LEAST_SHOWN, 1)})
    axis.set_major_locator(FixedLocator(list(_SHARES)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda v, _: percent(v) if v > LEAST_SHOWN else f"≤{percent(v)}")


def _plain_log(axis: object) -> None:
    from matplotlib.axis import Axis
    from matplotlib.ticker import LogLocator, NullLocator

    assert isinstance(axis, Axis)
    axis.set_major_locator(LogLocator(numticks=4))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _legend(figure: FigureBase, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if len(handles) > 1:
        figure.legend(
            handles, labels, loc="outside upper left", ncols=2, handlelength=2.5, labelcolor=INK
        )


SCORE_PLOTS = (
    Plot(
        "precision-recall",
        "Padding found, and how surely",
        "The longer the line stays at the top before it falls, the more padding is found without "
        "calling substance padding. The dot is a probability of one half, the square what strip "
        "takes at the defaults.",
        draw_precision_recall,
        needs_padding,
    ),
    Plot(
        "calibration",
        "Are the probabilities honest?",
        "Of the paragraphs with a probability of 0.8, eight in ten should be padding: points on "
        "the dotted line are honest, points below it claim too much. The bars count paragraphs; "
        "where they are low, points jump about by chance.",
        draw_calibration,
    ),
    Plot(
        "loss",
        "What a threshold costs",
        "The dashed line is what the model promises from its training data: the worst kind of "
        "site, at the upper end of a 90% interval. On labels like those the solid line stays "
        "below it. The upright line is the chosen threshold, the dotted one a loss of "
        f"{percent(DEFAULT_MAX_LOSS)}.",
        draw_loss,
        needs_substance,
    ),
    Plot(
        "trade",
        "What is gained for it",
        "Up and to the left is better: more padding gone for less substance. The square is the "
        "chosen point; moving right along the line is what a higher --max-loss buys.",
        draw_trade,
        needs_both,
    ),
)
