"""Figures as tables for people: on the terminal and in a model's card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from defiller.labels.kinds import Kind

NAMES = {
    "ap": "average precision",
    "f1_half": "F1 at 0.5",
    "f1_strip": "F1 of strip",
    "f1_best": "best F1",
    "stripped_at_1pct": "stripped at 1 % loss",
    "loss": "substance lost",
    "gain": "padding gone",
    "ece": "calibration error",
    "kind_accuracy": "right kind",
}


def figures_table(found: Mapping[str, Mapping[str, float]], title: str) -> Table:
    """One row a figure, one column a collection."""
    table = Table(title=title, title_justify="left")
    table.add_column("figure")
    for name in found:
        table.add_column(name, justify="right")
    for figure in NAMES:
        table.add_row(figure, *(_number(values.get(figure)) for values in found.values()))
    return table


def kinds_table(found: Mapping[Kind, Mapping[str, float]]) -> Table:
    """One row a kind."""
    table = Table(title="By kind", title_justify="left")
    for name in ("kind", "paragraphs", "recall at 0.5", "right kind"):
        table.add_column(name, justify="left" if name == "kind" else "right")
    for kind, row in found.items():
        table.add_row(
            kind.value,
            f"{row['paragraphs']:,.0f}",
            _number(row["recall"]),
            _number(row["accuracy"]),
        )
    return table


def intervals_table(found: Mapping[str, tuple[float, float]]) -> Table:
    """One row a figure."""
    table = Table(title="90 % intervals by document", title_justify="left")
    table.add_column("figure")
    table.add_column("from", justify="right")
    table.add_column("to", justify="right")
    for name, (low, high) in found.items():
        table.add_row(name, _number(low), _number(high))
    return table


def ablation_table(rows: Sequence[Mapping[str, float | str]]) -> Table:
    """One row a family of signals."""
    table = Table(title="Worth and cost of each family", title_justify="left")
    table.add_column("family")
    for name in ("columns", "ap lost without", "f1_half lost without", "µs a paragraph"):
        table.add_column(name, justify="right")
    for row in rows:
        numbers = (f"{row[key]:.4f}" for key in ("ap", "f1_half"))
        table.add_row(
            str(row["family"]), str(row["columns"]), *numbers, f"{row['microseconds']:.2f}"
        )
    return table


def markdown_table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def figures_markdown(found: Mapping[str, Mapping[str, float]]) -> str:
    """The same as `figures_table`, as Markdown."""
    rows = [[name, *(_number(v.get(name)) for v in found.values())] for name in NAMES]
    return markdown_table(["figure", *found], rows)


def _number(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.3f}"
