"""Label Studio: what goes out, what comes back, and what is refused on the way."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import defiller.labels
from defiller.labels.formats import read_labels, write_labels
from defiller.labels.formats.label_studio import article_task, paragraph_tasks
from defiller.labels.formats.label_studio_config import KEYS, articles_config, paragraphs_config
from defiller.labels.kinds import KINDS, Kind
from defiller.labels.labelled import (
    LabelError,
    LabelledDocument,
    LabelledParagraph,
    Prediction,
)

TEXTS = ("🍲 Five kettles 🔥", "The copper one boils a litre in two minutes.", "Share this! 🙏")
LABELS = (Kind.SUBSTANCE, Kind.SUBSTANCE, Kind.PROMOTION)


def document(kinds=(None, None, None), predictions=(None, None, None), **fields):
    paragraphs = map(LabelledParagraph, TEXTS, kinds, predictions)
    return LabelledDocument("a", "s", None, None, "g", tuple(paragraphs), **fields)


def span(start, end, kind, quoted):
    value = {"start": start, "end": end, "labels": [kind]}
    if quoted is not None:
        value["text"] = quoted
    return {"from_name": "kind", "to_name": "text", "type": "labels", "value": value}


def annotated(*results, **task):
    """An article task as it went out, with those annotations."""
    (sent,) = article_task(document())
    return {"id": 12, **sent, "annotations": [{"result": list(r)} for r in results], **task}


def read(tmp_path, tasks, **options):
    path = tmp_path / "x.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return list(read_labels(path, **options))


def kinds_of(documents):
    return [[p.kind for p in document.paragraphs] for document in documents]


TEXT = "\n".join(TEXTS)
LAST = TEXT.index("Share")
UNITS = len(TEXT[:LAST].encode("utf-16-le")) // 2
# name: span, the kinds of the three paragraphs
SPANS = {
    "a whole paragraph": (span(LAST, LAST + 13, "promotion", TEXTS[2]), Kind.PROMOTION),
    "offsets in UTF-16 units": (span(UNITS, UNITS + 14, "promotion", TEXTS[2]), Kind.PROMOTION),
    "line ends folded in the quotation": (
        span(LAST - 6, LAST + 13, "promotion", "utes.\\n" + TEXTS[2]),
        Kind.PROMOTION,
    ),
    "less than half a paragraph": (span(LAST, LAST + 5, "promotion", "Share"), None),
    "more than half a paragraph": (
        span(LAST, LAST + 10, "promotion", "Share this"),
        Kind.PROMOTION,
    ),
}


@pytest.mark.parametrize("name", SPANS)
def test_a_span_marks_the_paragraph_that_it_covers(name, tmp_path):
    result, kind = SPANS[name]
    assert kinds_of(read(tmp_path, [annotated([result])])) == [[None, None, kind]]


def test_paragraphs_left_unmarked_may_be_substance(tmp_path):
    tasks = [annotated([span(LAST, LAST + 13, "promotion", TEXTS[2])]), annotated(id=13)]
    tasks[1]["data"]["record"] = {"id": "b"}
    read_back = read(tmp_path, tasks, unmarked=Kind.SUBSTANCE)
    assert kinds_of(read_back) == [list(LABELS), [None, None, None]]


GOOD = span(LAST, LAST + 13, "promotion", TEXTS[2])
OTHER = span(LAST, LAST + 13, "related", TEXTS[2])


def changed_text():
    task = annotated([GOOD])
    task["data"]["text"] = task["data"]["text"].replace("copper", "steel")
    return [task]


def part_of_paragraphs(places):
    tasks = paragraph_tasks(document(LABELS))
    return [tasks[place] for place in places]


def disagreeing_choices():
    tasks = paragraph_tasks(document(LABELS))
    tasks[1]["annotations"].append(
        {"result": paragraph_tasks(document(LABELS))[2]["annotations"][0]["result"]}
    )
    return tasks


REFUSED = {
    "a span that quotes another text": (
        [annotated([span(LAST, LAST + 13, "promotion", "Share that! 🙏")])],
        ["task 12", "quotes 'Share that! 🙏'", "the text reads 'Share this! 🙏'"],
    ),
    "a span past the end": (
        [annotated([span(LAST, 900, "promotion", TEXTS[2])])],
        [f"span {LAST}-900 quotes"],
    ),
    "a span that quotes nothing, after an emoji": (
        [annotated([span(LAST, LAST + 13, "promotion", None)])],
        ["quotes no text", "emoji", "export the project as JSON"],
    ),
    "a span turned round": ([annotated([span(9, 3, "faq", "x")])], ["span 9-3", "mark it anew"]),
    "a span without offsets": (
        [annotated([{"type": "labels", "value": {"labels": ["faq"]}}])],
        ["no start and end"],
    ),
    "a span of two kinds": (
        [annotated([{"type": "labels", "value": {"labels": ["faq", "recap"]}}])],
        ["['faq', 'recap']", "one kind"],
    ),
    "an unknown kind": ([annotated([span(0, 1, "Filler", "🍲")])], ["unknown kind 'Filler'"]),
    "two kinds on one paragraph": (
        [annotated([GOOD, OTHER])],
        ["paragraph 3 is marked promotion and related", "leave one"],
    ),
    "a text that was changed": (changed_text(), ["SHA-256", "restore it"]),
    "annotators who disagree": (
        [annotated([GOOD], [OTHER])],
        ["disagree on paragraph 3 of 'a'", "promotion, related", "ground truth"],
    ),
    "annotators who disagree on a choice": (
        disagreeing_choices(),
        ["disagree on paragraph 2 of 'a'", "promotion, substance"],
    ),
    "a paragraph that was not exported": (
        part_of_paragraphs([0, 2]),
        ["paragraph 2 of 'a' is missing (2 of 3 are here)", "download_all_tasks=true"],
    ),
    "a paragraph twice": (part_of_paragraphs([0, 1, 2, 2]), ["stands twice"]),
    "an annotation that is no list": (
        [{**annotated(), "annotations": [{"result": 7}]}],
        ["no list of values"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused(name, tmp_path):
    tasks, parts = REFUSED[name]
    with pytest.raises(LabelError) as caught:
        read(tmp_path, tasks)
    sentence = str(caught.value)
    assert sentence.startswith(f"{tmp_path / 'x.json'}: task ")
    assert [part for part in parts if part not in sentence] == []


def test_ground_truth_outranks_and_cancelled_annotations_do_not_count(tmp_path):
    settled = annotated([GOOD], [OTHER], [OTHER])
    settled["annotations"][0]["ground_truth"] = True
    cancelled = annotated([GOOD], [OTHER])
    cancelled["annotations"][1]["was_cancelled"] = True
    cancelled["data"]["record"] = {"id": "b"}
    assert kinds_of(read(tmp_path, [settled, cancelled])) == [[None, None, Kind.PROMOTION]] * 2


def test_paragraph_tasks_may_come_back_in_any_order(tmp_path):
    tasks = part_of_paragraphs([2, 0, 1])
    assert kinds_of(read(tmp_path, tasks)) == [list(LABELS)]


def test_predictions_that_come_back_as_numbers_are_left_out(tmp_path):
    # Label Studio's own export gives the ids of predictions and nothing else.
    guesses = tuple(Prediction(kind, 0.5) for kind in LABELS)
    (task,) = article_task(document(LABELS, guesses))
    task["predictions"] = [4]
    assert read(tmp_path, [task]) == [document(LABELS)]


def test_a_task_of_somebody_elses_project(tmp_path):
    text = "Five kettles\n\nShare this!\n"
    task = {
        "id": 3,
        "data": {"text": text, "title": "Kettles"},
        "annotations": [{"result": [span(14, 25, "promotion", "Share this!")]}],
    }
    (found,) = read(tmp_path, [task])
    assert (found.id, found.title) == ("x-3", "Kettles")
    assert [(p.text, p.kind) for p in found.paragraphs] == [
        ("Five kettles", None),
        ("Share this!", Kind.PROMOTION),
    ]


def test_the_tasks_that_pre_label():
    guesses = (Prediction(Kind.SUBSTANCE, 0.1), None, Prediction(Kind.PROMOTION, 0.7))
    (task,) = article_task(document(predictions=guesses, model="m@1", title="Kettles"))
    assert "annotations" not in task
    (prediction,) = task["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("m@1", 0.8)
    found = [
        (task["data"]["text"][r["value"]["start"] : r["value"]["end"]], r["value"]["labels"])
        for r in prediction["result"]
    ]
    assert found == [(TEXTS[0], ["substance"]), (TEXTS[2], ["promotion"])]
    tasks = paragraph_tasks(document(predictions=guesses, model="m@1", title="Kettles"))
    assert [t["data"]["before"] for t in tasks] == ["", *TEXTS[:2]]
    assert [t["data"]["after"] for t in tasks] == [*TEXTS[1:], ""]
    assert [t.get("predictions", [{}])[0].get("score") for t in tasks] == [0.9, None, 0.7]
    assert tasks[2]["predictions"][0]["result"][0]["value"] == {"choices": ["promotion"]}


@pytest.mark.parametrize(
    ("config", "control", "item", "tasks_of"),
    [
        (articles_config, "Labels", "Label", article_task),
        (paragraphs_config, "Choices", "Choice", paragraph_tasks),
    ],
)
def test_the_configuration_fits_the_tasks(config, control, item, tasks_of):
    root = ElementTree.fromstring(config())
    names = {element.get("name") for element in root.iter() if element.get("name")}
    tag = root.find(control)
    assert [choice.get("value") for choice in tag.findall(item)] == [str(kind) for kind in KINDS]
    hotkeys = [choice.get("hotkey") for choice in tag.findall(item)]
    assert len(set(hotkeys)) == len(KINDS)
    (first, *_) = tasks_of(document(LABELS))
    variables = set(re.findall(r'value="\$(\w+)"', config()))
    assert variables <= set(first["data"])
    (result, *_) = first["annotations"][0]["result"]
    assert (result["from_name"], result["to_name"]) == (tag.get("name"), tag.get("toName"))
    assert {result["from_name"], result["to_name"]} <= names
    assert result["type"] == control.lower()


def test_the_keys_are_the_codes_of_the_guidelines():
    guidelines = Path(defiller.labels.__file__).with_name("GUIDELINES.md")
    rows = re.findall(
        r"^\| (\w) \| `(\w+)` \|", guidelines.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {Kind(kind): code.lower() for code, kind in rows} == KEYS


def test_written_files_are_one_list_of_tasks(tmp_path):
    write_labels(tmp_path / "x.json", [document(LABELS), document()])
    assert len(json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))) == 2
    write_labels(tmp_path / "x.json", [])
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == []
