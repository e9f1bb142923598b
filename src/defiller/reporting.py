"""What a run says on the way: sentences on stderr, and progress where a person looks on."""

from __future__ import annotations

import sys
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, Self

from defiller.faults import show

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

MOST_ALIKE = 20
"""Sentences of one sort before the rest are only counted; --verbose lifts it. A crawl can have a
million broken lines."""


class Reporter:
    """Sentences and progress of one run.

    Parameters
    ----------
    quiet : bool
        Say only what failed, and show no progress.
    verbose : bool
        Say something on every input, and every sentence in full.
    total : int
        Bytes of all inputs; 0 where that is unknown.
    progress : bool
        Show progress, if stderr is a terminal.
    """

    def __init__(self, *, quiet: bool, verbose: bool, total: int, progress: bool) -> None:
        self._quiet, self._verbose = quiet, verbose
        self._said: Counter[str] = Counter()
        self._progress: Progress | None = None
        self._bar: TaskID | None = None
        if progress and not quiet and sys.stderr.isatty():
            self._start(total)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def fail(self, name: str, sentence: str) -> None:
        """Name what failed."""
        self._say("failed", name, sentence)

    def warn(self, name: str, sentence: str) -> None:
        """Tell what a reader of the results should know."""
        if not self._quiet:
            self._say("with a warning", name, sentence)

    def tell(self, name: str, sentence: str) -> None:
        """Tell how it went with one input, where that was asked for."""
        if self._verbose:
            self._write(name, sentence)

    def advance(self, size: int, articles: int) -> None:
        """Note progress: bytes of input, and articles."""
        if self._progress is not None and self._bar is not None:
            done = self._progress.tasks[0].fields["articles"] + articles
            self._progress.update(self._bar, advance=size, articles=done)

    def close(self) -> None:
        """Count what was not said in full."""
        for what, count in self._said.items():
            if count > MOST_ALIKE and not self._verbose:
                left = count - MOST_ALIKE
                cure = "--errors FILE or --verbose" if what == "failed" else "--verbose"
                self._line(f"defiller: {left:,} more {what}; {cure} names them all")

    def _say(self, what: str, name: str, sentence: str) -> None:
        self._said[what] += 1
        if self._said[what] <= MOST_ALIKE or self._verbose:
            self._write(name, sentence)

    def _write(self, name: str, sentence: str) -> None:
        name = "standard input" if name == "-" else show(name)
        self._line(f"defiller: {name}: {' '.join(sentence.split())}")

    def _line(self, line: str) -> None:
        if self._progress is not None:
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def _start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
        from rich.text import Text

        class Rate(ProgressColumn):
            """Articles so far, and a second."""

            def render(self, task: Task) -> Text:
                articles: int = task.fields["articles"]
                rate = articles / task.elapsed if task.elapsed else 0.0
                return Text(f"{articles:,} articles, {rate:,.1f} a second")

        self._progress = Progress(
            BarColumn(),
            Rate(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar = self._progress.add_task("", total=total or None, articles=0)
        self._progress.start()
