"""``defiller labels doubt``: labels that are likely to be wrong."""

from pathlib import Path
from typing import Annotated

import typer

from defiller.faults import UsageError


def doubt(
    labels: Annotated[
        list[Path],
        typer.Argument(
            metavar="LABELS", help="Label files to look for mistakes in.", show_default=False
        ),
    ],
    only_train: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Label file that helps to train and is not doubted; may be repeated.",
        ),
    ] = None,
    base: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            help="What helps to judge them, as in defiller train: 'shipped' or a model folder that "
            "has not seen them; or 'corpus', a label file or a folder of label files. For labels "
            "that are too few to learn from alone.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE.jsonl",
            help="Write the corrections, a line each with id, index, old, new and reason.",
            show_default=False,
        ),
    ] = None,
    with_text: Annotated[
        bool,
        typer.Option("--with-text", help="Put each paragraph's text into that file, too."),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Only the N likeliest mistakes.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same models.")] = 0,
    threads: Annotated[int, typer.Option(min=1, help="Processor cores to use.")] = 2,
) -> None:
    """List labels that a model strongly contradicts, likeliest mistakes first.

    The model is cross-validated: no label is judged by a model that has seen its publisher. That
    takes as long as the figures of defiller train. It takes the extra doubt.

    The list is to be gone through: a model's mistakes stand in it, too. Go through the file of
    --out, delete the lines that are wrong, and give it to defiller train --corrections; the label
    files stay as they are.

    Exit codes: 0 done, whether or not there are doubts; 2 labels that nothing can be learnt from;
    130 interrupted.
    """
    from defiller.doubting import doubt_command

    try:
        doubt_command(
            labels=labels,
            only_train=only_train or [],
            base=base or [],
            out=out,
            with_text=with_text,
            limit=limit,
            seed=seed,
            threads=threads,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
