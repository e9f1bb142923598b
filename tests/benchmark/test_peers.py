"""The peers: known by name, each with its engine, and measured where they are installed."""

import pytest

from defiller.benchmark.articles import Article, labelled
from defiller.benchmark.peers import PEERS, chosen
from defiller.benchmark.runner import Plan, Status
from defiller.benchmark.table import quality_table, speed_table
from defiller.labels.corpus import heldout_files
from defiller.training.dataset import load_dataset


def test_peers_are_known_by_name_and_the_reference_comes_along():
    assert [peer.name for peer in chosen(["c4"])] == ["score_many", "c4"]
    assert chosen([]) == list(PEERS)
    assert len({peer.name for peer in PEERS}) == len(PEERS)


def test_every_engine_is_there():
    from importlib import import_module

    for peer in PEERS:
        module, _, name = peer.engine.partition(":")
        assert hasattr(import_module(module), name)


@pytest.mark.slow
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_that_is_installed_is_measured_and_judged(peer, tmp_path, run):
    if not peer.is_installed:
        pytest.skip(f"{peer.package} is not installed")
    path = heldout_files()[0]
    data = load_dataset([path])
    found = labelled(data.labelled, data.documents)[:8]
    pages = tuple(Article(a.name, a.text, a.format, a.paragraphs, _page(a.text)) for a in found)
    plan = Plan(pages, pages, labels=(path,), rounds=1, repeats=1, seconds=1)
    row = run(plan, [peer], tmp_path / "work")[peer.name]
    assert row.status is Status.MEASURED, row.note
    assert row.note == ""
    assert row.version
    assert 0 < row.ms_an_article < 10_000
    if not peer.judged_as:
        assert row.quality["paragraphs"] == sum(article.paragraphs for article in pages)
        assert 0 <= row.quality["lost"] <= 1 and 0 <= row.quality["gone"] <= 1
    assert speed_table([row], plan).row_count == 1
    assert quality_table([row], plan).row_count == (0 if peer.judged_as else 1)


def _page(text):
    body = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return f"<html><head><title>A page</title></head><body><article>{body}</article></body></html>"
