"""What a model records of its training: data with counts and hashes, parameters, its base."""

from __future__ import annotations

from typing import Any

import numpy as np

from defiller.labels.kinds import KINDS
from defiller.model.bundle import Bundle
from defiller.model.classifier import FillerClassifier
from defiller.training.dataset import UNLABELLED, Dataset
from defiller.training.seen import collection_hash, document_hash, group_hash


def describe(
    data: Dataset, classifier: FillerClassifier, base: Bundle | None = None
) -> dict[str, Any]:
    """What a model was trained on.

    Returns
    -------
    dict
        ``collections`` with counts, weight and hash of each, ``kinds`` with their paragraphs,
        ``parameters`` of the classifier, ``documents`` and ``groups`` as short hashes, by which
        `seen_by` knows them again; ``corrections``, where there are some, how many paragraphs
        training saw with another label; ``base``, where there is one, its name, hash and own
        record. Documents and groups of a base are among those listed; where the base does not
        list its own, ``documents`` is missing, since a part would pass for the whole.
    """
    collections: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(data.collections):
        places = [place for place, other in enumerate(data.collections) if other == name]
        members = [data.labelled[place] for place in places]
        collections[name] = {
            "documents": len(members),
            "labelled_paragraphs": sum(p.kind is not None for d in members for p in d.paragraphs),
            "weight": float(data.weights[places[0]]),
            **_of_words(data, places[0]),
            "judged": bool(data.judged[places[0]]),
            "sha256": collection_hash(members),
        }
    counts = np.bincount(data.kinds[data.kinds != UNLABELLED], minlength=len(KINDS))
    record: dict[str, Any] = {
        "collections": collections,
        "kinds": {kind.value: int(n) for kind, n in zip(KINDS, counts, strict=True)},
        "parameters": {k: v for k, v in classifier.get_params().items() if k != "n_jobs"},
    }
    documents = {document_hash(document) for document in data.labelled}
    groups = {group_hash(document.group) for document in data.labelled}
    corrected = int((data.taught != data.kinds).sum())
    if corrected:
        record["corrections"] = corrected
    listed = True
    if base is not None:
        before = base.about.get("training", {})
        record["base"] = {"name": base.name, "sha256": base.hash, "training": _brief(before)}
        listed = "documents" in before
        documents |= set(before.get("documents", ()))
        groups |= set(before.get("groups", ()))
    if listed:
        record["documents"], record["groups"] = sorted(documents), sorted(groups)
    return record


def _of_words(data: Dataset, document: int) -> dict[str, float]:
    """The weight for the models of words, where it is another."""
    if data.words_weights is None or data.words_weights[document] == data.weights[document]:
        return {}
    return {"words_weight": float(data.words_weights[document])}


def _brief(record: dict[str, Any]) -> dict[str, Any]:
    """A base's record without the lists that the new record holds itself."""
    return {key: value for key, value in record.items() if key not in ("documents", "groups")}
