"""The articles of a run in batches of bounded size, in order, read no sooner than needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from defiller.compression import damage, reader
from defiller.faults import InputError, reason
from defiller.inputs import Shape, Source
from defiller.judging import LARGEST_ARTICLE
from defiller.outlets import Outlet
from defiller.records import CHUNK_BYTES, Chunk, RecordFile
from defiller.task import Item

MOST_ARTICLES = 32
"""Articles a batch: scoring many at once saves nothing more beyond."""


@dataclass(slots=True)
class ArticleBatch:
    """Articles that are files of their own."""

    sources: list[Source] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class RecordBatch:
    """Rows of one record file.

    Attributes
    ----------
    items : list of Item
        Of the rows that can be judged.
    size : int
        Bytes of the input that were read for it.
    end : bool
        The file's last batch, without rows.
    fault : str or None
        Why the rest of the file could not be read.
    file, outlet : RecordFile, Outlet or None
        None where the file could not be opened at all.
    """

    source: Source
    chunk: Chunk = field(default_factory=Chunk)
    items: list[Item] = field(default_factory=list)
    size: int = 0
    end: bool = False
    fault: str | None = None
    file: RecordFile | None = None
    outlet: Outlet | None = None


Opener = Callable[[IO[bytes], Source], RecordFile]
OutletMaker = Callable[[Source, RecordFile], Outlet]


def batches(
    sources: Sequence[Source],
    open_file: Opener,
    make_outlet: OutletMaker,
    *,
    jobs: int = 1,
    most: int = MOST_ARTICLES,
) -> Iterator[ArticleBatch | RecordBatch]:
    """All articles of the sources, in order.

    Parameters
    ----------
    sources : sequence of Source
    open_file : callable
        Opens a record file's stream of uncompressed bytes.
    make_outlet : callable
        Makes the place that a record file's rows go to.
    jobs : int
        Processes among which the batches are shared out.
    most : int
        Articles a batch.
    """
    articles = sum(source.shape is Shape.ARTICLE for source in sources)
    most = min(most, max(1, articles // (4 * jobs)))
    batch, size = ArticleBatch(), 0
    for source in sources:
        if source.shape is Shape.ARTICLE:
            batch.sources.append(source)
            batch.items.append(item_of(source))
            size += source.size
        if batch.items and (
            source.shape is not Shape.ARTICLE or len(batch.items) >= most or size >= CHUNK_BYTES
        ):
            yield batch
            batch, size = ArticleBatch(), 0
        if source.shape is not Shape.ARTICLE:
            yield from _record_batches(source, open_file, make_outlet)
    if batch.items:
        yield batch


def item_of(source: Source) -> Item:
    """The article of a source; what cannot be read of standard input is its fault."""
    if source.path is not None:
        # Absolute, because a worker need not stand in the same folder.
        path = source.path.absolute()
        return Item(source.name, source.plain_name, path=path, codec=source.codec)
    # Without --stdin-name the name says nothing, and the text must tell its format.
    name = source.plain_name if "." in source.plain_name else None
    try:
        with opened(source) as (stream, _):
            return Item(source.name, name, data=stream.read(LARGEST_ARTICLE + 1))
    except InputError as fault:
        return Item(source.name, name, fault=str(fault))


@contextmanager
def opened(source: Source) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The uncompressed and the raw bytes of a source; what goes wrong becomes `InputError`."""
    try:
        if source.path is None:
            yield reader(sys.stdin.buffer, source.codec), sys.stdin.buffer
            return
        with source.path.open("rb") as raw:
            yield reader(raw, source.codec), raw
    except Exception as error:
        fault = damage(error)
        if fault is not None:
            raise fault from None
        if isinstance(error, OSError):
            raise InputError(reason(error)) from None
        if isinstance(error, MemoryError):
            raise InputError("there was not enough memory for it; split it") from None
        raise


def _record_batches(
    source: Source, open_file: Opener, make_outlet: OutletMaker
) -> Iterator[RecordBatch]:
    """The rows of one file, then a batch that ends it."""
    end = RecordBatch(source, end=True)
    advanced = 0
    try:
        with opened(source) as (stream, raw):
            end.file = open_file(stream, source)
            end.outlet = make_outlet(source, end.file)
            for chunk in end.file.chunks(end.outlet.rows):
                at = _position(source, raw)
                size, advanced = max(at - advanced, 0), max(at, advanced)
                items = [
                    Item(document_name(source, row.number, row.id), text=row.text, title=row.title)
                    for row in chunk.rows
                    if row.text is not None and row.error is None
                ]
                yield RecordBatch(source, chunk, items, size, file=end.file, outlet=end.outlet)
                if end.outlet.closed:
                    return
    except InputError as fault:
        end.fault = str(fault)
    end.size = max(source.size - advanced, 0)
    yield end


def document_name(source: Source, row: int, identity: str | None) -> str:
    """A record's id, or its place where it has none."""
    return identity or f"{source.name}:{row}"


def _position(source: Source, raw: IO[bytes]) -> int:
    """How far the input was read, in bytes on disk."""
    return min(raw.tell(), source.size) if source.path is not None else 0
