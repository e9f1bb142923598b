"""Checks of label files: what cannot be used, and what looks like a mistake.

Everything is linear in the data and holds no text: about a kilobyte a document, and 16 bytes for
each paragraph of eight words or more, so that a label file of gigabytes can be checked.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from defiller.features.document import count_words
from defiller.labels.formats import read_labels
from defiller.labels.kinds import KINDS, Kind
from defiller.labels.labelled import LabelError, LabelledDocument
from defiller.labels.nearness import Sketches
from defiller.labels.standoff import normalised

# Below eight words the same line may well be substance in one place and furniture in another
# ("Read more", "Conclusion", a name).
CONTRADICTION_WORDS = 8
# These kinds repeat by their nature what is substance elsewhere: the body of the article, its
# headings, other articles' titles.
_REPEATING = frozenset({Kind.DUPLICATE, Kind.RECAP, Kind.NAVIGATION, Kind.RELATED})
# Half of two documents' shingles in common: the same agency story in two papers, which would
# stand in training and in judgement at once if their groups fall into different folds.
NEAR_IDENTICAL = 0.5
# Places that a finding names; the rest are counted.
_PLACES = 5


class Severity(StrEnum):
    """What a finding means for the file."""

    ERROR = "error"
    """The labels cannot be used as they are."""
    WARNING = "warning"
    """Worth a look; training goes on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes
    ----------
    severity : Severity
    about : str
        A name for the kind of finding: ``unreadable``, ``duplicate-id``, ``empty``,
        ``no-labels``, ``contradiction``, ``near-identical``, ``no-group``, ``one-class``.
    sentence : str
        What is wrong and what to do, with its places.
    """

    severity: Severity
    about: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `check_labels` found.

    Attributes
    ----------
    findings : tuple of Finding
        Errors first.
    documents, paragraphs : int
        How many could be read.
    kinds : dict of Kind to int
        Paragraphs of each kind that occurs.
    unlabelled : int
        Paragraphs without a label.
    """

    findings: tuple[Finding, ...]
    documents: int
    paragraphs: int
    kinds: dict[Kind, int]
    unlabelled: int

    @property
    def failed(self) -> bool:
        """True where there is an error among the findings."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def check_labels(paths: Iterable[str | Path], ids: Collection[str] | None = None) -> CheckReport:
    """Read label files and check them, one by one and against each other.

    Parameters
    ----------
    paths : iterable of path
    ids : collection of str, optional
        The documents to look at; all by default. Records that cannot be read are always found.

    Errors: records that cannot be read (broken JSON, unknown kinds, blank paragraphs), an id
    that two documents have, a document without paragraphs. Warnings: the same text of eight
    words or more labelled substance here and padding there (but for duplicates, recaps, menus and
    related lists, which repeat substance by their nature); documents nearly the same in
    different groups; documents without a group or without labels; labels of one class only.

    Nothing is raised for what is found: a file that cannot be opened is a finding as well.
    """
    state = _State()
    for path in paths:
        before = len(state.names) + len(state.errors)
        try:
            for document in read_labels(path, state.unreadable):
                if ids is None or document.article in ids:
                    state.take(document, str(path))
        except LabelError as error:
            state.unreadable(error)
        if ids is None and before == len(state.names) + len(state.errors):
            state.unreadable(LabelError("there is no document in it; name another file", path))
    findings = sorted(state.findings(), key=lambda finding: finding.severity is Severity.WARNING)
    return CheckReport(
        tuple(findings), len(state.names), state.paragraphs, dict(state.kinds), state.unlabelled
    )


_Place = int
"""A document's number, a paragraph's and its kind's in one whole number, to take little room."""


def _packed(document: int, number: int, kind: Kind) -> _Place:
    return (document << 32 | number) << 8 | KINDS.index(kind)


def _unpacked(place: _Place) -> tuple[int, int, Kind]:
    return place >> 40, place >> 8 & 0xFFFFFFFF, KINDS[place & 0xFF]


@dataclass(slots=True)
class _State:
    """What is remembered of the documents read so far."""

    names: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    first: dict[str, int] = field(default_factory=dict)
    errors: list[Finding] = field(default_factory=list)
    no_group: list[str] = field(default_factory=list)
    no_labels: list[str] = field(default_factory=list)
    paragraphs: int = 0
    unlabelled: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    sketches: Sketches = field(default_factory=Sketches)
    # Of each long paragraph the hash of its text, and where it stands.
    hashes: array[int] = field(default_factory=lambda: array("Q"))
    places: array[int] = field(default_factory=lambda: array("Q"))

    def unreadable(self, error: LabelError) -> None:
        """Note a record that could not be read."""
        self.errors.append(Finding(Severity.ERROR, "unreadable", str(error)))

    def take(self, document: LabelledDocument, path: str) -> None:
        """Look at one document."""
        place = path if document.line is None else f"{path}, line {document.line}"
        name = f"{place} ({document.id})"
        if document.id in self.first:
            taken = self.names[self.first[document.id]].removesuffix(f" ({document.id})")
            sentence = f"{place}: the id {document.id!r} is taken by {taken}"
            self._error("duplicate-id", f"{sentence}; give each document its own")
        self.first.setdefault(document.id, len(self.names))
        if not document.paragraphs:
            self._error("empty", f"{name}: no paragraphs; fill the document or take it out")
        elif all(paragraph.kind is None for paragraph in document.paragraphs):
            self.no_labels.append(name)
        if document.group_is_guess:
            self.no_group.append(name)
        self.names.append(name)
        self.groups.append(document.group)
        self.sketches.add(" ".join(paragraph.text for paragraph in document.paragraphs))
        for number, paragraph in enumerate(document.paragraphs, 1):
            self.paragraphs += 1
            if paragraph.kind is None:
                self.unlabelled += 1
            else:
                self.kinds[paragraph.kind] += 1
                self._compare(paragraph.text, paragraph.kind, number)

    def _error(self, about: str, sentence: str) -> None:
        self.errors.append(Finding(Severity.ERROR, about, sentence))

    def _compare(self, text: str, kind: Kind, number: int) -> None:
        if kind in _REPEATING or count_words(text) < CONTRADICTION_WORDS:
            return
        digest = hashlib.blake2b(normalised(text).encode(), digest_size=8).digest()
        self.hashes.append(int.from_bytes(digest))
        self.places.append(_packed(len(self.names) - 1, number, kind))

    def _contradictions(self) -> Iterator[list[_Place]]:
        """Where each text with two labels stands: first with the one, then from the other on."""
        import numpy as np  # heavy, and only the end of a check takes it

        if not self.hashes:
            return
        hashes, places = (np.asarray(one, np.uint64) for one in (self.hashes, self.places))
        order = np.argsort(hashes, kind="stable")  # stable: a text's places stay in order
        hashes, places = hashes[order], places[order]
        begin = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1]))
        substance = (places & np.uint64(0xFF)) == KINDS.index(Kind.SUBSTANCE)
        least, most = (reduce.reduceat(substance, begin) for reduce in (np.minimum, np.maximum))
        end = np.append(begin[1:], len(hashes))
        found = []
        for start, stop in zip(
            begin[least != most].tolist(), end[least != most].tolist(), strict=True
        ):
            other = start + int(np.argmax(substance[start:stop] != substance[start]))
            found.append([int(places[start]), *places[other:stop].tolist()])
        # In the order in which somebody who reads the files comes upon them.
        yield from sorted(found, key=lambda places: places[1])

    def _named(self, place: _Place) -> str:
        document, number, kind = _unpacked(place)
        return f"{self.names[document]} paragraph {number} is {kind}"

    def findings(self) -> Iterator[Finding]:
        """Everything found, in no order."""
        yield from self.errors
        for places in self._contradictions():
            named = _listed([self._named(place) for place in places])
            yield _warning("contradiction", f"the same text has two labels: {named}; settle on one")
        for one, other, share in self.sketches.near(NEAR_IDENTICAL):
            if self.groups[one] != self.groups[other]:
                yield _warning(
                    "near-identical",
                    f"{self.names[one]} and {self.names[other]} share {share:.0%} of their text "
                    f"and stand in the groups {self.groups[one]!r} and {self.groups[other]!r}; "
                    "give them one group",
                )
        if self.no_group:
            yield _warning(
                "no-group",
                f"{len(self.no_group)} without a group: {_listed(self.no_group)}; name the "
                "publisher, blog or writer, so that it never stands on both sides of a split",
            )
        if self.no_labels:
            yield _warning(
                "no-labels", f"{len(self.no_labels)} without labels: {_listed(self.no_labels)}"
            )
        padding = sum(count for kind, count in self.kinds.items() if kind.is_padding)
        if self.kinds and padding in (0, self.kinds.total()):
            what = "padding" if padding else "substance"
            yield _warning("one-class", f"every label is {what}; a model needs both")


def _warning(about: str, sentence: str) -> Finding:
    return Finding(Severity.WARNING, about, sentence)


def _listed(places: list[str]) -> str:
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    return ", ".join(places[:_PLACES]) + more
