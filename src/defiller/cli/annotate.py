"""``defiller annotate``."""

from typing import Annotated

import typer

from defiller.cli import options
from defiller.features.document import Format
from defiller.job import Job
from defiller.model.policy import DEFAULT_MAX_CUT
from defiller.outputs import Action, Form

app = typer.Typer(add_completion=False)


@app.command()
def annotate(
    ctx: typer.Context,
    inputs: options.Inputs = None,
    to: Annotated[
        Form,
        typer.Option(
            help="What is written: text with marks, which can be corrected and read back as "
            "labels; Markdown with callouts; a page to look at; JSON; colours in the terminal.",
            rich_help_panel="Writing",
        ),
    ] = Form.TEXT,
    reasons: options.Reasons = False,
    keep: options.Keep = None,
    drop: options.Drop = None,
    max_loss: options.MaxLoss = None,
    threshold: options.Threshold = None,
    max_cut: options.MaxCut = DEFAULT_MAX_CUT,
    any_language: options.AnyLanguage = False,
    model: options.Model = None,
    format_: options.TextFormat = Format.AUTO,
    include: options.Include = None,
    exclude: options.Exclude = None,
    stdin_name: options.StdinName = None,
    out: options.Out = None,
    errors: options.Errors = None,
    summary: options.Summary = None,
    text_field: options.TextField = "text",
    id_field: options.IdField = None,
    title_field: options.TitleField = None,
    prefix: options.Prefix = "defiller_",
    jobs: options.Jobs = 1,
    timeout: options.Timeout = None,
    resume: options.Resume = False,
    dry_run: options.DryRun = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Mark the padding in articles, with its kind and probability, and cut nothing.

    One article goes to standard output, several go to the folder that --out names; or onto one
    page with a list of them, with --to html --out page.html. Records get the marked article and
    all verdicts in fields of their own.

    Exit codes: 0 done; 1 some inputs failed and all others are done; 2 the request itself is
    wrong; 130 interrupted.
    """
    from defiller.batch import run

    job = Job(
        action=Action.ANNOTATE,
        inputs=tuple(inputs or ()),
        to=to,
        # Whoever looks at the page wants to see why; it costs scoring time twice over.
        reasons=reasons or to is Form.HTML,
        keep=tuple(keep or ()),
        drop=tuple(drop or ()),
        max_loss=None if options.outranked(ctx, "max_loss", "threshold") else max_loss,
        threshold=None if options.outranked(ctx, "threshold", "max_loss") else threshold,
        max_cut=max_cut,
        any_language=any_language,
        model=model,
        format=format_,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        stdin_name=stdin_name,
        out=out,
        errors=errors,
        summary=summary,
        text_field=text_field,
        id_field=id_field,
        title_field=title_field,
        prefix=prefix,
        jobs=jobs,
        timeout=timeout,
        resume=resume,
        dry_run=dry_run,
        quiet=quiet,
        verbose=verbose,
        debug=bool(ctx.obj),
    )
    raise typer.Exit(run(job))
