"""What ``defiller benchmark`` does, without the command line."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from rich.console import Console

from defiller.benchmark import articles as sources
from defiller.benchmark import plot as picture
from defiller.benchmark.articles import Article
from defiller.benchmark.peers import PEERS, Peer, chosen
from defiller.benchmark.runner import Plan, Row, measure
from defiller.benchmark.table import (
    QUALITY_NOTE,
    SPEED_NOTE,
    notes,
    quality_table,
    record,
    speed_table,
)
from defiller.faults import UsageError
from defiller.outputs import replacing, sentence

_WIDE = 120
"""Columns that the table with descriptions takes; where output is no terminal there is no limit."""


def benchmark_command(
    *,
    inputs: Sequence[str] = (),
    labels: Sequence[Path] = (),
    names: Sequence[str] = (),
    model: Path | None = None,
    most: int = 200,
    rounds: int = 3,
    seconds: float = 5.0,
    as_json: Path | None = None,
    plot: Path | None = None,
    peers: Sequence[Peer] = PEERS,
) -> list[Row]:
    """Measure peers, print the table, write what was asked for.

    Parameters
    ----------
    inputs : sequence of str
        Files and folders of articles.
    labels : sequence of Path
        Label files: their documents are the articles, and peers are judged by them.
    names : sequence of str
        The peers to measure; all of them by default.
    model : Path, optional
        defiller's model folder.
    most : int
        Articles that speed is measured on at most; 0 is all of them.
    rounds : int
        Fresh processes a peer, from 1.
    seconds : float
        CPU time of a process after which no further pass begins.
    as_json, plot : Path, optional
        Files to write.
    peers : sequence of Peer
        Those there are.

    Returns
    -------
    list of Row

    Raises
    ------
    UsageError
        For unknown peers, a plot without labels or matplotlib, and files that cannot be written.
    InputError, LabelError, ModelError
        For articles, labels and a model that cannot be read.
    """
    picked = chosen(names, peers)
    if plot is not None:
        if not labels:
            raise UsageError("--plot shows quality against speed, so it takes --labels")
        picture.require(plot)
    said = Console(stderr=True)
    found, taught = _articles(inputs, labels)
    plan = Plan(
        articles=tuple(sources.spread(found, most)),
        judged=tuple(found) if labels else (),
        model=model,
        labels=tuple(labels),
        taught=taught,
        rounds=rounds,
        seconds=seconds,
    )
    warning = _warning(plan)
    with tempfile.TemporaryDirectory(prefix="defiller-benchmark-") as folder:
        rows = measure(
            plan, picked, Path(folder), lambda line: said.print(line, style="dim", highlight=False)
        )
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(console.width, _WIDE))
    console.print(speed_table(rows, plan, describe=console.width >= _WIDE), SPEED_NOTE)
    if labels:
        console.print()
        console.print(quality_table(rows, plan), QUALITY_NOTE)
    for note in notes(rows):
        console.print(note, highlight=False, markup=False)
    if warning:
        said.print(warning, highlight=False, markup=False)
    if as_json is not None:
        text = json.dumps(record(rows, plan, warning), indent=1, ensure_ascii=False) + "\n"
        _write(as_json, lambda stream: stream.write(text.encode("utf-8")))
    if plot is not None:
        form = plot.suffix.lower().removeprefix(".")
        _write(plot, lambda stream: picture.plot(rows, stream, form, _title(plan)))
    return rows


def _write(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    try:
        with replacing(path) as stream:
            write(stream)
    except OSError as error:
        raise UsageError(sentence(error, path)) from None


def _articles(
    inputs: Sequence[str], labels: Sequence[Path]
) -> tuple[list[Article], tuple[Path, ...]]:
    """The articles, and what learners are taught on where there are no labels."""
    from defiller.labels.corpus import corpus_files

    if not labels:
        return sources.given(inputs) if inputs else sources.shipped(), tuple(corpus_files())
    from defiller.training.dataset import load_dataset

    data = load_dataset(labels)
    found = sources.labelled(data.labelled, data.documents, inputs)
    # The same articles for everybody: where there are pages, those that have one.
    return [article for article in found if article.html is not None] or found, ()


def _warning(plan: Plan) -> str | None:
    """What to know of the quality of defiller's own model."""
    if not plan.labels:
        return None
    from defiller.model.bundle import load_bundle
    from defiller.training.dataset import load_dataset
    from defiller.training.seen import seen_by

    return seen_by(load_bundle(plan.model), load_dataset(plan.labels)).sentence


def _title(plan: Plan) -> str:
    names = ", ".join(path.name for path in plan.labels)
    return f"{len(plan.articles):,} articles for speed; quality on {names}"
