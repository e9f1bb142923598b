"""``defiller labels``: label files converted, checked, counted, and parted from their text."""

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from defiller.cli.label_doubt import doubt
from defiller.cli.label_project import project
from defiller.cli.label_suggest import suggest
from defiller.labels.formats import LabelFormat, label_format, read_labels, write_labels
from defiller.labels.kinds import Kind
from defiller.labels.labelled import LabelError, LabelledDocument, kind_named

app = typer.Typer(
    name="labels",
    help="Label files: choose what to label, convert, check, count, doubt, and part from their "
    "text.",
    no_args_is_help=True,
)
# Commands stand in the help in the order in which they are used.
app.command()(suggest)

_LABELS = (
    "Label files: .jsonl, .csv, .tsv, .json (Label Studio), .marked, .marked.txt or .marked.md, "
    "each with or without .gz."
)
Labels = Annotated[list[Path], typer.Argument(metavar="LABELS", help=_LABELS, show_default=False)]
Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="FILE", help="Where to write.", show_default=False)
]
KindsMap = Annotated[
    Path | None,
    typer.Option(
        "--kinds-map",
        metavar="FILE.toml",
        help='What kinds of your own mean: a line own = "kind" each.',
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@app.command()
def convert(
    labels: Labels,
    out: Out,
    read_as: Annotated[
        LabelFormat | None,
        typer.Option("--from", help="Format of the inputs, where their names do not tell it."),
    ] = None,
    write_as: Annotated[
        LabelFormat | None,
        typer.Option("--to", help="Format of the output, where its name does not tell it."),
    ] = None,
    predictions: Annotated[
        bool,
        typer.Option(
            "--predictions",
            help="Marked-up text: take marks with a number as a model's guesses, not as labels.",
        ),
    ] = False,
    unmarked: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="Label Studio articles: the kind of paragraphs that were left unmarked in an "
            "article that was annotated; 'substance' where only padding was to be marked.",
        ),
    ] = None,
    kinds_map: KindsMap = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.xml",
            help="With Label Studio as the output: write the labelling configuration as well, "
            "to be pasted into the project's settings.",
        ),
    ] = None,
) -> None:
    """Turn label files into another format, all of them into one file.

    Nothing is written where one of them has a mistake.
    """
    form = _output_format(out) if write_as is None else write_as
    studio = form in (LabelFormat.LABEL_STUDIO, LabelFormat.LABEL_STUDIO_PARAGRAPHS)
    if config is not None and not studio:
        raise typer.BadParameter(
            "only Label Studio takes a configuration; end --out in .json", param_hint="--config"
        )
    with _own_kinds(kinds_map):
        kind = _kind(unmarked)
        count = write_labels(
            out,
            chain.from_iterable(
                read_labels(path, form=read_as, predictions=predictions, unmarked=kind)
                for path in labels
            ),
            form,
        )
    if config is not None:
        _write_config(config, form)
    _say(f"{out}: {count} documents")


@app.command()
def check(labels: Labels, kinds_map: KindsMap = None, as_json: Json = False) -> None:
    """Look for mistakes in label files, in each and between them.

    Errors, and exit code 1: records that cannot be read, unknown kinds, an id used twice,
    documents without paragraphs. Warnings: the same text labelled substance here and padding
    there, documents nearly the same in different groups, missing groups or labels, labels of
    one class only.
    """
    from defiller.labels.check import check_labels

    with _own_kinds(kinds_map):
        report = check_labels(labels)
    if as_json:
        print(
            json.dumps(
                {
                    "documents": report.documents,
                    "paragraphs": report.paragraphs,
                    "unlabelled": report.unlabelled,
                    "kinds": report.kinds,
                    "findings": [
                        {"severity": f.severity, "about": f.about, "sentence": f.sentence}
                        for f in report.findings
                    ],
                },
                ensure_ascii=False,
            )
        )
    else:
        for finding in report.findings:
            print(f"{finding.severity}: {finding.sentence}")
        counts = ", ".join(f"{kind} {count}" for kind, count in sorted(report.kinds.items()))
        unlabelled = f"unlabelled {report.unlabelled}" if report.unlabelled else ""
        held = ", ".join(part for part in (counts, unlabelled) if part)
        total = f"{report.documents} documents, {report.paragraphs} paragraphs"
        print(f"{total}: {held}" if held else total)
    if report.failed:
        raise typer.Exit(1)


@app.command()
def stats(labels: Labels, kinds_map: KindsMap = None, as_json: Json = False) -> None:
    """Count documents, paragraphs and words, by kind, by group of kinds and by source."""
    from defiller.labels.statistics import count_labels

    failed: list[LabelError] = []

    def documents() -> Iterator[LabelledDocument]:
        for path in labels:
            try:
                yield from read_labels(path)
            except LabelError as error:
                failed.append(error)

    with _own_kinds(kinds_map):
        found = count_labels(documents())
    if as_json:
        print(json.dumps(found.as_record(), ensure_ascii=False))
    else:
        from defiller.cli.label_tables import statistics_tables

        statistics_tables(found)
    for error in failed:
        _say(f"{error} (what stood before it is counted)")
    if failed:
        raise typer.Exit(1)


app.command()(doubt)


@app.command()
def standoff(
    labels: Labels,
    out: Out,
    sources: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Where the pages come from: a table for each source with repository, commit, "
            "extraction and trafilatura.",
        ),
    ] = None,
) -> None:
    """Write the labels without their text: for each paragraph a hash and its kind.

    Whoever has the pages gets the labelled text back with 'defiller labels join'.
    """
    from defiller.labels.standoff import read_origins, standoff_of, write_standoff

    origins = None if sources is None else read_origins(sources)
    documents = chain.from_iterable(read_labels(path) for path in labels)
    count = write_standoff(out, (standoff_of(document, origins) for document in documents))
    _say(f"{out}: {count} documents")


@app.command()
def join(
    standoff: Annotated[
        Path, typer.Argument(metavar="STANDOFF", help="Stand-off labels.", show_default=False)
    ],
    pages: Annotated[
        Path,
        typer.Argument(
            metavar="PAGES",
            help="Folder with the pages, .html or .html.gz, in folders of any depth.",
            show_default=False,
        ),
    ],
    out: Out,
) -> None:
    """Extract the pages behind stand-off labels again and give their text the labels.

    A document is taken where at least 95 % of its paragraphs are found in order. Prints by
    source how many came back; exit code 1 where none did.
    """
    from importlib.metadata import version

    from rich.console import Console
    from rich.progress import track

    from defiller.cli.label_tables import join_table
    from defiller.labels.join import Outcome, SourceReport
    from defiller.labels.join import join as joined_documents
    from defiller.labels.standoff import read_standoff

    form = _output_format(out)
    reports: dict[str, SourceReport] = {}
    versions: set[str] = set()

    def documents() -> Iterator[LabelledDocument]:
        total = sum(1 for _ in read_standoff(standoff))
        console = Console(stderr=True)
        for joined in track(
            joined_documents(standoff, pages),
            "Joining",
            total=total,
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ):
            reports.setdefault(joined.standoff.source, SourceReport()).add(joined)
            if joined.standoff.origin.trafilatura is not None:
                versions.add(joined.standoff.origin.trafilatura)
            if joined.document is not None:
                yield joined.document
        if not any(report.outcomes[Outcome.JOINED] for report in reports.values()):
            problem = f"none of its {total} documents has its page in {pages}; fetch the pages"
            raise LabelError(problem, standoff)

    count = write_labels(out, documents(), form)
    join_table(reports)
    here = version("trafilatura")
    if versions - {here}:
        made = ", ".join(sorted(versions))
        _say(f"extracted with trafilatura {here}; the labels were made on the text of {made}")
    _say(f"{out}: {count} documents")


app.command()(project)


def _say(sentence: str) -> None:
    print(f"defiller: {sentence}", file=sys.stderr)


def _output_format(out: Path) -> LabelFormat:
    try:
        return label_format(out)
    except LabelError as error:
        raise typer.BadParameter(str(error), param_hint="--out") from None


def _own_kinds(kinds_map: Path | None) -> AbstractContextManager[None]:
    from defiller.labels.kind_map import read_kind_map

    return nullcontext() if kinds_map is None else read_kind_map(kinds_map).in_force()


def _kind(name: str | None) -> Kind | None:
    try:
        return None if name is None else kind_named(name)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--unmarked") from None


def _write_config(path: Path, form: LabelFormat) -> None:
    from defiller.labels.files import replacing
    from defiller.labels.formats.label_studio_config import articles_config, paragraphs_config

    articles = form is LabelFormat.LABEL_STUDIO
    with replacing(path) as out:
        out.write(articles_config() if articles else paragraphs_config())
