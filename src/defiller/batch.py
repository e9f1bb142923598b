"""A run over many inputs: in order, each on its own, and whole or not at all."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from defiller import judging, outputs
from defiller.crew import FEW_ARTICLES, work
from defiller.delivery import Delivery, RunStoppedError
from defiller.faults import InputError, MissingExtraError, UsageError
from defiller.feed import MOST_ARTICLES, batches, opened
from defiller.inputs import Shape, Source
from defiller.job import STANDARD_OUTPUT, Job, SummaryForm
from defiller.model.policy import Policy
from defiller.outlets import FileOutlet, NoOutlet, Outlet, StreamOutlet
from defiller.outputs import Action, Form
from defiller.page_file import PageFile
from defiller.partial import fingerprint, is_begun, tidy
from defiller.planning import make_plan
from defiller.records import Columns, Fields, RecordFile, open_records
from defiller.reporting import Reporter
from defiller.task import Task
from defiller.unfinished import UnfinishedRun

if TYPE_CHECKING:
    from defiller.model.scorer import Scorer


def run(job: Job, load: Callable[[Path | None], Scorer] | None = None) -> int:
    """Strip, annotate or score articles, as `job` says.

    Parameters
    ----------
    job : Job
    load : callable, optional
        Gives the scorer of a model; by default `defiller.judging.load_scorer`. It must be
        importable where ``job.jobs`` is not 1.

    Returns
    -------
    int
        0: all done. 1: at least one input, or row, failed; all others are done.

    Raises
    ------
    UsageError
        For a request that cannot be run.
    KeyboardInterrupt
        Where the run was interrupted; every output that is in its place is whole.
    BrokenPipeError
        Where nobody reads standard output any more.
    """
    return _Run(job, load or judging.load_scorer).go()


class _Run:
    def __init__(self, job: Job, load: Callable[[Path | None], Scorer]) -> None:
        self.job = job
        self.started = time.monotonic()
        self.outlets: list[FileOutlet] = []
        self.unfinished: UnfinishedRun | None = None
        self.jobs = job.jobs or os.cpu_count() or 1
        named = {"id": job.id_field, "title": job.title_field}
        self.fields = Fields(
            job.text_field,
            job.id_field or "id",
            job.title_field or "title",
            frozenset(kind for kind, name in named.items() if name is not None),
        )
        verdicts = job.verdicts or job.action is Action.ANNOTATE
        self.columns = (
            Columns()  # scores are lines of their own
            if job.action is Action.SCORE
            else Columns.of(job.prefix, replace=job.replace, verdicts=verdicts)
        )
        self.task = Task(
            job.action,
            _policy(job),
            format=job.format,
            form=job.to,
            model=None if job.model is None else job.model.absolute(),
            reasons=job.reasons,
            verdicts=verdicts,
            drop_over=job.drop_documents_over,
            timeout=job.timeout,
            debug=job.debug,
            load=load,
        )

    def go(self) -> int:
        """Do it all."""
        job = self.job
        plan = make_plan(job)
        self.places = plan.places
        scorer = self.task.load(self.task.model)
        self.model = scorer.model_name
        _check_form(job)
        _check_policy(scorer, self.task.policy)
        sources, unreadable = self._checked(list(plan.places))
        if plan.folder is not None and not job.dry_run:
            asked = f"{self._asked()} {self.model}"
            self.unfinished = UnfinishedRun(plan.folder, asked, resume=job.resume)
        todo = [s for s in sources if not (job.resume and self._is_done(s))]
        with self._reporter(todo) as reporter, _interrupts() as noticed:
            delivery = self._delivery(todo, reporter, self._page(plan.page, scorer))
            delivery.tally.done_before = len(sources) - len(todo)
            self._tidy(set(sources) - set(todo))
            for name, note in plan.notes:
                reporter.warn(name, note)
            for name, sentence in [*plan.faults, *unreadable]:
                delivery.fail(name, sentence)
            try:
                self._perform(delivery, todo, noticed)
            except KeyboardInterrupt:
                raise KeyboardInterrupt(_interrupted(job)) from None
            except RunStoppedError as stopped:
                delivery.tally.failed += 1
                reporter.fail(*stopped.args)
            reporter.close()
        self._summarise(delivery)
        return 1 if delivery.tally.failed else 0

    def _delivery(self, todo: list[Source], reporter: Reporter, page: PageFile | None) -> Delivery:
        try:
            return Delivery(self.job, self.places, todo, reporter, page)
        except UsageError:
            # A run that never began is none to go on with.
            if self.unfinished is not None and self.unfinished.is_new:
                self.unfinished.end()
            raise

    def _page(self, path: Path | None, scorer: Scorer) -> PageFile | None:
        """The page that all articles go to; from here on they are made as pieces of it."""
        if path is None or self.job.dry_run:
            return None
        from defiller.model.page.review import page_frame

        policy = self.task.policy
        self.task = replace(self.task, on_page=True)
        frame = page_frame(scorer.threshold(policy), self.model, policy)
        try:
            return PageFile(path, frame)
        except OSError as error:
            raise UsageError(outputs.sentence(error, path)) from None

    def _perform(self, delivery: Delivery, todo: list[Source], noticed: list[int]) -> None:
        """Work through the inputs; however it ends, nothing half done is in any place."""
        most = MOST_ARTICLES if self.job.timeout is None else FEW_ARTICLES
        feed = batches(todo, self._open, self._outlet, jobs=self.jobs, most=most)
        worked = work(self.task, feed, self.jobs)
        try:
            for batch, outcomes in worked:
                delivery.take(batch, outcomes)
                if noticed:
                    raise KeyboardInterrupt
            delivery.finish()
            if self.unfinished is not None:
                self.unfinished.end()
        except BaseException:
            # From here on another Ctrl-C would leave things half done.
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            worked.close()
            for outlet in self.outlets:
                outlet.leave()
            delivery.abandon()
            raise

    def _reporter(self, todo: list[Source]) -> Reporter:
        """What speaks to the user; with progress, where nothing else runs through the terminal."""
        if self.job.dry_run or any(self.places[s].path is None for s in todo):
            progress = not sys.stdout.isatty()
        else:
            progress = len(todo) > 1 or any(s.shape is not Shape.ARTICLE for s in todo)
        total = sum(s.size for s in todo)
        return Reporter(
            quiet=self.job.quiet, verbose=self.job.verbose, total=total, progress=progress
        )

    def _checked(self, sources: list[Source]) -> tuple[list[Source], list[tuple[str, str]]]:
        """The sources whose records can be read, and what is wrong with the others."""
        good, faults = [], []
        for source in sources:
            try:
                # What is done is not opened again: in place it holds the added fields already.
                if not (self.job.resume and self._is_done(source)):
                    self._check(source)
                good.append(source)
            except InputError as fault:
                faults.append((source.name, str(fault)))
        return good, faults

    def _check(self, source: Source) -> None:
        """Raise where the source holds no records that can be read, or cannot be replaced."""
        if source.shape is not Shape.ARTICLE and source.path is not None:
            with opened(source) as (stream, _):
                self._open(stream, source)
        if self.job.in_place:
            path = self.places[source].path
            assert path is not None
            outputs.check_original(path)

    def _tidy(self, done: set[Source]) -> None:
        """Take away what a run left that was killed just after it had finished an output."""
        for source in done:
            path = self.places[source].path
            if path is not None and not self.job.dry_run:
                tidy(path)

    def _is_done(self, source: Source) -> bool:
        place = self.places[source]
        begun = place.path is not None and is_begun(outputs.beside(place.path))
        since = 0 if self.unfinished is None else self.unfinished.since
        return not begun and outputs.is_done(source, place, since)

    def _open(self, stream: IO[bytes], source: Source) -> RecordFile:
        file = open_records(stream, source, self.fields, self.columns)
        if self.job.timeout is not None:
            file.chunk_rows = FEW_ARTICLES
        return file

    def _outlet(self, source: Source, file: RecordFile) -> Outlet:
        place = self.places[source]
        scores = self.job.action is Action.SCORE
        if self.job.dry_run:
            return NoOutlet()
        head = b"" if scores else file.head()
        if place.path is None:
            return StreamOutlet(head)
        try:
            if place.path.exists() and not place.path.is_file():
                return StreamOutlet(head, place.path)
            making = {"model": self.model, "asked": self._asked()}
            if source.path is not None:
                making["input"] = fingerprint(source)
            made = None if scores else file
            outlet = FileOutlet(place, source, made, making, resume=self.job.resume)
        except OSError as error:
            raise InputError(outputs.sentence(error, place.path)) from None
        self.outlets = [*(o for o in self.outlets if not o.closed), outlet]
        return outlet

    def _asked(self) -> str:
        """The hash of what an output depends on besides its input and the model."""
        task, policy = self.task, self.task.policy
        parts: list[Any] = [
            *(task.action, task.format, task.form, task.reasons, task.drop_over),
            *(sorted(policy.dropped), policy.loss, policy.threshold, policy.max_cut),
            *(policy.any_language, self.fields.text, self.fields.id, self.fields.title),
            *(self.columns.prefix, self.columns.replace, self.columns.parts),
        ]
        return hashlib.sha256(repr([str(part) for part in parts]).encode()).hexdigest()[:16]

    def _summarise(self, delivery: Delivery) -> None:
        job, tally = self.job, delivery.tally
        seconds = time.monotonic() - self.started
        stream = sys.stderr if delivery.uses_stdout else sys.stdout
        if job.summary == SummaryForm.JSON:
            from defiller.sides import line_of

            figures = tally.record(model=self.model, seconds=seconds)
            print(line_of(figures).decode(), end="", file=stream)
        elif job.summary == SummaryForm.TEXT:
            print(tally.table(model=self.model, seconds=seconds), file=stream)
        elif not job.quiet and delivery.is_worth_a_word:
            print(f"defiller: {tally.sentence()}", file=sys.stderr)
        stream.flush()


def _policy(job: Job) -> Policy:
    try:
        return Policy.from_names(
            job.drop or None,
            job.keep or None,
            max_loss=job.max_loss,
            threshold=job.threshold,
            max_cut=job.max_cut,
            any_language=job.any_language,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None


def _check_form(job: Job) -> None:
    if job.action is Action.ANNOTATE:
        from defiller.model.annotate import TARGETS

        if job.to not in TARGETS:
            raise UsageError(f"--to {job.to} is not there; choose from {', '.join(TARGETS)}")
        if job.to == Form.HTML and find_spec("jinja2") is None:
            raise MissingExtraError("--to html", "jinja2", "page")


def _check_policy(scorer: Scorer, policy: Policy) -> None:
    """Raise where the model cannot give what is asked, as a loss below all that it measured."""
    try:
        scorer.threshold(policy)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _interrupted(job: Job) -> str:
    if job.out in (None, STANDARD_OUTPUT) and not job.in_place:
        return "interrupted"
    return "interrupted; what is done is whole, and the same with --resume goes on from here"


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Notice Ctrl-C even where a library swallows the exception that it raises."""
    noticed: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield noticed
        return

    def interrupt(number: int, _: object) -> None:
        noticed.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield noticed
    finally:
        signal.signal(signal.SIGINT, before)
