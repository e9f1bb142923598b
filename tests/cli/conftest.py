"""Ways to run jobs with a scorer that needs no model, the real command line, and their files."""

import io
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from defiller import judging
from defiller.__main__ import main
from defiller.batch import run
from defiller.job import Job
from defiller.outputs import Action

HERE = Path(__file__).parent
PADDED = "Facts one.\n[faq] What is it?\nFacts two.\n"
FAKED = (
    "import sys, defiller.judging, fake_scorer; "
    "defiller.judging.load_scorer = fake_scorer.load_fake; "
    "from defiller.__main__ import main; sys.exit(main())"
)


@pytest.fixture(autouse=True)
def _fake_scorer_can_be_imported(monkeypatch):
    monkeypatch.syspath_prepend(HERE)


@pytest.fixture
def go(capfdbinary, monkeypatch, tmp_path):
    """Runs a job in a folder of its own: the code, and the bytes of both streams."""
    monkeypatch.chdir(tmp_path)

    import fake_scorer

    def go(action, *inputs, **options):
        capfdbinary.readouterr()
        code = run(Job(action=Action(action), inputs=inputs, **options), fake_scorer.load_fake)
        out, err = capfdbinary.readouterr()
        return SimpleNamespace(code=code, out=out, err=err.decode())

    return go


@pytest.fixture
def strip(go):
    return lambda *inputs, **options: go("strip", *inputs, **options)


@pytest.fixture
def defiller(capfdbinary, monkeypatch, tmp_path):
    """Runs the command line in this process, with the fake scorer."""
    import fake_scorer

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(judging, "load_scorer", fake_scorer.load_fake)

    def defiller(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfdbinary.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return SimpleNamespace(code=code, out=out, err=err.decode())

    return defiller


@pytest.fixture
def faked(tmp_path):
    """How to start the command line with the fake scorer in a process of its own."""
    return {
        "args": [sys.executable, "-c", FAKED],
        "env": {**os.environ, "PYTHONPATH": str(HERE)},
        "cwd": tmp_path,
    }


@pytest.fixture
def lines():
    """JSON lines as objects, of bytes or of a file."""

    def lines(data):
        if hasattr(data, "read_bytes"):
            data = data.read_bytes()
        return [json.loads(line) for line in data.split(b"\n") if line]

    return lines


@pytest.fixture
def write(tmp_path):
    """Writes a file: an article with a question in it, where nothing else is said."""

    def write(name, text=PADDED):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def names():
    """The files below a folder, hidden ones too."""

    def names(folder):
        return sorted(
            p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file()
        )

    return names


@pytest.fixture
def quick(monkeypatch):
    """Trains few and small trees."""
    from defiller.model.classifier import FillerClassifier
    from defiller.training import run as training_run

    def small(**options):
        return FillerClassifier(trees=5, leaves=4, min_samples=5, kind_trees=2, **options)

    monkeypatch.setattr(training_run, "FillerClassifier", small)
