"""Features kept on disk between runs of training, by what they are made of.

The key is the documents' content, the extractor's parameters, the version of the features and
the code and cue lists that compute them; labels and paths are not in it, so corrected labels and
moved files find their features again. The files are joblib's: they hold pickles, and the words of
the articles as numbers, so a cache is for the machine and the user that made it and is not to be
passed on.
"""

from __future__ import annotations

import copy
import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from defiller.features.batch import Batch, Floats, Ints
from defiller.features.document import Document
from defiller.features.extractor import FeatureExtractor
from defiller.features.ngrams import hashed_ngrams
from defiller.features.signal_matrix import FEATURE_VERSION

Features = tuple[Batch, Floats, "NDArray[Any]", Ints]
"""A batch, its signals, and its n-grams as buckets and their begins."""

# Features of all web labels take 0.3 GB, so a few sets of labels and a few states of them fit.
LARGEST = 2_000_000_000


class FeatureCache:
    """A folder of features.

    Parameters
    ----------
    folder : Path
        Made where it is missing.

    Raises
    ------
    ValueError
        Where the folder cannot be made or written to.
    """

    def __init__(self, folder: Path) -> None:
        from joblib import Memory

        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = folder / ".defiller"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise ValueError(
                f"the cache {folder} cannot be written to ({error.strerror}); name another folder"
            ) from error
        self._memory = Memory(folder, verbose=0)
        self._compute = self._memory.cache(_bare_features, ignore=["documents", "extractor"])

    def features(self, documents: Sequence[Document], extractor: FeatureExtractor) -> Features:
        """The features of documents, computed only where they are not kept."""
        key = content_key(documents, extractor)
        with _quiet():
            bare, signals, buckets, begin = self._compute(key, documents, extractor)
        batch = copy.copy(bare)
        batch.documents, batch.contents = documents, contents_of(documents)
        return batch, signals, buckets, begin

    def tidy(self) -> None:
        """Remove what was used longest ago, where the folder has grown over ``LARGEST`` bytes."""
        self._memory.reduce_size(bytes_limit=LARGEST)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without joblib's log: of an entry that is damaged, and so computed again, it would print a
    traceback and the texts.
    """  # noqa: D205
    log = logging.getLogger("joblib")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def compute_features(documents: Sequence[Document], extractor: FeatureExtractor) -> Features:
    """The features of documents."""
    batch = extractor.batch(documents)
    return batch, extractor.signals(batch), *hashed_ngrams(batch)


def _bare_features(
    key: str,  # noqa: ARG001 - what joblib keeps the result by
    documents: Sequence[Document],
    extractor: FeatureExtractor,
) -> Features:
    """Features without the documents, which whoever asks has and which take long to unpickle."""
    batch, signals, buckets, begin = compute_features(documents, extractor)
    bare = copy.copy(batch)
    bare.documents, bare.contents = (), []
    return bare, signals, buckets, begin


def contents_of(documents: Iterable[Document]) -> list[str]:
    """Contents of all paragraphs, as `Batch` has them."""
    return [paragraph.content for document in documents for paragraph in document.paragraphs]


def content_key(documents: Sequence[Document], extractor: FeatureExtractor) -> str:
    """64 hex digits of all that features depend on."""
    digest = hashlib.sha256(_code().encode())
    digest.update(f"{FEATURE_VERSION} {extractor.language} {extractor.families}\n".encode())
    for document in documents:
        about = [document.title, document.title_is_guess, document.url, document.format]
        paragraphs = [[p.content, p.role, p.level, p.links] for p in document.paragraphs]
        digest.update(json.dumps([*about, paragraphs]).encode() + b"\n")
    return digest.hexdigest()


@cache
def _code() -> str:
    """A hash over the files of ``defiller.features``: its code and its cue lists."""
    digest = hashlib.sha256()
    for name, data in sorted(_files(files("defiller.features"))):
        digest.update(f"{name} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def _files(folder: Traversable, above: str = "") -> Iterable[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = f"{above}/{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(entry, name)
        elif not name.endswith(".pyc"):
            yield name, entry.read_bytes()
