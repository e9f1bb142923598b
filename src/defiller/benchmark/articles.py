"""The articles that everybody is measured on: given, labelled, or shipped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path, PurePath

from defiller.compression import reader
from defiller.faults import InputError, UsageError, reason, show
from defiller.features.document import Document, Format, ReadingError
from defiller.inputs import Shape, Source, find
from defiller.labels.labelled import LabelledDocument


@dataclass(frozen=True, slots=True)
class Article:
    """One article in the forms that peers take.

    Attributes
    ----------
    name : str
        Path, or id of the labelled document.
    text : str
        What peers of text get: the file, the labelled paragraphs one a line, or the Markdown
        that trafilatura makes of the page.
    format : str
        How defiller reads ``text``: "text", "wrapped" or "markdown".
    paragraphs : int
        Of ``text`` as defiller reads it.
    html : str or None
        What peers of HTML get.
    """

    name: str
    text: str
    format: str
    paragraphs: int
    html: str | None = None


def given(arguments: Sequence[str]) -> list[Article]:
    """The articles of files and folders.

    Parameters
    ----------
    arguments : sequence of str
        Files (.txt .md .html, also as .gz or .zst) and folders.

    Raises
    ------
    InputError
        For what cannot be read as an article; pages without one are left out where others have
        one, since extractors find none there either.
    UsageError
        For files of records and standard input.
    """
    from defiller.features.reading import read

    articles = []
    empty: InputError | None = None
    for source in _sources(arguments):
        text = _text(source)
        try:
            document = read(text, name=source.plain_name)
        except ReadingError as error:
            empty = InputError(f"{show(source.name)}: {error}")
        else:
            is_page = document.format is Format.HTML
            articles.append(_of(source.name, document, text if is_page else None))
    if not articles:
        raise empty or InputError("there is no article; name at least one file")
    return articles


def _sources(arguments: Sequence[str]) -> list[Source]:
    """The files of arguments, all of them of one article each."""
    found = find(arguments)
    for name, sentence in found.faults:
        raise InputError(f"{show(name)}: {sentence}")
    for source in found.sources:
        if source.path is None or source.shape is not Shape.ARTICLE:
            raise UsageError(
                f"{show(source.name)}: the benchmark takes files of one article each "
                "(.txt .md .html); write the records to such files first"
            )
    return found.sources


def _text(source: Source) -> str:
    from defiller.features.reading import decode

    assert source.path is not None
    try:
        with source.path.open("rb") as raw:
            data = reader(raw, source.codec).read()
        return decode(data, html=source.is_page).text
    except OSError as error:
        raise InputError(f"{show(source.name)}: {reason(error)}") from None
    except ReadingError as error:
        raise InputError(f"{show(source.name)}: {error}") from None


def _of(name: str, document: Document, html: str | None = None) -> Article:
    # The text of a page is the Markdown of its article.
    form = Format.MARKDOWN if document.format is Format.HTML else document.format
    return Article(name, document.text, form.value, len(document.paragraphs), html)


def labelled(
    documents: Sequence[LabelledDocument], read: Sequence[Document], pages: Sequence[str] = ()
) -> list[Article]:
    """The articles of labelled documents, one paragraph a label.

    Parameters
    ----------
    documents : sequence of LabelledDocument
    read : sequence of Document
        The same, read.
    pages : sequence of str
        Files and folders of their pages: a document gets the HTML of the one page whose path
        ends as its own ``file`` does.

    Raises
    ------
    InputError
        For pages that cannot be read.
    UsageError
        Where none of the pages is that of a document.
    """
    sources = _pages_of(documents, _sources(pages)) if pages else {}
    if pages and not sources:
        raise UsageError(
            "none of the given articles is a page of a labelled document: a page's path must end "
            "as the document's 'file' does; leave out either of them"
        )
    html = {name: _text(source) for name, source in sources.items()}
    return [
        _of(one.id, document, html.get(one.id))
        for one, document in zip(documents, read, strict=True)
    ]


def _pages_of(
    documents: Sequence[LabelledDocument], sources: Sequence[Source]
) -> dict[str, Source]:
    """Pages by id of document, where exactly one has the end of its path."""
    by_name: dict[str, list[Source]] = {}
    for source in sources:
        if source.is_page:
            by_name.setdefault(PurePath(source.name).name, []).append(source)
    found = {}
    for one in documents:
        path = PurePath(one.file or "")
        candidates = by_name.get(path.name, [])
        # Data sets name the folder after an article and call all the files alike.
        for depth in range(2, len(path.parts) + 1):
            if len(candidates) < 2:
                break
            end = path.parts[-depth:]
            candidates = [c for c in candidates if PurePath(c.name).parts[-depth:] == end]
        if len(candidates) == 1:
            found[one.id] = candidates[0]
    return found


def shipped() -> list[Article]:
    """The articles that come with defiller: the three of the demo and the written corpus."""
    from defiller.demo.show import ARTICLES
    from defiller.features.reading import read
    from defiller.labels.corpus import corpus_files, heldout_files
    from defiller.training.dataset import load_dataset

    folder = files("defiller.demo")
    demo = [_of(name, read((folder / name).read_text("utf-8"), name=name)) for name in ARTICLES]
    data = load_dataset([*corpus_files(), *heldout_files()])
    return demo + labelled(data.labelled, data.documents)


def spread(articles: Sequence[Article], most: int) -> list[Article]:
    """At most so many of the articles, spread evenly; all of them for 0."""
    if not most or len(articles) <= most:
        return list(articles)
    return [articles[number * len(articles) // most] for number in range(most)]


def save(articles: Sequence[Article], path: Path) -> None:
    """Write articles for the processes that measure."""
    path.write_text(json.dumps([asdict(article) for article in articles]), encoding="utf-8")


def load(path: Path) -> list[Article]:
    """Read what `save` wrote."""
    return [Article(**record) for record in json.loads(path.read_text(encoding="utf-8"))]
