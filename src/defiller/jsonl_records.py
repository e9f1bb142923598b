"""JSON Lines with an article in a field of each object."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import IO, Any

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


class JsonLines(RecordFile):
    r"""One JSON object a line; lines end at ``\n``.

    The output row is the input's line as it stands with fields added behind, so numbers, order
    and escapes of the other fields stay as they were.
    """

    def __init__(self, stream: IO[bytes], source: Source, fields: Fields, columns: Columns) -> None:
        super().__init__(stream, source, fields, columns)
        self._names = frozenset(columns.names)
        self._first = stream.readline(LONGEST_LINE)
        with suppress(ValueError, RecursionError):  # what is wrong with it, its row will say
            first = json.loads(self._first.decode("utf-8-sig"))
            self.check_names(list(first) if isinstance(first, dict) else [], need_text=False)

    def chunks(self, skip: int = 0) -> Iterator[Chunk]:
        """The rows behind the first `skip` ones, in order."""
        chunk, size, number = Chunk(), 0, 0
        following = iter(lambda: self.stream.readline(LONGEST_LINE), b"")
        try:
            for raw in chain([self._first] if self._first else [], following):
                number += 1
                too_long = len(raw) == LONGEST_LINE and not raw.endswith(b"\n")
                while too_long and (rest := self.stream.readline(LONGEST_LINE)):
                    if rest.endswith(b"\n"):
                        break
                if number <= skip:
                    continue
                chunk.last = number
                if raw.strip():
                    chunk.rows.append(self._row(number, raw, too_long=too_long))
                    size += len(raw)
                if len(chunk.rows) >= self.chunk_rows or size >= CHUNK_BYTES:
                    yield chunk
                    chunk, size = Chunk(), 0
        except Exception:
            # The lines before the damage were whole.
            if chunk.rows:
                yield chunk
            raise
        if chunk.rows:
            yield chunk

    def _row(self, number: int, raw: bytes, *, too_long: bool) -> Row:
        row = Row(number, f"line {number}", raw=raw)
        if too_long:
            row.error, row.unwritable = f"is over {LONGEST_LINE >> 20} MiB; split it", True
            return row
        try:
            record = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
        except UnicodeDecodeError:
            row.error, row.unwritable = "is not UTF-8; convert the file to UTF-8", True
            return row
        except (ValueError, RecursionError) as error:
            what = getattr(error, "msg", None) or str(error)
            at = f", column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
            row.error, row.unwritable = f"is not JSON ({what}{at}); mend the line", True
            return row
        if not isinstance(record, dict):
            row.error, row.unwritable = "is no JSON object; put each record into { }", True
            return row
        if self.columns.replace:
            row.raw = (raw, record)
        fill(row, record, self.fields)
        clash = sorted(self._names & record.keys())
        if clash:
            row.error, row.unwritable = f"has a field {clash[0]!r} already; see --prefix", True
        return row

    def encode(self, chunk: Chunk, judged: Sequence[Judged]) -> bytes:
        """The output rows of a chunk."""
        lines = []
        for row, result in zip(chunk.rows, judged, strict=True):
            if row.unwritable or result.dropped:
                continue
            added = self.columns.values(result)
            if self.columns.replace and result.text is not None:
                record = row.raw[1] | {self.fields.text: result.text} | added
                lines.append(_dumps(record) + b"\n")
                continue
            raw: bytes = row.raw[0] if self.columns.replace else row.raw
            body = raw.rstrip()[:-1].rstrip()
            join = b"" if body.endswith(b"{") else b", "
            end = b"\r\n" if raw.endswith(b"\r\n") else b"\n"
            lines.append(body + join + _dumps(added)[1:] + end)
        return b"".join(lines)


def _dumps(record: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can escape and UTF-8 not hold
        return json.dumps(record).encode()
