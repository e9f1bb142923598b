"""Figures as tables for people: on the terminal and in a model's card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from defiller.labels.kinds import Kind
from defiller.training.report.wording import NAMES

Span = Sequence[float | None]
"""The ends of an interval; None where it has none."""


def figures_table(
    found: Mapping[str, Mapping[str, float | None]],
    title: str | None,
    spans: Mapping[str, Mapping[str, Span]] | None = None,
) -> Table:
    """One row a figure, one column a collection; below a figure its interval, where given."""
    table = Table(title=title, title_justify="left")
    table.add_column("figure")
    for name in found:
        table.add_column(escape(name), justify="right")
    for figure in NAMES:
        cells = [
            _cell(values.get(figure), spans[name].get(figure) if spans else None)
            for name, values in found.items()
        ]
        table.add_row(figure, *cells)
    return table


def kinds_table(
    found: Mapping[Kind, Mapping[str, Any]] | Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, Mapping[str, Any]] | None = None,
) -> Table:
    """One row a kind, and one a group below them; a recall has its interval, where given."""
    table = Table(title="By kind", title_justify="left")
    for name in ("kind", "paragraphs", "recall at 0.5", "right kind"):
        table.add_column(name, justify="left" if name == "kind" else "right")
    for kind, row in found.items():
        table.add_row(*_kind_row(str(kind), row))
    if groups:
        table.add_section()
        for group, row in groups.items():
            table.add_row(*_kind_row(f"all {group}", row))
    return table


def against_table(found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Table:
    """Differences of two models: one row a figure, one column a collection."""
    table = Table(title=None)
    table.add_column("figure")
    for name in found:
        table.add_column(escape(name), justify="right")
    for figure in NAMES:
        table.add_row(figure, *(_difference(rows[figure]) for rows in found.values()))
    return table


def changed_table(found: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]) -> Table:
    """Paragraphs that two models judge differently, by what the labels say."""
    table = Table(title="What changed, in paragraphs (words)", title_justify="left")
    for name in ("", "now right", "now wrong"):
        table.add_column(name, justify="right" if name else "left")
    names = (("verdict", "called padding or not"), ("strip", "stripped or not"))
    for key, name in names:
        for side in ("substance", "padding"):
            cells = (found[key][way][side] for way in ("mended", "spoiled"))
            table.add_row(
                f"{side} {name}", *(f"{c['paragraphs']:,} ({c['words']:,})" for c in cells)
            )
    return table


def ablation_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """One row a family of signals."""
    table = Table(title="Worth and cost of each family", title_justify="left")
    table.add_column("family")
    for name in ("columns", "ap lost without", "f1_half lost without", "µs a paragraph"):
        table.add_column(name, justify="right")
    for row in rows:
        numbers = (_number(row[key], 4) for key in ("ap", "f1_half"))
        cost = f"{row['microseconds']:.2f}"
        table.add_row(str(row["family"]), str(row["columns"]), *numbers, cost)
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


def _number(value: float | None, places: int = 3) -> str:
    return "" if value is None or value != value else f"{value:.{places}f}"


def _cell(value: float | None, span: Span | None) -> str:
    if span is None or None in span or not _number(value):
        return _number(value)
    return f"{_number(value)}\n[dim]{_number(span[0])} to {_number(span[1])}[/dim]"


def _kind_row(name: str, row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    recall = _cell(row["recall"], row.get("recall_interval"))
    return name, f"{row['paragraphs']:,.0f}", recall, _number(row.get("accuracy"))


def _difference(row: Mapping[str, Any]) -> str:
    if row["difference"] is None:
        return ""
    mark = {"model": " [green]better[/]", "against": " [red]worse[/]", None: ""}[row["winner"]]
    low, high = row["interval"]
    span = "" if None in (low, high) else f"\n[dim]{low:+.3f} to {high:+.3f}[/dim]"
    return f"{row['difference']:+.3f}{mark}{span}"
