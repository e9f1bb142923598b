"""Articles in, a matrix of signals out: scikit-learn's way in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from defiller.features.document import Document
from defiller.features.signal_matrix import SignalMatrix


@dataclass(frozen=True, slots=True)
class ParagraphRow:
    """One row of scikit-learn's X: a paragraph in its article."""

    document: Document
    index: int


def rows_of(documents: Sequence[Document]) -> list[ParagraphRow]:
    """A row for every paragraph of every document, in order."""
    return [ParagraphRow(d, i) for d in documents for i in range(len(d.paragraphs))]


class FeatureExtractor(TransformerMixin, SignalMatrix, BaseEstimator):  # type: ignore[misc]
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

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's Tags, untyped
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True  # of arrays: X is a sequence of ParagraphRow
        tags.input_tags.two_d_array = False
        return tags
