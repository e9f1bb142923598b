"""Model folders from strangers: only their parts are opened, and no such folder is written."""

from __future__ import annotations

import dataclasses
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


def test_a_sound_folder_loads(folder):
    assert load(folder).score("A line.", "text").verdicts


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
