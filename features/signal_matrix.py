"""Articles in, a matrix of signals out; scikit-learn's way in is `defiller.features.extractor`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defiller.features.batch import Batch, Floats
from defiller.features.cues import load_cues
from defiller.features.document import Document
from defiller.features.phrases import PhraseTable
from defiller.features.signals import FAMILIES, Family
from defiller.features.vocabulary import Vocabulary

FEATURE_VERSION = 1
"""Raised with every change that makes a signal mean something else: models refuse another."""


def side_by_side(columns: Sequence[Floats]) -> Floats:
    """Matrices of the same paragraphs as one, float32 (paragraphs, columns).

    They are laid out by column and turned once: writing row by row touches each line of memory
    once a signal.
    """
    return np.ascontiguousarray(np.concatenate([part.T for part in columns]).T)


class SignalMatrix:
    """Computes the signals of batches of documents, without scikit-learn.

    Parameters
    ----------
    language : str
        ISO 639-1 code of the cues.
    families : sequence of str or None
        Names of the families to compute; all by default.
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

    def batch(self, documents: Sequence[Document]) -> Batch:
        """The documents as arrays, tokenised."""
        return Batch(documents, *self._tools())

    def signals(self, batch: Batch) -> Floats:
        """Signals of all paragraphs of a batch, float32 (paragraphs, signals)."""
        if not len(batch):
            return np.zeros((0, sum(len(family.signals) for family in self.chosen)), np.float32)
        return side_by_side(self.parts(batch))

    def parts(self, batch: Batch) -> list[Floats]:
        """The same, a matrix a family."""
        return [family.compute(batch) for family in self.chosen]

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the columns."""
        names = [signal.name for family in self.chosen for signal in family.signals]
        return np.array(names, dtype=object)
