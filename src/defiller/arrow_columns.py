"""The record columns as Arrow has them: their types, and rows with them added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from defiller.labels.kinds import PADDING_KINDS
from defiller.records import Columns, Judged

_REMOVED = pa.struct(
    {
        "start": pa.int64(),
        "end": pa.int64(),
        "kind": pa.string(),
        "padding": pa.float64(),
        "text": pa.string(),
    }
)
_REASON = pa.struct({"family": pa.string(), "contribution": pa.float64(), "sentence": pa.string()})
_VERDICT = pa.struct(
    {
        "start": pa.int64(),
        "end": pa.int64(),
        "text": pa.string(),
        "padding": pa.float64(),
        "kind": pa.string(),
        "kinds": pa.struct({str(kind): pa.float64() for kind in PADDING_KINDS}),
        "strip": pa.bool_(),
        "because": pa.string(),
        "cut_at": pa.float64(),
        "reasons": pa.list_(_REASON),
    }
)

TYPES: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "padding_share": pa.float64(),
    "removed": pa.list_(_REMOVED),
    "verdicts": pa.list_(_VERDICT),
    "language": pa.string(),
    "model": pa.string(),
    "error": pa.string(),
}
"""Types of the added columns, by the names without their prefix."""


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds text, dictionary-encoded or not."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    # By name: before version 16 pyarrow knew no views, and had no question for them.
    return str(kind) in {"string", "large_string", "string_view"}


def added_fields(columns: Columns) -> list[pa.Field]:
    """The columns that rows gain."""
    return [
        pa.field(name, TYPES[part]) for part, name in zip(columns.parts, columns.names, strict=True)
    ]


def with_columns(schema: pa.Schema, text: str, columns: Columns) -> pa.Schema:
    """The schema of rows after stripping.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the rows as they come; its metadata stays.
    text : str
        The field of the text, which becomes ``string`` where it is replaced.
    columns : Columns
    """
    if columns.replace:
        place = schema.get_field_index(text)
        schema = schema.set(place, schema.field(place).with_type(pa.string()))
    for added in added_fields(columns):
        schema = schema.append(added)
    return schema


def judged_columns(judged: Sequence[Judged], columns: Columns) -> dict[str, pa.Array]:
    """What became of the rows, by the names without their prefix; ``text`` is always there."""
    return {
        part: pa.array([getattr(row, part) for row in judged], TYPES[part])
        for part in dict.fromkeys(["text", *columns.parts])
    }


def with_judged(
    batch: pa.RecordBatch, added: Mapping[str, pa.Array], text: str, columns: Columns
) -> pa.RecordBatch:
    """The rows with what `judged_columns` made of them.

    Where the text is replaced, that of a row that failed stays.
    """
    arrays: list[Any] = list(batch.columns)
    if columns.replace:
        place = batch.schema.get_field_index(text)
        arrays[place] = pc.coalesce(added["text"], _plain(arrays[place]))
    arrays += [added[part] for part in columns.parts]
    return pa.RecordBatch.from_arrays(arrays, schema=with_columns(batch.schema, text, columns))


def _plain(column: pa.Array) -> pa.Array:
    """A column of text as ``string``."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(pa.string())
