"""``defiller tune``: what it prints, what it writes, and how it ends."""

import json
import re
from pathlib import Path

import pytest

from defiller.__main__ import main
from defiller.labels.corpus import corpus_files, heldout_files
from defiller.model.bundle import PRETRAINED, load_bundle

LABELS = str(heldout_files()[0])


@pytest.fixture
def tune(capfd, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def tune(*arguments):
        capfd.readouterr()
        code = main(["tune", *map(str, arguments)])
        return (code, *capfd.readouterr())

    return tune


def test_a_tuned_model_is_a_model_of_its_own(tune):
    code, out, err = tune("shipped", LABELS, "--out", "mine", "--name", "moss")
    assert code == 0, err
    old, new = load_bundle(), load_bundle("mine")
    assert new.name == "moss"
    assert f"mine: moss@{new.hash[:12]}" in err
    assert "24 documents" in re.sub(r"\s+", " ", out)
    rows = {line.split("│")[1].strip(): line for line in out.splitlines() if "curve" in line}
    assert f"{old.curve.threshold_for(0.01):.4g}" in rows["the old curve"]
    for name in ("padding.txt", "kinds.txt", "words.npy"):
        assert Path("mine", name).read_bytes() == (PRETRAINED / name).read_bytes()
    card = Path("mine", "CARD.md").read_text(encoding="utf-8")
    assert card.startswith("# moss\n")
    assert f"Made by `defiller tune shipped {Path(LABELS).name} --name moss --out mine`." in card
    assert f"### {old.name}" in card
    assert not list(Path().glob(".*"))


def label_file(name, kinds, documents=25):
    records = [
        {
            "id": f"{name}{n}",
            "group": f"g{n}",
            "paragraphs": [{"text": f"Line {n} {i}.", "kind": k} for i, k in enumerate(kinds)],
        }
        for n in range(documents)
    ]
    Path(name).write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")


# name: arguments, what stands on standard error
WRONG = {
    "nothing": ([], "Missing argument"),
    "no labels": (["shipped", "--out", "new"], "Missing argument"),
    "no place": (["shipped", LABELS], "Missing option"),
    "no such model": (["nowhere", LABELS, "--out", "new"], "there is no model folder nowhere"),
    "no such labels": (["shipped", "no.jsonl", "--out", "new"], "no.jsonl: there is no such file"),
    "an empty file": (["shipped", "empty.jsonl", "--out", "new"], "no labelled document"),
    "no padding": (["shipped", "sub.jsonl", "--out", "new"], "the labels have no padding"),
    "all padding": (["shipped", "pad.jsonl", "--out", "new"], "0 labelled paragraphs of substance"),
    "too few": (["shipped", "few.jsonl", "--out", "new"], "3 labelled documents are too few"),
    "little padding": (
        ["shipped", "sub.jsonl", "few.jsonl", "--out", "new"],
        "3 labelled paragraphs of padding are too few to measure a loss curve on; it takes 20",
    ),
    "what it was trained on": (
        ["shipped", corpus_files()[0], "--out", "new"],
        "the model was trained on 24 of these 24 documents",
    ),
    "something in the way": (["shipped", LABELS, "--out", "taken"], "taken is there and is no"),
    "the model itself": (["shipped", LABELS, "--out", PRETRAINED], "is the model itself"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_a_sentence(tune, name):
    Path("empty.jsonl").touch()
    label_file("sub.jsonl", ["substance"] * 5)
    label_file("pad.jsonl", ["faq"] * 5)
    label_file("few.jsonl", ["substance", "faq"], 3)
    Path("taken").mkdir()
    Path("taken", "thesis.tex").write_text("x", encoding="utf-8")
    before = sorted(str(path) for path in Path().rglob("*"))
    arguments, words = WRONG[name]
    code, out, err = tune(*arguments)
    assert (code, out) == (2, "")
    assert words in re.sub(r"[│\s]+", " ", err)
    assert "Traceback" not in err
    assert sorted(str(path) for path in Path().rglob("*")) == before
