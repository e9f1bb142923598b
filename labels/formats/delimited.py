"""CSV and TSV: one paragraph a row, for spreadsheets and data frames.

A heading row, then ``document`` (id), ``order`` (a whole number), ``text`` and ``kind`` (empty
where not labelled). Optional: ``source``, ``group``, ``domain``, ``url``, ``title``, ``file``
and ``model``, which are the document's and may stand in its first row alone, and
``predicted`` with ``padding`` for a model's guess. Other columns are not read. The rows of a
document stand together; their order in it is that of ``order``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from defiller.labels.files import lines_of, replacing
from defiller.labels.formats.jsonl import OnError, checked_text, document_of
from defiller.labels.labelled import (
    LabelError,
    LabelledDocument,
    LabelledParagraph,
    Prediction,
    kind_named,
    source_of,
)

_NEEDED = ("document", "order", "text", "kind")
_PREDICTED = ("predicted", "padding")
_OF_DOCUMENT = ("source", "group", "domain", "url", "title", "file", "model")
COLUMNS = (*_NEEDED, *_PREDICTED, *_OF_DOCUMENT)

_Row = tuple[int, dict[str, str]]


def read_delimited(path: str | Path, on_error: OnError | None = None) -> Iterator[LabelledDocument]:
    """The documents of a CSV or TSV file, one at a time.

    The heading row tells commas, semicolons and tabs apart.

    Parameters
    ----------
    path : str or Path
    on_error : callable, optional
        Called with the error of each bad document, which is then skipped, in place of raising.

    Raises
    ------
    LabelError
        One sentence with file, line and cure: for a missing column, an unknown kind, a blank
        text, an order that is no number or given twice, a document whose rows do not stand
        together or contradict one another; and, with or without `on_error`, for a file that is
        no CSV.
    """
    path = Path(path)
    seen: set[str] = set()
    for rows in _grouped(_rows(path)):
        line, first = rows[0]
        try:
            if first["document"] in seen:
                sentence = f"document {first['document']!r} stands in two places; sort the rows"
                raise _RowError(sentence, line)
            seen.add(first["document"])
            document = _document(rows, source_of(path))
        except _RowError as mistake:
            error = LabelError(str(mistake), path, mistake.line)
            if on_error is None:
                raise error from None
            on_error(error)
        else:
            yield document


def write_delimited(
    path: str | Path, documents: Iterable[LabelledDocument], *, tabs: bool = False
) -> int:
    r"""Write documents as CSV, or with tabs as TSV; how many they were.

    Rows end in ``\r\n`` (RFC 4180), so that a text may hold either character. What documents
    and paragraphs carry in `extra` is left out, and so is a document without paragraphs.

    Raises
    ------
    LabelError
        Where the file cannot be written.
    """
    count = 0
    with replacing(path) as out:
        writer = csv.writer(out, "excel-tab" if tabs else "excel")
        writer.writerow(COLUMNS)
        for document in documents:
            count += 1
            shared = [getattr(document, name) or "" for name in _OF_DOCUMENT]
            for order, paragraph in enumerate(document.paragraphs, 1):
                guess = paragraph.prediction
                predicted = ("", "") if guess is None else (guess.kind, guess.padding)
                kind = paragraph.kind or ""
                writer.writerow([document.id, order, paragraph.text, kind, *predicted, *shared])
    return count


class _RowError(ValueError):
    """A sentence and the line it is about."""

    def __init__(self, sentence: str, line: int) -> None:
        super().__init__(sentence)
        self.line = line


def _rows(path: Path) -> Iterator[_Row]:
    """Every row as its columns by name, with the line it begins in."""
    # A paragraph may be longer than the 131,072 characters that the csv module allows a field;
    # the limit is one for the process and can only be raised.
    csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))
    heading = next((line for _, line in lines_of(path)), "")
    delimiter = max(",;\t", key=heading.count)
    reader = csv.reader((line for _, line in lines_of(path)), delimiter=delimiter, strict=True)
    names: list[str] | None = None
    begins = 1
    try:
        for row in reader:
            line, begins = begins, reader.line_num + 1
            if names is None:
                names = [name.strip().lower() for name in row]
                _check_heading(names, path)
            elif any(row):
                if len(row) != len(names):
                    problem = f"{len(row)} fields under {len(names)} columns; quote the text"
                    raise LabelError(problem, path, line)
                yield line, dict(zip(names, row, strict=True))
    except csv.Error as error:
        problem = f"no proper CSV ({error}); quote fields that hold quotes or line ends"
        raise LabelError(problem, path, reader.line_num) from None
    if names is None:
        raise LabelError(f"no heading row; begin with {','.join(_NEEDED)}", path)


def _check_heading(names: list[str], path: Path) -> None:
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        needed = ", ".join(_NEEDED)
        raise LabelError(f"no column {missing[0]!r}; the heading row names {needed}", path, 1)


def _grouped(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    """Runs of rows of the same document."""
    run: list[_Row] = []
    for line, row in rows:
        if run and row["document"] != run[0][1]["document"]:
            yield run
            run = []
        run.append((line, row))
    if run:
        yield run


def _document(rows: list[_Row], source: str) -> LabelledDocument:
    """The document of a run of rows."""
    first_line, first = rows[0]
    fields: dict[str, str | None] = {name: first.get(name) or None for name in _OF_DOCUMENT}
    ordered: dict[int, LabelledParagraph] = {}
    for line, row in rows:
        for name in _OF_DOCUMENT:
            if row.get(name) and row[name] != fields[name]:
                sentence = f"{name} is {row[name]!r} here and {fields[name]!r} in the first row"
                raise _RowError(f"{sentence} of the document; make them the same", line)
        order = _order(row["order"], line)
        if order in ordered:
            sentence = f"order {order} stands twice in document {first['document']!r}"
            raise _RowError(f"{sentence}; number its rows anew", line)
        ordered[order] = _paragraph(row, line)
    record: dict[str, object] = {"id": first["document"], **fields, "paragraphs": []}
    try:
        bare = document_of(record, source, first_line)
    except ValueError as error:
        raise _RowError(str(error).replace("'id'", "'document'"), first_line) from None
    return replace(bare, paragraphs=tuple(ordered[order] for order in sorted(ordered)))


def _order(cell: str, line: int) -> int:
    try:
        return int(cell)
    except ValueError:
        raise _RowError(f"order {cell!r} is no whole number; count from 1", line) from None


def _paragraph(row: dict[str, str], line: int) -> LabelledParagraph:
    try:
        text = checked_text(row["text"], "the text")
        kind = kind_named(row["kind"]) if row["kind"].strip() else None
        if not row.get("predicted"):
            return LabelledParagraph(text, kind)
        padding = float(row.get("padding") or "nan")
        if not 0 <= padding <= 1:
            raise ValueError(f"padding {row.get('padding')!r} is no number from 0 to 1; correct it")
        return LabelledParagraph(text, kind, Prediction(kind_named(row["predicted"]), padding))
    except ValueError as error:
        raise _RowError(str(error), line) from None
