"""What ``defiller labels doubt`` does: the doubts found, listed and written."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from defiller.faults import MissingExtraError, UsageError, show

if TYPE_CHECKING:
    from defiller.training.doubt import Doubt

# What is shown where no limit was set: two screens, and who wants more goes through the file.
MOST_SHOWN = 50
# Characters of a paragraph, to know it by.
_SHOWN = 100


def doubt_command(
    *,
    labels: Sequence[Path],
    only_train: Sequence[Path] = (),
    base: Sequence[str] = (),
    out: Path | None = None,
    with_text: bool = False,
    limit: int | None = None,
    seed: int = 0,
    threads: int = 2,
) -> list[Doubt]:
    """Find doubtful labels, list them on standard output and write them where that was asked.

    Raises
    ------
    UsageError
        For a request that cannot be met, and without the extra ``doubt``.
    LabelError, ModelError
        For labels or a base that cannot be read and a file that cannot be written.
    ValueError
        For labels that nothing can be learnt from.
    """
    if find_spec("cleanlab") is None:
        raise MissingExtraError("labels doubt", "cleanlab", "doubt")
    if with_text and out is None:
        raise UsageError("--with-text is for the file of --out; name it")
    inputs = {os.path.realpath(path) for path in (*labels, *only_train)}
    if out is not None and os.path.realpath(out) in inputs:
        raise UsageError(f"--out would overwrite the labels {show(out)}; name another file")

    from rich.console import Console

    from defiller.labels.overlay import write_corrections
    from defiller.model.classifier import FillerClassifier
    from defiller.training.base import read_base
    from defiller.training.doubt import doubtful
    from defiller.training.progress import Bar
    from defiller.training.train import steps_of

    besides = read_base(base)
    dataset = besides.beside(labels, only_train)
    with Bar(Console(stderr=True)) as bar:
        bar.plan(steps_of(dataset, refined=besides.model is not None)[:-1])  # all but the model
        found = doubtful(
            dataset,
            FillerClassifier(seed=seed, n_jobs=threads),
            base=besides.model,
            n_jobs=threads,
            progress=bar,
        )
    total, found = len(found), found[:limit]
    if out is not None:
        texts = [one.text for one in found] if with_text else None
        write_corrections(out, [one.correction for one in found], texts)
    _list(found if limit is not None else found[:MOST_SHOWN])
    labelled = int(dataset.paragraph_judged.sum())
    _say(f"{total:,} of {labelled:,} labels are doubted" + ("; go through them" if total else ""))
    if limit is None and total > MOST_SHOWN and out is None:
        _say(f"the {MOST_SHOWN} likeliest mistakes are listed; --limit or --out gives the others")
    if out is not None:
        _say(f"{show(out)}: {len(found):,} corrections; delete those that are wrong")
    return found


def _list(found: Sequence[Doubt]) -> None:
    """The doubts: a table for a person, else a line each with tabs."""
    rows = [
        (
            one.correction.id,
            str(one.correction.index),
            str(one.correction.old),
            str(one.correction.new),
            f"{one.said:.2f}",
            f"{one.given:.2f}",
            " ".join(one.text.split()),
        )
        for one in found
    ]
    if not sys.stdout.isatty():
        text = "".join("\t".join(row) + "\n" for row in rows)
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
    elif rows:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table("document", "paragraph", "label", "model", "says", "gives the label", "text")
        for *cells, text in rows:
            short = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
            table.add_row(*map(Text, cells), Text(short))
        Console().print(table)


def _say(sentence: str) -> None:
    print(f"defiller: {sentence}", file=sys.stderr)
