"""The worst paragraphs: where a model is surest and wrong, with what stands around them and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defiller.labels.labelled import LabelledDocument
from defiller.labels.standoff import normalised
from defiller.model.bundle import Bundle
from defiller.model.explain import explain_rows
from defiller.model.page.paragraphs import ParagraphShown, paragraph_shown, showable
from defiller.model.policy import Policy
from defiller.model.scorer import Scorer
from defiller.model.verdict import Reason, ScoredDocument
from defiller.training.dataset import Dataset
from defiller.training.evaluate import Evaluation, default_threshold

MOST = 12
"""In each direction: what a reader looks through in one go."""

MOST_A_DOCUMENT = 3
"""One odd document must not fill the list."""

AROUND = 2
"""Paragraphs shown before and after."""

_LONGEST, _LONGEST_AROUND = 1500, 300
"""Characters: a screenful of the paragraph itself, three lines of those around it."""


@dataclass(frozen=True)
class Neighbour:
    """A paragraph before or after, with its label: None for context without one."""

    shown: ParagraphShown
    label: str | None


@dataclass(frozen=True)
class Case:
    """One paragraph that was judged wrongly.

    Attributes
    ----------
    document, source, title : str
    paragraph, paragraphs : int
        Its number in the document from 1, and how many there are.
    label, said : str
        Kinds.
    padding : float
    other_padding : float or None
        What the other model says, where two are compared.
    strip : bool
    text : str
    shown : ParagraphShown
        With its reasons.
    reasons : tuple of Reason
    before, after : tuple of Neighbour
    """

    document: str
    source: str
    title: str
    paragraph: int
    paragraphs: int
    label: str
    said: str
    padding: float
    other_padding: float | None
    strip: bool
    text: str
    shown: ParagraphShown
    reasons: tuple[Reason, ...]
    before: tuple[Neighbour, ...]
    after: tuple[Neighbour, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values; the text in full."""
        names = ("document", "source", "title", "paragraph", "paragraphs", "label", "said")
        found = {name: getattr(self, name) for name in (*names, "padding", "strip", "text")}
        if self.other_padding is not None:
            found["padding_of_other"] = self.other_padding
        found["reasons"] = [asdict(reason) for reason in self.reasons]
        for name in ("before", "after"):
            found[name] = [
                {"text": n.shown.text or " | ".join(n.shown.cells), "label": n.label}
                for n in getattr(self, name)
            ]
        return found


def worst_rows(
    evaluation: Evaluation, dataset: Dataset
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Judged paragraphs whose probability is furthest from the label, worst first.

    Returns
    -------
    substance taken for padding, padding taken for substance : int64
        Places among the judged paragraphs; see `varied`.
    """
    judged = evaluation.judged
    wrong = (judged.padding >= 0.5) != judged.is_padding
    apart = np.abs(judged.padding - judged.is_padding)
    sides = []
    for side in (~judged.is_padding, judged.is_padding):
        rows = np.flatnonzero(wrong & side)
        sides.append(varied(rows[np.argsort(-apart[rows], kind="stable")], evaluation, dataset))
    return sides[0], sides[1]


def varied(
    rows: NDArray[np.int64], evaluation: Evaluation, dataset: Dataset, most: int = MOST
) -> NDArray[np.int64]:
    """The first of some judged paragraphs.

    At most ``MOST_A_DOCUMENT`` are of one document, and a text that stands in several stands
    here once.
    """
    taken: list[int] = []
    documents: Counter[int] = Counter()
    texts: set[str] = set()
    for row in rows.tolist():
        document, place = _where(evaluation, dataset, row)
        text = normalised(dataset.documents[document].paragraphs[place].content)
        if documents[document] < MOST_A_DOCUMENT and text not in texts:
            taken.append(row)
            documents[document] += 1
            texts.add(text)
        if len(taken) == most:
            break
    return np.array(taken, np.int64)


def _where(evaluation: Evaluation, dataset: Dataset, row: int) -> tuple[int, int]:
    """Document of a judged paragraph, and its place there."""
    document = int(evaluation.judged.document[row])
    return document, int(evaluation.rows[row]) - int(dataset.sizes[:document].sum())


def cases_of(
    bundle: Bundle,
    dataset: Dataset,
    evaluation: Evaluation,
    rows: NDArray[np.int64],
    against: Evaluation | None = None,
) -> list[Case]:
    """Judged paragraphs with their neighbours and reasons, in the order given.

    Their documents are scored again, and the reasons computed for these paragraphs only.
    """
    if not len(rows):
        return []
    scorer = Scorer(bundle, bundle.classifier.n_jobs)
    places = [_where(evaluation, dataset, row) for row in rows.tolist()]
    numbers = sorted({document for document, _ in places})
    documents = [dataset.documents[number] for number in numbers]
    policy = Policy() if default_threshold(scorer) is not None else Policy(threshold=1.0)
    scored = scorer.score_documents(documents, policy)
    batch = scorer.extractor.batch(documents)
    in_batch = [int(batch.begin[numbers.index(number)]) + place for number, place in places]
    told = explain_rows(bundle, batch, scorer.matrix(batch), in_batch)
    found = []
    for row, (number, place), reasons in zip(rows.tolist(), places, told, strict=True):
        labelled = dataset.labelled[number]
        article = _Article(labelled, scored[numbers.index(number)], policy)
        verdict = replace(article.scored.verdicts[place], reasons=reasons)
        paragraph = article.scored.document.paragraphs[place]
        found.append(
            Case(
                document=showable(labelled.id),
                source=showable(dataset.collections[number]),
                title=article.title,
                paragraph=place + 1,
                paragraphs=len(labelled.paragraphs),
                label=str(labelled.paragraphs[place].kind),
                said=str(verdict.kind),
                padding=verdict.padding,
                other_padding=None if against is None else float(against.judged.padding[row]),
                strip=bool(evaluation.judged.strip[row]),
                text=showable(paragraph.content),
                shown=clipped(paragraph_shown(paragraph, verdict, policy), _LONGEST),
                reasons=reasons,
                before=article.neighbours(range(place - AROUND, place)),
                after=article.neighbours(range(place + 1, place + 1 + AROUND)),
            )
        )
    return found


@dataclass(frozen=True)
class _Article:
    labelled: LabelledDocument
    scored: ScoredDocument
    policy: Policy

    @property
    def title(self) -> str:
        """The article's own title; a guess is only its first line."""
        document = self.scored.document
        return "" if document.title_is_guess else showable(document.title or "")

    def neighbours(self, places: range) -> tuple[Neighbour, ...]:
        """The paragraphs of those places that there are."""
        found = []
        for place in places:
            if 0 <= place < len(self.labelled.paragraphs):
                paragraph = self.scored.document.paragraphs[place]
                shown = paragraph_shown(paragraph, self.scored.verdicts[place], self.policy)
                kind = self.labelled.paragraphs[place].kind
                label = None if kind is None else kind.value
                found.append(Neighbour(clipped(shown, _LONGEST_AROUND), label))
        return tuple(found)


def clipped(shown: ParagraphShown, most: int) -> ParagraphShown:
    """A paragraph of at most so many characters; a longer table row loses its cells."""
    text = shown.text or " | ".join(shown.cells)
    if len(text) <= most:
        return shown
    return replace(shown, text=text[: most - 1].rstrip() + "…", cells=())
