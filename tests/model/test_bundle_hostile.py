"""Model folders from strangers: what stands in them decides nothing but scores."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import subprocess
import sys
import tracemalloc

import pytest

from defiller.model.bundle import PRETRAINED, ModelError, load_bundle, save_bundle
from defiller.model.parts import MOST_BYTES
from defiller.model.scorer import load

PARTS = ["model.json", "padding.txt", "kinds.txt", "words.npy", "kind_words.npy"]


@pytest.fixture
def folder(tmp_path, small_parts):
    target = tmp_path / "model"
    target.mkdir()
    for name, data in small_parts.items():
        (target / name).write_bytes(data)
    return target


@pytest.fixture
def refused(folder):
    def refused(match=None):
        with pytest.raises(ModelError, match=match) as caught:
            load(folder)
        told = str(caught.value).replace(str(folder), "")
        assert told.isprintable()  # no line breaks, no control characters for a terminal
        assert len(told) < 300

    return refused


@pytest.fixture
def edit(folder, mutants):
    """Changes entries of model.json and makes the hashes right again."""

    def edit(**changes):
        path = folder / "model.json"
        record = {**json.loads(path.read_bytes()), **changes}
        parts = {**mutants.read_parts(folder), "model.json": json.dumps(record).encode()}
        right = json.loads(mutants.sealed(parts)["model.json"])
        right.update((key, changes[key]) for key in ("parts", "hash") if key in changes)
        path.write_text(json.dumps(right))

    return edit


@pytest.fixture
def reseal(folder, mutants):
    """Changes the bytes of a part and makes the hashes right again."""

    def reseal(part, change):
        parts = mutants.read_parts(folder)
        parts = mutants.sealed({**parts, part: change(parts[part])})
        for name in (part, "model.json"):
            (folder / name).write_bytes(parts[name])

    return reseal


def test_a_sound_folder_loads(folder):
    assert load(folder).score("A line.", "text").verdicts


# -- the folder -----------------------------------------------------------------------------


def link(path):
    path.symlink_to(PRETRAINED / path.name)


def dangling(path):
    path.symlink_to("/nowhere/at/all")


def listen(path):
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("make", "told"),
    [
        (link, "is a symbolic link"),
        (dangling, "is a symbolic link"),
        (os.mkfifo, "is no regular file"),  # whose opening would wait for a writer
        (os.mkdir, "cannot be read"),
        (listen, "cannot be read"),
        (lambda path: path.write_bytes(b""), "."),
    ],
    ids=["link", "dangling", "pipe", "folder", "socket", "empty"],
)
def test_a_part_that_is_no_file_of_the_folder(folder, refused, monkeypatch, part, make, told):
    monkeypatch.chdir(folder)  # a socket's whole path may be too long for it
    (folder / part).unlink()
    make((folder / part).relative_to(folder))
    refused(told)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_too_large_is_not_read_to_its_end(folder, refused, part):
    with (folder / part).open("r+b") as file:
        file.truncate(100 << 30)  # of holes
    tracemalloc.start()
    refused(f"more than {MOST_BYTES[part]:,} bytes")
    assert tracemalloc.get_traced_memory()[1] < 3 * max(MOST_BYTES.values())
    tracemalloc.stop()


def test_a_folder_that_is_a_file_or_has_an_impossible_name(tmp_path):
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 3000), "a\0b"):
        with pytest.raises(ModelError):
            load(place)


WATCH = """
import sys
import defiller.model.scorer as scorer
scorer.load(sys.argv[1]).score("A line.", "text")  # what is imported late is imported now
seen = []
def hook(event, arguments):
    if watching and event.partition(".")[0] in ("open", "exec", "compile", "import", "subprocess",
            "os", "pickle", "marshal", "socket", "ctypes", "shutil", "tempfile", "glob"):
        if event != "open" or arguments[1] is None:  # open() tells of itself, then of os.open
            seen.append((event, str(arguments[0]) if arguments else ""))
watching = False
sys.addaudithook(hook)
watching = True
scorer.load(sys.argv[1])
watching = False
for event, argument in seen:
    print(event, argument)
"""


def test_loading_opens_each_part_once_and_runs_nothing(folder):
    """One look at each file: nobody can put another one there between a check and its use."""
    for name in ("__init__.py", "sitecustomize.py", "PADDING.TXT", "Model.json", "words.npy.pkl"):
        (folder / name).write_text("raise SystemExit('this ran')")
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    events = done.stdout.splitlines()
    opened = sorted(line for line in events if line.startswith("open "))
    assert opened == sorted(f"open {folder / part}" for part in PARTS)
    # LightGBM is called through ctypes; which languages have cues is looked up in the package.
    others = {line for line in events if not line.startswith(("open ", "ctypes."))}
    assert all(line.startswith(("os.listdir ", "os.scandir ")) for line in others), others
    assert not any(str(folder) in line for line in others)


# -- model.json -----------------------------------------------------------------------------


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
        ("early_exit", {"below": -2.5, "slope": 1.5}),
        ("early_exit", {"below": -2.5, "slope": 0.0, "intercept": 0.0}),
        ("early_exit", {"below": -2.5, "slope": 1e300, "intercept": 0.0}),
        ("early_exit", {"below": None, "slope": 1.0, "intercept": 0.0}),
        ("early_exit", [1, 2, 3]),
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


# -- words.npy ------------------------------------------------------------------------------


def header(shape="(262144, 6)", kind="<f2", order="False", version=b"\1\0", end="}\n"):
    text = f"{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, {end}".encode()
    width = 2 if version == b"\1\0" else 4
    return b"\x93NUMPY" + version + len(text).to_bytes(width, "little") + text


@pytest.mark.parametrize(
    "start",
    [
        header(shape="(1099511627776, 6)"),
        header(shape="(9223372036854775807, 9223372036854775807)"),
        header(shape="(-1, 6)"),
        header(shape="(262144,)"),
        header(shape="()"),
        header(shape="(6, 262144)"),
        header(order="True"),
        header(kind="|O"),
        header(kind="<f4"),
        header(kind=">f2"),
        header(kind="|V2"),
        header(version=b"\2\0"),
        header(order="__import__('os').abort()"),
        header(order="(" * 700),
        header(end="'x': 1}\n"),
        header(end="}"),
        header()[:8] + b"\xff\xff" + header()[10:],
        b"\x80\x04cos\nabort\n(tR.",
        b"PK\3\4",
        b"",
    ],
    ids=range(20),
)
def test_an_array_that_is_none_takes_no_memory(reseal, refused, start):
    reseal("words.npy", lambda data: start + data[128:])
    tracemalloc.start()
    refused("is not an array of float16")
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_an_array_of_another_part(reseal, refused, small_parts):
    reseal("kind_words.npy", lambda data: small_parts["words.npy"][: len(data)])
    refused("is not an array of float16")


@pytest.mark.parametrize("part", ["words.npy", "kind_words.npy"])
@pytest.mark.parametrize("value", [b"\0\x7c", b"\0\xfc", b"\1\x7e"], ids=["inf", "-inf", "nan"])
def test_weights_that_are_not_finite(reseal, refused, part, value):
    reseal(part, lambda data: data[:-2] + value)
    refused("not finite")


# -- what is written ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "two\nlines", "x" * 101])
def test_nothing_is_written_that_would_be_refused(folder, tmp_path, name):
    bundle = load_bundle(folder)
    other = dataclasses.replace(bundle, name=name)
    with pytest.raises(ModelError, match="name"):
        save_bundle(other, tmp_path / "out", "# card\n")
    assert not (tmp_path / "out").exists()


def test_figures_that_could_not_be_measured_are_null(folder, tmp_path):
    bundle = load_bundle(folder)
    bundle.about = {"figures": [{"ap": float("nan"), "f1": 0.5}, (float("inf"),)]}
    save_bundle(bundle, tmp_path / "out", "# card\n")
    assert load_bundle(tmp_path / "out").about == {"figures": [{"ap": None, "f1": 0.5}, [None]]}
