"""What ``defiller tune`` does, without the command line."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from defiller.model.bundle import PRETRAINED, ModelError, load_bundle, save_bundle
from defiller.model.curve import LossCurve
from defiller.model.policy import DEFAULT_MAX_LOSS
from defiller.training.dataset import load_dataset
from defiller.training.report import markdown_table
from defiller.training.tune import Point, Tuned, point, tune

_WHAT = """\
{} with another loss curve: the threshold that `max_loss` picks was measured on the articles below.
Boosters, calibration and words are the same, and so are the probabilities that it gives.
"""
_POINTS = """\
`max_loss` picks the threshold: the worst collection's share of substance words lost, at the
upper end of a 90 % interval by document and after the block step.
"""
_LOSSES = (0.0025, 0.005, 0.01, 0.02, 0.05)


def tune_command(
    *,
    model: Path | None,
    labels: Sequence[Path],
    out: Path,
    name: str | None = None,
    threads: int = 2,
) -> Tuned:
    """Measure a model's curve on labels, print what changes, write the new model folder.

    Parameters
    ----------
    model : Path or None
        A model folder; None for the shipped model.
    labels : sequence of Path
    out : Path
        Folder of the new model, another than `model`.
    name : str or None
    threads : int
        Of LightGBM.

    Raises
    ------
    LabelError, ModelError
        For labels or a model that cannot be read, and where `out` is in use.
    ValueError
        For labels that nothing can be measured on.
    """
    folder = PRETRAINED if model is None else model
    if out.resolve() == folder.resolve():
        raise ModelError(f"{out} is the model itself; name another folder with --out")
    bundle = load_bundle(model)
    tuned = tune(bundle, load_dataset(labels), name=name, n_jobs=threads)
    before = folder / "CARD.md"
    old_card = before.read_text(encoding="utf-8") if before.is_file() else None
    command = _command(model, labels, name, out)
    save_bundle(tuned.bundle, out, tuned_card(tuned, command, old_card))
    Console().print(points_table(tuned))
    telling = Console(stderr=True, highlight=False, soft_wrap=True)
    for note in tuned.notes:
        telling.print(f"defiller: {note}", markup=False)
    telling.print(f"defiller: {out}: {tuned.bundle.name}@{tuned.bundle.hash[:12]}", markup=False)
    return tuned


def points_table(tuned: Tuned) -> Table:
    """The operating points at the defaults before and after, both measured on the labels."""
    title = (
        f"At a loss of at most {DEFAULT_MAX_LOSS:.0%}, on {tuned.documents:,} documents with "
        f"{tuned.substance:,} paragraphs of substance and {tuned.padding:,} of padding"
    )
    table = Table(title=title, title_justify="left")
    table.add_column("threshold of")
    for column in ("threshold", "substance lost", "at most (90 %)", "padding gone"):
        table.add_column(column, justify="right")
    for label, found in (("the old curve", tuned.old), ("the new curve", tuned.new)):
        table.add_row(label, *_cells(found))
    return table


def _cells(found: Point | None) -> list[str]:
    if found is None:
        return ["not supported", "", "", ""]
    return [
        f"{found.threshold:.4g}",
        f"{found.loss:.2%}",
        f"{found.upper_loss:.2%}",
        f"{found.gain:.1%}",
    ]


def tuned_card(tuned: Tuned, command: str, before: str | None) -> str:
    """The card of a tuned model, in Markdown.

    Parameters
    ----------
    tuned : Tuned
    command : str
        The command that made the model.
    before : str or None
        The card of the model that it was made from; it follows under a heading of its own.
    """
    about = tuned.bundle.about["tuning"]
    parts = [
        f"# {tuned.bundle.name}\n",
        _WHAT.format(f"{about['model']}@{about['sha256'][:12]}"),
        f"Made by `{command}`.\n",
        "## What the curve was measured on\n",
        markdown_table(
            ["collection", "documents", "labelled paragraphs", "sha256"],
            [
                [name, f"{c['documents']:,}", f"{c['labelled_paragraphs']:,}", c["sha256"][:16]]
                for name, c in about["collections"].items()
            ],
        ),
        "## Operating points\n",
        _POINTS,
        markdown_table(
            ["max_loss", "threshold", "lost, all collections together", "padding words gone"],
            [_row(tuned.bundle.curve, wanted) for wanted in _LOSSES],
        ),
        *(f"{note[0].upper()}{note[1:].rstrip('.')}.\n" for note in tuned.notes),
    ]
    if before is not None:
        # Two levels deeper: its title becomes a part of the heading that it stands under.
        deeper = [f"##{line}" if line.startswith("#") else line for line in before.splitlines()]
        parts += ["## The model that it was made from\n", "\n".join(deeper) + "\n"]
    return "\n".join(parts)


def _row(curve: LossCurve, wanted: float) -> list[str]:
    if wanted < curve.smallest:
        return [f"{wanted:.2%}", "not supported", "", ""]
    at = point(curve, curve.threshold_for(wanted))
    return [f"{wanted:.2%}", f"{at.threshold:.4g}", f"{at.loss:.2%}", f"{at.gain:.1%}"]


def _command(model: Path | None, labels: Sequence[Path], name: str | None, out: Path) -> str:
    """The command that makes the model again, files by their bare names."""
    words = ["defiller", "tune", "shipped" if model is None else model.name]
    words += [path.name for path in labels]
    if name is not None:
        words += ["--name", name]
    return shlex.join([*words, "--out", out.name])
