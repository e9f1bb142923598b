"""``defiller strip``."""

from pathlib import Path
from typing import Annotated

import typer

from defiller.cli import options
from defiller.features.document import Format
from defiller.job import Job
from defiller.model.policy import DEFAULT_MAX_CUT
from defiller.outputs import Action

app = typer.Typer(add_completion=False)


@app.command()
def strip(
    ctx: typer.Context,
    inputs: options.Inputs = None,
    keep: options.Keep = None,
    drop: options.Drop = None,
    max_loss: options.MaxLoss = None,
    threshold: options.Threshold = None,
    max_cut: options.MaxCut = DEFAULT_MAX_CUT,
    any_language: options.AnyLanguage = False,
    model: options.Model = None,
    drop_documents_over: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Leave out articles of which more than this share of words is padding; they go "
            "to --removed whole.",
            rich_help_panel="What goes",
            show_default=False,
        ),
    ] = None,
    format_: options.TextFormat = Format.AUTO,
    include: options.Include = None,
    exclude: options.Exclude = None,
    stdin_name: options.StdinName = None,
    out: options.Out = None,
    in_place: Annotated[
        bool,
        typer.Option(
            "--in-place",
            help="Overwrite the inputs; each is kept beside it with .orig behind its name.",
            rich_help_panel="Writing",
        ),
    ] = False,
    removed: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write what was cut as JSON lines: document, index, start, end, kind, padding, "
            "text.",
            rich_help_panel="Writing",
            show_default=False,
        ),
    ] = None,
    errors: options.Errors = None,
    summary: options.Summary = None,
    text_field: options.TextField = "text",
    id_field: options.IdField = None,
    title_field: options.TitleField = None,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Put the stripped text into the field of the article, instead of one of its own.",
            rich_help_panel="Record files (.jsonl, .csv, .parquet)",
        ),
    ] = False,
    prefix: options.Prefix = "defiller_",
    verdicts: Annotated[
        bool,
        typer.Option(
            "--verdicts",
            help="Add a field with the verdict on every paragraph.",
            rich_help_panel="Record files (.jsonl, .csv, .parquet)",
        ),
    ] = False,
    jobs: options.Jobs = 1,
    timeout: options.Timeout = None,
    resume: options.Resume = False,
    dry_run: options.DryRun = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Cut the padding out of articles.

    What stays is byte for byte what came in; a page of HTML comes out as Markdown.

    One article goes to standard output, several go to the folder that --out names. Records keep
    their fields and get the stripped text, what was removed, and more beside them.

    Exit codes: 0 done; 1 some inputs failed and all others are done; 2 the request itself is
    wrong; 130 interrupted.
    """
    from defiller.batch import run

    job = Job(
        action=Action.STRIP,
        inputs=tuple(inputs or ()),
        keep=tuple(keep or ()),
        drop=tuple(drop or ()),
        max_loss=None if options.outranked(ctx, "max_loss", "threshold") else max_loss,
        threshold=None if options.outranked(ctx, "threshold", "max_loss") else threshold,
        max_cut=max_cut,
        any_language=any_language,
        model=model,
        drop_documents_over=drop_documents_over,
        format=format_,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        stdin_name=stdin_name,
        out=None if options.outranked(ctx, "out", "in_place") else out,
        in_place=in_place and not options.outranked(ctx, "in_place", "out"),
        removed=removed,
        errors=errors,
        summary=summary,
        text_field=text_field,
        id_field=id_field,
        title_field=title_field,
        replace=replace,
        prefix=prefix,
        verdicts=verdicts,
        jobs=jobs,
        timeout=timeout,
        resume=resume,
        dry_run=dry_run,
        quiet=quiet,
        verbose=verbose,
        debug=bool(ctx.obj),
    )
    raise typer.Exit(run(job))
