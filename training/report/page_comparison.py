"""What the page says of two models side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defiller.model.page.paragraphs import showable
from defiller.training.report.findings import Findings
from defiller.training.report.page_plots import plot_shown
from defiller.training.report.plots_by_part import DIFFERENCE_PLOT
from defiller.training.report.wording import NAMES, signed, signed_span, won


def differences_shown(found: Findings) -> dict[str, Any] | None:
    """Differences by figure and source, who wins, and how many paragraphs changed."""
    if found.differences is None:
        return None
    by_source = found.differences["figures"]
    rows = []
    for key, name in NAMES.items():
        cells = []
        for source in by_source.values():
            row = source[key]
            cells.append(
                {
                    "value": signed(key, row["difference"]),
                    "span": signed_span(key, row["interval"]),
                    "won": won(row["winner"]) if row["winner"] else "",
                }
            )
        rows.append({"name": name, "cells": cells})
    return {
        "plot": plot_shown(DIFFERENCE_PLOT, found),
        "sources": [showable(name) for name in by_source],
        "rows": rows,
        "winners": [showable(line) for line in winners(by_source)],
        "counts": _counts(found.differences["changed"]),
    }


def winners(by_source: dict[str, Any]) -> Iterator[str]:
    """For each source a sentence on who wins in what."""
    for source, rows in by_source.items():
        parts = []
        for side, word in (("model", "better"), ("against", "worse")):
            names = [NAMES[key] for key in NAMES if rows[key]["winner"] == side]
            if names:
                parts.append(f"{word} in {', '.join(names)}")
        yield f"{source}: {'; '.join(parts) or 'no figure settles it'}."


def _counts(changed: dict[str, Any]) -> list[list[str]]:
    rows = []
    for key, name in (("verdict", "called padding or not"), ("strip", "stripped or not")):
        for side in ("substance", "padding"):
            cells = (changed[key][way][side] for way in ("mended", "spoiled"))
            counts = [f"{c['paragraphs']:,} ({c['words']:,} words)" for c in cells]
            rows.append([f"{side} {name}", *counts])
    return rows


def changed_shown(found: Findings) -> list[dict[str, Any]]:
    """The paragraphs that changed most, in both directions."""
    if found.against is None:
        return []
    other = showable(found.against.name)
    return [
        {
            "name": "spoiled",
            "title": "Right before, wrong now",
            "about": f"{other} judges these paragraphs rightly. Largest change first.",
            "none": "There is no such paragraph.",
            "cases": found.spoiled,
        },
        {
            "name": "mended",
            "title": "Wrong before, right now",
            "about": f"{other} judges these paragraphs wrongly. Largest change first.",
            "none": "There is no such paragraph.",
            "cases": found.mended,
        },
    ]
