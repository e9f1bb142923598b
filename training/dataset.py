"""Labelled files as what training and measuring work on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from defiller.features.batch import Batch
from defiller.features.document import Document, count_words
from defiller.features.extractor import FeatureExtractor
from defiller.features.reading import document_from_lines
from defiller.labels.formats import read_labels
from defiller.labels.kind_map import KindMap
from defiller.labels.kinds import KINDS
from defiller.labels.labelled import LabelError, LabelledDocument, source_of
from defiller.labels.overlay import Overlay
from defiller.labels.project import document_as_read
from defiller.model.classifier import fold_of

UNLABELLED = -1

FEWEST_CALIBRATING = 100
"""Articles that a calibration is fitted on at least. With 40 news articles alone F1 at one half is
0.635 and the calibration error 0.040 on the other news articles, means of 16 draws; filled up
with other web articles they are 0.651 and 0.020, with the written corpus 0.664 and 0.034. More
than 100 change little."""

_NUMBER = {kind: number for number, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Dataset:
    """Labelled documents, read and numbered; paragraphs of all of them lie in one row.

    Attributes
    ----------
    labelled : tuple of LabelledDocument
    documents : tuple of Document
        The same, as a reader gives them; one paragraph a label.
    collections : tuple of str
        The label file of each document, by its bare name: figures are given per collection.
    judged : bool (documents,)
        False for documents that may train and are never judged.
    weights : float64 (documents,)
        Weight of each document's paragraphs in training.
    words_weights : float64 (documents,) or None
        The same for the models of words, where it is another: invented articles teach what
        padding is built like, and their words are those of a few writers.
    corrected : tuple of LabelledDocument
        The same as `labelled`, with the corrections that training learns from; figures are on
        `labelled`.
    """

    labelled: tuple[LabelledDocument, ...]
    documents: tuple[Document, ...]
    collections: tuple[str, ...]
    judged: NDArray[np.bool_]
    weights: NDArray[np.float64]
    corrected: tuple[LabelledDocument, ...] = ()
    words_weights: NDArray[np.float64] | None = None

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Paragraphs of each document."""
        return np.array([len(d.paragraphs) for d in self.documents], np.int64)

    @cached_property
    def document_of(self) -> NDArray[np.int64]:
        """Document of each paragraph."""
        return np.repeat(np.arange(len(self.documents)), self.sizes)

    @cached_property
    def kinds(self) -> NDArray[np.int64]:
        """Place of each paragraph's kind in ``KINDS``; ``UNLABELLED`` for context."""
        return _kinds(self.labelled)

    @cached_property
    def taught(self) -> NDArray[np.int64]:
        """The same with corrections: what training learns from."""
        return _kinds(self.corrected) if self.corrected else self.kinds

    @cached_property
    def folds(self) -> NDArray[np.int64]:
        """Fold of each paragraph, by its document's group."""
        folds = np.array([fold_of(d.group) for d in self.labelled], np.int64)
        return folds[self.document_of]

    @cached_property
    def groups(self) -> NDArray[np.str_]:
        """Group of each paragraph."""
        return np.array([d.group for d in self.labelled])[self.document_of]

    @cached_property
    def words(self) -> NDArray[np.float64]:
        """Words of each paragraph."""
        counts = [count_words(p.content) for d in self.documents for p in d.paragraphs]
        return np.array(counts, np.float64)

    @cached_property
    def paragraph_weights(self) -> NDArray[np.float64]:
        """Weight of each paragraph in training; 0 for unlabelled ones."""
        return np.where(self.taught != UNLABELLED, self.weights[self.document_of], 0.0)

    @cached_property
    def paragraph_words_weights(self) -> NDArray[np.float64]:
        """The same for the models of words."""
        weights = self.weights if self.words_weights is None else self.words_weights
        return np.where(self.taught != UNLABELLED, weights[self.document_of], 0.0)

    @cached_property
    def calibration_weights(self) -> NDArray[np.float64]:
        """The same for calibration, which goes by what is judged.

        Where that is little, documents that are not judged fill it up to `FEWEST_CALIBRATING`.
        """
        weights = np.where(self.judged, self.weights, 0.0)
        missing = FEWEST_CALIBRATING - np.count_nonzero(self.judged)
        others = ~self.judged & (self.weights > 0)
        if missing > 0 and others.any():
            weights[others] = missing / np.count_nonzero(others)
        return np.where(self.taught != UNLABELLED, weights[self.document_of], 0.0)

    @cached_property
    def paragraph_judged(self) -> NDArray[np.bool_]:
        """Which paragraphs are judged: labelled ones of judged documents."""
        return np.asarray(self.judged[self.document_of] & (self.kinds != UNLABELLED), np.bool_)

    def batch(self, extractor: FeatureExtractor) -> Batch:
        """All documents as arrays."""
        return extractor.batch(self.documents)

    def subset(self, keep: NDArray[np.bool_]) -> Dataset:
        """The documents that are marked."""
        chosen = np.flatnonzero(keep)
        return Dataset(
            tuple(self.labelled[i] for i in chosen),
            tuple(self.documents[i] for i in chosen),
            tuple(self.collections[i] for i in chosen),
            self.judged[chosen],
            self.weights[chosen],
            tuple(self.corrected[i] for i in chosen) if self.corrected else (),
            None if self.words_weights is None else self.words_weights[chosen],
        )


def _kinds(documents: Iterable[LabelledDocument]) -> NDArray[np.int64]:
    numbers = [
        UNLABELLED if p.kind is None else _NUMBER[p.kind] for d in documents for p in d.paragraphs
    ]
    return np.array(numbers, np.int64)


def load_dataset(
    paths: Sequence[str | Path],
    only_train: Sequence[str | Path] = (),
    ids: Iterable[str] | None = None,
    weights: Mapping[str, float] | None = None,
    *,
    words_weights: Mapping[str, float] | None = None,
    base: Sequence[str | Path] = (),
    kind_map: KindMap | None = None,
    corrections: Overlay | None = None,
) -> Dataset:
    """Read label files.

    Parameters
    ----------
    paths : sequence of path
        Files to train on and to judge.
    only_train : sequence of path
        Files that may train and are never judged.
    ids : iterable of str or None
        The documents of ``paths`` to use; all by default.
    weights : mapping or None
        Weight of a collection, by the file's bare name; 1 by default.
    words_weights : mapping or None
        The same for the models of words; the weight above by default.
    base : sequence of path
        Files of others' labels that train and are never judged; a document that stands in the
        files above as well is left out here.
    kind_map : KindMap or None
        What own kinds in ``paths`` and ``only_train`` mean.
    corrections : Overlay or None
        Other labels for some paragraphs, which training learns from and figures don't count.

    Raises
    ------
    LabelError
        For files that cannot be read, an id that stands twice or in no file, corrections that
        fit no label, and no documents at all.
    """
    wanted = None if ids is None else set(ids)
    labelled: list[LabelledDocument] = []
    collections: list[str] = []
    judged: list[bool] = []
    seen: dict[str, Path] = {}
    articles: set[str] = set()
    for source, document in _documents(paths, only_train, base, kind_map):
        if source.judged and wanted is not None and document.article not in wanted:
            continue
        if document.id in seen:
            if source.is_base:
                continue
            raise LabelError(
                f"document {document.id!r} stands in {seen[document.id]} too; "
                "give every document an id of its own or leave one file out",
                source.path,
                document.line,
            )
        seen[document.id] = source.path
        articles.add(document.article)
        if not document.paragraphs:
            continue
        labelled.append(document)
        collections.append(source_of(source.path))
        judged.append(source.judged)
    missing = sorted((wanted or set()) - articles)
    if missing:
        raise LabelError(
            f"{len(missing)} of the ids asked for stand in no file, the first is {missing[0]!r}"
        )
    if not labelled:
        raise LabelError("there is no labelled document to work on; name at least one label file")
    by_collection = weights or {}
    for_words = {**by_collection, **(words_weights or {})}
    corrected: tuple[LabelledDocument, ...] = ()
    if corrections is not None:
        corrected = tuple(corrections.correct(document) for document in labelled)
        if wanted is None:  # else what is corrected may be what was not asked for
            corrections.require_all_met()
    return Dataset(
        tuple(labelled),
        tuple(as_document(document) for document in labelled),
        tuple(collections),
        np.array(judged, np.bool_),
        np.array([by_collection.get(name, 1.0) for name in collections], np.float64),
        corrected,
        np.array([for_words.get(name, 1.0) for name in collections], np.float64),
    )


@dataclass(frozen=True)
class _Source:
    """A label file and what its documents are for."""

    path: Path
    judged: bool = False
    is_base: bool = False


def _documents(
    paths: Sequence[str | Path],
    only_train: Sequence[str | Path],
    base: Sequence[str | Path],
    kind_map: KindMap | None,
) -> Iterator[tuple[_Source, LabelledDocument]]:
    """All documents of some label files, one at a time; the base's are the last."""
    own = [_Source(Path(p), judged=True) for p in paths] + [_Source(Path(p)) for p in only_train]
    with kind_map.in_force() if kind_map else nullcontext():
        for source in own:
            yield from ((source, document) for document in read_labels(source.path))
    for source in (_Source(Path(p), is_base=True) for p in base):
        yield from ((source, document) for document in read_labels(source.path))


def as_document(labelled: LabelledDocument) -> Document:
    """The article of a labelled document: as it was read, or else read as plain text."""
    if any(paragraph.role is not None for paragraph in labelled.paragraphs):
        return document_as_read(labelled)
    texts = [paragraph.text for paragraph in labelled.paragraphs]
    return document_from_lines(texts, title=labelled.title, url=labelled.url)
