"""Label files: JSONL, CSV and TSV, Label Studio, marked-up text; chosen by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from defiller.labels.formats.delimited import read_delimited, write_delimited
from defiller.labels.formats.jsonl import OnError, read_jsonl, write_jsonl
from defiller.labels.formats.label_studio import Layout, write_label_studio
from defiller.labels.formats.label_studio_import import read_label_studio
from defiller.labels.formats.marked import read_marked, write_marked
from defiller.labels.kinds import Kind
from defiller.labels.labelled import LabelError, LabelledDocument


class LabelFormat(StrEnum):
    """A kind of label file."""

    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    LABEL_STUDIO = "label-studio"
    """Article tasks when written; either layout when read."""
    LABEL_STUDIO_PARAGRAPHS = "label-studio-paragraphs"
    MARKED = "marked"


_BY_ENDING = {
    ".jsonl": LabelFormat.JSONL,
    ".csv": LabelFormat.CSV,
    ".tsv": LabelFormat.TSV,
    ".json": LabelFormat.LABEL_STUDIO,
    ".marked": LabelFormat.MARKED,
    ".marked.txt": LabelFormat.MARKED,
    ".marked.md": LabelFormat.MARKED,
}


def label_format(path: str | Path) -> LabelFormat:
    """The format that a file's name tells, with or without ``.gz`` behind it.

    Raises
    ------
    LabelError
        For a name that tells none, with the endings that do.
    """
    name = Path(path).name.lower().removesuffix(".gz")
    if name.endswith(".standoff.jsonl"):
        problem = "stand-off labels hold no text; join them to their pages: defiller labels join"
        raise LabelError(problem, path)
    for ending, found in _BY_ENDING.items():
        if name.endswith(ending):
            return found
    if str(path) == "-":
        raise LabelError("labels come from files, not from a pipe; write them into a file", path)
    endings = ", ".join(_BY_ENDING)
    raise LabelError(f"its name tells no label format; the endings are {endings} (and .gz)", path)


def read_labels(
    path: str | Path,
    on_error: OnError | None = None,
    *,
    form: LabelFormat | str | None = None,
    predictions: bool = False,
    unmarked: Kind | None = None,
) -> Iterator[LabelledDocument]:
    """The documents of a label file, one at a time.

    Parameters
    ----------
    path : str or Path
    on_error : callable, optional
        Called with the error of each record that cannot be used, which is then skipped, in
        place of raising.
    form : LabelFormat or str, optional
        The format; told by the name without it.
    predictions : bool
        Marked-up text only: take marks with a number as a model's predictions, not as labels.
    unmarked : Kind, optional
        Label Studio's article tasks only: the kind of paragraphs without a span.

    Raises
    ------
    LabelError
        One sentence that names the file, the line and the cure.
    """
    form = label_format(path) if form is None else LabelFormat(form)
    match form:
        case LabelFormat.JSONL:
            return read_jsonl(path, on_error)
        case LabelFormat.CSV | LabelFormat.TSV:
            return read_delimited(path, on_error)
        case LabelFormat.MARKED:
            return read_marked(path, on_error, predictions=predictions)
        case LabelFormat.LABEL_STUDIO | LabelFormat.LABEL_STUDIO_PARAGRAPHS:
            return read_label_studio(path, on_error, unmarked=unmarked)


def write_labels(
    path: str | Path,
    documents: Iterable[LabelledDocument],
    form: LabelFormat | str | None = None,
) -> int:
    """Write documents in the format that the name tells, or `form`; how many they were.

    The file is written beside its place and renamed into it.

    Raises
    ------
    LabelError
        For a name that tells no format, where the file cannot be written, and for paragraphs
        with a role in another format than JSON lines, which would lose it.
    """
    form = label_format(path) if form is None else LabelFormat(form)
    if form is not LabelFormat.JSONL:
        documents = _without_roles(documents)
    match form:
        case LabelFormat.JSONL:
            return write_jsonl(path, documents)
        case LabelFormat.CSV | LabelFormat.TSV:
            return write_delimited(path, documents, tabs=form is LabelFormat.TSV)
        case LabelFormat.MARKED:
            return write_marked(path, documents)
        case LabelFormat.LABEL_STUDIO:
            return write_label_studio(path, documents, Layout.ARTICLES)
        case LabelFormat.LABEL_STUDIO_PARAGRAPHS:
            return write_label_studio(path, documents, Layout.PARAGRAPHS)


def _without_roles(documents: Iterable[LabelledDocument]) -> Iterator[LabelledDocument]:
    for document in documents:
        if any(paragraph.role is not None for paragraph in document.paragraphs):
            raise LabelError(
                f"{document.id!r} says what its paragraphs are (heading, list item), which only "
                "JSON lines keep; write .jsonl"
            )
        yield document
