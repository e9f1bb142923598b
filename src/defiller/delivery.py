"""What becomes of outcomes: outputs, removed paragraphs, errors, figures and sentences."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from defiller.compression import codec_of, writer
from defiller.faults import InputError, UsageError, reason, show
from defiller.feed import ArticleBatch, RecordBatch, document_name
from defiller.inputs import Shape, Source
from defiller.job import Job
from defiller.outcome import Outcome
from defiller.outputs import Action, Place, replacing, sentence
from defiller.page_file import PageFile
from defiller.partial import rows_done
from defiller.records import Judged, Row
from defiller.reporting import Reporter
from defiller.sides import Entry, SideFile
from defiller.summary import Tally


class RunStoppedError(Exception):
    """Nothing more can be done; the arguments are a file's name and a sentence."""


class Delivery:
    """Takes batches with their outcomes, in order.

    What was removed from an article is written before its output is put into its place, so that
    a run that is killed in between, and does the article again, loses none of it.

    Parameters
    ----------
    job : Job
    places : dict of Source to Place
    todo : sequence of Source
        The inputs that are done in this run.
    reporter : Reporter
    page : PageFile, optional
        Where the places are one page for all articles.

    Raises
    ------
    UsageError
        Where a file of removed paragraphs or of errors cannot be written.
    """

    def __init__(
        self,
        job: Job,
        places: dict[Source, Place],
        todo: Sequence[Source],
        reporter: Reporter,
        page: PageFile | None = None,
    ) -> None:
        self.job, self.places, self.todo, self.reporter = job, places, todo, reporter
        self._page = page
        self.tally = Tally()
        self._finished = 0
        self._of_file = Tally()
        keep = self._keeper() if job.resume else None
        self._removed = self._side(job.removed, keep)
        self._errors = self._side(job.errors, keep)

    @property
    def uses_stdout(self) -> bool:
        """Whether outputs go to standard output."""
        return not self.job.dry_run and any(self.places[s].path is None for s in self.todo)

    @property
    def is_worth_a_word(self) -> bool:
        """Whether a person who looks on is told what the run came to."""
        seen = self.job.verbose or sys.stderr.isatty()
        return self.job.dry_run or (seen and self.tally.articles + self.tally.failed > 1)

    def take(self, batch: ArticleBatch | RecordBatch, outcomes: Sequence[Outcome]) -> None:
        """Deliver a batch.

        Raises
        ------
        RunStoppedError
            Where nothing can be written any more.
        """
        if isinstance(batch, ArticleBatch):
            for source, outcome in zip(batch.sources, outcomes, strict=True):
                self._article(source, outcome)
                self.reporter.advance(source.size, 1)
            return
        if batch.fault is not None:
            self.fail(batch.source.name, batch.fault)
        if batch.outlet is not None and not batch.outlet.closed:
            self._rows(batch, outcomes)
        self.reporter.advance(batch.size, len(batch.items))

    def fail(self, name: str, what: str, *, row: Row | None = None) -> None:
        """Note an input, or a row of one, that could not be done."""
        self.tally.failed += 1
        self.reporter.fail(name, what)
        document = name if row is None else row.id or f"{name}:{row.number}"
        number = None if row is None else row.number
        entry = {"document": document, "input": name, "row": number, "error": what}
        self._write_side(self._errors, [entry])

    def finish(self) -> None:
        """Put the page and the side files into their places."""
        for part in (self._page, self._removed, self._errors):
            if part is not None:
                self._guarded(part, part.publish)

    def abandon(self) -> None:
        """Put the side files into their places as far as they got; a page is left away."""
        if self._page is not None:
            self._page.discard()
        for side in (self._removed, self._errors):
            if side is not None:
                try:
                    side.publish()
                except OSError:  # what could not be published stays beside its place
                    continue

    def _article(self, source: Source, outcome: Outcome) -> None:
        if outcome.error is not None:
            self.fail(source.name, outcome.error)
            return
        self._write_removed(source, None, outcome)
        try:
            self._put(self.places[source], outcome)
        except InputError as fault:
            self.fail(source.name, str(fault))
            return
        self.tally.add(outcome.tally)
        self._warn(source.name, outcome)
        self._finished += 1
        self._tell(source, outcome.tally)

    def _put(self, place: Place, outcome: Outcome) -> None:
        if self.job.dry_run:
            return
        if place.path is None:
            if outcome.output is not None:
                _to_stdout(outcome.output)
            return
        if place.shared:
            assert self._page is not None
            assert outcome.output is not None
            self._guarded(self._page, partial(self._page.add, outcome.output))
            return
        try:
            if outcome.output is None:
                # It was dropped; what an earlier run made of it would pass for its output.
                if place.path.is_file():
                    place.path.unlink()
                return
            with replacing(place.path, keep=place.in_place) as stream:
                packed = writer(stream, codec_of(place.path.name))
                packed.write(outcome.output)
                packed.close()
        except OSError as error:
            raise InputError(sentence(error, place.path)) from None

    def _rows(self, batch: RecordBatch, outcomes: Sequence[Outcome]) -> None:
        source, file, outlet = batch.source, batch.file, batch.outlet
        assert file is not None
        assert outlet is not None
        waiting = iter(outcomes)
        results: list[Outcome] = []
        for row in batch.chunk.rows:
            result = self._row(source, row, waiting)
            if result.error is None:
                self._write_removed(source, row, result)
            results.append(result)
        try:
            if batch.end:
                outlet.end()
            elif self.job.action is Action.SCORE:
                data = b"".join(result.output or b"" for result in results)
                outlet.write(data, batch.chunk.last)
            else:
                judged = [result.judged for result in results]
                outlet.write(file.encode(batch.chunk, judged), batch.chunk.last)
        except BrokenPipeError:
            raise
        except (OSError, InputError) as error:
            outlet.leave()
            self._cannot_write(source, error)
            return
        for result in results:
            self._of_file.add(result.tally)
            self.tally.add(result.tally)
        if batch.end:
            self.tally.done_before += outlet.rows
            self._finished += 1
            self._tell(source, self._of_file)
            self._of_file = Tally()

    def _row(self, source: Source, row: Row, waiting: Iterable[Outcome]) -> Outcome:
        """The outcome of a row; one that failed is named."""
        if row.error is not None:
            result = Outcome(Judged(error=f"{row.where} {row.error}"))
        else:
            result = next(iter(waiting))
            if result.error is not None:
                result.judged.error = f"{row.where}: {result.error}"
                result.tally = Tally()  # `fail` counts it
        if result.error is not None:
            self.fail(source.name, result.error, row=row)
        self._warn(document_name(source, row.number, row.id), result)
        return result

    def _cannot_write(self, source: Source, error: OSError | InputError) -> None:
        path = self.places[source].path
        if isinstance(error, InputError):
            self.fail(source.name, str(error))
        elif path is None:
            raise RunStoppedError("standard output", _stopped(reason(error))) from None
        else:
            self.fail(source.name, sentence(error, path))

    def _write_removed(self, source: Source, row: Row | None, outcome: Outcome) -> None:
        if self._removed is None or not outcome.removed:
            return
        where = {"input": source.name, "row": None if row is None else row.number}
        self._write_side(self._removed, [{**entry, **where} for entry in outcome.removed])

    def _write_side(self, side: SideFile | None, entries: Iterable[Entry]) -> None:
        if side is None:
            return

        def write() -> None:
            side.write(entries)
            side.flush()

        self._guarded(side, write)

    def _guarded(self, part: SideFile | PageFile, step: Callable[[], None]) -> None:
        try:
            step()
        except OSError as error:
            left = len(self.todo) - self._finished
            what = f"it cannot be written: {reason(error)}"
            raise RunStoppedError(str(part.path), _stopped(what, left)) from None

    def _warn(self, name: str, outcome: Outcome) -> None:
        for warning in outcome.warnings:
            self.reporter.warn(name, warning)

    def _tell(self, source: Source, tally: Tally) -> None:
        place = self.places[source]
        where = "standard output" if place.path is None else show(place.path)
        if self.job.dry_run:
            print(f"{show(source.name)} -> {where}: {tally.sentence()}")
        elif source.path is not None:
            self.reporter.tell(source.name, f"to {where}: {tally.sentence()}")

    def _side(self, path: Path | None, keep: Callable[[Entry], bool] | None) -> SideFile | None:
        if path is None or self.job.dry_run:
            return None
        try:
            return SideFile(path, keep)
        except OSError as error:
            raise UsageError(sentence(error, path)) from None

    def _keeper(self) -> Callable[[Entry], bool]:
        """Whether a line of the run before stands for something that is not done again."""
        again: dict[str, int] = {}
        for source in self.todo:
            path = self.places[source].path
            records = source.shape is not Shape.ARTICLE
            rows = rows_done(path) if records and path is not None else 0
            again[os.path.realpath(source.name)] = rows

        def keep(entry: Entry) -> bool:
            done = again.get(os.path.realpath(entry["input"]))
            return done is None or (entry["row"] is not None and entry["row"] <= done)

        return keep


def _to_stdout(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise RunStoppedError("standard output", _stopped(reason(error))) from None


def _stopped(what: str, left: int = 0) -> str:
    inputs = "1 input was" if left == 1 else f"{left:,} inputs were"
    rest = f"; {inputs} not done" if left else ""
    return f"{what}; the run stops here{rest}"
