"""``defiller explain``."""

from typing import Annotated

import typer

from defiller.cli import options
from defiller.features.document import Format
from defiller.model.policy import DEFAULT_MAX_CUT

app = typer.Typer(add_completion=False)


@app.command()
def explain(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="An article (.txt .md .html .htm, also as .gz or .zst); - for standard input.",
            show_default=False,
        ),
    ],
    paragraph: Annotated[
        int | None,
        typer.Option(
            "--paragraph",
            "-p",
            metavar="N",
            min=0,
            help="Only this one, counted from 0 as by the field index of defiller score.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Write JSON lines, the same as those of defiller score --reasons."
        ),
    ] = False,
    keep: options.Keep = None,
    drop: options.Drop = None,
    max_loss: options.MaxLoss = None,
    threshold: options.Threshold = None,
    max_cut: options.MaxCut = DEFAULT_MAX_CUT,
    any_language: options.AnyLanguage = False,
    model: options.Model = None,
    format_: options.TextFormat = Format.AUTO,
    stdin_name: options.StdinName = None,
) -> None:
    """Say of one article what counted for each verdict.

    Every paragraph comes with its index, the probability of padding, its kind, whether strip
    would cut it, and what settled that: model (its probability), block (what stands with it),
    kept-kind, guard or language. Below stand the families of signals that counted most: what
    they saw, and how much that moved the paragraph, in log-odds. What speaks for padding has a
    plus, what speaks against it a minus; 0.7 doubles or halves the odds.

    Exit codes: 0 done; 1 the article cannot be read; 2 the request itself is wrong;
    130 interrupted.
    """
    from defiller.explaining import Request, explain_file

    explain_file(
        Request(
            file,
            paragraph=paragraph,
            as_json=as_json,
            keep=tuple(keep or ()),
            drop=tuple(drop or ()),
            max_loss=None if options.outranked(ctx, "max_loss", "threshold") else max_loss,
            threshold=None if options.outranked(ctx, "threshold", "max_loss") else threshold,
            max_cut=max_cut,
            any_language=any_language,
            model=model,
            format=format_,
            stdin_name=stdin_name,
            debug=bool(ctx.obj),
        )
    )
