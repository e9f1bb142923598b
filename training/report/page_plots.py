"""Plots as they stand on the page."""

from __future__ import annotations

from dataclasses import dataclass

from defiller.model.page.shell import trusted
from defiller.training.report.findings import Findings
from defiller.training.report.plotting import Plot
from defiller.training.report.vector import drawn

_WIDE = 8.0
"""Inches from which on a plot takes the whole width of the page."""


@dataclass(frozen=True)
class PlotShown:
    """A plot on the page: its drawing, or why there is none."""

    name: str
    title: str
    look_for: str
    drawing: str | None
    told: str
    wide: bool


def plot_shown(plot: Plot, found: Findings) -> PlotShown:
    """Draw a plot where it can be drawn."""
    lacks = plot.lacks(found)
    if lacks is not None:
        return PlotShown(plot.name, plot.title, plot.look_for, None, lacks, plot.width >= _WIDE)
    drawing, told = drawn(plot, found)
    return PlotShown(
        plot.name, plot.title, plot.look_for, trusted(drawing), told, plot.width >= _WIDE
    )
