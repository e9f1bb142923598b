"""What scoring returns: a verdict for every paragraph, and the scored document."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from defiller.features.document import Document, count_words
from defiller.labels.kinds import Kind

if TYPE_CHECKING:
    from defiller.model.found import Found


class Because(StrEnum):
    """What settled the decision to strip or to keep."""

    MODEL = "model"
    """The paragraph's own probability."""
    BLOCK = "block"
    """What goes together: a table's header, a heading, a question and its answer."""
    KEPT_KIND = "kept-kind"
    """It would go, but for a kind that the caller keeps."""
    GUARD = "guard"
    """The cut would take more than ``max_cut`` of the article, so all of it stays."""
    LANGUAGE = "language"
    """The article is in a language that the model does not know."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One family of signals that counted for or against a paragraph.

    ``contribution`` is in log-odds of padding: positive speaks for padding.
    """

    family: str
    contribution: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the model says of one paragraph and what was decided.

    Attributes
    ----------
    start, end : int
        Range in the document's text, in code points.
    text : str
        The paragraph as it stands in the document, markers included.
    padding : float
        Calibrated probability, 0 to 1, that the paragraph is padding.
    kind : Kind
        Substance where padding < 0.5, else the likeliest padding kind.
    kinds : dict of Kind to float
        Probability of each padding kind; they sum to ``padding``.
    strip : bool
        The decision.
    because : Because
    cut_at : float
        The highest threshold at which the paragraph goes, all else as it was asked;
        0 where no threshold takes it.
    reasons : tuple of Reason or None
        None unless asked for.
    """

    start: int
    end: int
    text: str
    padding: float
    kind: Kind
    kinds: dict[Kind, float]
    strip: bool
    because: Because
    cut_at: float
    reasons: tuple[Reason, ...] | None = None


def paragraph_words(document: Document) -> NDArray[np.int64]:
    """Words of each paragraph, int64 (paragraphs,)."""
    return np.array([count_words(p.content) for p in document.paragraphs], np.int64)


@dataclass(frozen=True)
class ScoredDocument:
    """A document with one verdict a paragraph, in order.

    ``model`` is the model's name and the first 12 hex digits of its hash, as "name@hash";
    ``threshold`` is the operating point that was used; ``language`` as decided, or None.

    What scoring returns makes its verdicts when they are first asked for; ``strips``, ``padding``
    and ``cut_at`` are the same as arrays, and all that stripping and counting take.
    """

    document: Document
    verdicts: tuple[Verdict, ...]
    model: str
    threshold: float
    language: str | None = None
    warnings: tuple[str, ...] = field(default=())

    @classmethod
    def of(
        cls,
        document: Document,
        found: Found,
        model: str,
        language: str | None,
        warnings: tuple[str, ...],
    ) -> Self:
        """A document whose verdicts are made when they are first asked for.

        Parameters
        ----------
        document : Document
        found : Found
        model : str
        language : str or None
        warnings : tuple of str
        """
        scored = cls.__new__(cls)
        scored.__dict__.update(
            document=document,
            model=model,
            threshold=found.threshold,
            language=language,
            warnings=warnings,
            padding=found.padding,
            strips=found.strips,
            cut_at=found.cut_at,
            left_whole=found.left_whole,
            _found=found,
        )
        return scored

    if not TYPE_CHECKING:  # the field is there, for whoever asks

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401
            found = self.__dict__.get("_found") if name == "verdicts" else None
            if found is not None:
                self.__dict__["verdicts"] = found.verdicts(self.document)
                self.__dict__.pop("_found", None)  # which keeps what is known of its whole batch
            if name not in self.__dict__:  # another thread may have been first
                raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")
            return self.__dict__[name]

    def __getstate__(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @cached_property
    def padding(self) -> NDArray[np.float64]:
        """Calibrated probability of padding of each paragraph, float64 (paragraphs,)."""
        return np.array([verdict.padding for verdict in self.verdicts], np.float64)

    @cached_property
    def strips(self) -> NDArray[np.bool_]:
        """Which paragraphs go, bool (paragraphs,)."""
        return np.array([verdict.strip for verdict in self.verdicts], np.bool_)

    @cached_property
    def cut_at(self) -> NDArray[np.float64]:
        """The highest threshold at which each paragraph goes, float64 (paragraphs,)."""
        return np.array([verdict.cut_at for verdict in self.verdicts], np.float64)

    @cached_property
    def left_whole(self) -> Because | None:
        """``GUARD`` or ``LANGUAGE`` where one of these keeps the whole document, else None."""
        because = {verdict.because for verdict in self.verdicts}
        return next((one for one in (Because.GUARD, Because.LANGUAGE) if one in because), None)

    @cached_property
    def paragraph_words(self) -> NDArray[np.int64]:
        """Words of each paragraph, int64 (paragraphs,)."""
        return paragraph_words(self.document)

    @cached_property
    def words(self) -> int:
        """Words of all paragraphs."""
        return int(self.paragraph_words.sum())

    @cached_property
    def words_cut(self) -> int:
        """Words of the paragraphs that go."""
        return int(self.paragraph_words[self.strips].sum())

    @cached_property
    def padding_share(self) -> float:
        """Share of the words, 0 to 1, that stand in paragraphs judged padding (>= 0.5)."""
        padding = int(self.paragraph_words[self.padding >= 0.5].sum())
        return padding / self.words if self.words else 0.0
