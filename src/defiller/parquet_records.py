"""Parquet files with an article in a column."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from defiller.arrow_columns import is_text, judged_columns, with_columns, with_judged
from defiller.compression import Codec, writer
from defiller.faults import InputError
from defiller.inputs import Source
from defiller.outputs import beside
from defiller.records import (
    Chunk,
    Columns,
    Fields,
    Judged,
    RecordFile,
    Row,
    fill,
)

_GROUP_BYTES = 1 << 26
"""Row groups of the output: large enough to read fast, small enough to hold."""


class ParquetRecords(RecordFile):
    """Rows of a Parquet file.

    A Parquet file can be read only when its end is written, so the partial output is a row of
    Arrow streams, one a chunk, which `finish` turns into Parquet.
    """

    def __init__(self, stream: IO[bytes], source: Source, fields: Fields, columns: Columns) -> None:
        super().__init__(stream, source, fields, columns)
        try:
            self._file = pq.ParquetFile(_seekable(stream))
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"it is no Parquet file ({_first_line(error)})") from None
        self._schema = self._file.schema_arrow
        self.check_names(self._schema.names)
        kind = self._schema.field(fields.text).type
        if not is_text(kind):
            raise InputError(
                f"its column {fields.text!r} holds {kind}, not text; name the right one with "
                f"--text-field"
            )
        self._written = with_columns(self._schema, fields.text, columns)

    packs_itself = True

    def chunks(self, skip: int = 0) -> Iterator[Chunk]:
        """The rows behind the first `skip` ones, in order."""
        number = 0
        wanted = [self.fields.text, *(n for n in self._optional() if n != self.fields.text)]
        try:
            for batch in self._file.iter_batches(batch_size=self.chunk_rows):
                first, number = number, number + batch.num_rows
                if number <= skip:
                    continue
                kept = batch.slice(max(skip - first, 0))
                first = number - kept.num_rows
                columns = {name: kept.column(name) for name in wanted}
                rows = [self._row(first + at + 1, columns, at) for at in range(kept.num_rows)]
                yield Chunk(rows, number, kept)
        except MemoryError:  # which is Arrow's error, too
            raise
        except (pa.ArrowException, OSError) as error:
            raise InputError(
                f"it is damaged after row {number} ({_first_line(error)}); fetch it again"
            ) from None

    def _optional(self) -> list[str]:
        return [n for n in (self.fields.id, self.fields.title) if n in self._schema.names]

    def _row(self, number: int, columns: dict[str, pa.Array], at: int) -> Row:
        row = Row(number, f"row {number}", raw=at)
        try:
            fill(row, {name: column[at].as_py() for name, column in columns.items()}, self.fields)
        except UnicodeDecodeError:
            row.error = "is not UTF-8, as text in Parquet must be"
        return row

    def encode(self, chunk: Chunk, judged: Sequence[Judged]) -> bytes:
        """The output rows of a chunk."""
        stays = [at for at, result in enumerate(judged) if not result.dropped]
        if not stays:
            return b""
        added = judged_columns([judged[at] for at in stays], self.columns)
        batch: pa.RecordBatch = chunk.raw.take(pa.array(stays, pa.int64()))
        written = with_judged(batch, added, self.fields.text, self.columns)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self._written) as out:
            out.write_batch(written)
        return cast("bytes", sink.getvalue().to_pybytes())

    def finish(self, partial: Path, codec: Codec) -> Path:
        """Write the Parquet file that the Arrow streams in `partial` make, beside it."""
        groups = self._file.metadata
        inside = groups.row_group(0).column(0).compression if groups.num_row_groups else "snappy"
        made = beside(partial, ".made")
        held: list[pa.RecordBatch] = []
        size = 0
        try:
            with (
                partial.open("rb") as stream,
                made.open("wb") as raw,
                closing(writer(raw, codec)) as packed,
                pq.ParquetWriter(
                    packed,
                    self._written,
                    compression="none" if inside == "UNCOMPRESSED" else inside,
                ) as out,
            ):
                while stream.peek(1):
                    for batch in pa.ipc.open_stream(stream):
                        held.append(batch)
                        size += batch.nbytes
                    if size >= _GROUP_BYTES:
                        out.write_table(pa.Table.from_batches(held))
                        held, size = [], 0
                if held:
                    out.write_table(pa.Table.from_batches(held))
        except BaseException:
            made.unlink(missing_ok=True)
            raise
        return made


def _seekable(stream: IO[bytes]) -> IO[bytes]:
    """The stream itself, or a temporary file of what it gives: Parquet is read from its end."""
    if isinstance(stream, io.BufferedReader) and stream.seekable():
        return stream
    spooled = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the file that reads it
    shutil.copyfileobj(stream, spooled)
    spooled.seek(0)
    return cast("IO[bytes]", spooled)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["no reason given"])[0]
