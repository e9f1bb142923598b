"""What ``defiller train`` and ``defiller evaluate`` do, without the command line."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from defiller.labels.files import replacing
from defiller.labels.labelled import LabelError
from defiller.model.bundle import load_bundle, save_bundle
from defiller.model.classifier import FillerClassifier
from defiller.training.card import model_card
from defiller.training.dataset import load_dataset
from defiller.training.evaluate import Evaluation, evaluate
from defiller.training.evaluate import ablate as ablation
from defiller.training.figures import by_collection, by_kind
from defiller.training.report import (
    ablation_table,
    figures_table,
    intervals_table,
    kinds_table,
)
from defiller.training.train import Trained, train


def train_command(
    *,
    labels: Sequence[Path],
    out: Path,
    ids: Path | None = None,
    only_train: Sequence[Path] = (),
    weights: Mapping[str, float] | None = None,
    name: str = "defiller-en",
    seed: int = 0,
    threads: int = 2,
    validate: bool = True,
    figures: Path | None = None,
) -> Trained:
    """Train, print the figures, write the model folder and its card.

    Raises
    ------
    LabelError
        For labels or ids that cannot be read.
    ModelError
        Where ``out`` is in use by something else.
    ValueError
        For labels that nothing can be learnt from.
    """
    console, progress = Console(), Console(stderr=True)
    dataset = load_dataset(labels, only_train, read_ids(ids) if ids else None, weights)
    unknown = set(weights or {}) - set(dataset.collections)
    if unknown:
        raise LabelError(f"--weight names {sorted(unknown)}, which is none of the label files")
    trained = train(
        dataset,
        FillerClassifier(seed=seed, n_jobs=threads),
        name=name,
        n_jobs=threads,
        validate=validate,
        progress=lambda line: progress.print(line, style="dim", highlight=False),
    )
    if trained.judged is not None:
        found = by_collection(trained.judged)
        console.print(figures_table(found, "Cross-validated by group"))
        console.print(kinds_table(by_kind(trained.judged)))
        if figures:
            with replacing(figures) as stream:
                stream.write(json.dumps(found, indent=1) + "\n")
    save_bundle(
        trained.bundle, out, model_card(trained, _command(labels, only_train, weights, name, seed))
    )
    progress.print(f"{trained.bundle.name}@{trained.bundle.hash[:12]} is in {out}", highlight=False)
    return trained


def read_ids(path: Path) -> list[str]:
    """Ids of a file, one a line; blank lines don't count.

    Raises
    ------
    LabelError
        For a file that cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"the ids cannot be read ({error}); give one id a line", path) from error


def _command(
    labels: Sequence[Path],
    only_train: Sequence[Path],
    weights: Mapping[str, float] | None,
    name: str,
    seed: int,
) -> str:
    """The command that makes the model again, files by their bare names."""
    words = ["defiller", "train", *(path.name for path in labels)]
    for path in only_train:
        words += ["--only-train", path.name]
    for key, value in (weights or {}).items():
        words += ["--weight", f"{key}={value:g}"]
    words += ["--name", name, "--seed", str(seed), "--out", name]
    return shlex.join(words)


def evaluate_command(
    *,
    model: Path | None,
    labels: Sequence[Path],
    ids: Path | None = None,
    as_json: bool = False,
    ablate: bool = False,
    threads: int = 2,
) -> Evaluation:
    """Measure a model on labels and print what was found.

    Raises
    ------
    LabelError, ModelError
        For labels or a model that cannot be read.
    """
    console = Console()
    bundle = load_bundle(model)
    dataset = load_dataset(labels, (), read_ids(ids) if ids else None)
    found = evaluate(bundle, dataset, threads)
    figures = found.to_json()
    figures["model"] = f"{bundle.name}@{bundle.hash[:12]}"
    if ablate:
        figures["ablation"] = ablation(bundle, dataset)
    if as_json:
        console.out(json.dumps(figures, indent=1), highlight=False)
        return found
    console.print(
        figures_table(figures["figures"], f"{figures['model']} on {len(labels)} label files")
    )
    console.print(intervals_table(figures["intervals"]))
    console.print(kinds_table(by_kind(found.judged)))
    facts = figures["facts"]
    if facts["share_kept"] is not None:
        console.print(
            f"facts of the substance kept: {facts['share_kept']:.1%} of {facts['in_substance']:,}"
        )
    if ablate:
        console.print(ablation_table(figures["ablation"]))
    return found
