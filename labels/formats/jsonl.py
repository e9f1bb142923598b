"""JSON lines: one document a line, the form that everything else in the project reads.

``{"id", "source", "url", "domain", "group", "title", "file", "paragraphs": [{"text",
"kind"}, ...]}``. Only ``id`` and ``paragraphs`` must be there. ``kind`` is null for context;
a paragraph may have a ``prediction`` (``{"kind", "padding"}``), and the document then names
its ``model``. Where the text was read before it was labelled, a paragraph has its ``role``, and
may have its ``level`` and ``links``; ``view_of`` names the document whose other reading this is.
Other keys are kept as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from defiller.features.document import Role
from defiller.labels.files import lines_of, replacing
from defiller.labels.labelled import (
    LabelError,
    LabelledDocument,
    LabelledParagraph,
    Prediction,
    kind_named,
    source_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from defiller.labels.kinds import Kind

OnError = Callable[[LabelError], None]
"""Told of each record that cannot be used, which is then left out."""

_OPTIONAL = ("title", "file", "model", "view_of")
_KNOWN = frozenset({"id", "source", "url", "domain", "group", "paragraphs", *_OPTIONAL})
_LAYOUT = ("role", "level", "links")
_KNOWN_OF_PARAGRAPH = frozenset({"text", "kind", "prediction", *_LAYOUT})


def read_jsonl(path: str | Path, on_error: OnError | None = None) -> Iterator[LabelledDocument]:
    """The documents of a label file, one at a time; the file is never held whole.

    Parameters
    ----------
    path : str or Path
        Compressed where it ends in ``.gz``.
    on_error : callable, optional
        Called with the error of each bad record, which is then skipped, in place of raising.

    Raises
    ------
    LabelError
        One sentence with file, line and cure: for broken JSON, a missing or ill-typed field, a
        blank paragraph, an unknown kind; and, with or without `on_error`, for a file that
        cannot be read.
    """
    for number, line in lines_of(path):
        if not line.strip():
            continue
        try:
            yield document_of(_parsed(line), source_of(path), number)
        except ValueError as error:
            located = LabelError(str(error), path, number)
            if on_error is None:
                raise located from None
            on_error(located)


def write_jsonl(path: str | Path, documents: Iterable[LabelledDocument]) -> int:
    """Write documents as JSON lines, beside the place and renamed into it; how many they were.

    Raises
    ------
    LabelError
        Where the file cannot be written.
    """
    count = 0
    with replacing(path) as out:
        for document in documents:
            out.write(json.dumps(record_of(document), ensure_ascii=False) + "\n")
            count += 1
    return count


def document_of(record: object, source: str, line: int | None = None) -> LabelledDocument:
    """The document that a parsed record describes; `source` is for records that name none.

    Raises
    ------
    ValueError
        With a sentence that names the field and the cure, without the file.
    """
    if not isinstance(record, dict):
        raise ValueError("a record must be a JSON object with 'id' and 'paragraphs'")
    identity = record.get("id")
    if not isinstance(identity, str) or not identity:
        raise ValueError("'id' must be a text that is not empty; give each document its own")
    named = {
        name: _text_or_none(record, name)
        for name in ("source", "url", "domain", "group", *_OPTIONAL)
    }
    paragraphs = record.get("paragraphs")
    if not isinstance(paragraphs, list):
        raise ValueError(f"'paragraphs' of {identity!r} must be a list of {{'text', 'kind'}}")
    read = tuple(
        _paragraph_of(paragraph, f"paragraph {place} of {identity!r}")
        for place, paragraph in enumerate(paragraphs, 1)
    )
    if len({paragraph.role is None for paragraph in read}) > 1:
        raise ValueError(f"some paragraphs of {identity!r} have a 'role'; give all one or none")
    return LabelledDocument(
        id=identity,
        source=named["source"] or source,
        url=named["url"],
        domain=named["domain"],
        group=named["group"] or named["domain"] or named["source"] or identity,
        paragraphs=read,
        title=named["title"],
        file=named["file"],
        model=named["model"],
        extra={key: value for key, value in record.items() if key not in _KNOWN},
        line=line,
        group_is_guess=not named["group"],
        view_of=named["view_of"],
    )


def record_of(document: LabelledDocument) -> dict[str, Any]:
    """The record that `document_of` reads; what is None and optional is left out."""
    record: dict[str, Any] = {
        "id": document.id,
        "source": document.source,
        "url": document.url,
        "domain": document.domain,
        "group": document.group,
    }
    for name in _OPTIONAL:
        value = getattr(document, name)
        if value is not None:
            record[name] = value
    record.update({k: v for k, v in document.extra.items() if k not in _KNOWN})
    record["paragraphs"] = [_record_of_paragraph(p) for p in document.paragraphs]
    return record


def checked_text(value: object, name: str) -> str:
    """`value` where it can stand as a paragraph's text.

    Raises
    ------
    ValueError
        Where it is no text, blank, or cannot be written as UTF-8.
    """
    if not isinstance(value, str):
        raise ValueError(f"'text' of {name} must be a text")
    if not value.strip():
        raise ValueError(f"{name} is blank; take it out")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} holds half of a surrogate pair; remove it") from None
    return value


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        problem = f"broken JSON ({error.msg} at column {error.colno}); one whole record a line"
        raise ValueError(problem) from None
    except RecursionError:
        raise ValueError("broken JSON (nested too deep); one whole record a line") from None


def _text_or_none(record: dict[str, Any], name: str) -> str | None:
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name!r} of {record['id']!r} must be a text or null")
    return value


def _paragraph_of(record: object, name: str) -> LabelledParagraph:
    if not isinstance(record, dict):
        raise ValueError(f"{name} must be an object with 'text' and 'kind'")
    role, level, links = _layout_of(record, name)
    text = "" if role and record.get("text") == "" else checked_text(record.get("text"), name)
    if "kind" not in record:
        raise ValueError(f"{name} has no 'kind'; write null where it is not labelled")
    kind = None if record["kind"] is None else _kind_of(record["kind"], name)
    prediction = record.get("prediction")
    extra = {k: v for k, v in record.items() if k not in _KNOWN_OF_PARAGRAPH}
    guess = None if prediction is None else _prediction_of(prediction, name)
    return LabelledParagraph(text, kind, guess, extra, role, level, links)


def _layout_of(record: dict[str, Any], name: str) -> tuple[Role | None, int | None, int | None]:
    role, level, links = (record.get(key) for key in _LAYOUT)
    if role is None:
        return None, None, None
    if role not in tuple(Role):
        raise ValueError(f"'role' of {name} must be one of {', '.join(Role)}")
    for key, value, least in (("level", level, 1), ("links", links, 0)):
        if value is not None and (type(value) is not int or value < least):
            raise ValueError(f"{key!r} of {name} must be a whole number from {least}, or null")
    return Role(role), level, links


def _kind_of(value: object, name: str) -> Kind:
    if not isinstance(value, str):
        raise ValueError(f"'kind' of {name} must be a kind's name or null")
    try:
        return kind_named(value)
    except ValueError as error:
        raise ValueError(f"{name} has an {error}") from None


def _prediction_of(record: object, name: str) -> Prediction:
    if not isinstance(record, dict):
        raise ValueError(f"'prediction' of {name} must be an object with 'kind' and 'padding'")
    padding = record.get("padding")
    if isinstance(padding, bool) or not isinstance(padding, int | float) or not 0 <= padding <= 1:
        raise ValueError(f"'padding' in the prediction of {name} must be a number from 0 to 1")
    return Prediction(_kind_of(record.get("kind"), f"the prediction of {name}"), float(padding))


def _record_of_paragraph(paragraph: LabelledParagraph) -> dict[str, Any]:
    record: dict[str, Any] = {"text": paragraph.text, "kind": paragraph.kind}
    if paragraph.prediction is not None:
        guess = paragraph.prediction
        record["prediction"] = {"kind": guess.kind, "padding": guess.padding}
    for key in _LAYOUT:
        value = getattr(paragraph, key)
        if value is not None:
            record[key] = value
    record.update({k: v for k, v in paragraph.extra.items() if k not in _KNOWN_OF_PARAGRAPH})
    return record
