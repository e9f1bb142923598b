"""Quality against speed, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from defiller.benchmark.peers import Family
from defiller.benchmark.runner import Row, Status
from defiller.faults import MissingExtraError, UsageError, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Of the palette of Okabe and Ito (2008), which people with any colour vision tell apart.
_COLOURS = {
    Family.OWN: "#D55E00",
    Family.EXTRACTOR: "#0072B2",
    Family.FILTER: "#009E73",
    Family.LEARNER: "#CC79A7",
}
_MARKERS = {Family.OWN: "o", Family.EXTRACTOR: "s", Family.FILTER: "^", Family.LEARNER: "D"}
_SUFFIXES = (".png", ".svg", ".pdf")


def require(path: Path) -> None:
    """Raise before any work where the picture cannot be made.

    Raises
    ------
    UsageError
        For a suffix of no picture, and without matplotlib.
    """
    from importlib.util import find_spec

    if path.suffix.lower() not in _SUFFIXES:
        raise UsageError(
            f"{show(path)}: give the plot a name that ends in {' or '.join(_SUFFIXES)}"
        )
    if find_spec("matplotlib") is None:
        raise MissingExtraError("--plot", "matplotlib", "benchmark")


def plot(rows: Sequence[Row], stream: IO[bytes], form: str, title: str) -> None:
    """Draw F1 over time an article, one point a peer that was judged.

    Parameters
    ----------
    rows : sequence of Row
    stream : binary file
        Where the picture goes.
    form : {"png", "svg", "pdf"}
    title : str
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator, NullFormatter

    figure = Figure(figsize=(9, 5.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    shown = [
        (row, row.ms_an_article, f1)
        for row in rows
        if row.status is Status.MEASURED
        and row.ms_an_article is not None
        # NaN stands for labels without padding.
        and (f1 := row.quality.get("f1")) is not None
        and f1 == f1
    ]
    for family in Family:
        members = [(x, y) for row, x, y in shown if row.peer.family is family]
        if members:
            axes.scatter(
                [x for x, _ in members],
                [y for _, y in members],
                s=60,
                color=_COLOURS[family],
                marker=_MARKERS[family],
                label=family.value,
                zorder=3,
            )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(-0.08, 1)  # room for the names of those that find nothing
    axes.margins(x=0.2)
    axes.grid(visible=True, which="major", color="#dddddd", zorder=0)
    axes.set_xlabel("CPU time an article, ms (one thread; further left is faster)")
    axes.set_ylabel("F1 of padding, by paragraphs")
    axes.set_title(title, loc="left", fontsize=10)
    figure.draw_without_rendering()  # settles where points lie, which labels are set by
    _name(axes, shown)
    axes.legend(loc="upper right", fontsize=8)
    figure.savefig(stream, format=form, dpi=150)


_CHARACTER, _LINE, _GAP = 4.6, 10.0, 7.0
"""Points: width and height of a letter at the labels' size, and their distance from the point."""


def _name(axes: Axes, shown: Sequence[tuple[Row, float, float]]) -> None:
    """Set each point's label where it covers no other: beside it, above it or below it."""
    scale = axes.figure.dpi / 72
    taken: list[tuple[float, float, float, float]] = []
    corners = axes.bbox.get_points() / scale
    frame = (corners[0][0], corners[0][1], corners[1][0], corners[1][1])
    points = [axes.transData.transform((x, y)) / scale for _, x, y in shown]
    for x, y in points:
        taken.append((x - _GAP / 2, y - _GAP / 2, x + _GAP / 2, y + _GAP / 2))
    for (row, data_x, data_y), (x, y) in zip(shown, points, strict=True):
        text = _label(row)
        width = len(text) * _CHARACTER
        choices = [
            (_GAP, -_LINE / 3),
            (-_GAP - width, -_LINE / 3),
            (-width / 2, _GAP),
            (-width / 2, -_GAP - _LINE),
            (_GAP, _GAP),
            (_GAP, -_GAP - _LINE),
            (-_GAP - width, _GAP),
            (-_GAP - width, -_GAP - _LINE),
        ]
        boxes = [(x + dx, y + dy, x + dx + width, y + dy + _LINE) for dx, dy in choices]
        # What lies beyond the frame is as bad as what covers others.
        harm = [
            round(sum(_overlap(box, t) for t in taken) + width * _LINE - _overlap(box, frame))
            for box in boxes
        ]
        best = harm.index(min(harm))
        taken.append(boxes[best])
        axes.annotate(
            text, (data_x, data_y), xytext=choices[best], textcoords="offset points", fontsize=8
        )


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def _label(row: Row) -> str:
    """The peer, and what it costs in substance."""
    lost = row.quality.get("lost")
    return row.peer.name if lost is None else f"{row.peer.name} (loses {lost:.1%})"
