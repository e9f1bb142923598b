"""What ``defiller evaluate`` does, without the command line."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from defiller.model.bundle import Bundle, load_bundle
from defiller.model.page.paragraphs import showable
from defiller.training.ablation import ablate as ablation
from defiller.training.compare import Comparison
from defiller.training.dataset import Dataset, load_dataset
from defiller.training.evaluate import Evaluation, evaluate
from defiller.training.report.findings import Measured, find, summary
from defiller.training.report.tables import (
    ablation_table,
    against_table,
    changed_table,
    figures_table,
    kinds_table,
)
from defiller.training.report.writing import check_reports, write_reports
from defiller.training.run import read_ids
from defiller.training.seen import seen_by

SHIPPED = "shipped"
"""The name of the shipped model on the command line."""


def evaluate_command(
    *,
    model: str,
    labels: Sequence[Path],
    ids: Path | None = None,
    against: str | None = None,
    reports: Sequence[Path] = (),
    as_json: bool = False,
    ablate: bool = False,
    threads: int = 2,
) -> Evaluation:
    """Measure a model on labels, print what was found and write the reports.

    Parameters
    ----------
    model, against : str
        Model folders, or ``SHIPPED``; ``against`` is another model, judged on the same documents.
    labels : sequence of Path
    ids : Path, optional
        A list of the documents to use.
    reports : sequence of Path
        Files to write; their endings say what.
    as_json : bool
        Print one JSON object, and nothing else.
    ablate : bool
        Measure what each family of signals is worth. A report always says so.
    threads : int
        Of LightGBM.

    Raises
    ------
    ReportError
        For reports that cannot be written, before anything is computed.
    LabelError, ModelError
        For labels or a model that cannot be read.
    """
    check_reports(reports, [*labels, *([ids] if ids else [])])
    console, progress = Console(), Console(stderr=True)
    bundle = _load(model)
    other = None if against is None else _load(against)
    dataset = load_dataset(labels, (), read_ids(ids) if ids else None)
    whole = load_dataset(labels) if ids else None
    with progress.status("scoring the documents"):
        first = _measured(bundle, dataset, threads)
        second = None if other is None else _measured(other, dataset, threads)
        differences = None
        if second is not None:
            differences = Comparison(first.evaluation, second.evaluation).to_json()
    warnings = _warnings(first, second, dataset, whole)
    families = None
    if reports:
        with progress.status("making the report"):
            found = find(
                first,
                second,
                dataset,
                warnings=warnings,
                labels=[path.name for path in labels],
                command=_command(model, labels, ids, against, reports),
            )
            families = found.families
            write_reports(found, reports)
    elif ablate:
        families = ablation(bundle, dataset)
    figures = summary(first, second, differences, warnings)
    if ablate:
        figures["ablation"] = families
    if as_json:
        console.out(json.dumps(figures, indent=1, allow_nan=False), highlight=False)
    else:
        _print(console, first, second, figures, len(labels))
    for path in reports:
        progress.print(f"the report is in {escape(str(path))}", highlight=False, soft_wrap=True)
    return first.evaluation


def _load(name: str) -> Bundle:
    return load_bundle(None if name == SHIPPED else Path(name))


def _measured(bundle: Bundle, dataset: Dataset, threads: int) -> Measured:
    evaluation = evaluate(bundle, dataset, threads)
    name = showable(f"{bundle.name}@{bundle.hash[:12]}")
    return Measured(name, bundle, evaluation, evaluation.to_json())


def _warnings(
    first: Measured, second: Measured | None, dataset: Dataset, whole: Dataset | None
) -> list[str]:
    """What a reader must know before the figures, a sentence each."""
    found = []
    sentences = {first.name: seen_by(first.bundle, dataset, whole).sentence}
    if second is not None:
        sentences[second.name] = seen_by(second.bundle, dataset, whole).sentence
        if second.bundle.hash == first.bundle.hash:
            found.append("Both models are the same one, so nothing differs.")
    for name, sentence in sentences.items():
        if sentence is not None:
            found.append(sentence if len(sentences) == 1 else f"{name}: {sentence}")
    judged = first.evaluation.judged
    if not judged.is_padding.any():
        found.append(
            "None of these paragraphs is labelled padding, so only what goes of the substance "
            "can be judged."
        )
    if judged.is_padding.all():
        found.append(
            "None of these paragraphs is labelled substance, so nothing tells what would be lost."
        )
    models = [first] if second is None else [first, second]
    found += [
        f"{model.name} supports no loss as small as the default, so it strips nothing by default; "
        "more labelled articles make its loss curve surer."
        for model in models
        if model.evaluation.threshold is None
    ]
    return list(dict.fromkeys(found))


def _print(
    console: Console,
    first: Measured,
    second: Measured | None,
    figures: dict[str, Any],
    files: int,
) -> None:
    places = f"{files} label file{'s' if files > 1 else ''}"
    console.print(
        f"{first.name} on {places}: {figures['documents']:,} documents, "
        f"{figures['paragraphs']:,} labelled paragraphs; 90 % intervals by document",
        highlight=False,
    )
    for warning in figures["warnings"]:
        console.print(warning, style="yellow", highlight=False, markup=False)
    # Of a single file the pooled figures are its own.
    shown = {k: v for k, v in figures["figures"].items() if k != "all" or files > 1}
    console.print(figures_table(shown, None, figures["intervals"]))
    console.print(kinds_table(figures["kinds"], figures["groups"]))
    facts = figures["facts"]
    if facts["share_kept"] is not None:
        console.print(
            f"facts of the substance kept: {facts['share_kept']:.1%} of {facts['in_substance']:,}"
        )
    for because, count in figures["left_whole"].items():
        console.print(f"documents left whole ({because}): {count:,}")
    if "ablation" in figures:
        console.print(ablation_table(figures["ablation"]))
    if second is not None:
        console.print(
            f"\nDifference from {second.name}, with 90 % intervals, paired by document",
            highlight=False,
        )
        differences = figures["differences"]["figures"]
        console.print(against_table({name: differences[name] for name in shown}))
        console.print(changed_table(figures["differences"]["changed"]))


def _command(
    model: str,
    labels: Sequence[Path],
    ids: Path | None,
    against: str | None,
    reports: Sequence[Path],
) -> str:
    """The command that makes the report again, files by their bare names."""
    words = ["defiller", "evaluate", Path(model).name, *(path.name for path in labels)]
    if ids:
        words += ["--ids", ids.name]
    if against:
        words += ["--against", Path(against).name]
    for path in reports:
        words += ["--report", path.name]
    return shlex.join(words)
