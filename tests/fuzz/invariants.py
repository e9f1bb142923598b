"""What holds for any text and any bytes: shared by the property tests and the fuzzer."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from defiller.features.document import Document, Format, ReadingError
from defiller.features.extractor import FeatureExtractor
from defiller.features.language import detect_language
from defiller.features.reading import decode, encode, read
from defiller.features.reading.markdown import read_markdown
from defiller.labels.formats.marked import read_marked
from defiller.labels.kinds import Kind
from defiller.model.annotate import annotate
from defiller.model.policy import Policy
from defiller.model.scorer import Scorer, load
from defiller.model.strip import Plan, cut, cut_ranges
from defiller.model.verdict import Because, ScoredDocument, Verdict

_LINE_END = re.compile(r"\r\n|\r|\n")
_SURROGATE = re.compile("[\ud800-\udfff]")
_EXTRACTOR = FeatureExtractor()


@cache
def _folder() -> Path:
    """Where files are written to be read back, in memory where the system has such a place."""
    memory = Path("/dev/shm")
    folder = tempfile.mkdtemp(dir=memory if memory.is_dir() else None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def scorer() -> Scorer:
    """The shipped model; loaded once."""
    return load()


def check_bytes(data: bytes, *, html: bool = False) -> str | None:
    """Bytes are decoded so that the same bytes can be made again, or refused with a sentence."""
    try:
        decoded = decode(data, html=html)
    except ReadingError as error:
        check_sentence(error)
        return None
    assert encode(decoded.text, decoded) == data
    return decoded.text


def check_sentence(error: Exception) -> None:
    """One line that a person can read."""
    assert str(error)
    assert "\n" not in str(error)


def check_reading(text: str, form: Format) -> Document | None:
    """Paragraphs lie in order and in the text; between them only white space and fixed ranges."""
    try:
        document = read(text, form)
    except ReadingError as error:
        check_sentence(error)
        assert form in (Format.HTML, Format.AUTO)
        return None
    assert document.format is not Format.AUTO
    if document.format is not Format.HTML:
        assert document.text is text
    ranges = [(p.start, p.end) for p in document.paragraphs]
    if document.format in (Format.MARKDOWN, Format.HTML):
        marked = document.text.startswith("\ufeff")
        fixed = read_markdown(document.text.removeprefix("\ufeff")).fixed
        ranges = sorted([*ranges, *((a + marked, b + marked) for a, b in fixed)])
    edges = [0, *(edge for span in ranges for edge in span), len(document.text)]
    assert edges == sorted(edges)
    for start, end in list(pairwise(edges))[::2]:
        assert not document.text[start:end].removeprefix("\ufeff").strip()
    for paragraph in document.paragraphs:
        assert paragraph.start < paragraph.end
        assert paragraph.content == " ".join(paragraph.content.split())
    language = detect_language(document)
    assert language is None or len(language) == 2
    return document


def check_features(document: Document) -> None:
    """A finite number or NaN for every signal of every paragraph."""
    matrix = _EXTRACTOR.signals(_EXTRACTOR.batch([document]))
    assert matrix.shape == (len(document.paragraphs), len(_EXTRACTOR.get_feature_names_out()))
    assert not np.isinf(matrix).any()


def check_strip(document: Document, strips: Sequence[bool]) -> None:
    """What is left is the text without whole paragraphs and white space beside them."""
    text = document.text
    ranges = cut_ranges(document, strips)
    left = cut(text, ranges)
    gone = [p for p, goes in zip(document.paragraphs, strips, strict=True) if goes]
    if not gone:
        assert left == text
    edges = [0, *(edge for span in ranges for edge in span), len(text)]
    assert edges == sorted(edges)
    assert left == "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    taken = "".join(text[a:b] for a, b in ranges)
    sources = "".join(document.source(p) for p in gone)
    assert "".join(taken.split()) == "".join(sources.split())
    for paragraph, goes in zip(document.paragraphs, strips, strict=True):
        if not goes:
            assert not any(a < paragraph.end and paragraph.start < b for a, b in ranges)
    plan = Plan.from_json(Plan.of(document, strips).to_json())
    assert plan.apply(text) == left


def check_annotated(scored: ScoredDocument) -> None:
    """Marked-up text reads back as the labels; every form is text that UTF-8 holds or escapes."""
    marked = annotate(scored, "text", name="a")
    if not _SURROGATE.search(marked):
        path = _folder() / "a.marked.txt"
        path.write_bytes(marked.encode())
        (back,) = read_marked(path)
        assert [p.text for p in back.paragraphs] == [
            _LINE_END.sub("\n", v.text) for v in scored.verdicts
        ]
        assert [p.kind for p in back.paragraphs] == [v.kind for v in scored.verdicts]
    annotate(scored, "json").encode()
    if len(marked) % 16 == 0:  # it takes most of the time
        annotate(scored, "terminal").encode()
    page = annotate(scored, "markdown")
    marks = any(v.strip or v.padding >= 0.5 for v in scored.verdicts)
    # Lines of a text get blank lines between them, as Markdown needs.
    assert marks or scored.document.format is Format.TEXT or page == scored.document.text


def check_scored(document: Document) -> None:
    """The shipped model judges every paragraph, and strips what it says it strips."""
    (scored,) = scorer().score_documents([document], Policy())
    assert len(scored.verdicts) == len(document.paragraphs)
    for verdict in scored.verdicts:
        assert 0 <= verdict.padding <= 1
        assert abs(sum(verdict.kinds.values()) - verdict.padding) < 1e-6
    check_strip(document, [v.strip for v in scored.verdicts])
    check_annotated(scored)


def judged(document: Document, kinds: Sequence[int]) -> ScoredDocument:
    """The document with verdicts that somebody drew: 0 for substance, else the number of a kind."""
    every = list(Kind)
    verdicts = []
    for paragraph, number in zip(document.paragraphs, kinds, strict=True):
        kind = every[number % len(every)]
        padding = 0.04 if kind is Kind.SUBSTANCE else 0.9
        verdicts.append(
            Verdict(
                start=paragraph.start,
                end=paragraph.end,
                text=document.source(paragraph),
                padding=padding,
                kind=kind,
                kinds={} if kind is Kind.SUBSTANCE else {kind: padding},
                strip=kind is not Kind.SUBSTANCE and number % 2 == 0,
                because=Because.MODEL,
                cut_at=padding,
            )
        )
    return ScoredDocument(document, tuple(verdicts), "drawn@0123456789ab", 0.5, "en", ())


def check_everything(text: str, form: Format, numbers: Sequence[int]) -> None:
    """All of the above for one text; ``numbers`` draw the verdicts, over and over."""
    document = check_reading(text, form)
    if document is None:
        return
    count = len(document.paragraphs)
    drawn = [numbers[n % len(numbers)] for n in range(count)] if numbers else [0] * count
    check_strip(document, [n % 2 == 1 for n in drawn])
    check_annotated(judged(document, drawn))
    # Either takes most of the time, and the second works the signals out as well.
    (check_features if sum(drawn) % 4 == 1 else check_scored)(document)


FORMS = {
    ord("t"): Format.TEXT,
    ord("w"): Format.WRAPPED,
    ord("m"): Format.MARKDOWN,
    ord("a"): Format.AUTO,
    ord("h"): Format.HTML,
    ord("b"): None,
}


def check_input(data: bytes) -> None:
    """All of the above for one input of the fuzzer.

    The first byte says what is done with the rest: ``t``, ``w``, ``m``, ``a`` and ``h`` read it as
    text, wrapped, Markdown, auto and HTML, ``b`` decodes the bytes and reads what comes out; other
    first bytes stand for one of these. The last bytes draw verdicts besides.
    """
    if not data:
        return
    known = list(FORMS.values())
    form = FORMS.get(data[0], known[data[0] % len(known)])
    body = data[1:]
    if form is None:
        decoded = check_bytes(body, html=body[:1] == b"<")
        if decoded is not None:
            check_everything(decoded, Format.AUTO, body[-8:])
        return
    try:
        text = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = body.decode("latin-1")
    check_everything(text, form, body[-8:])
