"""How far training is, how long it will still take, and where its time went."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

Tell = Callable[[str], None]
"""Told what is being done, a line each, when it begins."""


class Stopwatch:
    """Seconds of work by stage; stages that ran side by side count each their own.

    Attributes
    ----------
    seconds : dict of str to float
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Count what is done inside."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.add({stage: time.perf_counter() - begun})

    def add(self, seconds: Mapping[str, float]) -> None:
        """Count what others measured."""
        for stage, value in seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + value


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run.

    Attributes
    ----------
    line : str
        What is told when it begins.
    cost : float
        Its share of the time, in any unit that all steps share.
    """

    line: str
    cost: float


class TimeLeft(ProgressColumn):
    """The time left: told at each step by the costs done, and counted down in between."""

    max_refresh = 0.5

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._ends: float | None = None

    def told(self, begun: float, done: float, total: float) -> None:
        """Note how much of the costs is done, by a run that began at `begun`."""
        now = self._clock()
        self._ends = now + (now - begun) * (total - done) / done if done else None

    def render(self, task: Task) -> Text:  # noqa: ARG002 - the same whatever the task
        """The time left, as minutes and seconds."""
        if self._ends is None:
            return Text("-:-- left", style="progress.remaining")
        minutes, seconds = divmod(max(round(self._ends - self._clock()), 0), 60)
        return Text(f"{minutes}:{seconds:02} left", style="progress.remaining")


class Bar:
    """A line on the terminal with the step, a bar and the time left.

    Nothing is shown where the console is no terminal. A line that is none of the steps is shown
    and moves nothing.

    Parameters
    ----------
    console : Console
        Where it is shown: standard error.
    clock : callable
        Seconds, as `time.monotonic` has them.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left = TimeLeft(clock)
        self._steps: Sequence[Step] = ()
        self._begun = clock()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            self._left,
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def plan(self, steps: Sequence[Step]) -> None:
        """Say which steps will come; the clock of the time left starts here."""
        self._steps, self._begun = steps, self._clock()
        self._progress.update(self._task, total=sum(step.cost for step in steps))

    def __call__(self, line: str) -> None:
        """Begin a step: all before it are done."""
        self._progress.update(self._task, description=line)
        lines = [step.line for step in self._steps]
        if line in lines:
            costs = [step.cost for step in self._steps]
            done = sum(costs[: lines.index(line)])
            self._left.told(self._begun, done, sum(costs))
            self._progress.update(self._task, completed=done)


def times_table(seconds: Mapping[str, float], elapsed: float) -> Table:
    """Where the time went, one row a stage."""
    table = Table(title=f"Where the time went: {elapsed:.1f} s in all", title_justify="left")
    table.add_column("stage")
    table.add_column("seconds of work", justify="right")
    table.add_column("share", justify="right")
    whole = sum(seconds.values()) or 1.0
    for stage, value in seconds.items():
        table.add_row(stage, f"{value:.1f}", f"{value / whole:.0%}")
    return table
