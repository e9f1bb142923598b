"""What plots have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defiller.model.page.paragraphs import showable
from defiller.training.report.findings import Findings, Measured
from defiller.training.report.palette import AGAINST, MODEL

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase


@dataclass(frozen=True)
class Plot:
    """One plot.

    Attributes
    ----------
    name : str
        Of its element on the page.
    title : str
    look_for : str
        What a reader should look for, in a sentence or two.
    draw : callable
        Draws on an empty figure, and says in a sentence what can be seen.
    lacks : callable
        Why it cannot be drawn, as a sentence; None where it can.
    width, height : float
        Inches of 72 units.
    """

    name: str
    title: str
    look_for: str
    draw: Callable[[FigureBase, Findings], str]
    lacks: Callable[[Findings], str | None] = lambda _: None
    width: float = 5.4
    height: float = 4.0


def measured(found: Findings) -> list[tuple[Measured, str, str]]:
    """The models with the colour and the line of each."""
    both = [(found.model, MODEL, "-")]
    return both if found.against is None else [*both, (found.against, AGAINST, "--")]


def whose(found: Findings, model: Measured) -> str:
    """Begins what is told of one model among two."""
    return "" if found.against is None else f"{model.name}: "


def needs_padding(found: Findings) -> str | None:
    """Why nothing about padding can be drawn."""
    if found.model.evaluation.judged.is_padding.any():
        return None
    return "None of these paragraphs is labelled padding, so there is no such curve."


def needs_substance(found: Findings) -> str | None:
    """Why nothing about the loss of substance can be drawn."""
    if not found.model.evaluation.judged.is_padding.all():
        return None
    return "None of these paragraphs is labelled substance, so nothing can be lost."


def needs_both(found: Findings) -> str | None:
    """Why nothing that weighs one against the other can be drawn."""
    return needs_padding(found) or needs_substance(found)


def short(name: str) -> str:
    """A name that two of fit beside each other above a plot."""
    most = 26
    clean = showable(name)
    return clean if len(clean) <= most else f"{clean[: most - 10]}…{clean[-9:]}"
