"""What scoring returns: a verdict for every paragraph, and the scored document."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from defiller.features.document import Document, count_words
from defiller.labels.kinds import Kind


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


@dataclass(frozen=True)
class ScoredDocument:
    """A document with one verdict a paragraph, in order.

    ``model`` is the model's name and the first 12 hex digits of its hash, as "name@hash";
    ``threshold`` is the operating point that was used; ``language`` as decided, or None.
    """

    document: Document
    verdicts: tuple[Verdict, ...]
    model: str
    threshold: float
    language: str | None = None
    warnings: tuple[str, ...] = field(default=())

    @cached_property
    def words(self) -> int:
        """Words of all paragraphs."""
        return sum(count_words(p.content) for p in self.document.paragraphs)

    @cached_property
    def words_cut(self) -> int:
        """Words of the paragraphs that go."""
        pairs = zip(self.document.paragraphs, self.verdicts, strict=True)
        return sum(count_words(p.content) for p, v in pairs if v.strip)

    @cached_property
    def padding_share(self) -> float:
        """Share of the words, 0 to 1, that stand in paragraphs judged padding (>= 0.5)."""
        pairs = zip(self.document.paragraphs, self.verdicts, strict=True)
        padding = sum(count_words(p.content) for p, v in pairs if v.padding >= 0.5)
        return padding / self.words if self.words else 0.0
