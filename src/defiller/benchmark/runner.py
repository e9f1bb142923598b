"""Measures peers one after the other, each in fresh processes, and collects what they say."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from defiller.benchmark.articles import Article, save
from defiller.benchmark.engine import Setting
from defiller.benchmark.peers import REFERENCE, Peer, Reads
from defiller.benchmark.worker import Request, Task

# One thread each: the figures are of one core. The hubs of models are never asked.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}

LONGEST = 1800.0
"""Seconds of one process; a sentence encoder takes ten minutes to judge 60,000 paragraphs."""


class Status(StrEnum):
    """How it went with a peer."""

    MEASURED = "measured"
    MISSING = "not installed"
    LEFT_OUT = "left out"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Row:
    """What was found of one peer.

    Attributes
    ----------
    peer : Peer
    status : Status
    note : str
        Why there are no figures, or no quality.
    version : str
    passes : int
        Over all articles, in all rounds.
    ms_an_article, mb_a_second, us_a_paragraph : float or None
        CPU time of one thread, medians over passes; megabytes are 10^6 bytes of what the peer
        reads, and only peers of text have paragraphs.
    wall_ms_an_article : float or None
    times : float or None
        Its time an article as a multiple of the reference's.
    start_seconds, wall_start_seconds : float or None
        To import, load and work through the first article; median over rounds.
    peak_mb : float or None
        Memory of its process, articles included; median over rounds.
    quality : mapping of str to float or None
        As `defiller.benchmark.quality.figures_of` gives it; empty where it was not judged.
    """

    peer: Peer
    status: Status
    note: str = ""
    version: str = ""
    passes: int = 0
    ms_an_article: float | None = None
    wall_ms_an_article: float | None = None
    mb_a_second: float | None = None
    us_a_paragraph: float | None = None
    times: float | None = None
    start_seconds: float | None = None
    wall_start_seconds: float | None = None
    peak_mb: float | None = None
    quality: dict[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and how long.

    Attributes
    ----------
    articles : tuple of Article
        Those that speed is measured on.
    judged : tuple of Article
        Those that quality is measured on, with their pages; ids of labelled documents.
    model : Path or None
        defiller's model folder; the shipped one else.
    labels : tuple of Path
        Label files that peers are judged by; quality is not measured without.
    taught : tuple of Path
        Label files that learners are trained on for speed where there are no ``labels``.
    rounds : int
        Fresh processes a peer. A round takes each peer once, so that a machine that gets slower
        does not meet one of them alone.
    repeats : int
        Passes over all articles a process, at most.
    seconds : float
        CPU time of a process after which no further pass begins.
    """

    articles: tuple[Article, ...]
    judged: tuple[Article, ...] = ()
    model: Path | None = None
    labels: tuple[Path, ...] = ()
    taught: tuple[Path, ...] = ()
    rounds: int = 3
    repeats: int = 5
    seconds: float = 5.0


_ARTICLES, _JUDGED = "articles.json", "judged.json"


class _FailedError(Exception):
    """A process that ended badly; the message is one sentence."""


def measure(
    plan: Plan, peers: Sequence[Peer], folder: Path, tell: Callable[[str], None]
) -> list[Row]:
    """Measure peers; what is wrong with one of them stands in its row.

    Parameters
    ----------
    plan : Plan
    peers : sequence of Peer
    folder : Path
        Empty; for what passes between processes.
    tell : callable
        Told what is being done, a line each.

    Returns
    -------
    list of Row
        One a peer, in order.
    """
    save(plan.articles, folder / _ARTICLES)
    save(plan.judged, folder / _JUDGED)
    runs = {peer.name: _Runs(plan, peer, folder) for peer in peers}
    for each in runs.values():
        if each.row.status is Status.MEASURED and each.peer.prepares:
            tell(f"{each.peer.name}: preparing")
            each.prepare()
    for number in range(plan.rounds):
        for each in runs.values():
            if each.row.status is Status.MEASURED:
                tell(f"{each.peer.name}: round {number + 1} of {plan.rounds}")
                each.measure()
    for each in runs.values():
        judged = each.row.status is Status.MEASURED and not each.peer.judged_as
        if judged and plan.labels:
            tell(f"{each.peer.name}: quality")
            each.judge()
    rows = {name: each.summed() for name, each in runs.items()}
    reference = rows[REFERENCE].ms_an_article if REFERENCE in rows else None
    return [_compared(row, rows, reference) for row in rows.values()]


class _Runs:
    """The processes of one peer."""

    def __init__(self, plan: Plan, peer: Peer, folder: Path) -> None:
        self.plan, self.peer = plan, peer
        self.folder = folder / peer.name
        self.folder.mkdir()
        self.found: list[dict[str, Any]] = []
        self.row = self._first()

    def _first(self) -> Row:
        if not self.peer.is_installed:
            install = self.peer.install
            cure = f"; pip install {install} brings it" if install else ""
            note = f"the package {self.peer.package} is not installed{cure}"
            return Row(self.peer, Status.MISSING, note)
        if self.peer.reads is Reads.PAGES and self.plan.articles[0].html is None:
            note = "it reads pages; give .html files"
            return Row(self.peer, Status.LEFT_OUT, note, self.peer.version)
        return Row(self.peer, Status.MEASURED, version=self.peer.version)

    def prepare(self) -> None:
        """Let it do what is not measured."""
        self._ask(Task.PREPARE)

    def measure(self) -> None:
        """One process that is timed."""
        result = self._ask(Task.MEASURE)
        if result is not None:
            self.found.append(result)

    def judge(self) -> None:
        """One process that gives the figures of quality; without them the speed still stands."""
        try:
            quality = self._run(Task.JUDGE)
        except _FailedError as error:
            self.row = replace(self.row, note=f"no quality: {error}")
        else:
            self.row = replace(self.row, quality=quality)

    def _ask(self, task: Task) -> dict[str, Any] | None:
        try:
            return self._run(task)
        except _FailedError as error:
            self.row = replace(self.row, status=Status.FAILED, note=str(error))
            return None

    def _run(self, task: Task) -> dict[str, Any]:
        plan = self.plan
        request, result = self.folder / "request.json", self.folder / "result.json"
        result.unlink(missing_ok=True)
        Request(
            task=task,
            engine=self.peer.engine,
            setting=Setting(
                None if plan.model is None else str(plan.model.absolute()),
                tuple(str(path.absolute()) for path in plan.labels or plan.taught),
                str(self.folder),
            ),
            articles=str(self.folder.parent / (_JUDGED if task is Task.JUDGE else _ARTICLES)),
            result=str(result),
            repeats=plan.repeats,
            seconds=plan.seconds,
        ).save(request)
        command = [sys.executable, "-m", "defiller.benchmark.worker", str(request)]
        try:
            done = subprocess.run(  # noqa: S603 - this interpreter, our own module
                command,
                env={**os.environ, **_ENVIRONMENT},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                timeout=LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _FailedError(f"it took over {LONGEST:.0f} seconds") from None
        if done.returncode:
            raise _FailedError(_last_words(done.returncode, done.stderr))
        answer: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return answer

    def summed(self) -> Row:
        """Medians of what was measured."""
        if self.row.status is not Status.MEASURED:
            return self.row
        articles = self.plan.articles
        passes = [one for result in self.found for one in result["passes"]]
        cpu = statistics.median(one["cpu"] for one in passes)
        wall = statistics.median(one["wall"] for one in passes)
        starts = [result["start"] for result in self.found]
        is_text = self.peer.reads is Reads.TEXT
        size = sum(len(_read_by(self.peer, a).encode("utf-8", "replace")) for a in articles)
        paragraphs = sum(article.paragraphs for article in articles)
        return replace(
            self.row,
            passes=len(passes),
            ms_an_article=cpu / len(articles) * 1e3,
            wall_ms_an_article=wall / len(articles) * 1e3,
            mb_a_second=size / cpu / 1e6,
            us_a_paragraph=cpu / paragraphs * 1e6 if is_text and paragraphs else None,
            start_seconds=statistics.median(start["cpu"] for start in starts),
            wall_start_seconds=statistics.median(start["wall"] for start in starts),
            peak_mb=statistics.median(result["peak_mb"] for result in self.found),
        )


def _read_by(peer: Peer, article: Article) -> str:
    return article.text if peer.reads is Reads.TEXT else article.html or ""


def _compared(row: Row, rows: dict[str, Row], reference: float | None) -> Row:
    """The row with what it takes from others: the ratio, and the quality of the same verdicts."""
    if row.status is not Status.MEASURED or row.ms_an_article is None:
        return row
    times = row.ms_an_article / reference if reference else None
    twin = rows.get(row.peer.judged_as)
    return replace(row, times=times, quality=twin.quality if twin else row.quality)


def _last_words(code: int, told: str) -> str:
    """One sentence on why a process ended badly."""
    if code < 0:
        return f"it was ended by the signal {signal.Signals(-code).name}"
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    return lines[-1] if lines else f"it ended with exit code {code}"
