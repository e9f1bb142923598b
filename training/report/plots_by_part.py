"""The plots of kinds, families of signals and sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from defiller.labels.kinds import KINDS, Group, Kind
from defiller.training.report import curves
from defiller.training.report.findings import Findings
from defiller.training.report.palette import (
    AGAINST,
    BOILERPLATE,
    FILLER,
    INK,
    MODEL,
    PAPER,
    SOFT,
)
from defiller.training.report.plotting import Plot, measured, needs_padding, short
from defiller.training.report.wording import percent, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

_HUES = {Group.SUBSTANCE: SOFT, Group.BOILERPLATE: BOILERPLATE, Group.FILLER: FILLER}
_DEEPEST = 0.55
"""Opacity of a cell that holds its whole row: text on it keeps its contrast in both schemes."""

DIFFERENCES = {
    "ap": "average precision",
    "f1_half": "F1 at 0.5",
    "stripped_at_1pct": "stripped at 1% loss",
}
"""The figures that a comparison draws: of the ranking, of the verdicts, and of both in words."""


def draw_confusion(figure: FigureBase, found: Findings) -> str:
    """Labelled kinds by said kinds; a cell is tinted by its share of the row."""
    from matplotlib.patches import Rectangle

    judged = found.model.evaluation.judged
    table = curves.confusion(judged)
    there = np.flatnonzero(table.any(axis=0) | table.any(axis=1))
    axes = figure.add_subplot()
    axes.grid(visible=False)
    size = len(there)
    for y, row in enumerate(there):
        whole = max(int(table[row].sum()), 1)
        for x, column in enumerate(there):
            count = int(table[row, column])
            if not count:
                continue
            hue = _HUES[KINDS[column].group]
            tint = _DEEPEST * count / whole
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=hue, alpha=tint, lw=0))
            bold = "bold" if row == column else "normal"
            axes.text(
                x, y, f"{count:,}", ha="center", va="center", fontsize=8.5, color=INK, weight=bold
            )
        axes.add_patch(Rectangle((y - 0.5, y - 0.5), 1, 1, fill=False, edgecolor=SOFT, lw=0.8))
    names = [KINDS[number].value for number in there]
    axes.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5), ylabel="labelled", xlabel="said")
    axes.set_xticks(range(size), names, rotation=45, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(size), names)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    right = int(np.trace(table))
    lost, kept = int(table[0, 1:].sum()), int(table[1:, 0].sum())
    return (
        f"{right:,} of {len(judged.kind):,} paragraphs stand on the diagonal; {lost:,} of "
        f"substance are taken for padding, {kept:,} of padding for substance."
    )


def draw_recalls(figure: FigureBase, found: Findings) -> str:
    """Recall of every kind, with its interval."""
    axes = figure.add_subplot()
    kinds: dict[str, Any] = found.model.figures["kinds"]
    rows = [(name, f"{name} ({row['paragraphs']:,.0f})") for name, row in kinds.items()]
    several = found.against is not None
    for number, (model, _, _) in enumerate(measured(found)):
        shift = (number - 0.5) * 0.34 if several else 0.0
        for y, (name, _) in enumerate(rows):
            row = model.figures["kinds"][name]
            hue = _HUES[Kind(name).group]
            low, high = row["recall_interval"]
            if None not in (low, high):
                axes.plot([low, high], [y + shift] * 2, color=hue, lw=1.6, alpha=0.75)
            axes.plot(
                [row["recall"]],
                [y + shift],
                "o" if number == 0 else "D",
                color=hue if number == 0 else "none",
                mec=PAPER if number == 0 else hue,
                ms=8 if number == 0 else 6,
                clip_on=False,
            )
    axes.set_yticks(range(len(rows)), [label for _, label in rows])
    axes.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5), xlabel="recall: share that is found")
    axes.xaxis.set_major_formatter(lambda value, _: percent(value))
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    if several:
        _two_models(figure, found)
    ranked = sorted(kinds, key=lambda name: kinds[name]["recall"])
    told = [f"{name} {percent(kinds[name]['recall'])}" for name in ranked]
    return f"Found least: {', '.join(told[:3])}; most: {', '.join(told[:-4:-1])}."


def _two_models(figure: FigureBase, found: Findings) -> None:
    from matplotlib.lines import Line2D

    assert found.against is not None
    handles = [
        Line2D(
            [], [], marker="o", ls="", color=SOFT, mec=PAPER, ms=8, label=short(found.model.name)
        ),
        Line2D(
            [], [], marker="D", ls="", color="none", mec=SOFT, ms=6, label=short(found.against.name)
        ),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=2)


def draw_families(figure: FigureBase, found: Findings) -> str:
    """What each family of signals is worth, how much it was used, and what it costs."""
    rows = found.families
    names = [row["family"] for row in rows]
    panels = figure.subplots(1, 3, sharey=True, width_ratios=[3, 2, 2])
    columns = (
        ("ap", "average precision lost\nwhere it is shuffled", MODEL),
        ("gain_share", "share of the gain\nof all splits", SOFT),
        ("microseconds", "microseconds\na paragraph", SOFT),
    )
    for axes, (key, label, colour) in zip(panels, columns, strict=True):
        values = [row[key] or 0.0 for row in rows]
        axes.barh(range(len(rows)), values, color=colour, height=0.65)
        axes.axvline(0, color=SOFT, lw=0.8)
        axes.set_xlabel(label)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.locator_params(axis="x", nbins=4)
    panels[1].xaxis.set_major_formatter(lambda value, _: percent(value))
    panels[0].set_yticks(range(len(rows)), names)
    panels[0].set_ylim(len(rows) - 0.4, -0.6)
    cost = sum(row["microseconds"] for row in rows)
    best = ", ".join(f"{row['family']} ({row['ap'] or 0:.3f})" for row in rows[:3])
    return (
        f"Most average precision is lost without {best}; all together cost {cost:.0f} microseconds "
        "a paragraph, reading and trees not counted."
    )


def draw_differences(figure: FigureBase, found: Findings) -> str:
    """Differences of two models by source, with paired intervals."""
    assert found.differences is not None  # `needs_two` was asked
    sources: dict[str, Any] = found.differences["figures"]
    panels = figure.subplots(1, len(DIFFERENCES), sharey=True)
    for axes, (key, label) in zip(panels, DIFFERENCES.items(), strict=True):
        for y, rows in enumerate(sources.values()):
            _difference(axes, y, rows[key])
        axes.axvline(0, color=SOFT, lw=1)
        axes.set_xlabel(label)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        reach = max(abs(limit) for limit in axes.get_xlim())
        axes.set_xlim(-reach, reach)
        axes.locator_params(axis="x", nbins=4)
    panels[0].set_yticks(range(len(sources)), [short(name) for name in sources])
    panels[0].set_ylim(len(sources) - 0.4, -0.6)
    told = [
        f"{name} {signed('ap', rows['ap']['difference'])} in average precision"
        for name, rows in sources.items()
        if rows["ap"]["difference"] is not None
    ]
    return "; ".join(told) + "." if told else "No average precision can be given."


def _difference(axes: Axes, y: int, row: dict[str, Any]) -> None:
    if row["difference"] is None:
        return
    colour = {"model": MODEL, "against": AGAINST, None: SOFT}[row["winner"]]
    low, high = row["interval"]
    if None not in (low, high):
        axes.plot([low, high], [y, y], color=colour, lw=2)
    axes.plot([row["difference"]], [y], "o", color=colour, mec=PAPER, ms=9)


def needs_two(found: Findings) -> str | None:
    """Why no differences can be drawn."""
    if found.differences is None:
        return "There is no second model."
    return needs_padding(found)


KIND_PLOTS = (
    Plot(
        "confusion",
        "Which kind is taken for which",
        "Each row is a labelled kind, each column what was said of it; the diagonal is right. "
        "Look at the first row, substance that is taken for padding, and at the first column, "
        "padding that is taken for substance. A cell is the deeper the more of its row it holds.",
        draw_confusion,
        width=8.4,
        height=6.2,
    ),
    Plot(
        "recalls",
        "How much of each kind is found",
        "Points far to the right are kinds that are found; long lines are 90% intervals of kinds "
        "that too few documents have to say much. In brackets: labelled paragraphs.",
        draw_recalls,
        needs_padding,
        height=4.6,
    ),
)

FAMILY_PLOT = Plot(
    "families",
    "What each family of signals is worth",
    "On the left what goes when a family's signals are shuffled among the paragraphs: long bars "
    "carry the model, bars at zero could be left out. In the middle how much of the trees was "
    "built on it, on the right what it costs. Families share what they know, so the losses don't "
    "add up.",
    draw_families,
    needs_padding,
    width=8.4,
    height=5.2,
)

DIFFERENCE_PLOT = Plot(
    "differences",
    "Which model is better, by source",
    "Points to the right of the line are sources where the first model is better; where the "
    "interval crosses the line, these documents don't settle it.",
    draw_differences,
    needs_two,
    width=8.4,
    height=2.8,
)
