"""A model on disk: what is written reads back, and what is not sound is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from defiller.model.bundle import PRETRAINED, ModelError, load_bundle, save_bundle
from defiller.model.scorer import Scorer, load

TEXT = "How to sow\nSow at 20 g a square metre.\nSubscribe to our newsletter!"


def edit(folder: Path, **changes: object) -> None:
    path = folder / "model.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record.update(changes)
    path.write_text(json.dumps(record), encoding="utf-8")


def test_what_is_saved_loads_and_scores_the_same(folder, tmp_path):
    bundle = load_bundle(folder)
    save_bundle(bundle, tmp_path / "again", "# card\n")
    first, second = Scorer(load_bundle(folder)), load(tmp_path / "again")
    a, b = first.score(TEXT, "text"), second.score(TEXT, "text")
    assert [v.padding for v in a.verdicts] == [v.padding for v in b.verdicts]
    assert first.model_name == second.model_name


def test_saving_twice_gives_the_same_bytes(folder, tmp_path):
    for name in ("one", "two"):
        save_bundle(load_bundle(folder), tmp_path / name, "# card\n")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_saving_never_replaces_what_is_no_model(tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.tex").write_text("x")
    with pytest.raises(ModelError, match="no model folder"):
        save_bundle(load_bundle(), tmp_path / "precious", "# card\n")
    assert (tmp_path / "precious" / "thesis.tex").read_text() == "x"


def test_the_shipped_model_is_at_most_20_megabytes():
    assert sum(path.stat().st_size for path in PRETRAINED.iterdir() if path.is_file()) <= 20_000_000


@pytest.mark.parametrize(
    "part", ["model.json", "padding.txt", "kinds.txt", "words.npy", "kind_words.npy"]
)
def test_a_missing_part_is_named(folder, part):
    (folder / part).unlink()
    with pytest.raises(ModelError, match=part.replace(".", r"\.")):
        load(folder)


@pytest.mark.parametrize("part", ["padding.txt", "kinds.txt", "words.npy", "kind_words.npy"])
def test_a_changed_part_is_refused(folder, part):
    path = folder / part
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match="not the file"):
        load(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 99},
        {"feature_version": 99},
        {"features": ["words"]},
        {"language": "xx"},
        {"kinds": ["substance"]},
        {"kinds": []},
        {"kind_shares": ["a"]},
        {"name": 3},
        {"calibrator": {"a": -1.0, "b": 1.0, "c": 0.0}},
        {"calibrator": {"a": float("nan"), "b": 1.0, "c": 0.0}},
        {"curve": {}},
        {"curve": {"thresholds": [0.5], "loss": [2.0], "pooled_loss": [0.0], "gain": [0.1]}},
        {"parts": {"../../etc/passwd": "0"}},
        {"words": None},
    ],
    ids=str,
)
def test_a_wrong_record_is_refused(folder, changes):
    edit(folder, **changes)
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '"x"'])
def test_a_broken_record_is_refused(folder, text):
    (folder / "model.json").write_text(text)
    with pytest.raises(ModelError, match=r"model\.json"):
        load(folder)


def test_a_folder_that_is_not_there():
    with pytest.raises(ModelError, match="no model folder"):
        load("nowhere/at/all")


def test_no_part_is_a_pickle(folder, tmp_path):
    save_bundle(load_bundle(folder), tmp_path / "saved", "# card\n")
    np.load(tmp_path / "saved" / "words.npy", allow_pickle=False)
    names = {path.name for path in (tmp_path / "saved").iterdir()}
    assert names == {
        "CARD.md",
        "kind_words.npy",
        "kinds.txt",
        "model.json",
        "padding.txt",
        "words.npy",
    }
