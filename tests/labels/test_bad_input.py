"""Every mistake in a label file is one sentence: file, line, what is wrong, what to do."""

import gzip
import json

import pytest

from defiller.labels.formats import read_labels
from defiller.labels.labelled import LabelError

GOOD = '{"id": "a", "paragraphs": [{"text": "Boil it.", "kind": "substance"}]}\n'
HEAD = "document,order,text,kind\n"


def record(**fields):
    return json.dumps({"id": "a", "paragraphs": [], **fields}) + "\n"


def paragraph(**fields):
    return record(paragraphs=[{"text": "Boil it.", "kind": "faq", **fields}])


# name: file name, content, line or None, parts of the sentence
CASES = {
    "broken JSON": ("x.jsonl", GOOD + "{\n", 2, ["broken JSON", "one whole record a line"]),
    "JSON nested too deep": ("x.jsonl", "[" * 200_000, 1, ["nested too deep"]),
    "a record that is a list": ("x.jsonl", "[]\n", 1, ["JSON object"]),
    "no id": ("x.jsonl", '{"paragraphs": []}\n', 1, ["'id'"]),
    "an id that is a number": ("x.jsonl", record(id=7), 1, ["'id' must be a text"]),
    "no paragraphs": ("x.jsonl", '{"id": "a"}\n', 1, ["'paragraphs' of 'a'"]),
    "a group that is a number": ("x.jsonl", record(group=7), 1, ["'group' of 'a'", "or null"]),
    "an unknown kind": (
        "x.jsonl",
        GOOD + paragraph(kind="filler"),
        2,
        ["paragraph 1 of 'a'", "unknown kind 'filler'", "evergreen"],
    ),
    "a kind that is a number": ("x.jsonl", paragraph(kind=3), 1, ["'kind' of paragraph 1"]),
    "no kind": (
        "x.jsonl",
        record(paragraphs=[{"text": "x"}]),
        1,
        ["no 'kind'", "write null where it is not labelled"],
    ),
    "a blank text": ("x.jsonl", paragraph(text=" \n"), 1, ["blank", "take it out"]),
    "no text": ("x.jsonl", paragraph(text=None), 1, ["'text' of paragraph 1 of 'a'"]),
    "half a surrogate pair": ("x.jsonl", paragraph(text="\ud83d"), 1, ["surrogate"]),
    "padding beyond 1": (
        "x.jsonl",
        paragraph(prediction={"kind": "faq", "padding": 1.5}),
        1,
        ["'padding'", "from 0 to 1"],
    ),
    "a prediction that is a number": ("x.jsonl", paragraph(prediction=0.5), 1, ["prediction"]),
    "bytes that are not UTF-8": ("x.jsonl", GOOD.encode() + b"\xff\n", 2, ["not UTF-8"]),
    "a column missing": ("x.csv", "document,text,kind\na,b,faq\n", 1, ["'order'"]),
    "an empty CSV": ("x.csv", "", None, ["no heading row", "document,order,text,kind"]),
    "a CSV kind": ("x.csv", HEAD + "a,1,Boil it.,faw\n", 2, ["unknown kind 'faw'"]),
    "a CSV line after a long field": (
        "x.csv",
        HEAD + 'a,1,"Boil\nit.",faq\na,2,x,faw\n',
        4,
        ["unknown kind 'faw'"],
    ),
    "a blank CSV text": ("x.csv", HEAD + "a,1, ,faq\n", 2, ["the text is blank"]),
    "an order that is no number": ("x.csv", HEAD + "a,one,x,faq\n", 2, ["'one'", "count from 1"]),
    "an order twice": ("x.csv", HEAD + "a,1,x,faq\na,1,y,faq\n", 3, ["order 1", "twice"]),
    "a document in two places": (
        "x.csv",
        HEAD + "a,1,x,faq\nb,1,y,faq\na,2,z,faq\n",
        4,
        ["'a' stands in two places", "sort"],
    ),
    "a row too long": ("x.csv", HEAD + "a,1,x, y,faq\n", 2, ["5 fields under 4", "quote"]),
    "an open quote": ("x.csv", HEAD + 'a,1,"x,faq\n', 2, ["no proper CSV"]),
    "two groups of one document": (
        "x.csv",
        "document,order,text,kind,group\na,1,x,faq,g\na,2,y,faq,h\n",
        3,
        ["group is 'h' here and 'g'"],
    ),
    "no document name": ("x.csv", HEAD + ",1,x,faq\n", 2, ["'document'"]),
    "padding without a number": (
        "x.csv",
        "document,order,text,kind,predicted,padding\na,1,x,,faq,much\n",
        2,
        ["much"],
    ),
    "a mark that is none": ("x.marked", "[faq] a\n[link](b)\n", 2, ["no mark", "'\\'"]),
    "a mark of an unknown kind": ("x.marked", "[faw] a\n", 1, ["unknown kind 'faw'", "'\\'"]),
    "a mark beyond 1": ("x.marked", "[faq 7] a\n", 1, ["'7'", "from 0 to 1"]),
    "a number without a kind": ("x.marked", "[? 0.5] a\n", 1, ["'[?]'"]),
    "no space after a mark": ("x.marked", "[faq]a\n", 1, ["no mark"]),
    "a blank paragraph": ("x.marked", "[faq] a\n[faq] \n\n[faq] b\n", 2, ["blank"]),
    "text before the first mark": ("x.marked", "\nBoil it.\n", 2, ["before the first mark"]),
    "a broken header": ("x.marked", '[document {"id": }]\n', 1, ["broken JSON in the header"]),
    "a header's field": ("x.marked", '[document {"id": 1}]\n', 1, ["'id' must be a text"]),
    "broken JSON of Label Studio": ("x.json", "[{]", None, ["broken JSON", "export it again"]),
    "an object for Label Studio": ("x.json", "{}", None, ["not Label Studio's JSON export"]),
    "JSON-MIN": ("x.json", '[{"text": "a", "kind": "faq"}]', None, ["task 1", "JSON-MIN"]),
    "stand-off labels": ("x.standoff.jsonl", "", None, ["defiller labels join"]),
    "a name that tells nothing": ("x.docx", "", None, ["endings are .jsonl, .csv"]),
    "damaged compression": ("x.jsonl.gz", b"\x1f\x8bnonsense", None, ["damaged", "again"]),
    "not compressed at all": ("x.jsonl.gz", GOOD, None, ["damaged", "again"]),
    "cut compression": (
        "x.jsonl.gz",
        gzip.compress(GOOD.encode() * 9)[:-12],
        None,
        ["damaged", "again"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_one_sentence(name, tmp_path):
    file, content, line, parts = CASES[name]
    path = tmp_path / file
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(LabelError) as caught:
        list(read_labels(path))
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.startswith(str(path) + (":" if line is None else f", line {line}:"))
    assert [part for part in parts if part not in sentence] == []
    assert (caught.value.path, caught.value.line) == (path, line)


@pytest.mark.parametrize("file", ["no.jsonl", "no.csv", "no.json", "no.marked"])
def test_a_missing_file(file, tmp_path):
    with pytest.raises(LabelError, match="there is no such file"):
        list(read_labels(tmp_path / file))


def test_a_folder(tmp_path):
    with pytest.raises(LabelError, match="this is a folder; name the label files in it"):
        list(read_labels(tmp_path, form="jsonl"))


# Files in which one record is bad, and the ids of the others.
MENDABLE = {
    "x.jsonl": (GOOD + "{\n" + GOOD.replace('"a"', '"b"'), ["a", "b"]),
    "x.csv": (HEAD + "a,1,x,faq\nc,1,x,faw\nb,1,y,faq\n", ["a", "b"]),
    "x.marked": (
        (
            '[document {"id": "a"}]\n[faq] x\n[document {"id": "c"}]\n[faw] x\n[faq] y\n'
            '[document {"id": "b"}]\n[faq] z\n'
        ),
        ["a", "b"],
    ),
    "x.json": (
        json.dumps(
            [
                {"data": {"text": "One.", "document": "a"}},
                {"data": {"text": "Two.", "document": "c", "sha256": "0"}},
                {"data": {"text": "Three.", "document": "b"}},
            ]
        ),
        ["a", "b"],
    ),
}


@pytest.mark.parametrize("file", MENDABLE)
def test_bad_records_can_be_collected_and_the_others_read(file, tmp_path):
    content, ids = MENDABLE[file]
    (tmp_path / file).write_text(content, encoding="utf-8")
    errors = []
    read = list(read_labels(tmp_path / file, errors.append))
    assert [document.id for document in read] == ids
    assert len(errors) == 1
