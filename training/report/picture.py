"""All plots as one picture, for slides, reviews and issues."""

from __future__ import annotations

import io
import textwrap

from defiller.model.page.paragraphs import showable
from defiller.training.report.findings import Findings
from defiller.training.report.palette import INK, SOFT, style
from defiller.training.report.plots import SCORE_PLOTS
from defiller.training.report.plots_by_part import DIFFERENCE_PLOT, FAMILY_PLOT, KIND_PLOTS
from defiller.training.report.plotting import Plot

DOTS = 130
"""Dots an inch: the picture has some 1,700 pixels across, sharp on a doubled screen."""

_WIDTH = 13.2
_HEAD = 0.6
_LINE = 0.19
_TITLE = 0.4
"""Inches: of the picture's title, of a line below it, of a plot's title. Plots keep the
proportions that they have on the page, as far as their row lets them."""

_LETTERS = 150
"""Of a line below the title."""


def report_picture(found: Findings) -> bytes:
    """The plots as PNG, light, with the names of models and labels above.

    Raises
    ------
    ModuleNotFoundError
        Where matplotlib, of the extra ``report``, is not installed.
    """
    from matplotlib.figure import Figure

    rows: list[tuple[Plot, ...]] = [
        SCORE_PLOTS[:2],
        SCORE_PLOTS[2:],
        KIND_PLOTS,
        (FAMILY_PLOT,),
    ]
    if found.differences is not None:
        rows.insert(0, (DIFFERENCE_PLOT,))
    heights = [_height(row) for row in rows]
    about = _about(found)
    head = _HEAD + _LINE * len(about)
    with style():
        figure = Figure((_WIDTH, head + sum(heights)), layout="constrained", facecolor="white")
        parts = figure.subfigures(len(rows) + 1, 1, height_ratios=[head, *heights], squeeze=False)[
            :, 0
        ]
        name = textwrap.shorten(_head(found), 110, placeholder=" …")
        parts[0].text(0.01, 0.92, name, fontsize=16, color=INK, weight="bold", va="top")
        lines = "\n".join(about)
        parts[0].text(0.01, 1 - 0.48 / head, lines, fontsize=10, color=SOFT, va="top")
        for part, row, height in zip(parts[1:], rows, heights, strict=True):
            widths = [plot.width for plot in row]
            cells = part.subfigures(1, len(row), width_ratios=widths, squeeze=False)[0]
            for cell, plot in zip(cells, row, strict=True):
                # Apart from the plot, whose legend stands at its top.
                shares = [_TITLE, height - _TITLE]
                title, place = cell.subfigures(2, 1, height_ratios=shares, squeeze=False)[:, 0]
                title.text(0.01, 0.4, plot.title, fontsize=12, color=INK, weight="bold")
                lacks = plot.lacks(found)
                if lacks is None:
                    plot.draw(place, found)
                else:
                    place.text(0.5, 0.5, textwrap.fill(lacks, 50), ha="center", color=SOFT)
        stream = io.BytesIO()
        written = {"Title": _head(found), "Software": None}
        figure.savefig(stream, format="png", dpi=DOTS, metadata=written)
    return stream.getvalue()


def _height(row: tuple[Plot, ...]) -> float:
    scale = _WIDTH / sum(plot.width for plot in row)
    # A plot that is alone in its row is not blown up.
    return max(plot.height for plot in row) * min(scale, 1.2) + _TITLE


def _head(found: Findings) -> str:
    against = "" if found.against is None else f" against {found.against.name}"
    return showable(f"{found.model.name}{against} on {', '.join(found.labels)}")


def _about(found: Findings) -> list[str]:
    sizes = found.model.figures["sizes"]["all"]
    line = f"{sizes['documents']:,} documents, {sizes['paragraphs']:,} labelled paragraphs."
    return [
        line,
        *(part for text in found.warnings for part in textwrap.wrap(showable(text), _LETTERS)),
    ]
