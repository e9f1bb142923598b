"""``defiller labels project``: labels of text given to the Markdown of the same pages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from defiller.labels.formats import LabelFormat, label_format, read_labels, write_labels
from defiller.labels.labelled import LabelError, LabelledDocument

if TYPE_CHECKING:
    from defiller.labels.project import ProjectionReport


def project(
    labels: Annotated[
        Path,
        typer.Argument(
            metavar="LABELS", help="Labels of text extracted from pages.", show_default=False
        ),
    ],
    pages: Annotated[
        Path,
        typer.Argument(
            metavar="PAGES",
            help="Folder with the pages, .html or .html.gz, in folders of any depth.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="FILE.jsonl", help="Where to write.", show_default=False
        ),
    ],
) -> None:
    """Give labels of plain text to the Markdown that defiller makes of the same pages.

    A Markdown paragraph takes the kind of the lines that its words are; one without a partner
    stays as context. Prints how many paragraphs found one; exit code 1 where no page was found.
    """
    from rich.console import Console
    from rich.progress import track

    from defiller.labels.join import Outcome
    from defiller.labels.project import ProjectionReport
    from defiller.labels.project import project as projections

    try:
        form = label_format(out)
    except LabelError as error:
        raise typer.BadParameter(str(error), param_hint="--out") from None
    if form is not LabelFormat.JSONL:
        raise typer.BadParameter(
            "only JSON lines keep what a paragraph is; end --out in .jsonl", param_hint="--out"
        )
    report = ProjectionReport()

    def documents() -> Iterator[LabelledDocument]:
        total = sum(1 for _ in read_labels(labels))
        console = Console(stderr=True)
        for projection in track(
            projections(labels, pages),
            "Projecting",
            total=total,
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ):
            report.add(projection)
            if projection.document is not None:
                yield projection.document
        if not report.outcomes[Outcome.JOINED]:
            problem = f"none of its {total} documents has its page in {pages}; fetch the pages"
            raise LabelError(problem, labels)

    count = write_labels(out, documents(), form)
    _print(report)
    print(f"defiller: {out}: {count} documents", file=sys.stderr)


def _print(report: ProjectionReport) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("kind", box=None, pad_edge=False)
    for name in ("labelled", "found", "share"):
        table.add_column(name, justify="right")
    for kind, wanted in sorted(report.wanted.items()):
        found = report.found[kind]
        table.add_row(kind, f"{wanted:,}", f"{found:,}", f"{found / wanted:.1%}")
    wanted, found = report.wanted.total(), report.found.total()
    share = f"{found / wanted:.1%}" if wanted else ""
    table.add_row("all", f"{wanted:,}", f"{found:,}", share, style="bold")
    console = Console()
    console.print(table)
    outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in report.outcomes.items())
    labelled = f"{report.labelled:,} of {report.paragraphs:,}"
    console.print(
        f"documents: {outcomes}; {report.mixed:,} labelled lines share a paragraph of Markdown "
        f"with another kind; {labelled} paragraphs of Markdown have a label",
        highlight=False,
        soft_wrap=True,
    )
