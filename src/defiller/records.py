"""Record files: one article in a field of each row, read and written in bounded chunks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from defiller.compression import Codec
from defiller.faults import InputError, UsageError, show
from defiller.inputs import Shape, Source

CHUNK_ROWS = 64
CHUNK_BYTES = 1 << 20
"""A chunk holds at most so many rows and, but for its last row, so many bytes: what one task
works on, and with its verdicts a few times that in memory."""

LONGEST_LINE = 1 << 28
"""A row of more bytes (256 MiB) is broken: no article is as long, and it would be read at once."""


_PARTS = ("text", "padding_share", "removed", "verdicts", "language", "model", "error")


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of the fields that are read.

    ``id`` and ``title`` need not be in every record; where `named`, the file must have them.
    """

    text: str = "text"
    id: str = "id"
    title: str = "title"
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Columns:
    """What is added to each row.

    Attributes
    ----------
    prefix : str
        Begins the names of the added fields.
    replace : bool
        The stripped text takes the place of the text instead of a field of its own.
    parts : tuple of str
        The added fields without their prefix; attributes of `Judged`.
    """

    prefix: str = "defiller_"
    replace: bool = False
    parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, prefix: str, *, replace: bool, verdicts: bool) -> Columns:
        """The columns that the design names, with or without the text and the verdicts."""
        left_out = {part for part, no in (("text", replace), ("verdicts", not verdicts)) if no}
        return cls(prefix, replace, tuple(part for part in _PARTS if part not in left_out))

    @property
    def names(self) -> tuple[str, ...]:
        """The added fields, in order."""
        return tuple(self.prefix + part for part in self.parts)

    def values(self, judged: Judged) -> dict[str, Any]:
        """The added fields of a row by name."""
        return {self.prefix + part: getattr(judged, part) for part in self.parts}


@dataclass(slots=True)
class Judged:
    """What became of one row; all None but ``error`` where it failed.

    ``removed`` and ``verdicts`` are lists of plain dicts.
    """

    text: str | None = None
    padding_share: float | None = None
    removed: list[dict[str, Any]] | None = None
    verdicts: list[dict[str, Any]] | None = None
    language: str | None = None
    model: str | None = None
    error: str | None = None
    dropped: bool = False


@dataclass(slots=True)
class Row:
    """One row as it was read.

    Attributes
    ----------
    number : int
        From 1; of the line where rows are lines.
    where : str
        Its place in a sentence, as "line 17".
    text, id, title : str or None
    error : str or None
        Why it cannot be judged, as the rest of a sentence.
    raw : object
        What the writer of the same format makes the output row of.
    unwritable : bool
        The row is so broken that no output row can be made of it.
    """

    number: int
    where: str
    text: str | None = None
    id: str | None = None
    title: str | None = None
    error: str | None = None
    raw: Any = None
    unwritable: bool = False


@dataclass(slots=True)
class Chunk:
    """Rows that are judged together; ``last`` is the number of the last row that was read."""

    rows: list[Row] = field(default_factory=list)
    last: int = 0
    raw: Any = None


class RecordFile(ABC):
    """One format of records, opened to be read.

    Parameters
    ----------
    stream : binary stream
        The uncompressed bytes.
    source : Source
    fields : Fields
    columns : Columns

    Raises
    ------
    InputError
        Where the file cannot be read as this format, or lacks the text's field.
    UsageError
        Where it has fields of the names that would be added.
    """

    def __init__(self, stream: IO[bytes], source: Source, fields: Fields, columns: Columns) -> None:
        self.stream, self.source, self.fields, self.columns = stream, source, fields, columns

    packs_itself = False
    chunk_rows = CHUNK_ROWS

    @abstractmethod
    def chunks(self, skip: int = 0) -> Iterator[Chunk]:
        """The rows with a number above `skip`, in order.

        Raises
        ------
        InputError, OSError, EOFError
            Where the rest of the file cannot be read; the chunks before it stand.
        """

    def head(self) -> bytes:
        """What the output starts with."""
        return b""

    @abstractmethod
    def encode(self, chunk: Chunk, judged: Sequence[Judged]) -> bytes:
        """The output rows of a chunk; dropped and unwritable ones have none."""

    def finish(self, partial: Path, codec: Codec) -> Path:  # noqa: ARG002 - most need nothing
        """The file in the format that the finished partial output makes: itself, or another.

        Where `packs_itself` says so the partial output is plain, and `codec` is applied here.
        """
        return partial

    def check_names(self, present: Sequence[str], *, need_text: bool = True) -> None:
        """Raise where needed fields are missing or added ones are there already."""
        clash = [name for name in self.columns.names if name in present]
        if clash:
            raise UsageError(
                f"{show(self.source.name)} has a field {clash[0]!r} already; choose other names "
                f"with --prefix"
            )
        wanted = {"--text-field": self.fields.text} if need_text else {}
        wanted |= {
            f"--{kind}-field": name
            for kind, name in (("id", self.fields.id), ("title", self.fields.title))
            if need_text and kind in self.fields.named
        }
        for option, name in wanted.items():
            if name not in present:
                raise InputError(
                    f"it has no field {name!r}, only {', '.join(present) or 'none at all'}; "
                    f"name the right one with {option}"
                )


def open_records(stream: IO[bytes], source: Source, fields: Fields, columns: Columns) -> RecordFile:
    """The reader and writer for a source's shape."""
    if source.shape is Shape.CSV:
        from defiller.delimited_records import CsvRecords

        return CsvRecords(stream, source, fields, columns)
    if source.shape is Shape.PARQUET:
        from defiller.parquet_records import ParquetRecords

        return ParquetRecords(stream, source, fields, columns)
    from defiller.jsonl_records import JsonLines

    return JsonLines(stream, source, fields, columns)


_TYPES: dict[type, str] = {list: "a list", dict: "an object", bool: "a truth value"}


def fill(row: Row, record: Mapping[str, Any], fields: Fields) -> None:
    """Read the text, the id and the title of a record into its row, or say what is wrong."""
    identity, title = record.get(fields.id), record.get(fields.title)
    row.id = str(identity) if isinstance(identity, (str, int)) and identity != "" else None
    row.title = title if isinstance(title, str) and title.strip() else None
    if fields.text not in record:
        present = ", ".join(map(str, record)) or "none at all"
        row.error = (
            f"has no field {fields.text!r}, only {present}; name the right one with --text-field"
        )
        return
    text = record[fields.text]
    if isinstance(text, str):
        row.text = text
    else:
        what = "null" if text is None else _TYPES.get(type(text), "a number")
        row.error = f"holds no text: the field {fields.text!r} is {what}"
