"""``defiller train`` on the command line: mistakes in a sentence, and nothing half written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from defiller.model.classifier import fold_of
from defiller.training import run as training_run

CONTRADICTED = "The copper one boils a litre in two minutes and four seconds flat."


def document(name, kinds, group=None, texts=None):
    texts = texts or [f"Line {n} of {name} says something." for n in range(len(kinds))]
    paragraphs = [{"text": t, "kind": k} for t, k in zip(texts, kinds, strict=True)]
    return {"id": name, "source": "t", "group": group or name, "paragraphs": paragraphs}


def jsonl(*documents):
    return "".join(json.dumps(d) + "\n" for d in documents)


def names_in_fold(fold, count):
    """Groups that fall into one fold."""
    names = (f"g{n}" for n in range(10_000))
    return [name for name in names if fold_of(name) == fold][:count]


def spread(count, kinds=("substance", "fluff")):
    """Documents in groups of every fold."""
    return [document(f"d{n}", list(kinds), group=f"g{n}") for n in range(count)]


def studio(quoted):
    """A Label Studio export with one span, which quotes this."""
    value = {"start": 0, "end": 4, "text": quoted, "labels": ["faq"]}
    result = [{"type": "labels", "value": value}]
    task = {"data": {"text": "What is it?", "document": "a"}, "annotations": [{"result": result}]}
    return json.dumps([task])


class Refused(NamedTuple):
    """What stands in the label file, what is asked besides, and the sentence."""

    name: str
    text: str
    options: list
    said: str


class Remarked(NamedTuple):
    """Labels that can be trained on, and what is said of them."""

    documents: list
    said: str


REFUSED = {
    "substance only": Refused(
        "a.jsonl",
        jsonl(*spread(9, ["substance"] * 3)),
        [],
        "training needs both 'substance' and some padding, and the labels have only substance; "
        "label paragraphs of the other too",
    ),
    "padding only, beside a base": Refused(
        "a.jsonl",
        jsonl(*spread(9, ["fluff"] * 3)),
        ["--base", "shipped"],
        "the labels have only padding; label paragraphs of the other too",
    ),
    "ten paragraphs": Refused(
        "a.jsonl",
        jsonl(
            *[document(n, ["substance", "fluff"]) for f in range(5) for n in names_in_fold(f, 1)]
        ),
        [],
        "10 labelled paragraphs are too few: without fold 1 of 5, 8 are left to learn from, and it "
        "takes 200; label more articles, or refine a model with --base",
    ),
    "ten paragraphs beside a base": Refused(
        "a.jsonl",
        jsonl(*spread(5)),
        ["--base", "shipped"],
        "10 labelled paragraphs are too few to refine a model on; it takes 40, and 40 articles "
        "show whether it is better",
    ),
    "few articles beside a base": Refused(
        "a.jsonl",
        jsonl(*spread(19, ["substance", "fluff"] * 3)),
        ["--base", "shipped"],
        "19 labelled articles are too few to tell whether a refined model is better; it takes 20, "
        "so label more, or add them to other labels: --base corpus, or a label file",
    ),
    "one group beside a base": Refused(
        "a.jsonl",
        jsonl(*[{**d, "group": "mine"} for d in spread(20, ["substance", "fluff"] * 3)]),
        ["--base", "shipped"],
        "the labels cannot be split: with 1 group(s) a fold leaves one class or nothing to learn "
        "from; label articles of more publishers, or give 'group' its right values",
    ),
    "one group": Refused(
        "a.jsonl",
        jsonl(document("a", ["substance", "fluff"] * 9)),
        [],
        "the labels cannot be split: with 1 group(s) a fold leaves one class or nothing to learn "
        "from; label articles of more publishers, or give 'group' its right values",
    ),
    "an unknown kind": Refused(
        "a.jsonl",
        jsonl(document("a", ["substance", "advert"])),
        [],
        "a.jsonl, line 1: paragraph 2 of 'a' has an unknown kind 'advert'; the kinds are",
    ),
    "an undeclared kind": Refused(
        "a.jsonl",
        jsonl(document("a", ["substance", "advert"])),
        ["--kinds-map", "kinds.toml"],
        "a.jsonl, line 1: paragraph 2 of 'a' has an undeclared kind 'advert'; say in kinds.toml "
        "which of the project's kinds it is",
    ),
    "a span that does not match its text": Refused(
        "a.json",
        studio("Who "),
        [],
        "span 0-4 quotes 'Who ', but there the text reads 'What'; label the text that was sent "
        "out, unchanged",
    ),
    "a correction of another label": Refused(
        "a.jsonl",
        jsonl(document("a", ["substance", "fluff"])),
        ["--corrections", "corrections.jsonl"],
        "corrections.jsonl, line 1: paragraph 0 of 'a' is 'substance' and not 'faq'; make the "
        "corrections anew for these labels",
    ),
    "two documents of one id": Refused(
        "a.jsonl",
        jsonl(document("a", ["substance"]), document("a", ["fluff"])),
        [],
        "a.jsonl, line 2: document 'a' stands in a.jsonl too; give every document an id of its own",
    ),
    "a weight of nothing": Refused(
        "a.jsonl",
        jsonl(*spread(9)),
        ["--weight", "b=2"],
        "--weight names ['b'], which is none of the label files",
    ),
    "a base that is nothing": Refused(
        "a.jsonl",
        jsonl(*spread(9)),
        ["--base", "nowhere"],
        "--base nowhere is no model folder, label file or folder of label files; 'shipped' names "
        "the shipped model and 'corpus' the written corpus",
    ),
    "a base of nothing": Refused(
        "a.jsonl",
        jsonl(*spread(9)),
        ["--base", "empty"],
        "--base empty is a folder without a model.json and without label files; make some with "
        "'defiller labels join' or name another",
    ),
    "a model and labels as bases": Refused(
        "a.jsonl",
        jsonl(*spread(9)),
        ["--base", "shipped", "--base", "corpus"],
        "--base names the model shipped and something else; a model is refined on LABELS alone, "
        "so leave one of them",
    ),
    "stand-off labels as a base": Refused(
        "a.jsonl",
        jsonl(*spread(9)),
        ["--base", "b.standoff.jsonl"],
        "b.standoff.jsonl: stand-off labels hold no text; join them to their pages: defiller "
        "labels join",
    ),
    "a place that is taken": Refused(
        "a.jsonl",
        jsonl(*spread(9)),
        ["--out", "empty/.."],
        "is there and is no model folder; choose another --out",
    ),
    "a cache that is a file": Refused(
        "a.jsonl",
        jsonl(*spread(30, ["substance", "fluff"] * 10)),
        ["--cache", "a.jsonl"],
        "the cache a.jsonl cannot be written to",
    ),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("b.standoff.jsonl").write_text("{}\n")
    Path("kinds.toml").write_text('promo = "promotion"\n')
    wrong = {"id": "a", "index": 0, "old": "faq", "new": "fluff", "reason": "so"}
    Path("corrections.jsonl").write_text(json.dumps(wrong) + "\n")
    return tmp_path


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_cannot_be_trained_on_is_said_and_nothing_written(defiller, folder, case):
    name, text, options, said = REFUSED[case]
    Path(name).write_text(text, encoding="utf-8")
    before = sorted(folder.rglob("*"))
    out = [] if "--out" in options else ["--out", "model"]
    done = defiller("train", name, *out, *options)
    assert done.code == 2
    assert said in " ".join(done.err.split())
    assert done.err.count("\n") == 1, done.err
    assert "Traceback" not in done.err
    assert sorted(folder.rglob("*")) == before


REMARKED = {
    "contradictory labels": Remarked(
        [
            document("a", ["substance", "fluff"], texts=[CONTRADICTED, "Tea is fine."]),
            document("b", ["fluff", "substance"], texts=[CONTRADICTED, "Pour it."]),
            *spread(20),
        ],
        "the same text has two labels: a.jsonl, line 1 (a) paragraph 1 is substance, a.jsonl, "
        "line 2 (b) paragraph 1 is fluff; settle on one",
    ),
    "a fold without padding": Remarked(
        [
            *[document(n, ["substance"] * 3) for n in names_in_fold(2, 2)],
            *[document(n, ["substance", "fluff"] * 3) for f in (0, 1) for n in names_in_fold(f, 2)],
        ],
        "fold 3 of 5 has no padding in its 2 document(s), so it tells what is lost and not what "
        "is found; label articles of more publishers",
    ),
    "no groups": Remarked(
        [*spread(20), {**document("a", ["substance", "fluff"]), "group": None}],
        "1 without a group: a.jsonl, line 21 (a); name the publisher, blog or writer",
    ),
}


@pytest.mark.parametrize("case", sorted(REMARKED))
def test_what_should_be_known_of_labels_is_said(defiller, folder, quick, monkeypatch, case):
    documents, said = REMARKED[case]
    Path("a.jsonl").write_text(jsonl(*documents), encoding="utf-8")

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(training_run, "train", interrupted)
    done = defiller("train", "a.jsonl", "--out", "model")
    assert f"defiller: {said}" in done.err
