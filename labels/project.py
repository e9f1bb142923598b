"""Labels of a page's text projected onto its Markdown: the second view of a labelled article.

Articles are labelled as plain text, a line a paragraph, and most are judged as the Markdown
that defiller makes of a page. Both come from one page, so their words agree while their cuts do
not: a code block is one paragraph of Markdown and twenty lines of text, a list item with a break
in it the other way round. A Markdown paragraph takes the kind of the text that its words are.

Words are runs of letters and figures, without regard to case; markers, numbers of list items,
link targets and emphasis are none, nor is punctuation. Partners are

1. paragraphs with the same words, in order;
2. in the gaps between those, paragraphs whose words are aligned one by one: a Markdown
   paragraph takes a kind where four fifths of its words come from labelled lines of that kind
   and no line of another kind is among its sources.

Whatever finds no partner is context without a label.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from defiller.features.document import Document, Format, Paragraph, ReadingError, Role
from defiller.features.reading import decode, document_from_lines, read
from defiller.features.reading.detect import guess_title
from defiller.labels.alignment import Pair, partners
from defiller.labels.files import read_bytes
from defiller.labels.formats import read_labels
from defiller.labels.join import Outcome, Pages
from defiller.labels.kinds import Kind
from defiller.labels.labelled import LabelledDocument, LabelledParagraph
from defiller.labels.standoff import standoff_of

VIEW = "markdown"
"""Name of the view; a projected document has the id of its twin, ``#`` and this."""

# What two extractions of one paragraph differ by is a credit, a button or a lost link text; with
# a fifth of the words from elsewhere, the label was given to something else.
SHARED = 0.8
# A line that gives less than this share of a paragraph's words met some of them by chance
# ("the", "and") unless most of the line stands in the paragraph.
CHANCE = 0.2
# Words that were matched one by one must lie together in the text as they do in the paragraph:
# at most half as many others between them.
STRETCH = 1.5
# Another article of the same site shares a menu and a footer with the labelled one, a tenth of its
# lines; where links moved the extractor to another part of the right page it was two fifths.
MIN_FOUND = 0.25

_WORD = re.compile(r"[^\W_]+")
# Plain text writes the number of a list item that Markdown has as a marker.
_NUMBER = re.compile(r"\d{1,3}[.)]\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Projection:
    """One labelled document on the Markdown of its page.

    Attributes
    ----------
    twin : LabelledDocument
        The document as it was labelled.
    outcome : Outcome
    document : LabelledDocument or None
        The projected one, where the outcome is ``JOINED``.
    wanted, found : Counter of Kind
        Labelled paragraphs of the twin that hold a word, and those of them whose words stand in
        paragraphs that took their kind.
    mixed : int
        Labelled paragraphs of the twin that the Markdown joins with some of another kind.
    """

    twin: LabelledDocument
    outcome: Outcome
    document: LabelledDocument | None = None
    wanted: Counter[Kind] = field(default_factory=Counter)
    found: Counter[Kind] = field(default_factory=Counter)
    mixed: int = 0


@dataclass(slots=True)
class ProjectionReport:
    """What a label file's projection came to.

    Attributes
    ----------
    outcomes : Counter of Outcome
        Documents.
    wanted, found : Counter of Kind
        Labelled paragraphs of text in the projected documents that hold a word, and those of
        them with a partner.
    mixed : int
        Labelled paragraphs of text that the Markdown joins with some of another kind.
    labelled, paragraphs : int
        Markdown paragraphs that hold a word: those with a label, and all.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    wanted: Counter[Kind] = field(default_factory=Counter)
    found: Counter[Kind] = field(default_factory=Counter)
    mixed: int = 0
    labelled: int = 0
    paragraphs: int = 0

    def add(self, projection: Projection) -> None:
        """Count one document."""
        self.outcomes[projection.outcome] += 1
        if projection.document is None:
            return
        self.wanted.update(projection.wanted)
        self.found.update(projection.found)
        self.mixed += projection.mixed
        for paragraph in projection.document.paragraphs:
            if _WORD.search(paragraph.text):
                self.paragraphs += 1
                self.labelled += paragraph.kind is not None


def project(labels: str | Path, pages: str | Path) -> Iterator[Projection]:
    """Read the pages of labelled documents as defiller reads HTML and give them the labels.

    Parameters
    ----------
    labels : str or Path
    pages : str or Path
        Folder with ``.html`` and ``.html.gz`` files, in folders of any depth.

    Raises
    ------
    LabelError
        For labels or a folder that cannot be read, and for a damaged page.
    """
    index = Pages(pages)
    for document in read_labels(labels):
        path = index.find(standoff_of(document))
        if path is None:
            yield Projection(document, Outcome.NO_PAGE)
            continue
        try:
            page = read(decode(read_bytes(path), html=True).text, Format.HTML)
        except ReadingError:
            # No article on it: whatever the labelled text was, it is not this page's.
            yield Projection(document, Outcome.OTHER_TEXT)
            continue
        yield project_document(document, page)


def project_document(document: LabelledDocument, page: Document) -> Projection:
    """Give the paragraphs of a page's reading the kinds of the labelled text.

    Parameters
    ----------
    document : LabelledDocument
        Labels of plain text.
    page : Document
        The same article as defiller reads its page.
    """
    texts = document_from_lines([p.text for p in document.paragraphs]).paragraphs
    kinds = [paragraph.kind for paragraph in document.paragraphs]
    taken, followed, mixed = _take(texts, kinds, page.paragraphs)
    wanted: Counter[Kind] = Counter()
    found: Counter[Kind] = Counter()
    for text, kind, is_followed in zip(texts, kinds, followed, strict=True):
        if kind is not None and _words(text):
            wanted[kind] += 1
            found[kind] += is_followed
    if found.total() + mixed < MIN_FOUND * wanted.total():
        return Projection(document, Outcome.OTHER_TEXT)
    projected = replace(
        document,
        id=f"{document.id}#{VIEW}",
        view_of=document.id,
        title=page.title if not page.title_is_guess else None,
        paragraphs=tuple(
            LabelledParagraph(p.content, kind, role=p.role, level=p.level, links=p.links)
            for p, kind in zip(page.paragraphs, taken, strict=True)
        ),
        model=None,
        line=None,
    )
    return Projection(document, Outcome.JOINED, projected, wanted, found, mixed)


def document_as_read(labelled: LabelledDocument) -> Document:
    """The article that was read when the labels' roles were written down.

    Its paragraphs have the contents, roles, levels and links that they had then; its text is
    their contents, a line each.
    """
    paragraphs: list[Paragraph] = []
    start = 0
    for paragraph in labelled.paragraphs:
        end = start + len(paragraph.text)
        role = paragraph.role or Role.PROSE
        paragraphs.append(
            Paragraph(start, end, paragraph.text, role, paragraph.level, paragraph.links)
        )
        start = end + 1
    guess = None if labelled.title else guess_title(paragraphs)
    return Document(
        text="\n".join(p.text for p in labelled.paragraphs),
        paragraphs=tuple(paragraphs),
        title=labelled.title or guess,
        url=labelled.url,
        format=Format.MARKDOWN,
        title_is_guess=guess is not None,
    )


def _words(paragraph: Paragraph) -> list[str]:
    content = paragraph.content.casefold()
    numbered = _NUMBER.match(content)
    return _WORD.findall(content, numbered.end() if numbered else 0)


def _sameness(paragraph: Paragraph) -> str:
    """What two paragraphs share that are the same but for markers and punctuation.

    Words are joined, since extractions differ in the spaces between links and words. Signs
    alone are compared as they stand ("***"), and markers alone by their role.
    """
    return "".join(_words(paragraph)) or paragraph.content or f"<{paragraph.role}>"


def _take(
    texts: Sequence[Paragraph], kinds: Sequence[Kind | None], blocks: Sequence[Paragraph]
) -> tuple[list[Kind | None], list[bool], int]:
    """Kinds of the blocks; which texts were followed; how many met texts of another kind."""
    taken: list[Kind | None] = [None] * len(blocks)
    followed = [False] * len(texts)
    mixed = 0
    same = partners([_sameness(p) for p in texts], [_sameness(p) for p in blocks])
    for place, block in same:
        taken[block], followed[place] = kinds[place], True
    for (before, above), (after, below) in pairwise([(-1, -1), *same, (len(texts), len(blocks))]):
        if after - before < 2 or below - above < 2:
            continue
        gap = _Gap(
            [_words(p) for p in texts[before + 1 : after]],
            [_words(p) for p in blocks[above + 1 : below]],
        )
        mine = kinds[before + 1 : after]
        given = [gap.kind_of(block, mine) for block in range(below - above - 1)]
        taken[above + 1 : below] = given
        for text, kind in enumerate(mine):
            followed[before + 1 + text] = gap.follows(text, [k is kind for k in given])
            mixed += not followed[before + 1 + text] and gap.follows(text, [True] * len(given))
    return taken, followed, mixed


class _Gap:
    """Texts and blocks between two pairs of partners, their words aligned one by one."""

    def __init__(self, texts: Sequence[Sequence[str]], blocks: Sequence[Sequence[str]]) -> None:
        self._texts, self._blocks = texts, blocks
        mine = [(word, place) for place, words in enumerate(texts) for word in words]
        theirs = [(word, place) for place, words in enumerate(blocks) for word in words]
        self._shared: list[Counter[int]] = [Counter() for _ in blocks]
        reach: dict[int, Pair] = {}
        for one, other in partners([word for word, _ in mine], [word for word, _ in theirs]):
            text, block = mine[one][1], theirs[other][1]
            self._shared[block][text] += 1
            reach[block] = (reach.get(block, (one, one))[0], one)
        self._together = [
            block in reach
            and reach[block][1] - reach[block][0] < STRETCH * self._shared[block].total()
            for block in range(len(blocks))
        ]

    def kind_of(self, block: int, kinds: Sequence[Kind | None]) -> Kind | None:
        """The one kind of a block's sources, where they make it up; else None."""
        size, shared = len(self._blocks[block]), self._shared[block]
        sources = [
            text
            for text, words in shared.items()
            if words >= CHANCE * size or words >= SHARED * len(self._texts[text])
        ]
        if not self._together[block] or sum(shared[text] for text in sources) < SHARED * size:
            return None
        found = {kinds[text] for text in sources}
        return found.pop() if len(found) == 1 else None

    def follows(self, text: int, blocks: Sequence[bool]) -> bool:
        """Whether a text's words stand in the marked blocks."""
        shared = sum(
            counted[text] for counted, marked in zip(self._shared, blocks, strict=True) if marked
        )
        return bool(self._texts[text]) and shared >= SHARED * len(self._texts[text])
