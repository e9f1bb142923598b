"""``defiller labels suggest``: which articles to label next."""

from pathlib import Path
from typing import Annotated

import typer

from defiller.cli import options
from defiller.features.document import Format
from defiller.labels.formats import LabelFormat, label_format
from defiller.labels.labelled import LabelError


def suggest(
    ctx: typer.Context,
    budget: Annotated[
        int,
        typer.Option(
            "--budget",
            "-n",
            metavar="N",
            min=1,
            help="Paragraphs to label. Articles are chosen whole and have no more of them "
            "together, unless no article is as short.",
            show_default=False,
        ),
    ],
    articles: options.Inputs = None,
    model: options.Model = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Write the chosen articles as a label file, pre-labelled by the model: .jsonl, "
            ".csv, .tsv, .json (Label Studio) or .marked, also with .gz.",
            show_default=False,
        ),
    ] = None,
    write_as: Annotated[
        LabelFormat | None,
        typer.Option("--to", help="Format of the file, where its name does not tell it."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.xml",
            help="With Label Studio as the output: write the labelling configuration as well, "
            "to be pasted into the project's settings.",
        ),
    ] = None,
    labelled: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="LABELS",
            help="Label file of what is labelled already: it is not chosen again, nor what "
            "nearly repeats it, and what reads like it counts less. May be repeated.",
            show_default=False,
        ),
    ] = None,
    any_language: Annotated[
        bool,
        typer.Option(
            "--any-language",
            help="Choose articles in other languages than the model's, too.",
        ),
    ] = False,
    format_: options.TextFormat = Format.AUTO,
    include: options.Include = None,
    exclude: options.Exclude = None,
    stdin_name: options.StdinName = None,
    text_field: options.TextField = "text",
    id_field: options.IdField = None,
    title_field: options.TitleField = None,
    quiet: options.Quiet = False,
) -> None:
    """Choose which articles to label next, so that labelling them teaches a model most.

    Chosen are articles that the model is unsure of and that read like others it is unsure of, but
    not like each other. They are chosen whole: training reads a paragraph's neighbours, too.

    The list has a line for each article, the most useful first, with tabs between: its path or
    id, its paragraphs, those the model is unsure of (a probability of padding between 0.11 and
    0.89), its uncertainty in bits, and its likeness to the nearest of those before it, 0 to 1.

    Exit codes: 0 done; 1 some inputs failed, and the choice is from all others; 2 the request
    itself is wrong; 130 interrupted.
    """
    from defiller import suggesting

    form = _form(out, write_as)
    if config is not None:
        _check_config(form)
    code = suggesting.suggest(
        suggesting.Request(
            tuple(articles or ()),
            budget,
            model=model,
            out=out,
            form=form,
            labelled=tuple(labelled or ()),
            any_language=any_language,
            format=format_,
            include=tuple(include or ()),
            exclude=tuple(exclude or ()),
            stdin_name=stdin_name,
            text_field=text_field,
            id_field=id_field,
            title_field=title_field,
            quiet=quiet,
            debug=bool(ctx.obj),
        )
    )
    if config is not None:
        _write_config(config, form)
    raise typer.Exit(code)


def _form(out: Path | None, write_as: LabelFormat | None) -> LabelFormat | None:
    if out is None:
        if write_as is not None:
            raise typer.BadParameter(
                "it takes a file to write; name it with --out", param_hint="--to"
            )
        return None
    try:
        return label_format(out) if write_as is None else write_as
    except LabelError as error:
        raise typer.BadParameter(str(error), param_hint="--out") from None


def _check_config(form: LabelFormat | None) -> None:
    if form not in (LabelFormat.LABEL_STUDIO, LabelFormat.LABEL_STUDIO_PARAGRAPHS):
        raise typer.BadParameter(
            "only Label Studio takes a configuration; end --out in .json", param_hint="--config"
        )


def _write_config(path: Path, form: LabelFormat | None) -> None:
    from defiller.labels.files import replacing
    from defiller.labels.formats.label_studio_config import articles_config, paragraphs_config

    articles = form is LabelFormat.LABEL_STUDIO
    with replacing(path) as stream:
        stream.write(articles_config() if articles else paragraphs_config())
