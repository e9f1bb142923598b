"""Whether a model was trained on the labels that it is measured on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from defiller.labels.labelled import LabelledDocument
from defiller.labels.standoff import normalised
from defiller.model.bundle import Bundle
from defiller.training.dataset import Dataset

_DIGITS = 16
"""Of a hash in a model's record: 64 bits, by which two of a million documents agree once in forty
million records; ten thousand of them take 200 kB."""


@dataclass(frozen=True)
class Seen:
    """What a model's record tells of the documents that it was trained on.

    Attributes
    ----------
    documents : int
        How many of the judged documents were in its training data, as far as can be known.
    of : int
        How many were asked for.
    groups : int
        How many of the others share their group (publisher, writer) with a document that was.
    certain : bool
        Whether the record lists every document; else only whole label files can be recognised.
    collections : tuple of str
        Names of the label files that it was trained on.
    """

    documents: int
    of: int
    groups: int
    certain: bool
    collections: tuple[str, ...]

    @property
    def sentence(self) -> str | None:
        """What whoever reads the figures must know; None where the labels are all new to it."""
        if self.documents:
            return (
                f"The model was trained on {self.documents:,} of the {self.of:,} documents here, "
                "so the figures say how much it remembers, not how good it is; judge it by labels "
                "that it has not seen, or by the cross-validation of 'defiller train'."
            )
        if self.groups:
            return (
                f"The model was trained on other documents of the publishers or writers of "
                f"{self.groups:,} of the {self.of:,} documents here, so the figures flatter it on "
                "others."
            )
        if self.certain:
            return None
        names = ", ".join(self.collections)
        return (
            "The model's record doesn't list the documents that it was trained on"
            f"{f' (label files {names})' if names else ''}; the figures hold only where these "
            "are none of them."
        )


def seen_by(bundle: Bundle, dataset: Dataset, whole: Dataset | None = None) -> Seen:
    """How many judged documents of a dataset a model was trained on.

    Parameters
    ----------
    bundle : Bundle
        Its ``about["training"]`` may hold ``documents`` and ``groups``, lists of what
        `document_hash` and `group_hash` give; and ``collections`` with the ``sha256`` of each.
    dataset : Dataset
    whole : Dataset, optional
        All documents of the same files, where only some were asked for: a file can be recognised
        by the hash of the whole of it.
    """
    about = _record(_record(bundle.about).get("training"))
    judged = [d for d, is_judged in zip(dataset.labelled, dataset.judged, strict=True) if is_judged]
    collections = _record(about.get("collections"))
    trained_on = {_record(record).get("sha256") for record in collections.values()}
    known = set(about.get("documents", ()))
    for data in (dataset, whole) if whole is not None else (dataset,):
        for name in dict.fromkeys(data.collections):
            members = _members(data, name)
            if collection_hash(members) in trained_on:
                known.update(document_hash(document) for document in members)
    found = [document_hash(document) in known for document in judged]
    groups = set(about.get("groups", ()))
    near = [
        not is_known and group_hash(document.group) in groups
        for document, is_known in zip(judged, found, strict=True)
    ]
    return Seen(sum(found), len(judged), sum(near), "documents" in about, tuple(collections))


def document_hash(document: LabelledDocument) -> str:
    """The first 16 hex digits of the SHA-256 over those of its paragraphs; labels don't count."""
    digest = hashlib.sha256()
    for paragraph in document.paragraphs:
        text = normalised(paragraph.text).encode("utf-8", "surrogatepass")
        digest.update(hashlib.sha256(text).digest())
    return digest.hexdigest()[:_DIGITS]


def group_hash(group: str) -> str:
    """The first 16 hex digits of the SHA-256 of a group's name."""
    return hashlib.sha256(group.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def collection_hash(documents: Iterable[LabelledDocument]) -> str:
    """The SHA-256 of a label file's kinds and texts in order, which models record."""
    digest = hashlib.sha256()
    for document in documents:
        for paragraph in document.paragraphs:
            digest.update(f"{paragraph.kind}\t{paragraph.text}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _record(value: object) -> Mapping[str, Any]:
    # What a model says about itself is for people: loading it checks nothing there.
    return value if isinstance(value, Mapping) else {}


def _members(data: Dataset, name: str) -> list[LabelledDocument]:
    pairs = zip(data.labelled, data.collections, strict=True)
    return [document for document, collection in pairs if collection == name]
