"""One article's verdicts with what counted for them, for a person or for a program."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from defiller import inputs, judging
from defiller.faults import InputError, UsageError, show
from defiller.features.document import Format
from defiller.feed import item_of
from defiller.inputs import Shape, Source
from defiller.model.policy import DEFAULT_MAX_CUT, Policy
from defiller.outputs import Action
from defiller.reporting import Reporter
from defiller.task import Task

if TYPE_CHECKING:
    from defiller.model.verdict import ScoredDocument, Verdict

MOST_SHOWN = 160
"""Characters of a paragraph that are shown: two lines of a terminal, to know it by."""

Numbered = Sequence[tuple[int, "Verdict"]]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; every field is the option of the same name.

    ``paragraph`` counts from 0; ``file`` is a path or ``-``.
    """

    file: str
    paragraph: int | None = None
    as_json: bool = False
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    max_loss: float | None = None
    threshold: float | None = None
    max_cut: float = DEFAULT_MAX_CUT
    any_language: bool = False
    model: Path | None = None
    format: Format = Format.AUTO
    stdin_name: str | None = None
    debug: bool = False


def explain_file(request: Request) -> None:
    """Write what counted for each verdict, or for one, to standard output.

    Raises
    ------
    UsageError
        For a request that cannot be met, as a paragraph that is not there.
    InputError
        Where the article cannot be read.
    """
    source = _source(request)
    scored = _scored(request, source)
    chosen = _chosen(request, scored)
    with Reporter(quiet=False, verbose=False, total=0, progress=False) as reporter:
        for warning in dict.fromkeys([*scored.document.warnings, *scored.warnings]):
            reporter.warn(source.name, warning)
    if request.as_json:
        _write(_json_lines(source.name, chosen))
    elif sys.stdout.isatty():
        _show(chosen, Console(highlight=False))
    else:
        _write(_plain_lines(chosen))


def _source(request: Request) -> Source:
    if Path(request.file).is_dir():
        raise UsageError(f"{show(request.file)} is a folder; explain takes one article, name it")
    found = inputs.find([request.file], stdin_name=request.stdin_name)
    for name, sentence in found.faults:
        raise InputError(f"{show(name)}: {sentence}")
    (source,) = found.sources
    if source.shape is not Shape.ARTICLE:
        raise UsageError(
            f"{show(source.name)} holds records, and explain takes one article; "
            "defiller score --reasons explains them all"
        )
    inputs.require_extras(found.sources)
    return source


def _scored(request: Request, source: Source) -> ScoredDocument:
    load = judging.load_scorer
    try:
        policy = Policy.from_names(
            request.drop or None,
            request.keep or None,
            max_loss=request.max_loss,
            threshold=request.threshold,
            max_cut=request.max_cut,
            any_language=request.any_language,
        )
        load(request.model).threshold(policy)
    except ValueError as error:
        raise UsageError(str(error)) from None
    task = Task(
        Action.SCORE,
        policy,
        load,
        format=request.format,
        model=request.model,
        reasons=request.paragraph is None,
        debug=request.debug,
    )
    try:
        return judging.judge_alone(task, item_of(source))
    except InputError as fault:
        raise InputError(f"{show(source.name)}: {fault}") from fault


def _chosen(request: Request, scored: ScoredDocument) -> Numbered:
    if request.paragraph is None:
        return list(enumerate(scored.verdicts))
    size = len(scored.verdicts)
    if request.paragraph >= size:
        there = f"its paragraphs are 0 to {size - 1}" if size else "it is empty"
        raise UsageError(f"{show(request.file)} has no paragraph {request.paragraph}; {there}")
    scorer = judging.load_scorer(request.model)
    return [(request.paragraph, scorer.explain_paragraph(scored, request.paragraph))]


def _write(lines: Iterator[str]) -> None:
    """Write lines as UTF-8, whatever the locale says."""
    for line in lines:
        sys.stdout.buffer.write(f"{line}\n".encode())
    sys.stdout.buffer.flush()


def _json_lines(name: str, chosen: Numbered) -> Iterator[str]:
    from defiller.model.annotate import to_json, verdict_record

    for index, verdict in chosen:
        yield to_json({"document": name, "index": index, **verdict_record(verdict)})


def _judgement(verdict: Verdict) -> str:
    decision = "goes" if verdict.strip else "stays"
    return f"{verdict.padding:.2f} {verdict.kind}, {decision} ({verdict.because})"


def _plain_lines(chosen: Numbered) -> Iterator[str]:
    from defiller.model.scene import shortened

    for place, (index, verdict) in enumerate(chosen):
        if place:
            yield ""
        yield f"{index}: {_judgement(verdict)}"
        yield f"    {shortened(verdict.text, MOST_SHOWN)}"
        reasons = verdict.reasons or ()
        width = max((len(reason.family) for reason in reasons), default=0)
        for reason in reasons:
            yield f"    {reason.contribution:+.2f}  {reason.family:<{width}}  {reason.sentence}"


def _show(chosen: Numbered, console: Console) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from defiller.model.scene import shortened

    for index, verdict in chosen:
        colour = "red" if verdict.strip else "yellow" if verdict.padding >= 0.5 else "green"
        console.print(Text(f"{index}: {_judgement(verdict)}", f"bold {colour}"))
        console.print(Padding(Text(shortened(verdict.text, MOST_SHOWN)), (0, 0, 0, 4)))
        table = Table.grid(padding=(0, 2, 0, 0))
        for _ in range(3):
            table.add_column()
        for reason in verdict.reasons or ():
            table.add_row(
                Text(f"{reason.contribution:+.2f}", "red" if reason.contribution > 0 else "green"),
                Text(reason.family, "dim"),
                Text(reason.sentence),
            )
        console.print(Padding(table, (0, 0, 1, 4)))
