"""Articles in, a matrix of signals out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from defiller.features.batch import Batch, Floats
from defiller.features.cues import load_cues
from defiller.features.document import Document
from defiller.features.phrases import PhraseTable
from defiller.features.signals import FAMILIES, Family
from defiller.features.vocabulary import Vocabulary

FEATURE_VERSION = 1
"""Raised with every change that makes a signal mean something else: models refuse another."""


@dataclass(frozen=True, slots=True)
class ParagraphRow:
    """One row of scikit-learn's X: a paragraph in its article."""

    document: Document
    index: int


def rows_of(documents: Sequence[Document]) -> list[ParagraphRow]:
    """A row for every paragraph of every document, in order."""
    return [ParagraphRow(d, i) for d in documents for i in range(len(d.paragraphs))]


def side_by_side(columns: Sequence[Floats]) -> Floats:
    """Matrices of the same paragraphs as one, float32 (paragraphs, columns).

    They are laid out by column and turned once: writing row by row touches each line of memory
    once a signal.
    """
    return np.ascontiguousarray(np.concatenate([part.T for part in columns]).T)


class FeatureExtractor(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    r"""Turns paragraphs in their articles into signals.

    Stateless: `fit` learns nothing. A paragraph's signals depend on its whole document, so rows
    of a document are best kept together, as splitting by group does.

    Parameters
    ----------
    language : str
        ISO 639-1 code of the cues.
    families : sequence of str or None
        Names of the families to compute; all by default.

    Examples
    --------
    >>> from defiller.features.reading import read
    >>> rows = rows_of([read("Soup\nAdd salt.\nShare this article!", "text")])
    >>> FeatureExtractor().fit_transform(rows).shape[0]
    3
    """

    def __init__(self, language: str = "en", families: Sequence[str] | None = None) -> None:
        self.language = language
        self.families = families

    def __getstate__(self) -> dict[str, Any]:
        return {"language": self.language, "families": self.families}

    def _tools(self) -> tuple[Vocabulary, PhraseTable]:
        made: dict[str, tuple[Vocabulary, PhraseTable]] = self.__dict__.setdefault("_made", {})
        if self.language not in made:  # nothing is made yet, or set_params changed it
            cues = load_cues(self.language)
            made[self.language] = (Vocabulary(cues), PhraseTable(cues))
        return made[self.language]

    @property
    def chosen(self) -> tuple[Family, ...]:
        """The families that are computed, in the order of their columns.

        Raises
        ------
        ValueError
            For a name that is no family's.
        """
        if self.families is None:
            return FAMILIES
        unknown = set(self.families) - {family.name for family in FAMILIES}
        if unknown:
            known = ", ".join(family.name for family in FAMILIES)
            raise ValueError(f"unknown signal families {sorted(unknown)}; known are {known}")
        return tuple(family for family in FAMILIES if family.name in self.families)

    def fit(self, X: Sequence[ParagraphRow], y: object = None) -> Self:  # noqa: ARG002
        """Nothing to learn; parameters that name nothing are refused.

        Raises
        ------
        ValueError
            For a language without cues and a name that is no family's.
        """
        self._tools()
        self.get_feature_names_out()
        return self

    def batch(self, documents: Sequence[Document]) -> Batch:
        """The documents as arrays, tokenised."""
        return Batch(documents, *self._tools())

    def signals(self, batch: Batch) -> Floats:
        """Signals of all paragraphs of a batch, float32 (paragraphs, signals)."""
        if not len(batch):
            return np.zeros((0, sum(len(family.signals) for family in self.chosen)), np.float32)
        return side_by_side([family.compute(batch) for family in self.chosen])

    def transform(self, X: Sequence[ParagraphRow]) -> NDArray[np.float32]:
        """Signals of rows, float32 (rows, signals); NaN where a format cannot tell.

        Raises
        ------
        TypeError
            For rows that are not of `ParagraphRow`.
        IndexError
            For a row whose document has no such paragraph.
        """
        order: dict[int, int] = {}
        documents: list[Document] = []
        for row in X:
            if not isinstance(row, ParagraphRow):
                raise TypeError(
                    f"X must hold rows of ParagraphRow, as rows_of(documents) makes them, not "
                    f"{type(row).__name__}"
                )
            if not 0 <= row.index < len(row.document.paragraphs):
                raise IndexError(
                    f"a document of {len(row.document.paragraphs)} paragraphs has none of index "
                    f"{row.index}"
                )
            if id(row.document) not in order:
                order[id(row.document)] = len(documents)
                documents.append(row.document)
        batch = self.batch(documents)
        places = [int(batch.begin[order[id(row.document)]]) + row.index for row in X]
        return self.signals(batch)[places]

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the columns."""
        names = [signal.name for family in self.chosen for signal in family.signals]
        return np.array(names, dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's Tags, untyped
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True  # of arrays: X is a sequence of ParagraphRow
        tags.input_tags.two_d_array = False
        return tags
