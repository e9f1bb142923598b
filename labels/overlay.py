"""Corrections of labels as an overlay: files of their own, which leave the labels as they are.

One correction a line of JSON, each with what it changes and why::

    {"id": "kettles-1", "index": 4, "old": "substance", "new": "faq", "reason": "a question"}

``index`` counts a document's paragraphs from 0, as ``defiller score`` does; ``old`` and ``new``
are kinds, or null for a paragraph without a label. Other keys, such as the paragraph's ``text``,
are for whoever goes through the file and are not read. Corrections change what is trained on;
figures are on the labels as they were given, so that they stay comparable.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defiller.labels.files import lines_of, replacing
from defiller.labels.labelled import LabelError, LabelledDocument, kind_named

if TYPE_CHECKING:
    from defiller.labels.kinds import Kind


@dataclass(frozen=True, slots=True)
class Correction:
    """Another label for one paragraph.

    Attributes
    ----------
    id : str
        The document's.
    index : int
        The paragraph's place in it, from 0.
    old, new : Kind or None
        What the label is, and what it should be; None for none. They differ.
    reason : str
        For people; not empty.
    path : Path or None
    line : int or None
        Where it was read, from 1. Neither is compared.
    """

    id: str
    index: int
    old: Kind | None
    new: Kind | None
    reason: str
    path: Path | None = field(default=None, compare=False, repr=False)
    line: int | None = field(default=None, compare=False, repr=False)


class Overlay:
    """Corrections, applied to the documents that they are of.

    Parameters
    ----------
    corrections : iterable of Correction

    Raises
    ------
    LabelError
        Where two of them are of one paragraph.
    """

    def __init__(self, corrections: Iterable[Correction] = ()) -> None:
        self._by_document: dict[str, dict[int, Correction]] = {}
        self._unmet: dict[str, Correction] = {}
        for correction in corrections:
            of_document = self._by_document.setdefault(correction.id, {})
            self._unmet.setdefault(correction.id, correction)
            if correction.index in of_document:
                raise _error(
                    correction,
                    f"paragraph {correction.index} of {correction.id!r} is corrected twice; "
                    "leave one of the lines",
                )
            of_document[correction.index] = correction

    def __len__(self) -> int:
        return sum(len(of_document) for of_document in self._by_document.values())

    def correct(self, document: LabelledDocument) -> LabelledDocument:
        """The document with its corrections; itself where there are none.

        Raises
        ------
        LabelError
            For a paragraph that is not there, or whose label is not the one to be corrected.
        """
        corrections = self._by_document.get(document.id, {})
        self._unmet.pop(document.id, None)
        if not corrections:
            return document
        paragraphs = list(document.paragraphs)
        for index, correction in corrections.items():
            if index >= len(paragraphs):
                raise _error(
                    correction,
                    f"{document.id!r} has {len(paragraphs)} paragraphs and so none of index "
                    f"{index}; make the corrections anew for these labels",
                )
            found = paragraphs[index].kind
            if found is not correction.old:
                raise _error(
                    correction,
                    f"paragraph {index} of {document.id!r} is {_name(found)} and not "
                    f"{_name(correction.old)}; make the corrections anew for these labels",
                )
            paragraphs[index] = replace(paragraphs[index], kind=correction.new)
        return replace(document, paragraphs=tuple(paragraphs))

    def require_all_met(self) -> None:
        """Refuse corrections of documents that `correct` has not been given.

        Raises
        ------
        LabelError
            With the first of them.
        """
        for correction in self._unmet.values():
            raise _error(
                correction,
                f"document {correction.id!r} stands in none of the label files; name its file "
                "too, or take the line out",
            )


def read_overlay(*paths: str | Path) -> Overlay:
    """The corrections of some files together.

    Raises
    ------
    LabelError
        One sentence with file, line and cure: for a file that cannot be read, broken JSON, a
        missing or ill-typed field, an unknown kind, and two corrections of one paragraph.
    """
    return Overlay(
        _correction(line, Path(path), number)
        for path in paths
        for number, line in lines_of(path)
        if line.strip()
    )


def write_corrections(
    path: str | Path,
    corrections: Iterable[Correction],
    texts: Iterable[str] | None = None,
) -> int:
    """Write corrections as JSON lines, beside the place and renamed into it; how many they were.

    Parameters
    ----------
    path : str or Path
    corrections : iterable of Correction
    texts : iterable of str, optional
        The paragraphs, one a correction, to be written as ``text`` for whoever goes through
        the file.

    Raises
    ------
    LabelError
        Where the file cannot be written.
    """
    count = 0
    reading = iter(texts) if texts is not None else None
    with replacing(path) as out:
        for correction in corrections:
            record: dict[str, Any] = {
                name: getattr(correction, name) for name in ("id", "index", "old", "new", "reason")
            }
            if reading is not None:
                record["text"] = next(reading)
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
            count += 1
    return count


def _correction(line: str, path: Path, number: int) -> Correction:
    try:
        record = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        problem = "broken JSON; one correction a line, as 'defiller labels doubt' writes them"
        raise LabelError(problem, path, number) from None
    try:
        return _of_record(record, path, number)
    except ValueError as error:
        raise LabelError(str(error), path, number) from None


def _of_record(record: object, path: Path, number: int) -> Correction:
    if not isinstance(record, dict):
        raise ValueError("a correction must be a JSON object with id, index, old, new and reason")
    missing = [name for name in ("id", "index", "old", "new", "reason") if name not in record]
    if missing:
        raise ValueError(
            f"the correction has no {missing[0]!r}; it takes id, index, old, new, reason"
        )
    identity, index, reason = (record[name] for name in ("id", "index", "reason"))
    if not isinstance(identity, str) or not identity:
        raise ValueError("'id' must be a document's id")
    if type(index) is not int or index < 0:
        raise ValueError("'index' must be a paragraph's place, a whole number from 0")
    if not isinstance(reason, str) or not reason.strip():
        raise ValueError("'reason' must be a text that is not empty; say why the label is wrong")
    old, new = _kind(record, "old"), _kind(record, "new")
    if old is new:
        raise ValueError(f"'old' and 'new' are both {_name(old)}; take the line out")
    return Correction(identity, index, old, new, reason, path, number)


def _kind(record: Mapping[str, Any], name: str) -> Kind | None:
    value = record[name]
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{name!r} must be a kind's name or null")
    try:
        return kind_named(value)
    except ValueError as error:
        raise ValueError(f"{name!r} is an {error}") from None


def _name(kind: Kind | None) -> str:
    return "without a label" if kind is None else f"{kind.value!r}"


def _error(correction: Correction, problem: str) -> LabelError:
    return LabelError(problem, correction.path, correction.line)
