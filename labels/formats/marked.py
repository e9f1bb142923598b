r"""Marked-up text: an article as it reads, each paragraph behind the name of its kind.

One grammar for what ``defiller annotate --to text`` shows and for what comes back after
somebody has corrected it by hand::

    [document {"id": "kettles", "title": "Five kettles", "group": "example.org"}]
    [substance 0.03] The copper one boils a litre in two minutes.
    [faq 0.96] Are kettles safe?
    [faq 0.91] Yes. Our guide explains:
    - how to fill one
    \[and what never to do]
    [?] A paragraph that nobody has judged.

- A line that begins with ``[`` is a mark: a document's header with its fields as JSON, or a
  paragraph's kind, then the probability of padding where a model gave it, ``]``, one space and
  the paragraph's first line. ``[?]`` stands where there is no label.
- Lines up to the next mark belong to the paragraph above. A further line that begins with
  ``[`` or ``\`` of its own has one ``\`` before it.
- Blank lines before a mark and at the end belong to nothing; a paragraph's own last blank
  lines have a ``\`` before them. Inside a paragraph blank lines are its own.
- Lines end at ``\n``; the line endings inside a paragraph become ``\n``.
- Without a header the file is one document, named after the file.

The probability says where to look; correcting a mark means changing its name, and the number
may stay. So a mark is a label when it is read, with or without its number. Where nobody has
checked the marks, `read_marked` takes those with a number as predictions instead.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from defiller.labels.files import lines_of, replacing
from defiller.labels.formats.jsonl import OnError, checked_text, document_of, record_of
from defiller.labels.labelled import (
    LabelError,
    LabelledDocument,
    LabelledParagraph,
    Prediction,
    kind_named,
    source_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from defiller.labels.kinds import Kind

UNLABELLED = "?"
_HEADER = re.compile(r"\[document (\{.*\})\][ \t]*")
_MARK = re.compile(r"\[\s*([A-Za-z_-]+|\?)(?:[ \t]+([0-9.]+))?\s*\](?: (.*)|)", re.DOTALL)
_CURE = r"write '[substance] …', '[faq] …' and so on, or put '\' before a line of the text"


def mark_document(
    texts: Sequence[str],
    kinds: Sequence[Kind | None],
    padding: Sequence[float | None] | None = None,
    header: dict[str, Any] | None = None,
) -> str:
    r"""The marked-up text of one document, ending in a line ending.

    Parameters
    ----------
    texts : sequence of str
        The paragraphs as they stand in the article, markers included.
    kinds : sequence of Kind or None
        One a paragraph; None is written as ``[?]``.
    padding : sequence of float or None, optional
        Probability of padding, 0 to 1, of each paragraph; written with two decimals.
    header : dict, optional
        What the header line carries: ``id``, ``title``, ``url``, ``group``, ``model`` and
        whatever else a label record may hold. No header line is written without it.

    Examples
    --------
    >>> from defiller.labels.kinds import Kind
    >>> print(mark_document(["Boil it.", "[Share] this"], [Kind.SUBSTANCE, Kind.PROMOTION]))
    [substance] Boil it.
    [promotion] [Share] this
    <BLANKLINE>
    """
    shares = [None] * len(texts) if padding is None else padding
    parts = [] if header is None else [f"[document {json.dumps(header, ensure_ascii=False)}]\n"]
    for text, kind, share in zip(texts, kinds, shares, strict=True):
        mark = UNLABELLED if kind is None else str(kind)
        if kind is not None and share is not None:
            mark += f" {share:.2f}"
        parts.append(f"[{mark}] {_escaped(text)}\n")
    return "".join(parts)


def write_marked(path: str | Path, documents: Iterable[LabelledDocument]) -> int:
    """Write documents as marked-up text; how many they were.

    A paragraph's mark is its label, with the padding of its prediction; a prediction stands in
    for a missing label. What paragraphs carry in `extra` is left out.

    Raises
    ------
    LabelError
        Where the file cannot be written.
    """
    count = 0
    with replacing(path) as out:
        for document in documents:
            header = record_of(document)
            del header["paragraphs"]
            for name in ("url", "domain"):
                if header[name] is None:
                    del header[name]
            guesses = [p.prediction for p in document.paragraphs]
            out.write("\n" if count else "")
            out.write(
                mark_document(
                    [p.text for p in document.paragraphs],
                    [
                        guess.kind if p.kind is None and guess is not None else p.kind
                        for p, guess in zip(document.paragraphs, guesses, strict=True)
                    ],
                    [None if guess is None else guess.padding for guess in guesses],
                    header,
                )
            )
            count += 1
    return count


def read_marked(
    path: str | Path, on_error: OnError | None = None, *, predictions: bool = False
) -> Iterator[LabelledDocument]:
    """The documents of a marked-up text, one at a time.

    Parameters
    ----------
    path : str or Path
    on_error : callable, optional
        Called with the error of each bad document, which is then skipped, in place of raising.
    predictions : bool
        Take marks with a number as a model's predictions and leave those paragraphs
        unlabelled; else every mark is a label.

    Raises
    ------
    LabelError
        One sentence with file, line and cure: for a line that begins with ``[`` and is no
        mark, an unknown kind, a number beyond 0 to 1, text before the first mark.
    """
    source = source_of(path)
    for block in _documents(path):
        try:
            document = _parsed(block, source, predictions=predictions)
        except _MarkError as mistake:
            error = LabelError(str(mistake), path, mistake.line)
            if on_error is None:
                raise error from None
            on_error(error)
        else:
            if document is not None:
                yield document


class _MarkError(ValueError):
    """A sentence and the line it is about."""

    def __init__(self, sentence: str, line: int) -> None:
        super().__init__(sentence)
        self.line = line


_Lines = list[tuple[int, str]]


def _documents(path: str | Path) -> Iterator[_Lines]:
    """The file's lines without their endings, cut before every header."""
    block: _Lines = []
    for number, raw in lines_of(path):
        line = raw.removesuffix("\n").removesuffix("\r")
        if _HEADER.fullmatch(line) and block:
            yield block
            block = []
        block.append((number, line))
    if block:
        yield block


def _parsed(block: _Lines, source: str, *, predictions: bool) -> LabelledDocument | None:
    """The document of a block; None for blank lines before the first header."""
    first_line, line = block[0]
    header = _HEADER.fullmatch(line)
    record = {} if header is None else _fields(header[1], first_line)
    try:
        bare = document_of({"id": source, **record, "paragraphs": []}, source, first_line)
    except ValueError as error:
        raise _MarkError(str(error), first_line) from None
    paragraphs: list[LabelledParagraph] = []
    marked: _Lines = []
    for number, line in block if header is None else block[1:]:
        if line.startswith("[") and marked:
            paragraphs.append(_paragraph(marked, predictions=predictions))
            marked = []
        if marked or line.startswith("["):
            marked.append((number, line))
        elif line.strip():
            raise _MarkError(f"text before the first mark; {_CURE}", number)
    if marked:
        paragraphs.append(_paragraph(marked, predictions=predictions))
    if header is None and not paragraphs:
        return None
    return replace(bare, paragraphs=tuple(paragraphs))


def _fields(text: str, line: int) -> dict[str, Any]:
    try:
        fields: dict[str, Any] = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        sentence = 'broken JSON in the header; write [document {"id": "…", "title": "…"}]'
        raise _MarkError(sentence, line) from None
    return fields


def _paragraph(marked: _Lines, *, predictions: bool) -> LabelledParagraph:
    """The paragraph of a mark's line and the lines after it."""
    number, line = marked[0]
    found = _MARK.fullmatch(line)
    if found is None:
        raise _MarkError(f"a line that begins with '[' and is no mark; {_CURE}", number)
    further = [line for _, line in marked[1:]]
    while further and not further[-1].strip():
        further.pop()
    text = "\n".join([found[3] or "", *(line.removeprefix("\\") for line in further)])
    try:
        checked_text(text, "the paragraph")
        kind = None if found[1] == UNLABELLED else kind_named(found[1])
        padding = None if found[2] is None else _share(found[2])
    except ValueError as error:
        cure = f"; {_CURE}" if str(error).startswith("unknown") else ""
        raise _MarkError(f"{error}{cure}", number) from None
    if padding is None:
        return LabelledParagraph(text, kind)
    if kind is None:
        raise _MarkError("'[?]' takes no number; name a kind or take the number out", number)
    if predictions:
        return LabelledParagraph(text, None, Prediction(kind, padding))
    return LabelledParagraph(text, kind)


def _share(number: str) -> float:
    try:
        share = float(number)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError(f"{number!r} is no number from 0 to 1; correct it or take it out")
    return share


def _escaped(text: str) -> str:
    first, *further = re.split(r"\r\n|\r|\n", text)
    own_blank = len(further)
    while own_blank and not further[own_blank - 1].strip():
        own_blank -= 1
    return "\n".join(
        [
            first,
            *(
                "\\" + line if line.startswith(("[", "\\")) or place >= own_blank else line
                for place, line in enumerate(further)
            ),
        ]
    )
