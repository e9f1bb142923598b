"""Options that several commands share, each declared once.

A declaration says what a newcomer needs to choose; what is checked is checked by `Job` and
`Policy`, so that a program that calls them hears the same sentence.
"""

from pathlib import Path
from typing import Annotated

import typer

from defiller.features.document import Format
from defiller.job import SummaryForm

_CUT = "What goes"
_IN = "Reading"
_OUT = "Writing"
_RECORDS = "Record files (.jsonl, .csv, .parquet)"
_RUN = "Long runs"

Inputs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="INPUTS",
        help="Articles (.txt .md .html .htm), record files (.jsonl .csv .parquet), each also as "
        ".gz or .zst; folders, with all that lies below; - for standard input, which is also "
        "read where nothing is named.",
        show_default=False,
    ),
]

Keep = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KINDS",
        help="Kinds and groups that stay, as in: --keep faq,recap. May be repeated.",
        rich_help_panel=_CUT,
        show_default=False,
    ),
]
Drop = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KINDS",
        help="Kinds and groups that go, and no others: navigation, related, promotion, legal, "
        "byline, comments (together: boilerplate); faq, callout, recap, engagement, evergreen, "
        "fluff, duplicate (together: filler). All of them unless given.",
        rich_help_panel=_CUT,
        show_default=False,
    ),
]
MaxLoss = Annotated[
    float | None,
    typer.Option(
        metavar="SHARE",
        help="Share of the substance that may be lost, in words: 0.01 is one in a hundred, and "
        "the default. A higher one cuts more.",
        rich_help_panel=_CUT,
        show_default=False,
    ),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        metavar="PROBABILITY",
        help="Cut from this probability of padding on, 0 to 1, instead of --max-loss.",
        rich_help_panel=_CUT,
        show_default=False,
    ),
]
MaxCut = Annotated[
    float,
    typer.Option(
        metavar="SHARE",
        help="An article of which more than this share of words would go is left whole: it was "
        "probably read wrongly.",
        rich_help_panel=_CUT,
    ),
]
AnyLanguage = Annotated[
    bool,
    typer.Option(
        "--any-language",
        help="Cut articles in other languages than the model's, too; they are left whole else.",
        rich_help_panel=_CUT,
    ),
]
Model = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="A model of your own, made by defiller train; the shipped one else.",
        rich_help_panel=_CUT,
        show_default=False,
    ),
]

TextFormat = Annotated[
    Format,
    typer.Option(
        "--format",
        help="How articles are read: text has a paragraph a line, wrapped has blank lines "
        "between paragraphs; auto goes by name and content.",
        rich_help_panel=_IN,
    ),
]
Include = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="Take only these files from folders, as in: --include '*.html'. May be repeated.",
        rich_help_panel=_IN,
        show_default=False,
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="Leave out these files and folders, as in: --exclude drafts. May be repeated.",
        rich_help_panel=_IN,
        show_default=False,
    ),
]
StdinName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="What standard input would be called as a file, as in: --stdin-name page.html or "
        "--stdin-name crawl.jsonl.gz.",
        rich_help_panel=_IN,
        show_default=False,
    ),
]

Out = Annotated[
    str | None,
    typer.Option(
        "--out",
        "-o",
        metavar="PLACE",
        help="File for the output of a single input, or folder for that of several, laid out as "
        "the inputs are. Without it a single output goes to standard output.",
        rich_help_panel=_OUT,
        show_default=False,
    ),
]
Errors = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write what failed, and why, as JSON lines: document, input, row, error.",
        rich_help_panel=_OUT,
        show_default=False,
    ),
]
Reasons = Annotated[
    bool,
    typer.Option(
        "--reasons",
        help="Say with each verdict what counted most for it; takes more time.",
        rich_help_panel=_OUT,
    ),
]
Summary = Annotated[
    SummaryForm | None,
    typer.Option(
        help="In the end give articles, words, what was cut by kind, and what failed; on standard "
        "output where that is free, else on standard error.",
        rich_help_panel=_OUT,
        show_default=False,
    ),
]

TextField = Annotated[
    str,
    typer.Option(metavar="NAME", help="Field that holds the article.", rich_help_panel=_RECORDS),
]
IdField = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Field that holds the article's id; 'id', where there is one, unless given.",
        rich_help_panel=_RECORDS,
        show_default=False,
    ),
]
TitleField = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Field that holds its title; 'title', where there is one, unless given.",
        rich_help_panel=_RECORDS,
        show_default=False,
    ),
]
Prefix = Annotated[
    str,
    typer.Option(
        metavar="TEXT", help="Start of the names of added fields.", rich_help_panel=_RECORDS
    ),
]

Jobs = Annotated[
    int,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        help="Processes that work side by side; 0 is one a core. The order stays.",
        rich_help_panel=_RUN,
    ),
]
Timeout = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        help="Give up an article that takes longer, and go on with the others.",
        rich_help_panel=_RUN,
        show_default=False,
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with an interrupted run: what is done is not done again.",
        rich_help_panel=_RUN,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Do everything but write: say what would be cut, and where it would go.",
        rich_help_panel=_RUN,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        help="No progress and no warnings; only what failed.",
        rich_help_panel=_RUN,
    ),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help="A line for every input, and every warning.",
        rich_help_panel=_RUN,
    ),
]


def outranked(ctx: typer.Context, name: str, by: str) -> bool:
    """Whether an option of the settings file gives way to one on the command line.

    Of two options that exclude each other the command line's counts. Where both come from one
    place neither gives way, and `Job` or `Policy` refuses them.
    """
    return _is_typed(ctx, by) and not _is_typed(ctx, name)


def _is_typed(ctx: typer.Context, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
