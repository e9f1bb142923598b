"""CSV files with an article in a column."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import IO, Any

from defiller.faults import InputError
from defiller.inputs import Source
from defiller.records import (
    CHUNK_BYTES,
    LONGEST_LINE,
    Chunk,
    Columns,
    Fields,
    Judged,
    RecordFile,
    Row,
    fill,
)

_BOM = b"\xef\xbb\xbf"
_DELIMITERS = ",;\t"
_NO_UTF8 = re.compile("[\udc80-\udcff]")


class CsvRecords(RecordFile):
    """Rows of a CSV file in UTF-8 with a header.

    The delimiter is the one of comma, semicolon and tab under which the header has the text's
    column. Bytes that are not UTF-8 fail the rows whose text they stand in, and are written back
    as they came elsewhere. Lists are written as JSON, and what is absent as an empty cell.
    """

    def __init__(self, stream: IO[bytes], source: Source, fields: Fields, columns: Columns) -> None:
        super().__init__(stream, source, fields, columns)
        csv.field_size_limit(LONGEST_LINE)
        first = stream.readline(LONGEST_LINE)
        self._bom = _BOM if first.startswith(_BOM) else b""
        self._end = "\r\n" if first.endswith(b"\r\n") else "\n"
        line = _decoded(first.removeprefix(_BOM))
        lines = io.TextIOWrapper(
            _unclosed(stream), encoding="utf-8", errors="surrogateescape", newline=""
        )
        headers = {d: next(csv.reader([line], delimiter=d), []) for d in _DELIMITERS}
        likely = max(headers, key=lambda d: (fields.text in headers[d], len(headers[d])))
        self._delimiter, self._header = likely, headers[likely]
        self.check_names(self._header)
        self._rows = csv.reader(lines, delimiter=likely)

    def chunks(self, skip: int = 0) -> Iterator[Chunk]:
        """The rows behind the first `skip` ones, in order."""
        chunk, size = Chunk(), 0
        try:
            for number, (cells, broken) in enumerate(self._cells(), 1):
                if number <= skip:
                    continue
                chunk.last = number
                if cells or broken:
                    chunk.rows.append(self._row(number, cells, broken))
                    size += sum(map(len, cells))
                if len(chunk.rows) >= self.chunk_rows or size >= CHUNK_BYTES:
                    yield chunk
                    chunk, size = Chunk(), 0
        except Exception:
            # The rows before the damage were whole.
            if chunk.rows:
                yield chunk
            raise
        if chunk.rows:
            yield chunk

    def _cells(self) -> Iterator[tuple[list[str], str | None]]:
        """The cells of each row, or what is wrong with it."""
        while True:
            try:
                yield next(self._rows), None
            except StopIteration:
                return
            except csv.Error as error:
                yield [], f"is no CSV ({error}); mend it"

    def _row(self, number: int, cells: list[str], broken: str | None) -> Row:
        # The header is line 1, and a quoted cell can hold several lines.
        line = self._rows.line_num + 1
        row = Row(number, f"row {number} (line {line})", raw=cells)
        width = len(self._header)
        if broken is not None or len(cells) > width:
            row.error = broken or f"has {len(cells)} cells under {width} columns; mend the row"
            row.unwritable = True
            return row
        fill(row, dict(zip(self._header, cells, strict=False)), self.fields)
        if row.text is not None and _NO_UTF8.search(row.text):
            row.text, row.error = None, "is not UTF-8; convert the file to UTF-8"
        row.raw = cells + [""] * (width - len(cells))
        return row

    def head(self) -> bytes:
        """The header with the added columns."""
        return self._bom + self._lines([[*self._header, *self.columns.names]])

    def encode(self, chunk: Chunk, judged: Sequence[Judged]) -> bytes:
        """The output rows of a chunk."""
        rows = []
        for row, result in zip(chunk.rows, judged, strict=True):
            if row.unwritable or result.dropped:
                continue
            cells = list(row.raw)
            if self.columns.replace and result.text is not None:
                cells[self._header.index(self.fields.text)] = result.text
            cells += [_cell(value) for value in self.columns.values(result).values()]
            rows.append(cells)
        return self._lines(rows)

    def _lines(self, rows: list[list[str]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self._delimiter, lineterminator=self._end).writerows(rows)
        return text.getvalue().encode("utf-8", "surrogateescape")


def _decoded(line: bytes) -> str:
    if b"\0" in line:
        raise InputError("it is no CSV in UTF-8; convert it to UTF-8")
    return line.decode("utf-8", "surrogateescape")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _unclosed(stream: IO[bytes]) -> io.BufferedReader:
    """The stream for a text wrapper, which closes what it wraps when it is thrown away."""

    class Lent(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer
            block = stream.read(len(buffer))
            buffer[: len(block)] = block
            return len(block)

    return io.BufferedReader(Lent(), 1 << 16)
