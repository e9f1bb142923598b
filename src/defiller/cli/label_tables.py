"""The tables that ``defiller labels`` prints."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from defiller.labels.join import Outcome, SourceReport
from defiller.labels.kinds import Group
from defiller.labels.statistics import Count, Statistics


def statistics_tables(found: Statistics) -> None:
    """Print what label files hold: by kind, with sums by group of kinds, and by source."""
    console = Console()
    by_kind = _table("kind", "group", "paragraphs", "share", "words", "share", "documents")
    for group in Group:
        for kind, count in found.kinds.items():
            if kind.group is group:
                by_kind.add_row(
                    kind, group, *_shares(count, found), f"{found.documents_with[kind]:,}"
                )
        by_kind.add_row(f"all {group}", "", *_shares(found.groups[group], found), "", style="bold")
        by_kind.add_section()
    unlabelled = found.total.all.paragraphs - found.total.labelled.paragraphs
    if unlabelled:
        words = found.total.all.words - found.total.labelled.words
        by_kind.add_row("unlabelled", "", f"{unlabelled:,}", "", f"{words:,}", "", "")
    console.print(by_kind)
    by_source = _table("source", "documents", "paragraphs", "words", "padding")
    for name, source in sorted(found.sources.items()):
        by_source.add_row(
            name,
            f"{source.documents:,}",
            f"{source.all.paragraphs:,}",
            f"{source.all.words:,}",
            _share(source.padding.words, source.labelled.words),
        )
    console.print(by_source)
    total = found.total
    console.print(
        f"{total.documents:,} documents in {len(found.split_groups):,} groups that stay together, "
        f"{total.all.paragraphs:,} paragraphs, {total.all.words:,} words; padding is a share of "
        "the labelled words",
        highlight=False,
    )


def join_table(reports: dict[str, SourceReport]) -> None:
    """Print by source what became of its documents, and the share of paragraphs that came back."""
    table = _table("source", "documents", *Outcome, "found")
    for source, report in sorted(reports.items()):
        table.add_row(
            source,
            f"{sum(report.outcomes.values()):,}",
            *(f"{report.outcomes[outcome]:,}" for outcome in Outcome),
            _share(report.matched, report.paragraphs),
        )
    Console().print(table)


def _table(*names: str) -> Table:
    """A table whose first column is text and whose others are numbers."""
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(names):
        numbers = place > 0 and name != "group"
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    return table


def _shares(count: Count, found: Statistics) -> tuple[str, str, str, str]:
    labelled = found.total.labelled
    return (
        f"{count.paragraphs:,}",
        _share(count.paragraphs, labelled.paragraphs),
        f"{count.words:,}",
        _share(count.words, labelled.words),
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""
