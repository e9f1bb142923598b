"""Which articles to label next, chosen from whatever the other commands read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from defiller import inputs, judging
from defiller.candidates import Candidates
from defiller.faults import InputError, UsageError, show
from defiller.features.document import Format
from defiller.inputs import STANDARD_INPUT, Source
from defiller.labels.formats import LabelFormat, read_labels, write_labels
from defiller.model.policy import Policy
from defiller.outputs import Action
from defiller.records import Fields
from defiller.reporting import Reporter
from defiller.task import Task

if TYPE_CHECKING:
    from defiller.training.active import Pool, Selection


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; every field is the option of the same name.

    Attributes
    ----------
    inputs : tuple of str
        Files, folders and ``-``; empty for standard input.
    budget : int
        Paragraphs.
    out : Path or None
        None where the list alone is wanted.
    form : LabelFormat or None
        Of `out`.
    labelled : tuple of Path
        Label files of what is labelled already.
    """

    inputs: tuple[str, ...]
    budget: int
    model: Path | None = None
    out: Path | None = None
    form: LabelFormat | None = None
    labelled: tuple[Path, ...] = ()
    any_language: bool = False
    format: Format = Format.AUTO
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    stdin_name: str | None = None
    text_field: str = "text"
    id_field: str | None = None
    title_field: str | None = None
    quiet: bool = False
    debug: bool = False


def suggest(request: Request) -> int:
    """Choose articles, list them on standard output and write them where that was asked.

    Returns
    -------
    int
        0: all done. 1: some input failed, and the choice is from all others.

    Raises
    ------
    UsageError
        For a request that cannot be met.
    LabelError
        Where the labels cannot be read, or the file cannot be written.
    InputError
        Where there is no article to choose from.
    """
    known = list(chain.from_iterable(read_labels(path) for path in request.labelled))
    sources, faults = _sources(request)
    scorer = judging.load_scorer(request.model)
    from defiller.training.active import Pool, select  # heavy, and the request is sound

    pool = Pool()
    total = sum(source.size for source in sources)
    with Reporter(quiet=request.quiet, verbose=False, total=total, progress=True) as reporter:
        reading = Candidates(_fields(request), _task(request), reporter)
        for name, sentence in faults:
            reading.fail(name, sentence)
        for document in reading.documents(sources):
            pool.add(document)
        found = select(pool.documents, request.budget, labelled=known, language=scorer.language)
        reporter.close()
    if not found.picks:
        raise InputError(_nothing(pool, found))
    if request.out is not None:
        write_labels(request.out, (pick.document for pick in found.picks), request.form)
    _list(found)
    for sentence in _sentences(request, pool, found, reading.foreign):
        print(f"defiller: {sentence}", file=sys.stderr)
    return 1 if reading.failed else 0


def _sources(request: Request) -> tuple[list[Source], list[tuple[str, str]]]:
    arguments = request.inputs
    if not arguments:
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError(
                "name articles, record files or folders, or pipe an article in; "
                "see defiller labels suggest --help"
            )
        arguments = (STANDARD_INPUT,)
    found = inputs.find(
        arguments,
        include=request.include,
        exclude=request.exclude,
        skip_files=[] if request.out is None else [request.out],
        stdin_name=request.stdin_name,
    )
    inputs.require_extras(found.sources)
    out = None if request.out is None else os.path.realpath(request.out)
    for source in found.sources:
        if source.path is not None and os.path.realpath(source.path) == out:
            raise UsageError(f"--out would overwrite the input {show(source.name)}; name another")
    return found.sources, found.faults


def _fields(request: Request) -> Fields:
    named = {"id": request.id_field, "title": request.title_field}
    return Fields(
        request.text_field,
        request.id_field or "id",
        request.title_field or "title",
        frozenset(kind for kind, name in named.items() if name is not None),
    )


def _task(request: Request) -> Task:
    # Only the predictions count; 0.5 is a threshold that any model can give.
    policy = Policy(threshold=0.5, any_language=request.any_language)
    return Task(
        Action.SCORE,
        policy,
        judging.load_scorer,
        format=request.format,
        model=request.model,
        debug=request.debug,
    )


def _nothing(pool: Pool, found: Selection) -> str:
    if found.copies:
        return (
            f"each of the {pool.seen} articles nearly repeats one that is labelled already; "
            "name others"
        )
    return "there is no article to choose from; name files or folders with text in them"


def _list(found: Selection) -> None:
    """The chosen articles: a table for a person, else a line each with tabs."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False)
        table.add_column("article", overflow="fold")
        for name in ("paragraphs", "unsure", "bits", "likeness"):
            table.add_column(name, justify="right")
        for pick in found.picks:
            size = len(pick.document.paragraphs)
            numbers = (f"{size}", f"{pick.unsure}", f"{pick.bits:.1f}", f"{pick.likeness:.2f}")
            table.add_row(Text(pick.document.id), *numbers)
        Console().print(table)
        return
    lines = (
        f"{pick.document.id}\t{len(pick.document.paragraphs)}\t{pick.unsure}"
        f"\t{pick.bits:.2f}\t{pick.likeness:.2f}\n"
        for pick in found.picks
    )
    sys.stdout.buffer.write("".join(lines).encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


def _sentences(request: Request, pool: Pool, found: Selection, foreign: int) -> Iterable[str]:
    """What there is to know of the choice."""
    picks = found.picks
    unsure = sum(pick.unsure for pick in picks)
    if found.over_budget:
        yield (
            f"no article has as few as {request.budget} paragraphs; the shortest, of "
            f"{found.paragraphs}, is chosen alone, since only whole articles teach"
        )
    yield (
        f"{_count(len(picks), 'article')} of {pool.seen:,}, {found.paragraphs:,} paragraphs of a "
        f"budget of {request.budget:,}; the model is unsure of {unsure:,} of them"
    )
    if len(pool.documents) < pool.seen - pool.repeated:
        yield (
            f"they are chosen from {len(pool.documents):,} articles that were drawn by how unsure "
            "the model is of them"
        )
    left = found.copies + pool.repeated
    if left:
        yield f"{_count(left, 'article')} left out for repeating another nearly or wholly"
    if foreign:
        yield (
            f"{_count(foreign, 'article')} left out for another language than the model's; "
            "--any-language takes them"
        )
    alone = sum(pick.document.group == pick.document.id for pick in picks)
    if request.out is not None:
        yield f"{show(request.out)}: {_count(len(picks), 'document')}, pre-labelled by the model"
        if alone:
            yield (
                f"{_count(alone, 'document')} with no address and no folder of their own are "
                "groups of their own; give those of one publisher one 'group' before training"
            )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
