"""The afternoon of labels/README.md: every command in it, in order, on a folder of articles.

What is done by hand there is done here by looking the right labels up.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

import defiller.labels
from defiller.labels.corpus import corpus_files, heldout_files
from defiller.labels.formats import read_labels, write_labels
from defiller.labels.standoff import normalised
from defiller.model.bundle import load_bundle

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="the commands are those of a POSIX shell"),
]

README = Path(defiller.labels.__file__).with_name("README.md").read_text(encoding="utf-8")
# Sites 1 to 3 are set aside there. The shipped model has seen neither the writer whose articles
# they hold here, nor learns from them in the afternoon.
JUDGES, SITES = 3, 12
PER_SITE = 7


def steps():
    """The commands of the section, a block at a time, and its heading's promises."""
    section = re.search(r"^## An afternoon\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert section, "labels/README.md has no section 'An afternoon'"
    return re.findall(r"^```bash\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)


@pytest.fixture
def articles(tmp_path):
    """A folder for each of some sites with articles as text; and what their lines are."""
    judges, others = (
        [document for path in paths for document in read_labels(path)][: sites * PER_SITE]
        for paths, sites in ((heldout_files(), JUDGES), (corpus_files(), SITES - JUDGES))
    )
    truth = {}
    for number, document in enumerate([*judges, *others]):
        folder = tmp_path / "articles" / f"site-{number // PER_SITE + 1:02}"
        folder.mkdir(parents=True, exist_ok=True)
        lines = [normalised(paragraph.text) for paragraph in document.paragraphs]
        (folder / f"{document.id}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        kinds = (paragraph.kind for paragraph in document.paragraphs)
        truth |= {(document.id, line): kind for line, kind in zip(lines, kinds, strict=True)}
    return truth


def corrected(path, truth):
    """The documents of a file that went out for annotation, with the right labels."""
    for document in read_labels(path, predictions=True):
        paragraphs = [
            replace(p, kind=kind_of(document.id, p.text, truth), prediction=None)
            for p in document.paragraphs
        ]
        yield replace(document, paragraphs=tuple(paragraphs))


def kind_of(identity, text, truth):
    return truth[Path(identity).stem, normalised(text)]


def annotated(path, truth):
    """The export of Label Studio where annotators marked what is padding, and nothing else."""
    tasks = json.loads(path.read_text(encoding="utf-8"))
    for task in tasks:
        data, result = task["data"], []
        for start, end in data["paragraphs"]:
            text = data["text"][start:end]
            kind = kind_of(data["document"], text, truth)
            if kind.is_padding:
                value = {"start": start, "end": end, "text": text, "labels": [kind]}
                span = {"from_name": "kind", "to_name": "text", "type": "labels", "value": value}
                result.append(span)
        task["annotations"] = [{"result": result}]
        # It exports predictions as bare numbers.
        task["predictions"] = [1]
    return json.dumps(tasks)


def annotate(folder, truth, done):
    """Do what a person does with what has come out: correct marks, label tasks and export them."""
    for path in sorted({*folder.glob("*.marked"), *folder.glob("tasks.json")} - done):
        if path.suffix == ".json":
            (folder / "export.json").write_text(annotated(path, truth), encoding="utf-8")
        else:
            write_labels(path, list(corrected(path, truth)))
        done.add(path)


def test_every_command_of_the_afternoon(articles, tmp_path, shell):
    for extra, package in (("doubt", "cleanlab"), ("report", "matplotlib")):
        pytest.importorskip(package, reason=f"the extra {extra} is not installed")
    done = set()
    said = []
    for block in steps():
        for line in block.splitlines():
            ran = shell(line, timeout=3600)
            assert ran.returncode == 0, f"{line}\n{ran.stdout}\n{ran.stderr}"
            said.append(line)
        annotate(tmp_path, articles, done)
    used = {" ".join(line.split()[:3]) for line in said}
    assert {"defiller labels suggest", "defiller labels check", "defiller labels doubt"} <= used
    commands = {line.split()[1] for line in said if line.startswith("defiller ")}
    assert {"labels", "train", "evaluate", "tune", "strip"} <= commands

    refined = load_bundle(tmp_path / "refined")
    assert refined.about["training"]["base"]["name"] == load_bundle().name
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    tuned = load_bundle(tmp_path / "tuned")
    assert tuned.curve.to_json() != refined.curve.to_json()
    clean = list((tmp_path / "clean").rglob("*.txt"))
    assert len(clean) == len(list((tmp_path / "articles").rglob("*.txt")))
    whole = sum(path.stat().st_size for path in (tmp_path / "articles").rglob("*.txt"))
    assert sum(path.stat().st_size for path in clean) < whole
    trained = json.loads((tmp_path / "refined/model.json").read_text())["about"]["training"]
    assert trained["collections"]["mine"]["documents"] >= 20
