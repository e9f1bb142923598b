"""Labels, articles and a page to benchmark with, and fake peers that run on them."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from defiller.benchmark import runner, worker
from defiller.benchmark.articles import Article
from defiller.benchmark.peers import Family, Peer
from defiller.benchmark.runner import measure
from defiller.training.dataset import load_dataset

HERE = Path(__file__).parent

LABELS = [
    {
        "id": f"doc-{number}",
        "source": "mine",
        "url": None,
        "domain": None,
        "group": f"blog-{number}",
        "file": f"site-{number}/page.html",
        "paragraphs": [
            {"text": "The bridge opens at 7 am on weekdays.", "kind": "substance"},
            {"text": "It takes lorries of up to 12 tonnes.", "kind": "substance"},
            {"text": "Share this article with your friends!", "kind": "promotion"},
            {"text": "Sign up for our newsletter.", "kind": "promotion"},
        ],
    }
    for number in range(6)
]
PAGE = "<html><body><article>" + "".join(
    f"<p>The bridge of {n} m was built by hand in 18{n} and is still in use today.</p>"
    for n in range(10, 20)
) + "</article></body></html>"  # fmt: skip


@pytest.fixture
def labels(tmp_path):
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LABELS), encoding="utf-8")
    return path


@pytest.fixture
def data(labels):
    return load_dataset([labels])


@pytest.fixture(autouse=True)
def _processes_find_the_fake_peers(monkeypatch):
    monkeypatch.syspath_prepend(HERE)
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@pytest.fixture
def in_this_process(monkeypatch):
    """Does what the processes would do here, where everything is imported already."""

    def run(command, **_):
        worker.main(command[-1])
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(runner.subprocess, "run", run)


@pytest.fixture(scope="session")
def fake():
    def fake(name, engine="Reader", **more):
        return Peer(name, Family.FILTER, "defiller", f"fake_peer:{engine}", "made up", **more)

    return fake


@pytest.fixture(scope="session")
def run():
    def run(plan, peers, folder):
        folder.mkdir()
        return {row.peer.name: row for row in measure(plan, peers, folder, lambda _: None)}

    return run


@pytest.fixture
def articles():
    return tuple(
        Article(f"{n}.txt", f"The bridge is {n} m long.\n" * 3, "text", 3) for n in range(20)
    )


@pytest.fixture(scope="session")
def html():
    """A page with an article of ten paragraphs."""
    return PAGE
