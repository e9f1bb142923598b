"""Figures for people: tables on the terminal and in cards, and the report as page or picture."""

from defiller.training.report.tables import (
    ablation_table,
    figures_markdown,
    figures_table,
    kinds_table,
    markdown_table,
)

__all__ = [
    "ablation_table",
    "figures_markdown",
    "figures_table",
    "kinds_table",
    "markdown_table",
]
