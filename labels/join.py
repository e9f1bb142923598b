"""Stand-off labels and pages joined to labelled documents again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from pathlib import Path, PurePosixPath

from defiller.labels.files import read_bytes
from defiller.labels.labelled import LabelError, LabelledDocument, LabelledParagraph
from defiller.labels.standoff import (
    EXTRACTION,
    WHOLE_PAGE,
    StandoffDocument,
    normalised,
    paragraph_hash,
    read_standoff,
)

# A page may have changed or another version of the extractor may cut it differently; with one
# paragraph in twenty gone it is still the article that was labelled.
MIN_MATCHED = 0.95


class Outcome(StrEnum):
    """What became of a document."""

    JOINED = "joined"
    NO_PAGE = "no page"
    """No file of that name, or several that fit equally well."""
    OTHER_TEXT = "other text"
    """Too few of its paragraphs are in what was extracted."""
    OTHER_EXTRACTION = "other extraction"
    """Its text was not made by a call that can be made here."""


@dataclass(frozen=True, slots=True)
class Joined:
    """One document of a stand-off file and what was found of it.

    Attributes
    ----------
    standoff : StandoffDocument
    outcome : Outcome
    matched : int
        How many of its paragraphs were found, in order.
    document : LabelledDocument or None
        Where the outcome is ``JOINED``.
    """

    standoff: StandoffDocument
    outcome: Outcome
    matched: int = 0
    document: LabelledDocument | None = None


@dataclass(slots=True)
class SourceReport:
    """What came back of one source: documents by outcome, and paragraphs."""

    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    paragraphs: int = 0
    matched: int = 0

    def add(self, joined: Joined) -> None:
        """Count one document."""
        self.outcomes[joined.outcome] += 1
        self.paragraphs += len(joined.standoff.paragraphs)
        self.matched += joined.matched if joined.outcome is Outcome.JOINED else 0


class Pages:
    """The pages of a folder and its folders, found by the file names of stand-off labels.

    Raises
    ------
    LabelError
        Where there is no such folder.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        if not self._folder.is_dir():
            raise LabelError("no such folder; name the one with the .html files", folder)
        self._by_name: dict[str, list[PurePosixPath]] = {}
        for root, folders, names in os.walk(self._folder):
            folders.sort()
            for name in sorted(names):
                if name.lower().endswith((".html", ".htm", ".html.gz", ".htm.gz")):
                    page = PurePosixPath(Path(root, name).relative_to(self._folder).as_posix())
                    self._by_name.setdefault(_bare(page).name, []).append(page)

    def find(self, document: StandoffDocument) -> Path | None:
        """The page that agrees with the end of the document's file name at most length.

        Compressed or not makes no difference. A document without a file is looked for by its
        id. None where nothing fits, or where several pages fit equally well.
        """
        wanted = _bare(PurePosixPath(document.file or f"{document.id}.html"))
        ranked: dict[int, list[PurePosixPath]] = {}
        for page in self._by_name.get(wanted.name, ()):
            shared = _shared_end(_bare(page).parts, wanted.parts)
            ranked.setdefault(shared, []).append(page)
        best = ranked[max(ranked)] if ranked else []
        return self._folder / best[0] if len(best) == 1 else None


def join(standoff: str | Path, pages: str | Path) -> Iterator[Joined]:
    """Extract the pages again and give their paragraphs the labels, document by document.

    A document is taken where at least 95 % of its paragraphs are found in order; lines of the
    page that have no label stay in it as context.

    Parameters
    ----------
    standoff : str or Path
    pages : str or Path
        Folder with ``.html`` and ``.html.gz`` files, in folders of any depth.

    Raises
    ------
    LabelError
        For stand-off labels or a folder that cannot be read, and for a damaged page.
    """
    index = Pages(pages)
    for document in read_standoff(standoff):
        page = index.find(document)
        lines_of = EXTRACTIONS.get(document.origin.extraction or "")
        if lines_of is None:
            yield Joined(document, Outcome.OTHER_EXTRACTION)
        elif page is None:
            yield Joined(document, Outcome.NO_PAGE)
        else:
            yield join_lines(document, lines_of(read_bytes(page)))


def extracted_lines(page: bytes) -> list[str]:
    """The lines of a page's text as `EXTRACTION` makes it, without blank ones."""
    from trafilatura import extract

    text = extract(page, favor_recall=True, include_comments=False)
    return [line.strip() for line in (text or "").split("\n") if line.strip()]


def blocks_of_text(page: bytes) -> list[str]:
    """The blocks of a page's text as `WHOLE_PAGE` makes them, each as one line."""
    from justext import get_stoplist, justext

    blocks = (normalised(block.text) for block in justext(page, get_stoplist("English")))
    return [block for block in blocks if block]


EXTRACTIONS: Mapping[str, Callable[[bytes], list[str]]] = {
    EXTRACTION: extracted_lines,
    WHOLE_PAGE: blocks_of_text,
}
"""What can be made of a page again, by the call that stand-off labels name."""


def join_lines(standoff: StandoffDocument, lines: Sequence[str]) -> Joined:
    """Give the lines of a text the labels of the paragraphs that they are."""
    pairs = _matches([digest for digest, _ in standoff.paragraphs], [*map(paragraph_hash, lines)])
    if len(pairs) < MIN_MATCHED * len(standoff.paragraphs):
        return Joined(standoff, Outcome.OTHER_TEXT, len(pairs))
    kinds = {line: standoff.paragraphs[place][1] for place, line in pairs}
    document = LabelledDocument(
        id=standoff.id,
        source=standoff.source,
        url=standoff.url,
        domain=standoff.domain,
        group=standoff.group,
        paragraphs=tuple(
            LabelledParagraph(line, kinds.get(place)) for place, line in enumerate(lines)
        ),
        file=standoff.file,
        view_of=standoff.view_of,
    )
    return Joined(standoff, Outcome.JOINED, len(pairs), document)


def _matches(wanted: list[str], found: list[str]) -> list[tuple[int, int]]:
    """Places in both that agree, in order.

    The ends are compared first: most pages match from end to end, and a long table of equal
    rows would otherwise cost the square of its length.
    """
    head = 0
    while head < min(len(wanted), len(found)) and wanted[head] == found[head]:
        head += 1
    tail = 0
    rest = min(len(wanted), len(found)) - head
    while tail < rest and wanted[-1 - tail] == found[-1 - tail]:
        tail += 1
    middle = SequenceMatcher(
        None, wanted[head : len(wanted) - tail], found[head : len(found) - tail], autojunk=False
    )
    return [
        *((place, place) for place in range(head)),
        *(
            (head + block.a + step, head + block.b + step)
            for block in middle.get_matching_blocks()
            for step in range(block.size)
        ),
        *((len(wanted) - back, len(found) - back) for back in range(tail, 0, -1)),
    ]


def _bare(path: PurePosixPath) -> PurePosixPath:
    return path.with_suffix("") if path.suffix == ".gz" else path


def _shared_end(one: Sequence[str], other: Sequence[str]) -> int:
    shared = 0
    for first, second in zip(reversed(one), reversed(other), strict=False):
        if first != second:
            break
        shared += 1
    return shared
