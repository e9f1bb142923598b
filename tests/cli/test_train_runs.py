"""``defiller train`` as it is typed: whole runs, and runs that are interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from defiller.labels.corpus import corpus_files
from defiller.training import run as training_run
from defiller.training.train import Trained

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


def jsonl(*documents):
    return "".join(json.dumps(d) + "\n" for d in documents)


def corpus_slice(path, articles):
    """Some written articles, each in a group of its own."""
    lines = corpus_files()[3].read_text("utf-8").split("\n")[:articles]
    records = [json.loads(line) for line in lines]
    Path(path).write_text(jsonl(*(dict(r, group=r["id"]) for r in records)), encoding="utf-8")
    return records


def test_a_run_with_everything(defiller, quick):
    records = corpus_slice("mine.jsonl", 14)
    for record in records:
        for paragraph in record["paragraphs"]:
            if paragraph["kind"] == "promotion":
                paragraph["kind"] = "advert"
    Path("mine.jsonl").write_text(jsonl(*(dict(r, group=r["id"]) for r in records)))
    Path("kinds.toml").write_text('advert = "promotion"\n')
    place, kind = next(
        (n, p["kind"]) for n, p in enumerate(records[0]["paragraphs"]) if p["kind"] != "advert"
    )
    new = "fluff" if kind == "substance" else "substance"
    correction = {"id": records[0]["id"], "index": place, "old": kind, "new": new, "reason": "no"}
    Path("corrections.jsonl").write_text(json.dumps(correction) + "\n")
    other = json.loads(corpus_files()[1].read_text("utf-8").split("\n")[0])
    Path("labels").mkdir()
    Path("labels/others.jsonl").write_text(jsonl(other))
    Path("labels/notes.txt").write_text("not labels")
    options = ["--kinds-map", "kinds.toml", "--corrections", "corrections.jsonl"]
    options += ["--base", "labels", "--weight", "others=0.25", "--cache", "cache", "--times"]
    done = defiller("train", "mine.jsonl", *options, "--no-validate", "--out", "model")
    assert done.code == 0, done.err
    told = done.err.splitlines()
    stages = [line.split()[1] for line in told if line.startswith("│")]
    assert stages == ["reading", "features", "words", "boosters", "kinds", "curve"]
    assert told[-1].endswith(" is in model")
    about = json.loads(Path("model/model.json").read_text())["about"]["training"]
    assert about["corrections"] == 1
    assert about["collections"]["others"] == {
        "documents": 1,
        "labelled_paragraphs": len(other["paragraphs"]),
        "weight": 0.25,
        "judged": False,
        "sha256": about["collections"]["others"]["sha256"],
    }
    assert about["kinds"]["promotion"] > 0
    card = Path("model/CARD.md").read_text()
    assert "defiller train mine.jsonl --base labels --kinds-map kinds.toml" in card
    assert list(Path("cache").rglob("output.pkl"))


@pytest.mark.slow
def test_it_is_the_same_with_any_number_of_cores(tmp_path):
    """Folds in processes, words in threads, LightGBM's own threads: the same figures and trees."""
    found = []
    for cores in ("1", "3"):
        folder = tmp_path / cores
        folder.mkdir()
        command = ["train", *map(str, corpus_files()[:3]), "--threads", cores]
        command += ["--out", str(folder / "m"), "--figures", str(folder / "figures.json")]
        done = subprocess.run(
            [sys.executable, "-m", "defiller", *command], capture_output=True, text=True, cwd=folder
        )
        assert done.returncode == 0, done.stderr
        trees = (folder / "m/padding.txt").read_text().split("parameters:")[0]
        kinds = (folder / "m/kinds.txt").read_text().split("parameters:")[0]
        words = (folder / "m/words.npy").read_bytes()
        curve = json.loads((folder / "m/model.json").read_text())["curve"]
        found.append((trees, kinds, words, curve, (folder / "figures.json").read_text()))
    assert found[0] == found[1]


def test_an_interrupt_is_told_and_nothing_is_written(defiller, tmp_path, quick, monkeypatch):
    corpus_slice("a.jsonl", 20)
    before = sorted(tmp_path.rglob("*"))

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(training_run, "train", interrupted)
    done = defiller("train", "a.jsonl", "--out", "model")
    assert done.code == 130
    assert done.err.splitlines()[-1] == "defiller: interrupted; nothing was written to model"
    assert sorted(tmp_path.rglob("*")) == before


@POSIX
def test_an_interrupt_while_it_is_written_comes_too_late(defiller, quick, monkeypatch):
    """Within the moment of writing Ctrl-C does nothing, and after it nothing is left to stop."""
    corpus_slice("a.jsonl", 20)
    written = []

    def write(order, trained):
        os.kill(os.getpid(), signal.SIGINT)
        written.append(order.out)

    class Nothing:
        name, hash = "m", "0" * 64

    monkeypatch.setattr(training_run, "train", lambda *_, **__: Trained(Nothing(), None))
    monkeypatch.setattr(training_run, "_write", write)
    done = defiller("train", "a.jsonl", "--out", "model")
    assert done.code == 0
    assert written == [Path("model")]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def members(group):
    """Processes of a process group, zombies left out."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            state, _, its_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue
        if its_group == str(group) and state != "Z":
            found.append(int(entry.name))
    return found


@POSIX
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("seed", range(4))
def test_ctrl_c_at_any_moment(tmp_path, seed):
    """As a terminal sends it: to the whole process group, workers included."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    (tmp_path / "work").mkdir()
    places = {name: str(temporary) for name in ("TMPDIR", "JOBLIB_TEMP_FOLDER")}
    command = [sys.executable, "-m", "defiller", "train", *map(str, corpus_files())]
    process = subprocess.Popen(
        [*command, "--threads", "2", "--out", "model"],
        cwd=tmp_path / "work",
        env={**os.environ, **places},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    begun = time.monotonic()
    # Workers are there once folds are fitted; before that there is one process.
    wait = np.random.default_rng(seed).uniform(1, 6)
    while process.poll() is None and len(members(process.pid)) < (1 if seed % 2 else 3):
        assert time.monotonic() - begun < 300
        time.sleep(0.1)
    time.sleep(wait)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.count("\n") <= 1, err
    # Before training has begun there is nothing to say of a model.
    told = ("", "; nothing was written to model")
    assert err in ("", *(f"defiller: interrupted{what}\n" for what in told))
    assert out == ""
    ended = time.monotonic()
    while members(process.pid):
        assert time.monotonic() - ended < 20, members(process.pid)
        time.sleep(0.1)
    assert list((tmp_path / "work").iterdir()) == []
    left = [path for path in temporary.rglob("*") if path.is_file()]
    assert left == []
