"""Documents in, verdicts out: one, many, or a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.document import Document, Format
from defiller.features.language import detect_language
from defiller.features.ngrams import NGrams, hashed_ngrams
from defiller.features.reading import read
from defiller.features.signal_matrix import SignalMatrix, side_by_side
from defiller.labels.kinds import PADDING_KINDS, Kind
from defiller.model.blocks import cut_points
from defiller.model.bundle import Bundle, ModelError, load_bundle
from defiller.model.calibration import Doubles
from defiller.model.found import Found, KindsOfBatch
from defiller.model.guard import share_beyond
from defiller.model.kind_words import KIND_COLUMNS, WaitingKindWords, beside
from defiller.model.policy import DEFAULT_MAX_CUT, Policy
from defiller.model.strip import cut, cut_ranges
from defiller.model.verdict import (
    Because,
    Reason,
    ScoredDocument,
    Verdict,
)
from defiller.model.words import surroundings

__all__ = ["ModelError", "Scorer", "load"]

# Documents are scored together up to this many characters: long enough that numpy's and
# LightGBM's costs a call vanish, short enough that a batch's arrays stay in a core's cache
# (signals of a batch of 2,000,000 take 1.25 times as long a paragraph, of 12,000 twice).
BATCH_CHARACTERS = 200_000


class Wishes(TypedDict, total=False):
    """Keywords that say what goes; see `Policy`."""

    drop: str | Sequence[str] | None
    keep: str | Sequence[str] | None
    max_loss: float | None
    threshold: float | None
    max_cut: float
    any_language: bool


def load(path: str | Path | None = None, n_jobs: int = 1) -> Scorer:
    """A scorer with the model of a folder, or with the shipped one.

    Raises
    ------
    ModelError
        For a folder that is no sound model; the sentence says what to do.
    """
    return Scorer(load_bundle(path), n_jobs)


class Scorer:
    """Scores articles with one model.

    Parameters
    ----------
    bundle : Bundle
    n_jobs : int
        Threads of LightGBM; 1 is best beside other workers and for single articles.
    """

    def __init__(self, bundle: Bundle, n_jobs: int = 1) -> None:
        self.bundle = bundle
        self.extractor = SignalMatrix(bundle.language)
        bundle.classifier.n_jobs = n_jobs

    @property
    def model_name(self) -> str:
        """Name and hash of the model, as "name@hash"."""
        return f"{self.bundle.name}@{self.bundle.hash[:12]}"

    @property
    def language(self) -> str:
        """The language that the model knows, as ISO 639-1 code."""
        return self.bundle.language

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Padding kinds that the model tells apart."""
        return tuple(Kind(name) for name in self.bundle.classifier.kinds_)

    # -- asking ---------------------------------------------------------------------------

    def score(
        self,
        text: str,
        format: Format | str = Format.AUTO,  # noqa: A002 - the word that users know
        *,
        name: str | None = None,
        title: str | None = None,
        url: str | None = None,
        reasons: bool = False,
        **wishes: Unpack[Wishes],
    ) -> ScoredDocument:
        """Read and score one article.

        Parameters
        ----------
        text : str
        format : {"auto", "text", "wrapped", "markdown", "html"}
        name : str or None
            File name, which ``auto`` goes by.
        title, url : str or None
            Where the caller knows them.
        reasons : bool
            Explain each verdict, which takes about as long as scoring.
        **wishes
            Keywords of `Policy`: drop, keep, max_loss, threshold, max_cut, any_language.

        Raises
        ------
        ReadingError
            For HTML without an article.
        ValueError
            For wishes out of range or that the model cannot meet.
        """
        document = read(text, format, name=name, title=title, url=url)
        return self.score_documents([document], _policy(wishes), reasons=reasons)[0]

    def score_many(
        self,
        texts: Iterable[str | Document],
        format: Format | str = Format.AUTO,  # noqa: A002 - as in score
        *,
        reasons: bool = False,
        **wishes: Unpack[Wishes],
    ) -> Iterator[ScoredDocument]:
        """Score a stream of articles, in order; only one batch of them is in memory at a time."""
        policy = _policy(wishes)
        waiting: list[Document] = []
        characters = 0
        for text in texts:
            document = text if isinstance(text, Document) else read(text, format)
            waiting.append(document)
            characters += len(document.text)
            if characters >= BATCH_CHARACTERS:
                yield from self.score_documents(waiting, policy, reasons=reasons)
                waiting, characters = [], 0
        yield from self.score_documents(waiting, policy, reasons=reasons)

    def strip(
        self,
        text: str,
        format: Format | str = Format.AUTO,  # noqa: A002 - as in score
        *,
        name: str | None = None,
        title: str | None = None,
        url: str | None = None,
        **wishes: Unpack[Wishes],
    ) -> str:
        """The article without its padding; what is kept is kept byte for byte."""
        scored = self.score(text, format, name=name, title=title, url=url, **wishes)
        ranges = cut_ranges(scored.document, scored.strips.tolist())
        return cut(scored.document.text, ranges)

    def annotate(
        self,
        text: str,
        to: str = "text",
        format: Format | str = Format.AUTO,  # noqa: A002 - as in score
        *,
        name: str | None = None,
        title: str | None = None,
        url: str | None = None,
        reasons: bool = False,
        **wishes: Unpack[Wishes],
    ) -> str:
        """The article with its padding marked; see `defiller.model.annotate`."""
        from defiller.model.annotate import annotate  # scoring alone needs no forms of labels

        scored = self.score(
            text, format, name=name, title=title, url=url, reasons=reasons, **wishes
        )
        return annotate(scored, to, name=name, policy=_policy(wishes))

    def explain(
        self,
        text: str,
        paragraph: int | None = None,
        format: Format | str = Format.AUTO,  # noqa: A002 - as in score
        **wishes: Unpack[Wishes],
    ) -> list[Verdict]:
        """Verdicts with reasons, of all paragraphs or of one (counted from 0).

        Raises
        ------
        IndexError
            For a paragraph that is not there.
        """
        if paragraph is None:
            return list(self.score(text, format, reasons=True, **wishes).verdicts)
        return [self.explain_paragraph(self.score(text, format, **wishes), paragraph)]

    def explain_paragraph(self, scored: ScoredDocument, paragraph: int) -> Verdict:
        """The verdict of one paragraph with its reasons; those of all take far longer.

        Parameters
        ----------
        scored : ScoredDocument
            What this scorer made.
        paragraph : int
            Counted from 0.

        Raises
        ------
        IndexError
            For a paragraph that is not there.
        """
        from defiller.model.explain import explain_rows

        verdict = scored.verdicts[paragraph]
        batch = self.extractor.batch([scored.document])
        row = range(len(batch))[paragraph]
        (reasons,) = explain_rows(self.bundle, batch, self.matrix(batch), [row])
        return replace(verdict, reasons=reasons)

    # -- the work -------------------------------------------------------------------------

    def score_documents(
        self, documents: Sequence[Document], policy: Policy, reasons: bool = False
    ) -> list[ScoredDocument]:
        """Score documents together: one feature matrix, LightGBM called once for all rows."""
        if not documents:
            return []
        threshold = self.threshold(policy)
        batch = self.extractor.batch(documents)
        ngrams = hashed_ngrams(batch)
        matrix = self._columns(batch, ngrams, np.zeros((len(batch), KIND_COLUMNS), np.float32))
        padding = self.bundle.classifier.predict_padding(matrix)
        words = partial(WaitingKindWords, self.bundle.kind_words, ngrams, batch)
        kinds = KindsOfBatch(self.bundle.classifier, matrix, padding, words)
        why = None
        if reasons:
            from defiller.model.explain import explain_rows  # and no sentences

            why = explain_rows(self.bundle, batch, matrix)
        dropped = [column for column, kind in enumerate(PADDING_KINDS) if kind in policy.dropped]
        everything = len(dropped) == len(PADDING_KINDS)
        scored = []
        for number, document in enumerate(documents):
            part = slice(int(batch.begin[number]), int(batch.begin[number] + batch.sizes[number]))
            own = padding[part] if everything else kinds.known()[part][:, dropped].sum(axis=1)
            scored.append(
                self._decide(
                    document,
                    part,
                    padding[part],
                    own,
                    kinds,
                    policy,
                    threshold,
                    why and why[part],
                )
            )
        return scored

    def matrix(self, batch: Batch) -> Floats:
        """All columns that the boosters see, float32 (paragraphs, features)."""
        ngrams = hashed_ngrams(batch)
        return self._columns(batch, ngrams, beside(self.bundle.kind_words.scores(*ngrams), batch))

    def _columns(self, batch: Batch, ngrams: NGrams, kinds: Floats) -> Floats:
        """The same with given columns for the booster for kinds."""
        if not len(batch):
            return np.zeros((0, self.bundle.classifier.n_features_in_), np.float32)
        around = surroundings(self.bundle.words.scores(*ngrams), batch)
        return side_by_side([*self.extractor.parts(batch), around, kinds])

    def threshold(self, policy: Policy) -> float:
        """The threshold that a policy comes to with this model.

        Raises
        ------
        ValueError
            For a ``max_loss`` below what the loss curve supports.
        """
        if policy.threshold is not None:
            return policy.threshold
        assert policy.loss is not None  # a policy without a threshold has a loss
        return self.bundle.curve.threshold_for(policy.loss)

    def _decide(
        self,
        document: Document,
        part: slice,
        padding: Doubles,
        own: Doubles,
        kinds: KindsOfBatch,
        policy: Policy,
        threshold: float,
        reasons: Sequence[tuple[Reason, ...]] | None,
    ) -> ScoredDocument:
        cut_at = cut_points(document.paragraphs, own)
        # With nothing to drop nothing goes, whatever the threshold, 0 included.
        goes = (cut_at >= threshold) & bool(policy.dropped)
        left_whole = None
        warnings = list(document.warnings)
        language = document.language or detect_language(document)
        if language not in (None, self.language) and not policy.any_language:
            warnings.append(
                f"the article seems to be in '{language}', which the model does not know; "
                "nothing is cut without any_language"
            )
            left_whole = Because.LANGUAGE if len(goes) else None
        elif goes.any() and (share := share_beyond(document, goes, policy.max_cut)) is not None:
            warnings.append(
                f"{share:.0%} of the words would go, more than max_cut allows "
                f"({policy.max_cut:.0%}); the article is left whole"
            )
            left_whole = Because.GUARD
        if left_whole is not None:
            goes[:] = False
        found = Found(part, padding, kinds, own, cut_at, goes, left_whole, threshold, reasons)
        return ScoredDocument.of(document, found, self.model_name, language, tuple(warnings))


def _policy(wishes: Wishes) -> Policy:
    names: Any = dict(wishes)
    names.setdefault("max_cut", DEFAULT_MAX_CUT)
    return Policy.from_names(**names)
