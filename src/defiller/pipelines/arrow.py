"""Arrow tables with an article in a column: the same rows with the record columns.

Takes the extra ``parquet``: pip install 'defiller[parquet]'.

The columns that are added are those of record files: ``defiller_text`` (the stripped text),
``defiller_padding_share`` (of words, 0 to 1), ``defiller_removed`` (a list of start, end, kind,
padding and text), ``defiller_verdicts`` where asked, ``defiller_language``, ``defiller_model`` and
``defiller_error``. A row that cannot be stripped has null in all of them but the last, which says
why in a sentence; it costs the other rows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Unpack

from defiller.features.document import Format
from defiller.model.scorer import Wishes
from defiller.pipelines.extras import from_extra
from defiller.pipelines.stripping import Stripping
from defiller.records import Columns
from defiller.task import Item

with from_extra("parquet"):
    import pyarrow as pa

    from defiller.arrow_columns import TYPES, is_text, judged_columns, with_columns, with_judged

__all__ = ["ArrowStripper", "Options", "schema", "strip"]


class Options(Wishes, total=False):
    """Keywords of `ArrowStripper`."""

    text: str
    format: Format | str
    title: str | None
    model: str | Path | None
    replace: bool
    prefix: str
    verdicts: bool
    longest: int | None


class ArrowStripper:
    """Strips the articles of tables, record batches and streams of them.

    It can be pickled; each process loads the model once, with the first rows.

    Parameters
    ----------
    text : str
        The column of the articles: ``string``, ``large_string``, ``string_view``, or a
        dictionary of one of these.
    format : {"text", "wrapped", "markdown", "html", "auto"}
        How every text is read; ``text`` has a paragraph a line.
    title : str or None
        The column of the titles; None for ``title``, where there is such a column of text.
    model : path or None
        A model folder, which every worker must have; None for the shipped model.
    replace : bool
        Put the stripped text in the place of the text instead of a column of its own. The text
        of a row that fails stays.
    prefix : str
        Begins the names of the added columns.
    verdicts : bool
        Add the column of the verdicts on all paragraphs.
    longest : int or None
        Characters; a row with a longer text fails. None for the limits of reading, 10 million
        and for HTML 20; at 10 million a text takes about 600 MB while it is scored.
    **wishes
        Keywords of `defiller.model.policy.Policy`: drop, keep, max_loss, threshold, max_cut,
        any_language.

    Raises
    ------
    ValueError
        For wishes out of range, an unknown format, or a `longest` below 1.
    """

    def __init__(
        self,
        text: str = "text",
        format: Format | str = Format.TEXT,  # noqa: A002 - the word that users know
        *,
        title: str | None = None,
        model: str | Path | None = None,
        replace: bool = False,
        prefix: str = "defiller_",
        verdicts: bool = False,
        longest: int | None = None,
        **wishes: Unpack[Wishes],
    ) -> None:
        self.text = text
        self.title = title
        self.columns = Columns.of(prefix, replace=replace, verdicts=verdicts)
        self._stripping = Stripping(
            format, model=model, verdicts=verdicts, longest=longest, **wishes
        )

    def load(self) -> None:
        """Load the model now, unless this process has it.

        Raises
        ------
        UsageError
            Where the model cannot be loaded.
        ValueError
            For a ``max_loss`` below what the model supports.
        """
        self._stripping.load()

    def schema(self, given: pa.Schema) -> pa.Schema:
        """The schema of the rows that come out, for rows of a schema that go in.

        Raises
        ------
        ValueError
            Where a column is missing, is there twice, or has the name of one to be added.
        TypeError
            Where a column holds no text.
        """
        self.check([(field.name, str(field.type), is_text(field.type)) for field in given])
        return with_columns(given, self.text, self.columns)

    def __call__(self, rows: pa.Table | pa.RecordBatch) -> pa.Table | pa.RecordBatch:
        """The rows with the added columns, all of them, in order.

        Raises
        ------
        ValueError, TypeError
            As `schema` and `load`.
        UsageError
            Where the model cannot be loaded.
        """
        if isinstance(rows, pa.RecordBatch):
            return self._stripped(rows)
        return pa.Table.from_batches(self.stream(rows.to_batches()), self.schema(rows.schema))

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """One batch for each, in order, with the added columns; one is in memory at a time.

        Raises
        ------
        ValueError, TypeError, UsageError
            As a call.
        """
        # Not the call itself: Ray lets one thread into it at a time, and waits for it in there.
        return map(self._stripped, batches)

    def _stripped(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        self.schema(batch.schema)  # what is wrong with it is said before any work
        judged = [
            # Made into arrays piece by piece, which are smaller than Python's objects.
            judged_columns([o.judged for o in self._stripping.outcomes(piece)], self.columns)
            for piece in self._stripping.pieces(self._items(batch))
        ]
        added = {
            part: pa.concat_arrays([piece[part] for piece in judged])
            if judged
            else pa.array([], TYPES[part])
            for part in ("text", *self.columns.parts)
        }
        return with_judged(batch, added, self.text, self.columns)

    def _items(self, batch: pa.RecordBatch) -> Iterator[Item]:
        texts, titles = batch.column(self.text), self._titles(batch)
        for at in range(batch.num_rows):
            try:
                title = None if titles is None else titles[at].as_py()
                text = texts[at].as_py()
            except UnicodeDecodeError:
                yield Item("", fault="it is not UTF-8, as text in Arrow must be")
            else:
                yield self._stripping.item(text, title, of=self.text)

    def _titles(self, batch: pa.RecordBatch) -> pa.Array | None:
        name = self.title or "title"
        place = batch.schema.get_field_index(name)
        if place < 0 or not is_text(batch.schema.field(place).type):
            return None
        return batch.column(place)

    def check(self, given: Sequence[tuple[str, str, bool]]) -> None:
        """See that rows with these columns can be stripped.

        Parameters
        ----------
        given : sequence of (str, str, bool)
            Name and type of each column, and whether it holds text.

        Raises
        ------
        ValueError, TypeError
            As `schema`.
        """
        names = [name for name, *_ in given]
        wanted = {"text": self.text} | ({} if self.title is None else {"title": self.title})
        for keyword, wants in wanted.items():
            found = [(kind, holds_text) for name, kind, holds_text in given if name == wants]
            if len(found) != 1:
                there = ", ".join(dict.fromkeys(names)) or "none at all"
                raise ValueError(
                    f"the rows have {'two columns' if found else 'no column'} {wants!r}; there "
                    f"are {there}: name the right one with {keyword}"
                )
            ((kind, holds_text),) = found
            if not holds_text:
                raise TypeError(
                    f"the column {wants!r} holds {kind}, not text; name the right one with "
                    f"{keyword}, or cast it to string"
                )
        for name in self.columns.names:
            if name in names:
                raise ValueError(
                    f"the rows have a column {name!r} already; choose another prefix with prefix"
                )


def schema(given: pa.Schema, **options: Unpack[Options]) -> pa.Schema:
    """The schema of what `strip` makes of rows with a schema; see `ArrowStripper.schema`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> schema(pa.schema({"id": pa.int64(), "text": pa.string()})).names[:4]
    ['id', 'text', 'defiller_text', 'defiller_padding_share']
    """
    return ArrowStripper(**options).schema(given)


def strip(
    rows: pa.Table | pa.RecordBatch | Iterable[pa.RecordBatch], **options: Unpack[Options]
) -> pa.Table | pa.RecordBatch | Iterator[pa.RecordBatch]:
    """Rows with their articles stripped beside them.

    Parameters
    ----------
    rows : pyarrow.Table, pyarrow.RecordBatch or iterable of pyarrow.RecordBatch
        A `pyarrow.RecordBatchReader` is such an iterable.
    **options
        Keywords of `ArrowStripper`.

    Returns
    -------
    pyarrow.Table, pyarrow.RecordBatch or iterator of pyarrow.RecordBatch
        As many rows, in order, under the schema that `schema` gives.

    Raises
    ------
    ValueError, TypeError, UsageError
        As `ArrowStripper`, its `schema` and its `load`.
    """
    stripper = ArrowStripper(**options)
    if isinstance(rows, (pa.Table, pa.RecordBatch)):
        return stripper(rows)
    return stripper.stream(rows)
