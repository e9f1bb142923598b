"""The articles of this package before and after, side by side where there is room for it."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from defiller.judging import load_scorer

if TYPE_CHECKING:
    from defiller.model.verdict import ScoredDocument

ARTICLES = ("tap.md", "kettles.md", "bridge.md")

_SIDE_BY_SIDE = 100
"""Columns from which two articles beside each other can be read."""


def show_all(console: Console | None = None) -> None:
    """Strip the articles with the shipped model and print each before and after.

    Parameters
    ----------
    console : Console, optional
        Standard output unless given.

    Raises
    ------
    UsageError
        Where the model cannot be loaded.
    """
    console = console or Console(highlight=False)
    scorer = load_scorer(None)
    for name in ARTICLES:
        text = (files("defiller.demo") / name).read_text("utf-8")
        _show(scorer.score(text, "markdown"), console)
    console.print(Rule())
    console.print("Your own: [bold]defiller strip ARTICLE[/bold], or the whole of it marked:")
    console.print("          [bold]defiller annotate ARTICLE[/bold]")


def _show(scored: ScoredDocument, console: Console) -> None:
    from defiller.model.strip import cut, cut_ranges

    document = scored.document
    strips = [verdict.strip for verdict in scored.verdicts]
    after = cut(document.text, cut_ranges(document, strips))
    console.print(Rule(document.title or ""))
    share = scored.words_cut / scored.words if scored.words else 0.0
    panels = (
        Panel(_before(scored), title="before, with what goes in red", title_align="left"),
        Panel(Text(after.strip()), title="after", title_align="left"),
    )
    if console.width < _SIDE_BY_SIDE:
        console.print(*panels)
    else:
        table = Table.grid(expand=True)
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row(*panels)
        console.print(table)
    console.print(
        f"{sum(strips)} of {len(strips)} paragraphs cut, {scored.words_cut} of {scored.words} "
        f"words ({share:.0%})"
    )


def _before(scored: ScoredDocument) -> Text:
    """The article with what goes in red and struck, each with its kind."""
    text, end = Text(), 0
    for verdict in scored.verdicts:
        text.append(scored.document.text[end : verdict.start])
        text.append(verdict.text, "red strike" if verdict.strip else "")
        if verdict.strip:
            text.append(f" {verdict.kind} {verdict.padding:.0%}", "red dim")
        end = verdict.end
    text.append(scored.document.text[end:].rstrip())
    return text
