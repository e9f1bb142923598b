"""``defiller evaluate``."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from defiller.faults import MissingExtraError, UsageError

app = typer.Typer(add_completion=False)


@app.command()
def evaluate(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="Model folder; 'shipped' for the shipped model.",
            show_default=False,
        ),
    ],
    labels: Annotated[
        list[Path], typer.Argument(metavar="LABELS", help="Label files.", show_default=False)
    ],
    ids: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Use only the documents whose ids it lists, one a line."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Another model ('shipped' for the shipped one), judged on the same documents: "
            "all differences with intervals, and the paragraphs that changed.",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Write a report: .html is one page with plots and the worst paragraphs, .png the "
            "plots as one picture, .json everything as data. May be repeated.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output.")
    ] = False,
    ablate: Annotated[
        bool,
        typer.Option("--ablate", help="What each family of signals is worth and costs, too."),
    ] = False,
    threads: Annotated[int, typer.Option(min=1, help="Threads of LightGBM.")] = 2,
) -> None:
    """Measure a model on labels that it has not seen.

    Figures are given for each label file and for all together, with 90 % intervals by document.
    On labels that the model was trained on they say nothing: 'defiller train' cross-validates.
    """
    from defiller.labels.labelled import LabelError
    from defiller.training.report.writing import ReportError, form_of

    try:
        for path in report or ():
            for package in form_of(path).needs:
                if find_spec(package) is None:
                    raise MissingExtraError(f"--report {path}", package, "report")

        from defiller.training.evaluate_run import evaluate_command

        evaluate_command(
            model=model,
            labels=labels,
            ids=ids,
            against=against,
            reports=tuple(report or ()),
            as_json=as_json,
            ablate=ablate,
            threads=threads,
        )
    except (LabelError, ReportError) as error:
        raise UsageError(str(error)) from error
