"""Label Studio: tasks out, with a model's predictions or with labels; annotations back in.

Two layouts. An *article* task shows a whole article, and annotators mark spans of it
(``Labels`` on ``Text``); a *paragraph* task shows one paragraph between its neighbours, and
annotators choose a kind (``Choices``). `label_studio_config` gives the configuration for each.

A task's ``data`` carries, beside the text, its SHA-256, the label record without its
paragraphs, and where the paragraphs stand, so that annotations can be checked against the very
text they were made on when they come back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

from defiller.labels.files import replacing
from defiller.labels.formats.jsonl import record_of
from defiller.labels.formats.label_studio_config import CONTROL, OBJECT
from defiller.labels.kinds import Kind
from defiller.labels.labelled import LabelledDocument, LabelledParagraph, Prediction


class Layout(StrEnum):
    """What one task is."""

    ARTICLES = "articles"
    PARAGRAPHS = "paragraphs"


def write_label_studio(
    path: str | Path, documents: Iterable[LabelledDocument], layout: Layout | str = "articles"
) -> int:
    r"""Write documents as tasks to import in Label Studio; how many documents they were.

    Labels become annotations, predictions become predictions (``score`` is the model's
    confidence in the kind it names, 0 to 1). In article tasks the line endings inside a
    paragraph become ``\n``, since browsers count ``\r\n`` as one. What paragraphs carry in
    `extra` is left out, and so is a document without paragraphs.

    Raises
    ------
    LabelError
        Where the file cannot be written.
    """
    tasks_of = article_task if Layout(layout) is Layout.ARTICLES else paragraph_tasks
    count = 0
    with replacing(path) as out:
        out.write("[")
        before = "\n"
        for document in documents:
            count += 1
            for task in tasks_of(document):
                out.write(before + json.dumps(task, ensure_ascii=False))
                before = ",\n"
        out.write("\n]\n")
    return count


def article_task(document: LabelledDocument) -> list[dict[str, Any]]:
    """The one task of a whole article, its labels and predictions as spans."""
    if not document.paragraphs:
        return []
    texts = [re.sub(r"\r\n?", "\n", p.text) for p in document.paragraphs]
    ends = [0]
    for text in texts:
        ends.append(ends[-1] + len(text) + 1)
    ranges = [(start, end - 1) for start, end in pairwise(ends)]
    whole = "\n".join(texts)

    def spans(pairs: Iterable[tuple[Kind | None, float | None]]) -> list[dict[str, Any]]:
        results = []
        for place, (kind, score) in enumerate(pairs):
            if kind is None:
                continue
            start, end = ranges[place]
            value = {"start": start, "end": end, "text": texts[place], "labels": [kind]}
            results.append(_result("labels", value, f"p{place + 1}", score))
        return results

    task: dict[str, Any] = {
        "data": {
            "text": whole,
            "title": document.title or "",
            "document": document.id,
            "sha256": sha256_of(whole),
            "paragraphs": ranges,
            "record": _bare_record(document),
        }
    }
    labels = spans((p.kind, None) for p in document.paragraphs)
    if labels:
        task["annotations"] = [{"result": labels}]
    guessed = [p.prediction for p in document.paragraphs]
    if any(guess is not None for guess in guessed):
        scores = [_confidence(guess) for guess in guessed if guess is not None]
        results = spans((None, None) if g is None else (g.kind, _confidence(g)) for g in guessed)
        task["predictions"] = [_prediction(document, round(sum(scores) / len(scores), 4), results)]
    return [task]


def paragraph_tasks(document: LabelledDocument) -> list[dict[str, Any]]:
    """One task a paragraph, its label and prediction as a choice."""
    texts = ["", *(p.text for p in document.paragraphs), ""]
    return [
        _paragraph_task(document, paragraph, order, texts)
        for order, paragraph in enumerate(document.paragraphs, 1)
    ]


def sha256_of(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _paragraph_task(
    document: LabelledDocument, paragraph: LabelledParagraph, order: int, texts: list[str]
) -> dict[str, Any]:
    task: dict[str, Any] = {
        "data": {
            "text": paragraph.text,
            "before": texts[order - 1],
            "after": texts[order + 1],
            "title": document.title or "",
            "document": document.id,
            "order": order,
            "of": len(document.paragraphs),
            "sha256": sha256_of(paragraph.text),
            "record": _bare_record(document),
        }
    }
    if paragraph.kind is not None:
        task["annotations"] = [{"result": [_choice(paragraph.kind)]}]
    guess = paragraph.prediction
    if guess is not None:
        score = _confidence(guess)
        task["predictions"] = [_prediction(document, score, [_choice(guess.kind)])]
    return task


def _bare_record(document: LabelledDocument) -> dict[str, Any]:
    record = record_of(document)
    del record["paragraphs"]
    return record


def _prediction(
    document: LabelledDocument, score: float, results: list[dict[str, Any]]
) -> dict[str, Any]:
    return {"model_version": document.model or "defiller", "score": score, "result": results}


def _choice(kind: Kind) -> dict[str, Any]:
    return _result("choices", {"choices": [kind]}, "kind", None)


def _result(tag: str, value: dict[str, Any], identity: str, score: float | None) -> dict[str, Any]:
    result: dict[str, Any] = {
        "id": identity,
        "from_name": CONTROL,
        "to_name": OBJECT,
        "type": tag,
        "value": value,
    }
    if score is not None:
        result["score"] = score
    return result


def _confidence(guess: Prediction) -> float:
    """How sure the model is of the decision between padding and substance, 0 to 1."""
    return round(guess.padding if guess.kind.is_padding else 1 - guess.padding, 4)


def padding_of(kind: Kind, score: float) -> float:
    """The probability of padding behind a prediction's confidence: `_confidence` undone."""
    return round(score if kind.is_padding else 1 - score, 4)
