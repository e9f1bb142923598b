"""What was measured, as a table for people and as a record for programs."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from defiller import __version__
from defiller.benchmark.runner import Plan, Row, Status

SPEED_NOTE = (
    "CPU time of one thread. times: time an article, where score_many takes 1. MB/s: of what the "
    "peer reads, pages or text. start: import, load and first article."
)
QUALITY_NOTE = (
    "F1 of padding, by paragraphs. gone, lost: share of the padding words and of the substance "
    "words that it strips as it comes. at 1 %: share of the padding words gone where 1 % of the "
    "substance words are."
)


def speed_table(rows: Sequence[Row], plan: Plan, describe: bool = True) -> Table:
    """What peers cost, the fastest first; cells of what was not measured are empty.

    Parameters
    ----------
    rows : sequence of Row
    plan : Plan
    describe : bool
        Say what each peer does, which takes 37 columns.
    """
    table = Table(
        title=_title(plan), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    table.add_column("peer", no_wrap=True)
    if describe:
        table.add_column("what it does", no_wrap=True)
    for name in ("ms an\narticle", "times", "MB/s", "µs a\nparagraph", "start\ns", "peak\nMB"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in sorted(rows, key=_order):
        measured = row.status is Status.MEASURED
        table.add_row(
            row.peer.name if describe or measured else f"{row.peer.name} ({row.status})",
            *([row.peer.what if measured else str(row.status)] if describe else []),
            _number(row.ms_an_article),
            _number(row.times),
            _number(row.mb_a_second),
            _number(row.us_a_paragraph, 0),
            _number(row.start_seconds),
            _number(row.peak_mb, 0),
        )
    return table


def quality_table(rows: Sequence[Row], plan: Plan) -> Table:
    """What peers that were judged strip, and what it is worth; the highest F1 first."""
    names = ", ".join(path.name for path in plan.labels)
    table = Table(
        title=f"Quality on {names}", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    table.add_column("peer", no_wrap=True)
    for name in ("F1", "gone", "lost", "at 1 %", "paragraphs"):
        table.add_column(name, justify="right", no_wrap=True)
    judged = [row for row in rows if row.quality and not row.peer.judged_as]
    for row in sorted(judged, key=lambda row: -(row.quality.get("f1") or 0.0)):
        quality = row.quality
        table.add_row(
            row.peer.name,
            _number(quality.get("f1"), 3),
            _share(quality.get("gone")),
            _share(quality.get("lost")),
            _share(quality.get("stripped_at_1pct")),
            _number(quality.get("paragraphs"), 0),
        )
    return table


def notes(rows: Sequence[Row]) -> list[str]:
    """What is to be said of peers without figures, or without quality; alike ones together."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.note:
            found.setdefault(row.note, []).append(row.peer.name)
    return [f"{', '.join(names)}: {note}" for note, names in found.items()]


def _title(plan: Plan) -> str:
    articles = plan.articles
    size = sum(len(article.text.encode("utf-8", "replace")) for article in articles)
    paragraphs = sum(article.paragraphs for article in articles)
    pages = sum(len((article.html or "").encode("utf-8", "replace")) for article in articles)
    words = [
        f"{len(articles):,} articles",
        f"{paragraphs:,} paragraphs",
        f"{size / 1e6:.2f} MB of text",
        *([f"{pages / 1e6:.2f} MB of pages"] if pages else []),
    ]
    return ", ".join(words)


def _order(row: Row) -> tuple[bool, float]:
    return row.status is not Status.MEASURED, row.ms_an_article or 0.0


def _number(value: float | None, digits: int | None = None) -> str:
    """A number of so many digits behind the point; of three that count, where none are given."""
    # NaN stands for what labels cannot tell, such as padding gone where there is none.
    if value is None or value != value:
        return ""
    if digits is None:
        digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f}"


def _share(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.1%}"


def record(rows: Sequence[Row], plan: Plan, warning: str | None) -> dict[str, Any]:
    """All that was measured, as one JSON object; what cannot be told is null."""
    found = []
    for row in rows:
        values = asdict(row)
        peer = values.pop("peer")
        values["quality"] = {
            name: None if value is None or value != value else value
            for name, value in row.quality.items()
        }
        found.append({"peer": peer["name"], "family": peer["family"], **values})
    return {
        "defiller": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": _processor(),
        "articles": len(plan.articles),
        "paragraphs": sum(article.paragraphs for article in plan.articles),
        "text_bytes": sum(len(a.text.encode("utf-8", "replace")) for a in plan.articles),
        "html_bytes": sum(len((a.html or "").encode("utf-8", "replace")) for a in plan.articles),
        "labels": [path.name for path in plan.labels],
        "warning": warning,
        "rows": found,
    }


def _processor() -> str:
    """The processor's own name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
