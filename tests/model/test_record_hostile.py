"""model.json from strangers: formats, JSON and entries that cannot be are refused."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def edit(folder, model_parts):
    """Changes entries of model.json and makes the hashes right again."""

    def edit(**changes):
        path = folder / "model.json"
        record = {**json.loads(path.read_bytes()), **changes}
        parts = {**model_parts.read_parts(folder), "model.json": json.dumps(record).encode()}
        right = json.loads(model_parts.sealed(parts)["model.json"])
        right.update((key, changes[key]) for key in ("parts", "hash") if key in changes)
        path.write_text(json.dumps(right))

    return edit


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (2, "update defiller"),
        (10**30, "update defiller"),
        (0, "train the model again"),
        (-1, "train the model again"),
        ("1", "train the model again"),
        (True, "train the model again"),
        (1.0, "train the model again"),
        (None, "train the model again"),
        ([1], "train the model again"),
    ],
    ids=str,
)
def test_another_format_is_told_what_to_do(edit, refused, version, told):
    edit(format=version)
    refused(told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"{", b'{"format": 1, ', "a key stands twice"),
        (b'"a": ', b'"a": 1.0, "a": ', "a key stands twice"),
        (b'"a": ', b'"a": NaN, "x": ', "NaN is no number"),
        (b'"a": ', b'"a": -Infinity, "x": ', "-Infinity is no number"),
        (b'"a": ', b'"a": 1e999, "x": ', "calibrator"),
        (b'"a": ', b'"a": ' + b"9" * 5000 + b', "x": ', "not JSON"),
        (b'"a": ', b'"a": ' + b"[" * 100_000 + b"]" * 100_000 + b', "x": ', "nested too deep"),
        (b'"a": ', b'"a": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b', "x": ', "too deep"),
        (b"{", b"\xef\xbb\xbf{", "not JSON"),
        (b"{", b"\xff{", "not JSON"),
        (b"{", b"\0{", "not JSON"),
        (b"defiller-en", b"other-name\\n", "name"),
    ],
    ids=range(12),
)
def test_json_that_is_none(folder, refused, old, new, told):
    path = folder / "model.json"
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    refused(told)


def leave(**changes):
    return {"trees": 100, "below": -2.5, "slope": 1.0, "intercept": 0.0, **changes}


def curve(**changes):
    sound = {"thresholds": [0.5, 0.9], "loss": [0.1, 0.0], "pooled_loss": [0.1, 0], "gain": [1, 0]}
    return {**sound, **changes}


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("name", "two\nlines"),
        ("name", "\x1b[2Jwiped"),
        ("name", None),
        ("language", ["en"]),
        ("language", "x\n" * 1000),
        ("features", [[[]]]),
        ("feature_version", 10**400),
        ("feature_version", [1] * 1000),
        ("kinds", 5),
        ("kinds", [["faq"]]),
        ("kinds", ["faq", "faq"]),
        ("kinds", [{}]),
        ("kinds", {"faq": 1}),
        ("kind_shares", [1 / 13] * 12),
        ("kind_shares", [1] * 13),
        ("kind_shares", [2] + [-1 / 12] * 12),
        ("kind_shares", [True] + [0] * 12),
        ("calibrator", {"a": 1.0, "b": 1.0}),
        ("calibrator", {"a": 10**400, "b": 1.0, "c": 0.0}),
        ("calibrator", {"a": 1e308, "b": 1.0, "c": 0.0}),
        ("calibrator", {"a": 0.0, "b": 1.0, "c": 0.0}),
        ("calibrator", {"a": 1.0, "b": 1.0, "c": "0"}),
        ("calibrator", {"a": 1.0, "b": 1.0, "c": 0.0, "d": 0.0}),
        ("early_exits", None),
        ("early_exits", [1, 2, 3]),
        ("early_exits", [{"trees": 100, "below": -2.5, "slope": 1.5}]),
        ("early_exits", [leave(slope=0.0)]),
        ("early_exits", [leave(slope=1e300)]),
        ("early_exits", [leave(below=None)]),
        ("early_exits", [leave(trees=150)]),
        ("early_exits", [leave(trees=100.0)]),
        ("early_exits", [leave(trees=0)]),
        ("early_exits", [leave(trees=200), leave(trees=100)]),
        ("early_exits", [leave(), leave()]),
        ("early_exits", [leave(trees=100 * n) for n in range(1, 1000)]),
        ("words", {"targets": [], "intercepts": [], "kind_intercepts": []}),
        ("curve", curve(thresholds=[0.9, 0.5])),
        ("curve", curve(thresholds=[0.5, 2.0])),
        ("curve", curve(loss=[0.0, 0.1])),
        ("curve", curve(loss=[0.1, None])),
        ("curve", curve(loss=[0.1, "0"])),
        ("curve", curve(loss=[0.1])),
        ("curve", curve(loss=[10**400, 0])),
        ("curve", curve(gain=[[1], [0]])),
        ("curve", curve(thresholds=[], loss=[], pooled_loss=[], gain=[])),
        ("curve", curve(thresholds=[0.5] * 20_000)),
        ("curve", {"thresholds": [0.5]}),
        ("parts", {}),
        (
            "parts",
            {"../padding.txt": "0", "words.npy": "0", "kind_words.npy": "0", "kinds.txt": "0"},
        ),
        ("parts", {"/etc/passwd": "0"}),
        ("parts", {"padding.txt": 0, "words.npy": 0, "kind_words.npy": 0, "kinds.txt": 0}),
        ("parts", ["padding.txt", "words.npy", "kind_words.npy", "kinds.txt"]),
        ("hash", 5),
        ("about", []),
        ("surprise", 1),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_entry_that_cannot_be(edit, refused, entry, value):
    edit(**{entry: value})
    refused()


@pytest.mark.parametrize("entry", ["calibrator", "kind_shares", "curve", "hash"])
def test_a_record_that_was_changed_is_not_the_model_that_it_says(folder, refused, entry):
    path = folder / "model.json"
    record = json.loads(path.read_bytes())
    if entry == "calibrator":
        record[entry]["c"] += 0.5
    elif entry == "hash":
        record[entry] = "0" * 64
    else:
        values = record[entry] if entry == "kind_shares" else record[entry]["pooled_loss"]
        values[0], values[1] = values[1], values[0]
    path.write_text(json.dumps(record))
    refused("is not as it was written")
