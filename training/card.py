"""A model's card: what it is, what it was made of, how good it is, where it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from defiller.model.bundle import Bundle
from defiller.training.figures import (
    ap,
    by_collection,
    by_kind,
    f1_half,
    intervals,
    stripped_at_1pct,
)
from defiller.training.report import figures_markdown, markdown_table
from defiller.training.train import Trained

_WHAT = """\
Tells padding from substance in articles, paragraph by paragraph, for
[defiller](https://pypi.org/project/defiller/). Text in English.
"""
_POINTS = """\
`max_loss` picks the threshold: the worst collection's share of substance words lost, at the
upper end of a 90 % interval by document, out of fold and after the block step.
"""
_LIMITS = """\
It judges paragraphs: a filler sentence inside a substantive paragraph stays. It knows English
only. Vague prose and recaps are found least surely; a conclusion with a verdict can look like a
recap. Labels follow the guidelines in defiller's `labels/`, and separate passes over the same
articles agree at F1 0.96, so no figure can be seen above that.
"""
_LOSSES = (0.0025, 0.005, 0.01, 0.02, 0.05)


def model_card(trained: Trained, command: str) -> str:
    """The card as Markdown.

    Parameters
    ----------
    trained : Trained
    command : str
        The command that made the model.
    """
    bundle = trained.bundle
    about = bundle.about["training"]
    parts = [
        f"# {bundle.name}\n",
        _WHAT,
        f"Made by `{command}`.\n",
        "## Data\n",
        _data(about),
        "A collection that is not judged trains only; its paragraphs count by the weight given.\n",
        "## Figures\n",
        *_figures(trained),
        "## Operating points\n",
        _POINTS,
        _points(bundle),
        "## Limits\n",
        _LIMITS,
    ]
    return "\n".join(parts)


def _data(about: Mapping[str, Any]) -> str:
    rows = [
        [
            name,
            f"{c['documents']:,}",
            f"{c['labelled_paragraphs']:,}",
            f"{c['weight']:g}",
            "yes" if c["judged"] else "no",
            c["sha256"][:16],
        ]
        for name, c in about["collections"].items()
    ]
    head = ["collection", "documents", "labelled paragraphs", "weight", "judged", "sha256"]
    return markdown_table(head, rows)


def _figures(trained: Trained) -> list[str]:
    judged = trained.judged
    if judged is None:
        return ["Not cross-validated.\n"]
    spans = []
    for figure in (ap, f1_half, stripped_at_1pct):
        low, high = intervals(judged, figure)
        spans.append(f"{figure.__name__} {figure(judged):.3f} ({low:.3f} to {high:.3f})")
    rows = [
        [kind.value, f"{row['paragraphs']:,.0f}", f"{row['recall']:.3f}", f"{row['accuracy']:.3f}"]
        for kind, row in by_kind(judged).items()
    ]
    return [
        "Cross-validated: five folds by group, everything fitted inside the training folds.\n",
        figures_markdown(by_collection(judged)),
        "With 90 % intervals by document: " + "; ".join(spans) + ".\n",
        markdown_table(["kind", "paragraphs", "recall at 0.5", "right kind"], rows),
    ]


def _points(bundle: Bundle) -> str:
    curve = bundle.curve
    rows = []
    for wanted in _LOSSES:
        if wanted < curve.smallest:
            rows.append([f"{wanted:.2%}", "not supported", "", ""])
            continue
        threshold = curve.threshold_for(wanted)
        at = int((curve.thresholds == threshold).argmax())
        rows.append(
            [
                f"{wanted:.2%}",
                f"{threshold:.4g}",
                f"{curve.pooled_loss[at]:.2%}",
                f"{curve.gain[at]:.1%}",
            ]
        )
    head = ["max_loss", "threshold", "lost, all collections together", "padding words gone"]
    return markdown_table(head, rows)
