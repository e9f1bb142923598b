"""``defiller train``."""

from pathlib import Path
from typing import Annotated

import typer

from defiller.faults import UsageError

app = typer.Typer(add_completion=False)


@app.command()
def train(
    labels: Annotated[
        list[Path],
        typer.Argument(
            metavar="LABELS", help="Label files to train on and to judge.", show_default=False
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="MODEL", help="Folder of the model.", show_default=False
        ),
    ],
    ids: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Use only the documents of LABELS whose ids it lists, one a line."
        ),
    ] = None,
    only_train: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="Label file that may train and is never judged; may be repeated."
        ),
    ] = None,
    base: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            help="What LABELS are added to. 'shipped' or a model folder: that model is refined on "
            "LABELS. 'corpus', a label file or a folder of label files: those labels train as "
            "well, and are never judged; may be repeated. Without it LABELS stand alone.",
        ),
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=W",
            help="Weight of a label file, by its bare name, where 1 is full; 'corpus' names all "
            "files of --base corpus. May be repeated.",
        ),
    ] = None,
    words_weight: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=W",
            help="The same for the models of words, where it is another; may be repeated.",
        ),
    ] = None,
    kinds_map: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help='What kinds of your own mean: a line own = "kind" each. Not for --base.',
        ),
    ] = None,
    corrections: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Other labels for some paragraphs, as 'labels doubt' writes them: trained on, "
            "while figures stay on the labels as they are; may be repeated.",
        ),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Keep the signals of the articles there, so that the next run on the same "
            "articles does not compute them again. For this machine and user alone.",
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the model.")] = "defiller-en",
    seed: Annotated[int, typer.Option(help="The same seed makes the same model.")] = 0,
    threads: Annotated[
        int,
        typer.Option(min=1, help="Processor cores to use; the model is the same with any number."),
    ] = 2,
    validate: Annotated[
        bool, typer.Option("--validate/--no-validate", help="Cross-validate and print the figures.")
    ] = True,
    figures: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the figures as JSON, too.")
    ] = None,
    times: Annotated[bool, typer.Option("--times", help="Say where the time went.")] = False,
) -> None:
    """Train a model on labels, and say how good it is.

    The figures are cross-validated: five folds by group (publisher, blog, writer), everything
    fitted inside the training folds. The model is then fitted on all of the labels and written
    as a folder with a card.
    """
    from defiller.training.run import TrainingOrder, train_command

    order = TrainingOrder(
        labels=labels,
        out=out,
        base=base or [],
        ids=ids,
        only_train=only_train or [],
        weights=_weights(weight or [], "--weight"),
        words_weights=_weights(words_weight or [], "--words-weight"),
        kinds_map=kinds_map,
        corrections=corrections or [],
        cache=cache,
        name=name,
        seed=seed,
        threads=threads,
        validate=validate,
        figures=figures,
        times=times,
    )
    try:
        train_command(order)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _weights(given: list[str], option: str) -> dict[str, float]:
    found = {}
    for one in given:
        name, _, value = one.rpartition("=")
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not name or not 0 <= number < float("inf"):
            raise typer.BadParameter(
                f"{one!r} is not NAME=WEIGHT with a weight from 0", param_hint=option
            )
        found[name] = number
    return found
