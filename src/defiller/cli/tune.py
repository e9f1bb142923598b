"""``defiller tune``."""

from pathlib import Path
from typing import Annotated

import typer

from defiller.faults import UsageError

app = typer.Typer(add_completion=False)


@app.command()
def tune(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="Model folder; 'shipped' for the shipped model.",
            show_default=False,
        ),
    ],
    labels: Annotated[
        list[Path],
        typer.Argument(
            metavar="LABELS",
            help="Label files of articles that the model has not seen.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="MODEL2", help="Folder of the new model.", show_default=False
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option(help="Name of the new model; the old one's and -tuned unless given."),
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of LightGBM.")] = 2,
) -> None:
    """Measure a model's loss curve on labels of one's own, without training.

    --max-loss then means that share of the substance of such articles. The probabilities stay as
    they are; another threshold is picked. Prints the old one and the new one at the default loss,
    and what each loses and cuts on the labels.

    It takes at least 20 documents with 100 paragraphs of substance and 20 of padding. Each label
    file counts as a kind of site, where it has 20 documents: the worst of them sets the curve.
    """
    from defiller.training.tune_run import tune_command

    try:
        tune_command(
            model=None if model == "shipped" else Path(model),
            labels=labels,
            out=out,
            name=name,
            threads=threads,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
