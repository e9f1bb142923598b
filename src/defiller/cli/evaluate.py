"""``defiller evaluate``."""

from pathlib import Path
from typing import Annotated

import typer

from defiller.faults import UsageError

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
    from defiller.training.run import evaluate_command

    try:
        evaluate_command(
            model=None if model == "shipped" else Path(model),
            labels=labels,
            ids=ids,
            as_json=as_json,
            ablate=ablate,
            threads=threads,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
