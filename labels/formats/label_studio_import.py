"""Label Studio's JSON export, read back: every offset and hash checked against the text.

Tasks that this project wrote come back as the documents they were made of. A task of somebody
else's project, with ``data.text`` and spans under the same configuration, is read too: its
paragraphs are the lines of its text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from defiller.labels.files import read_bytes
from defiller.labels.formats.jsonl import OnError, checked_text, document_of
from defiller.labels.formats.label_studio import padding_of, sha256_of
from defiller.labels.formats.spans import covering_kinds, ranges_of, spans_of
from defiller.labels.kinds import Kind
from defiller.labels.labelled import (
    LabelError,
    LabelledDocument,
    LabelledParagraph,
    Prediction,
    kind_named,
    source_of,
)

_NOT_AN_EXPORT = "not Label Studio's JSON export; export the project as JSON (not JSON-MIN)"


def read_label_studio(
    path: str | Path, on_error: OnError | None = None, *, unmarked: Kind | None = None
) -> Iterator[LabelledDocument]:
    """The documents of an export, or of tasks that `write_label_studio` wrote.

    The file is read whole: what people annotate by hand is small. Of a task's annotations,
    cancelled ones do not count, and one marked as ground truth outranks the rest; where those
    that count disagree, that is an error. A paragraph takes the kind of the spans that cover
    more than half of it.

    Parameters
    ----------
    path : str or Path
    on_error : callable, optional
        Called with the error of each bad document, which is then skipped, in place of raising.
    unmarked : Kind, optional
        The kind of paragraphs that an annotator of a whole article left without a span; give
        ``Kind.SUBSTANCE`` where only padding was to be marked. They stay unlabelled without it.

    Raises
    ------
    LabelError
        One sentence with file, task and cure: for a text that is not the one that was sent
        out, a span that does not match its text, an unknown kind, annotators who disagree,
        paragraph tasks that are missing; and, with or without `on_error`, for another file.
    """
    path = Path(path)
    for part in _documents(_tasks(path)):
        try:
            if "order" in part[0]["data"]:
                yield _from_paragraphs(part, source_of(path))
            else:
                yield _from_article(part[0], source_of(path), unmarked)
        except ValueError as error:
            located = LabelError(f"task {part[0].get('id', part[0]['place'])}: {error}", path)
            if on_error is None:
                raise located from None
            on_error(located)


def _tasks(path: Path) -> list[dict[str, Any]]:
    try:
        tasks = json.loads(read_bytes(path).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise LabelError("not UTF-8; export it again", path) from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise LabelError(f"broken JSON ({error}); export it again", path) from None
    if not isinstance(tasks, list):
        raise LabelError(_NOT_AN_EXPORT, path)
    for place, task in enumerate(tasks, 1):
        data = task.get("data") if isinstance(task, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("text"), str):
            raise LabelError(f"task {place} has no data with a text: {_NOT_AN_EXPORT}", path)
        task["place"] = place
    return tasks


def _documents(tasks: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The tasks of each document, documents in order of their first task."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for task in tasks:
        data = task["data"]
        name = f"document {data.get('document')}" if "order" in data else f"task {task['place']}"
        parts.setdefault(name, []).append(task)
    return list(parts.values())


# Paragraph tasks


def _from_paragraphs(tasks: list[dict[str, Any]], source: str) -> LabelledDocument:
    bare = _bare(tasks[0], source)
    if not all(type(task["data"]["order"]) is int for task in tasks):
        raise ValueError("'order' must be a whole number; import the tasks as they were written")
    of = tasks[0]["data"].get("of")
    by_order = {task["data"]["order"]: task for task in tasks}
    missing = sorted(set(range(1, of + 1)) - set(by_order)) if isinstance(of, int) else []
    if missing:
        raise ValueError(
            f"paragraph {missing[0]} of {bare.id!r} is missing ({len(by_order)} of {of} are "
            "here); export all tasks, those without annotations too (download_all_tasks=true)"
        )
    if len(by_order) < len(tasks):
        raise ValueError(f"a paragraph of {bare.id!r} stands twice; export the project anew")
    paragraphs = []
    for order in sorted(by_order):
        task = by_order[order]
        text = checked_text(_checked(task), f"paragraph {order} of {bare.id!r}")
        kinds = {_chosen(results) for results in _annotations(task)}
        if len(kinds) > 1:
            raise ValueError(_disagreement(f"paragraph {order} of {bare.id!r}", kinds))
        paragraphs.append(
            LabelledParagraph(text, next(iter(kinds), None), _guess_of_choice(_guess(task)))
        )
    return replace(bare, paragraphs=tuple(paragraphs))


def _chosen(results: list[dict[str, Any]]) -> Kind | None:
    choices = [r["value"].get("choices") for r in results if r.get("type") == "choices"]
    if not choices:
        return None
    if len(choices) > 1 or not isinstance(choices[0], list) or len(choices[0]) != 1:
        raise ValueError(f"{choices} is not one kind; choose one")
    return kind_named(str(choices[0][0]))


def _guess_of_choice(prediction: dict[str, Any] | None) -> Prediction | None:
    kind = None if prediction is None else _chosen(_results(prediction))
    if prediction is None or kind is None:
        return None
    return _scored(kind, prediction.get("score"))


# Article tasks


def _from_article(task: dict[str, Any], source: str, unmarked: Kind | None) -> LabelledDocument:
    bare = _bare(task, source)
    text = _checked(task)
    ranges = ranges_of(task["data"].get("paragraphs"), text)
    answers = {
        tuple(kind or unmarked for kind in covering_kinds(spans_of(results, text), ranges))
        for results in _annotations(task)
    }
    if len(answers) > 1:
        place = next(i for i, kinds in enumerate(zip(*answers, strict=True)) if len(set(kinds)) > 1)
        kinds = {answer[place] for answer in answers}
        raise ValueError(_disagreement(f"paragraph {place + 1} of {bare.id!r}", kinds))
    labels = next(iter(answers), (None,) * len(ranges))
    guesses: list[Prediction | None] = [None] * len(ranges)
    prediction = _guess(task)
    if prediction is not None:
        spans = spans_of(_results(prediction), text, prediction.get("score"))
        for place, kind in enumerate(covering_kinds(spans, ranges)):
            if kind is not None:
                start, end = ranges[place]
                score = next(
                    s.score for s in spans if s.kind is kind and s.start < end and s.end > start
                )
                guesses[place] = _scored(kind, score)
    paragraphs = tuple(
        LabelledParagraph(checked_text(text[start:end], f"paragraph {place}"), kind, guess)
        for place, ((start, end), kind, guess) in enumerate(
            zip(ranges, labels, guesses, strict=True), 1
        )
    )
    return replace(bare, paragraphs=paragraphs)


# Both


def _bare(task: dict[str, Any], source: str) -> LabelledDocument:
    """The task's document without its paragraphs."""
    data = task["data"]
    record = data.get("record")
    if not isinstance(record, dict):
        identity = data.get("document", f"{source}-{task.get('id', task['place'])}")
        record = {"id": identity, "title": data.get("title") or None}
    return document_of({**record, "paragraphs": []}, source)


def _checked(task: dict[str, Any]) -> str:
    """The task's text, where it is still the one that was sent out."""
    text: str = task["data"]["text"]
    sent = task["data"].get("sha256")
    if sent is not None and sent != sha256_of(text):
        raise ValueError("its text is not the one that was sent out (SHA-256); restore it")
    return text


def _annotations(task: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The results of each annotation that counts."""
    counting = [
        annotation
        for annotation in task.get("annotations") or ()
        if isinstance(annotation, dict) and not annotation.get("was_cancelled")
    ]
    settled = [annotation for annotation in counting if annotation.get("ground_truth")]
    return [_results(annotation) for annotation in settled or counting]


def _guess(task: dict[str, Any]) -> dict[str, Any] | None:
    """The last prediction; some exports give nothing but numbers, which say nothing."""
    found = [p for p in task.get("predictions") or () if isinstance(p, dict) and "result" in p]
    return found[-1] if found else None


def _results(given: dict[str, Any]) -> list[dict[str, Any]]:
    results = given.get("result")
    if not isinstance(results, list) or not all(
        isinstance(r, dict) and isinstance(r.get("value"), dict) for r in results
    ):
        raise ValueError("an annotation's result is no list of values; export it again")
    return results


def _scored(kind: Kind, score: object) -> Prediction | None:
    """None where the prediction says no probability: then there is nothing to carry on."""
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        return None
    return Prediction(kind, padding_of(kind, score))


def _disagreement(where: str, kinds: set[Kind | None]) -> str:
    names = ", ".join(sorted(kind or "no label" for kind in kinds))
    return f"annotators disagree on {where}: {names}; set one annotation as ground truth"
