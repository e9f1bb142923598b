"""What ``defiller train`` does, without the command line."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from defiller.labels.check import CheckReport, check_labels
from defiller.labels.files import replacing
from defiller.labels.kind_map import read_kind_map
from defiller.labels.labelled import LabelError
from defiller.labels.overlay import read_overlay
from defiller.model.bundle import ModelError, save_bundle
from defiller.model.classifier import FillerClassifier
from defiller.training.base import Base, read_base
from defiller.training.cache import FeatureCache
from defiller.training.card import model_card
from defiller.training.dataset import Dataset
from defiller.training.figures import as_json, by_collection, by_kind
from defiller.training.parallel import uninterrupted
from defiller.training.progress import Bar, times_table
from defiller.training.refine import gains
from defiller.training.report.tables import against_table, figures_table, kinds_table
from defiller.training.seen import seen_by
from defiller.training.soundness import check_sound, remarks
from defiller.training.train import Trained, steps_of, train


@dataclass(frozen=True)
class TrainingOrder:
    """What was asked of ``defiller train``.

    Attributes
    ----------
    labels, only_train : sequence of Path
        Files that train and are judged, and files that only train.
    out : Path
        Folder of the model.
    base : sequence of str
        As `read_base` takes them.
    ids, kinds_map, figures, cache : Path or None
    corrections : sequence of Path
    weights, words_weights : mapping of str to float
        By the bare names of label files.
    name : str
    seed, threads : int
    validate : bool
    times : bool
        Tell where the time went.
    """

    labels: Sequence[Path]
    out: Path
    base: Sequence[str] = ()
    ids: Path | None = None
    only_train: Sequence[Path] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    words_weights: Mapping[str, float] = field(default_factory=dict)
    kinds_map: Path | None = None
    corrections: Sequence[Path] = ()
    cache: Path | None = None
    name: str = "defiller-en"
    seed: int = 0
    threads: int = 2
    validate: bool = True
    figures: Path | None = None
    times: bool = False

    @property
    def command(self) -> str:
        """The command that makes the model again, files by their bare names."""
        words = ["defiller", "train", *(path.name for path in self.labels)]
        for one in self.base:
            words += ["--base", Path(one).name]
        named = [("--ids", [self.ids]), ("--only-train", self.only_train)]
        named += [("--kinds-map", [self.kinds_map]), ("--corrections", self.corrections)]
        for option, paths in named:
            for path in paths:
                words += [option, path.name] if path is not None else []
        for key, value in self.weights.items():
            words += ["--weight", f"{key}={value:g}"]
        for key, value in self.words_weights.items():
            words += ["--words-weight", f"{key}={value:g}"]
        words += ["--name", self.name, "--seed", str(self.seed), "--out", self.name]
        return shlex.join(words)


def train_command(order: TrainingOrder) -> Trained:
    """Train, print the figures, write the model folder and its card.

    Raises
    ------
    LabelError
        For labels, ids, corrections or a map of kinds that cannot be read.
    ModelError
        For a base model that cannot be used, and where ``out`` is in use by something else.
    ValueError
        For labels that nothing can be learnt from.
    KeyboardInterrupt
        With a sentence; nothing is written then.
    """
    begun = time.perf_counter()
    check_out(order.out)
    console, told = Console(), Console(stderr=True)
    try:
        base, dataset, report = _read(order)
        classifier = FillerClassifier(seed=order.seed, n_jobs=order.threads)
        check_sound(dataset, classifier, refines=base.model is not None)
        cache = None if order.cache is None else FeatureCache(order.cache)
        for sentence in _remarks(base, dataset, report):
            _say(sentence)
        read = time.perf_counter() - begun
        with Bar(told) as bar:
            refined = base.model is not None
            bar.plan(steps_of(dataset, validate=order.validate, refined=refined))
            trained = train(
                dataset,
                classifier,
                name=order.name,
                n_jobs=order.threads,
                validate=order.validate,
                progress=bar,
                base=base.model,
                cache=cache,
            )
        if cache is not None:
            cache.tidy()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"interrupted; nothing was written to {order.out}") from None
    with uninterrupted():
        _write(order, trained)
    _print(console, trained)
    for sentence in trained.notes:
        _say(sentence)
    if order.times:
        seconds = {"reading": read, **trained.seconds}
        told.print(times_table(seconds, time.perf_counter() - begun))
    told.print(
        f"{trained.bundle.name}@{trained.bundle.hash[:12]} is in {order.out}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    return trained


def check_out(out: Path) -> None:
    """Refuse a place for a model before it is made, rather than after.

    Raises
    ------
    ModelError
        Where something that is no model stands there, or nothing can be written.
    """
    if out.exists() and (
        not out.is_dir() or (any(out.iterdir()) and not (out / "model.json").exists())
    ):
        raise ModelError(f"{out} is there and is no model folder; choose another --out")
    above = next(folder for folder in out.absolute().parents if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise ModelError(f"nothing can be written to {above}; choose another --out")


def _read(order: TrainingOrder) -> tuple[Base, Dataset, CheckReport]:
    base = read_base(order.base)
    kind_map = None if order.kinds_map is None else read_kind_map(order.kinds_map)
    ids = read_ids(order.ids) if order.ids else None
    dataset = base.beside(
        order.labels,
        order.only_train,
        ids,
        weights=order.weights,
        words_weights=order.words_weights,
        kind_map=kind_map,
        corrections=read_overlay(*order.corrections) if order.corrections else None,
    )
    named = {"--weight": order.weights, "--words-weight": order.words_weights}
    for option, weights in named.items():
        unknown = set(base.by_file(weights)) - set(dataset.collections)
        if unknown:
            raise LabelError(f"{option} names {sorted(unknown)}, which is none of the label files")
    files = [*order.labels, *order.only_train]
    used = None if ids is None else {document.article for document in dataset.labelled}
    with kind_map.in_force() if kind_map else nullcontext():
        return base, dataset, check_labels(files, used)


def _remarks(base: Base, dataset: Dataset, report: CheckReport) -> Iterator[str]:
    yield from remarks(dataset, report)
    if base.model is not None:
        sentence = seen_by(base.model, dataset).sentence
        if sentence is not None:
            yield f"--base {base.model.name}: {sentence}"


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


def _write(order: TrainingOrder, trained: Trained) -> None:
    save_bundle(trained.bundle, order.out, model_card(trained, order.command))
    if order.figures and trained.judged is not None:
        with replacing(order.figures) as stream:
            found = as_json(by_collection(trained.judged))
            stream.write(json.dumps(found, indent=1, allow_nan=False) + "\n")


def _print(console: Console, trained: Trained) -> None:
    if trained.judged is None:
        return
    console.print(figures_table(by_collection(trained.judged), "Cross-validated by group"))
    console.print(kinds_table(by_kind(trained.judged)))
    if trained.base_judged is not None:
        console.print(
            "\nless the base model, with 90 % intervals of the difference, paired by document"
        )
        console.print(against_table({"all": gains(trained.judged, trained.base_judged)}))


def _say(sentence: str) -> None:
    print(f"defiller: {sentence}", file=sys.stderr, flush=True)
