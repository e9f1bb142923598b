"""Articles that may be labelled next: read as by the other commands, with a model's predictions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from defiller import judging
from defiller.faults import InputError
from defiller.feed import ArticleBatch, RecordBatch, batches
from defiller.inputs import STANDARD_INPUT, Shape, Source
from defiller.labels.labelled import (
    LabelledDocument,
    LabelledParagraph,
    Prediction,
    source_of,
)
from defiller.outlets import NoOutlet
from defiller.records import Columns, Fields, open_records
from defiller.reporting import Reporter
from defiller.task import Item, Task

if TYPE_CHECKING:
    from defiller.model.verdict import ScoredDocument

# What a person can tell apart; more digits would be noise in a file to be corrected by hand.
_DIGITS = 4


class Candidates:
    """Articles as documents with predictions, one at a time; what failed is told on the way.

    Parameters
    ----------
    fields : Fields
        Of records.
    task : Task
        What is asked of the model; only its predictions are used.
    reporter : Reporter

    Attributes
    ----------
    failed : int
        Inputs and records that could not be read.
    foreign : int
        Articles that were left out for their language.
    """

    def __init__(self, fields: Fields, task: Task, reporter: Reporter) -> None:
        self._fields, self._task, self._reporter = fields, task, reporter
        self.failed = 0
        self.foreign = 0
        self._ids: set[str] = set()

    def fail(self, name: str, sentence: str) -> None:
        """Tell and count what cannot be chosen."""
        self.failed += 1
        self._reporter.fail(name, sentence)

    def documents(self, sources: list[Source]) -> Iterator[LabelledDocument]:
        """All articles of the sources that can be labelled, in order."""
        for batch in batches(
            sources,
            lambda stream, source: open_records(stream, source, self._fields, Columns()),
            lambda _source, _file: NoOutlet(),
        ):
            if isinstance(batch, ArticleBatch):
                for source, item in zip(batch.sources, batch.items, strict=True):
                    yield from self._document(source, item)
                    self._reporter.advance(source.size, 1)
            else:
                yield from self._rows(batch)

    def _rows(self, batch: RecordBatch) -> Iterator[LabelledDocument]:
        if batch.fault is not None:
            self.fail(batch.source.name, batch.fault)
        for row in batch.chunk.rows:
            if row.error is not None:
                self.fail(batch.source.name, f"{row.where} {row.error}")
        for item in batch.items:
            yield from self._document(batch.source, item)
        self._reporter.advance(batch.size, len(batch.items))

    def _document(self, source: Source, item: Item) -> Iterator[LabelledDocument]:
        # Standard input is called "-" in messages, which is no name for a document.
        piped = item.document == STANDARD_INPUT
        identity = source.below.name if piped else item.document
        try:
            scored = judging.judge_alone(self._task, item)
            document = labelled_of(scored, source, identity)
        except InputError as fault:
            self.fail(item.document, str(fault))
            return
        if identity in self._ids:
            sentence = "an article before it has the same id; give each its own"
            self.fail(item.document, f"{sentence}, or name another --id-field")
        elif _is_foreign(scored):
            self.foreign += 1
        else:
            self._ids.add(identity)
            yield document


def _is_foreign(scored: ScoredDocument) -> bool:
    from defiller.model.verdict import Because

    return scored.left_whole is Because.LANGUAGE


def labelled_of(scored: ScoredDocument, source: Source, identity: str) -> LabelledDocument:
    """A scored article as a document to be labelled: no labels, the verdicts as predictions.

    Its paragraphs are as they stand in the article, markers included, so that every label
    format can hold them.

    Parameters
    ----------
    scored : ScoredDocument
    source : Source
        The file that it comes from.
    identity : str
        Its id: its path, or a record's own.

    Raises
    ------
    InputError
        For text that no file can hold.
    """
    try:
        "".join(verdict.text for verdict in scored.verdicts).encode()
    except UnicodeEncodeError:
        raise InputError("it holds half of a surrogate pair; remove it") from None
    article = scored.document
    domain = _domain(article.url)
    # A folder usually holds the articles of one site; a file of records can hold those of many.
    folder = source.below.parent.as_posix() if source.below.parent != PurePath() else None
    of_folder = folder if source.shape is Shape.ARTICLE else None
    return LabelledDocument(
        id=identity,
        source=of_folder or source_of(source.below.name),
        url=article.url,
        domain=domain,
        group=domain or of_folder or identity,
        paragraphs=tuple(
            LabelledParagraph(
                verdict.text, None, Prediction(verdict.kind, round(verdict.padding, _DIGITS))
            )
            for verdict in scored.verdicts
        ),
        title=None if article.title_is_guess else article.title,
        model=scored.model,
    )


def _domain(url: str | None) -> str | None:
    """The host of an address that a page or a record names; None for what is no address."""
    try:
        host = urlsplit(url or "").hostname
    except ValueError:  # as "http://[broken", which a page may well say of itself
        return None
    return host.removeprefix("www.") if host else None
