"""Peers run in processes of their own: the same for all, one's fault is no other's."""

import pytest

from defiller.benchmark import runner
from defiller.benchmark.articles import labelled
from defiller.benchmark.peers import Family, Peer, Reads
from defiller.benchmark.runner import Plan, Status


def test_everyone_gets_the_same_articles_in_processes_of_their_own(articles, tmp_path, fake, run):
    from fake_peer import log_of

    plan = Plan(articles, rounds=2, repeats=2, seconds=60)
    folder = tmp_path / "work"
    rows = run(plan, [fake("one"), fake("two")], folder)
    names = ",".join(article.name for article in articles)
    first, warm_up = articles[0].name, f"{articles[0].name},{articles[1].name}"
    for name in ("one", "two"):
        assert log_of(folder, name) == [first, warm_up, names, names] * 2
        row = rows[name]
        assert (row.status, row.passes) == (Status.MEASURED, 4)
        assert 0 < row.ms_an_article < 1000
        size = sum(len(article.text) for article in articles)
        seconds = row.ms_an_article * len(articles) / 1e3
        assert row.mb_a_second == pytest.approx(size / seconds / 1e6)
        assert row.us_a_paragraph == pytest.approx(seconds / 60 * 1e6)


def test_passes_end_when_the_time_is_up(articles, tmp_path, in_this_process, fake, run):
    rows = run(Plan(articles, rounds=1, repeats=50, seconds=0), [fake("one")], tmp_path / "work")
    # No pass begins without time; a figure takes one at least.
    assert rows["one"].passes == 1


def test_memory_and_start_are_each_peers_own(articles, tmp_path, fake, run):
    plan = Plan(articles, rounds=1, repeats=1)
    rows = run(plan, [fake("greedy", "Greedy"), fake("modest")], tmp_path / "work")
    assert rows["greedy"].peak_mb - rows["modest"].peak_mb > 150
    assert rows["greedy"].start_seconds >= 0.5 > rows["modest"].start_seconds


def test_what_happens_to_one_peer_stands_in_its_row(articles, data, labels, tmp_path, fake, run):
    peers = [
        fake("broken", "Broken"),
        fake("killed", "Killed"),
        fake("missing", "NoSuch"),
        Peer("absent", Family.FILTER, "no_such_package", "no_such:Engine", "made up"),
        fake("pages", reads=Reads.PAGES),
        fake("blind", "Blind"),
    ]
    judged = tuple(labelled(data.labelled, data.documents))
    rows = run(
        Plan(judged, judged, labels=(labels,), rounds=1, repeats=1), peers, tmp_path / "work"
    )
    assert rows["broken"].status is Status.FAILED
    assert rows["broken"].note == "RuntimeError: no such luck"
    assert rows["killed"].note == "it was ended by the signal SIGKILL"
    assert rows["missing"].status is Status.FAILED and "NoSuch" in rows["missing"].note
    assert rows["absent"].status is Status.MISSING
    assert "pip install 'defiller[benchmark]'" in rows["absent"].note
    assert rows["pages"].status is Status.LEFT_OUT
    assert rows["blind"].status is Status.MEASURED and rows["blind"].ms_an_article > 0
    assert rows["blind"].note == "no quality: ValueError: nothing to say of paragraphs"


def test_a_peer_that_never_ends_is_ended(articles, tmp_path, monkeypatch, fake, run):
    monkeypatch.setattr(runner, "LONGEST", 0.01)
    rows = run(Plan(articles, rounds=1), [fake("one")], tmp_path / "work")
    assert rows["one"].status is Status.FAILED
    assert rows["one"].note == "it took over 0 seconds"


def test_the_ratio_is_to_score_many_and_twins_share_their_quality(
    articles, tmp_path, in_this_process, fake, run
):
    reference = fake("score_many")
    twin = fake("score", judged_as="score_many")
    rows = run(Plan(articles, rounds=1, repeats=1), [reference, twin], tmp_path / "work")
    assert rows["score_many"].times == 1
    ratio = rows["score"].ms_an_article / rows["score_many"].ms_an_article
    assert rows["score"].times == pytest.approx(ratio)
