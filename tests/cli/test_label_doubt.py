"""``defiller labels doubt``: what it lists and writes, and how it ends."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from defiller.labels.corpus import corpus_files
from defiller.labels.formats import read_labels
from defiller.labels.kinds import KINDS, Kind
from defiller.labels.overlay import read_overlay

GOOD = {"id": "a", "group": "g", "paragraphs": [{"text": "One.", "kind": "substance"}]}


@pytest.fixture
def doubt(defiller):
    return lambda *arguments, **more: defiller("labels", "doubt", *arguments, **more)


def label_file(name, *kinds, groups=1):
    records = [
        {
            "id": f"{name}{n}",
            "group": f"g{n}",
            "paragraphs": [{"text": f"Line {n} {i}.", "kind": k} for i, k in enumerate(kinds)],
        }
        for n in range(groups)
    ]
    Path(name).write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return name


WRONG = {
    "no labels": ([], "Missing argument"),
    "no such file": (["no.jsonl"], "no.jsonl: there is no such file"),
    "an empty file": (["empty.jsonl"], "there is no labelled document"),
    "broken JSON": (["broken.jsonl"], "broken.jsonl, line 1: broken JSON"),
    "one class": (["one.jsonl"], "both 'substance' and some padding"),
    "one group": (["group.jsonl"], "cannot be split: with 1 group"),
    "few paragraphs": (["few.jsonl"], "labelled paragraphs are too few"),
    "few documents": (["few.jsonl", "--base", "shipped"], "12 labelled articles are too few"),
    "no such base": (["few.jsonl", "--base", "no"], "--base no is no model folder"),
    "a base that has seen them": (
        [str(corpus_files()[0]), "--base", "shipped"],
        "the base model was trained on 24 of these 24 documents",
    ),
    "an unknown kind": (["kind.jsonl"], "unknown kind 'fqa'"),
    "text without a file": (["group.jsonl", "--with-text"], "--with-text is for the file"),
    "labels as the output": (["group.jsonl", "-o", "group.jsonl"], "would overwrite the labels"),
    "a limit of nothing": (["group.jsonl", "--limit", "0"], "greater than or equal to 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_a_sentence(doubt, name):
    pytest.importorskip("cleanlab", reason="labels doubt takes the extra 'doubt'")
    Path("empty.jsonl").touch()
    Path("broken.jsonl").write_text("{oops\n", encoding="utf-8")
    label_file("one.jsonl", "substance", "substance", groups=6)
    label_file("group.jsonl", "substance", "faq")
    label_file("kind.jsonl", "substance", "fqa")
    label_file("few.jsonl", *["substance", "faq"] * 4, groups=12)
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    arguments, words = WRONG[name]
    done = doubt(*arguments)
    assert (done.code, done.out) == (2, b"")
    assert words in re.sub(r"[│\s]+", " ", done.err)
    assert "Traceback" not in done.err
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before


def test_without_the_extra_one_sentence_names_it(doubt, monkeypatch):
    label_file("l.jsonl", "substance", "faq")
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "defiller.doubting.find_spec", lambda name: None if name == "cleanlab" else find_spec(name)
    )
    done = doubt("l.jsonl")
    assert done.code == 2
    assert done.err == (
        "defiller: labels doubt takes the package cleanlab; install it with "
        "pip install 'defiller[doubt]'\n"
    )


@pytest.fixture
def contradicting(monkeypatch):
    """Folds' models that know every label but the first forty of substance, which they call FAQ."""
    pytest.importorskip("cleanlab", reason="labels doubt takes the extra 'doubt'")
    import numpy as np

    from defiller.training import doubt as module
    from defiller.training.crossfit import OutOfFold

    def predicted(prepared, *_, **__):
        kinds = np.full((len(prepared.kinds), len(KINDS)), 0.001)
        said = prepared.kinds.copy()
        said[np.flatnonzero(said == 0)[:60]] = KINDS.index(Kind.FAQ)
        kinds[np.arange(len(said)), said] = 1 - 0.001 * (len(KINDS) - 1)
        return OutOfFold(1 - kinds[:, 0], kinds, {})

    monkeypatch.setattr(module, "prepare", lambda dataset, _: dataset)
    monkeypatch.setattr(module, "cross_validate", predicted)


def test_the_likeliest_are_listed_and_all_are_written(doubt, contradicting):
    labels = str(corpus_files()[0])
    done = doubt(labels, corpus_files()[1], "--out", "c.jsonl")
    assert done.code == 0, done.err
    rows = [line.split("\t") for line in done.out.decode().splitlines()]
    assert len(rows) == 50
    assert {tuple(row[2:4]) for row in rows} == {("substance", "faq")}
    assert "defiller: 60 of " in done.err
    assert "c.jsonl: 60 corrections; delete those that are wrong" in done.err
    overlay = read_overlay("c.jsonl")
    assert len(overlay) == 60
    for document in [d for path in corpus_files()[:2] for d in read_labels(path)]:
        overlay.correct(document)
    overlay.require_all_met()
    text = {d.id: d.paragraphs for d in read_labels(labels)}
    assert all(row[6] == text[row[0]][int(row[1])].text for row in rows)


def test_a_limit_counts_for_the_list_and_the_file(doubt, contradicting):
    files = [str(path) for path in corpus_files()[:2]]
    done = doubt(*files, "--limit", "3", "--out", "c.jsonl", "--with-text")
    assert done.code == 0
    lines = [json.loads(line) for line in Path("c.jsonl").read_text().splitlines()]
    assert len(done.out.splitlines()) == len(lines) == 3
    assert set(lines[0]) == {"id", "index", "old", "new", "reason", "text"}


def test_files_that_only_train_are_not_doubted(doubt, contradicting):
    first, second = map(str, corpus_files()[:2])
    done = doubt(second, "--only-train", first, "--out", "c.jsonl")
    assert done.code == 0
    names = {json.loads(line)["id"] for line in Path("c.jsonl").read_text().splitlines()}
    assert not names & {document.id for document in read_labels(first)}


def test_the_commands_load_nothing_heavy():
    code = (
        "import sys, defiller.cli.labels, defiller.cli.tune\n"
        "heavy = ('lightgbm', 'sklearn', 'trafilatura', 'numpy', 'cleanlab', 'pandas')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
