"""How much is labelled: documents, paragraphs and words, by kind, by source and in groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from defiller.features.document import count_words
from defiller.labels.kinds import KINDS, Group, Kind
from defiller.labels.labelled import LabelledDocument


@dataclass(slots=True)
class Count:
    """Paragraphs and their words."""

    paragraphs: int = 0
    words: int = 0

    def add(self, words: int) -> None:
        """Count one paragraph of that many words."""
        self.paragraphs += 1
        self.words += words


@dataclass(slots=True)
class SourceCount:
    """What one source holds.

    Attributes
    ----------
    documents : int
    all : Count
        Every paragraph, labelled or not.
    labelled, padding : Count
    """

    documents: int = 0
    all: Count = field(default_factory=Count)
    labelled: Count = field(default_factory=Count)
    padding: Count = field(default_factory=Count)


@dataclass(slots=True)
class Statistics:
    """What label files hold.

    Attributes
    ----------
    total : SourceCount
    kinds : dict of Kind to Count
        Every kind, those that do not occur included.
    groups : dict of Group to Count
        Groups of kinds: substance, boilerplate, filler.
    documents_with : Counter of Kind
        Documents in which a kind occurs.
    split_groups : Counter of str
        Documents in each of the groups that are kept together when data is split.
    sources : dict of str to SourceCount
    """

    total: SourceCount = field(default_factory=SourceCount)
    kinds: dict[Kind, Count] = field(default_factory=lambda: {kind: Count() for kind in KINDS})
    groups: dict[Group, Count] = field(default_factory=lambda: {group: Count() for group in Group})
    documents_with: Counter[Kind] = field(default_factory=Counter)
    split_groups: Counter[str] = field(default_factory=Counter)
    sources: dict[str, SourceCount] = field(default_factory=dict)

    def as_record(self) -> dict[str, Any]:
        """Plain values for JSON, by the names of the attributes."""
        return {
            "documents": self.total.documents,
            "paragraphs": self.total.all.paragraphs,
            "words": self.total.all.words,
            "labelled_paragraphs": self.total.labelled.paragraphs,
            "split_groups": len(self.split_groups),
            "kinds": {
                kind: {
                    "group": kind.group,
                    "paragraphs": count.paragraphs,
                    "words": count.words,
                    "documents": self.documents_with[kind],
                }
                for kind, count in self.kinds.items()
            },
            "groups": {
                group: {"paragraphs": count.paragraphs, "words": count.words}
                for group, count in self.groups.items()
            },
            "sources": {
                name: {
                    "documents": source.documents,
                    "paragraphs": source.all.paragraphs,
                    "words": source.all.words,
                    "labelled_paragraphs": source.labelled.paragraphs,
                    "padding_paragraphs": source.padding.paragraphs,
                    "padding_words": source.padding.words,
                }
                for name, source in sorted(self.sources.items())
            },
        }


def count_labels(documents: Iterable[LabelledDocument]) -> Statistics:
    """Count documents as they come; none is kept."""
    found = Statistics()
    for document in documents:
        source = found.sources.setdefault(document.source, SourceCount())
        found.split_groups[document.group] += 1
        found.total.documents += 1
        source.documents += 1
        for paragraph in document.paragraphs:
            words = count_words(paragraph.text)
            for of in (found.total, source):
                of.all.add(words)
                if paragraph.kind is not None:
                    of.labelled.add(words)
                    if paragraph.kind.is_padding:
                        of.padding.add(words)
            if paragraph.kind is not None:
                found.kinds[paragraph.kind].add(words)
                found.groups[paragraph.kind.group].add(words)
        found.documents_with.update({p.kind for p in document.paragraphs if p.kind is not None})
    return found
