"""``defiller benchmark``: the same for all, one peer's fault is no other's, figures are right."""

import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from defiller.__main__ import main
from defiller.benchmark import command, runner, worker
from defiller.benchmark.articles import Article, given, labelled, shipped, spread
from defiller.benchmark.peers import PEERS, Family, Peer, Reads, chosen
from defiller.benchmark.quality import figures_of, kept_in
from defiller.benchmark.runner import Plan, Status, measure
from defiller.benchmark.table import quality_table, record, speed_table
from defiller.faults import InputError, UsageError
from defiller.labels.corpus import heldout_files
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


def fake(name, engine="Reader", **more):
    return Peer(name, Family.FILTER, "defiller", f"fake_peer:{engine}", "made up", **more)


def run(plan, peers, folder):
    folder.mkdir()
    return {row.peer.name: row for row in measure(plan, peers, folder, lambda _: None)}


@pytest.fixture
def articles():
    return tuple(
        Article(f"{n}.txt", f"The bridge is {n} m long.\n" * 3, "text", 3) for n in range(20)
    )


# -- running peers ---------------------------------------------------------------------------


def test_everyone_gets_the_same_articles_in_processes_of_their_own(articles, tmp_path):
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


def test_passes_end_when_the_time_is_up(articles, tmp_path, in_this_process):
    rows = run(Plan(articles, rounds=1, repeats=50, seconds=0), [fake("one")], tmp_path / "work")
    # No pass begins without time; a figure takes one at least.
    assert rows["one"].passes == 1


def test_memory_and_start_are_each_peers_own(articles, tmp_path):
    plan = Plan(articles, rounds=1, repeats=1)
    rows = run(plan, [fake("greedy", "Greedy"), fake("modest")], tmp_path / "work")
    assert rows["greedy"].peak_mb - rows["modest"].peak_mb > 150
    assert rows["greedy"].start_seconds >= 0.5 > rows["modest"].start_seconds


def test_what_happens_to_one_peer_stands_in_its_row(articles, data, labels, tmp_path):
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


def test_a_peer_that_never_ends_is_ended(articles, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "LONGEST", 0.01)
    rows = run(Plan(articles, rounds=1), [fake("one")], tmp_path / "work")
    assert rows["one"].status is Status.FAILED
    assert rows["one"].note == "it took over 0 seconds"


def test_quality_is_of_what_is_stripped_or_ranked(data, labels, tmp_path, in_this_process):
    judged = tuple(labelled(data.labelled, data.documents))
    plan = Plan(judged[:1], judged, labels=(labels,), rounds=1, repeats=1)
    peers = [fake("oracle", "Oracle", prepares=True), fake("stops")]
    rows = run(plan, peers, tmp_path / "work")
    assert rows["oracle"].quality == {
        "f1": 1.0, "f1_strip": 1.0, "gone": 1.0, "lost": 0.0, "stripped_at_1pct": 1.0,
        "paragraphs": 24.0,
    }  # fmt: skip
    # It keeps all that ends in a full stop: of the padding the second line too, of 5 words.
    stops = rows["stops"].quality
    assert stops["gone"] == pytest.approx(6 / 11)
    assert stops["lost"] == 0
    assert stops["stripped_at_1pct"] is None


def test_the_ratio_is_to_score_many_and_twins_share_their_quality(
    articles, tmp_path, in_this_process
):
    reference = fake("score_many")
    twin = fake("score", judged_as="score_many")
    rows = run(Plan(articles, rounds=1, repeats=1), [reference, twin], tmp_path / "work")
    assert rows["score_many"].times == 1
    ratio = rows["score"].ms_an_article / rows["score_many"].ms_an_article
    assert rows["score"].times == pytest.approx(ratio)


# -- what is still there ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paragraphs", "output", "kept"),
    [
        (["A cat sat.", "Dogs ran off."], "a CAT  sat.\n\n* Dogs ran off", [True, True]),
        (["A cat sat.", "Dogs ran off."], "A cat sat.", [True, False]),
        # A second copy that was taken out is gone.
        (["Buy now", "A cat sat.", "Buy now"], "Buy now\nA cat sat.", [True, True, False]),
        # Joined with others, or with a link's text lost, it is still there.
        (["The cat sat on the old mat"], "See: the cat sat on the mat. More", [True]),
        (["The cat sat on the old mat"], "The dog lay under the old table", [False]),
        (["Menu"], "The menu of the day", [False]),
        (["* * *", "A cat sat."], "A cat sat.", [True, True]),
        (["* * *", "A cat sat."], "", [False, False]),
    ],
)
def test_what_is_still_there(paragraphs, output, kept):
    assert kept_in(paragraphs, output) == kept


def test_a_figure_that_labels_cannot_tell_is_null(data, articles):
    from defiller.benchmark.quality import judged_of

    nothing = judged_of(data, np.zeros(24), np.zeros(24, bool), data.kinds == 0)
    assert math.isnan(figures_of(nothing, ranks=True)["gone"])
    row = runner.Row(fake("one"), Status.MEASURED, quality={"gone": float("nan")})
    told = record([row], Plan(articles), None)
    assert json.loads(json.dumps(told, allow_nan=False))["rows"][0]["quality"] == {"gone": None}


# -- articles --------------------------------------------------------------------------------

PAGE = "<html><body><article>" + "".join(
    f"<p>The bridge of {n} m was built by hand in 18{n} and is still in use today.</p>"
    for n in range(10, 20)
) + "</article></body></html>"  # fmt: skip


def test_pages_come_with_their_text_and_files_as_they_are(tmp_path):
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.txt").write_text("Soup.\nAdd salt.\n", encoding="utf-8")
    page, text = given([str(tmp_path)])
    assert page.html == PAGE
    assert (page.format, page.paragraphs) == ("markdown", 10)
    assert "18" in page.text and "<p>" not in page.text
    assert text == Article(str(tmp_path / "b.txt"), "Soup.\nAdd salt.\n", "text", 2)


def test_what_is_no_article_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match=r"gone\.txt: there is no such file"):
        given([str(tmp_path / "gone.txt")])
    records = tmp_path / "many.jsonl"
    records.write_text("{}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="files of one article each"):
        given([str(records)])
    empty = tmp_path / "empty.html"
    empty.write_text("<html></html>", encoding="utf-8")
    with pytest.raises(InputError, match=r"empty\.html: no article found"):
        given([str(empty)])


def test_a_labelled_document_gets_the_page_that_its_file_names(data, tmp_path):
    for name in ("site-0", "site-1", "other"):
        (tmp_path / "crawl" / name).mkdir(parents=True)
        (tmp_path / "crawl" / name / "page.html").write_text(f"<p>{name}</p>", encoding="utf-8")
    found = labelled(data.labelled, data.documents, [str(tmp_path / "crawl")])
    assert [article.html for article in found] == [
        "<p>site-0</p>", "<p>site-1</p>", None, None, None, None
    ]  # fmt: skip
    assert found[0].text == data.documents[0].text


def test_the_shipped_articles_are_there_and_spread_evenly():
    found = shipped()
    assert len(found) == 171
    assert {article.format for article in found} == {"markdown", "text"}
    few = spread(found, 10)
    assert [found.index(article) for article in few] == [n * 171 // 10 for n in range(10)]
    assert spread(found, 0) == spread(found, 171) == found


# -- the command -----------------------------------------------------------------------------


def test_the_table_and_the_record_have_every_peer(tmp_path, capsys):
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text("Soup is hot.\nAdd salt.\n", encoding="utf-8")
    out = tmp_path / "out.json"
    code = main(
        ["benchmark", *(str(tmp_path / f"{n}.txt") for n in range(3)), "--peers", "trafilatura",
         "--rounds", "1", "--seconds", "0", "--json", str(out)]
    )  # fmt: skip
    told = capsys.readouterr()
    assert code == 0, told.err
    assert "3 articles, 6 paragraphs" in told.out
    assert "score_many" in told.out
    assert "trafilatura: it reads pages; give .html files" in told.out
    written = json.loads(out.read_text(encoding="utf-8"))
    rows = {row["peer"]: row for row in written["rows"]}
    assert list(rows) == ["score_many", "trafilatura"]
    assert rows["score_many"]["status"] == "measured"
    assert rows["score_many"]["times"] == 1
    assert rows["score_many"]["peak_mb"] > 50
    assert rows["trafilatura"]["status"] == "left out"
    assert written["text_bytes"] == 3 * 23


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--peers", "finweb"], "there is no peer 'finweb'; did you mean 'fineweb'?"),
        (["--plot", "a.png"], "so it takes --labels"),
        (["--labels", "{labels}", "--plot", "a.txt"], "a name that ends in .png"),
        (["{labels}"], "files of one article each"),
        (["{page}", "--labels", "{labels}"], "none of the given articles is a page"),
    ],
)
def test_a_wrong_request_is_one_sentence_before_any_work(
    arguments, sentence, labels, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "other.html"
    page.write_text(PAGE, encoding="utf-8")
    places = {"labels": labels, "page": page}
    monkeypatch.setattr(command, "measure", lambda *_: pytest.fail("it was measured"))
    assert main(["benchmark", *(a.format(**places) for a in arguments)]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1


def test_the_plot_takes_matplotlib(labels, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert main(["benchmark", "--labels", str(labels), "--plot", "a.png"]) == 2
    assert "pip install 'defiller[benchmark]'" in capsys.readouterr().err


def test_the_plot_shows_every_peer_that_was_judged(tmp_path):
    pytest.importorskip("matplotlib", reason="the plot takes the extra benchmark")
    from defiller.benchmark.plot import plot

    rows = [
        runner.Row(
            peer, Status.MEASURED, ms_an_article=number + 1, quality={"f1": 0.1 * (number % 9)}
        )
        for number, peer in enumerate(PEERS)
    ]
    rows.append(runner.Row(fake("unseen"), Status.MEASURED, ms_an_article=1.0))
    with (tmp_path / "a.svg").open("wb") as stream:
        plot(rows, stream, "svg", "a title")
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert all(f"<!-- {peer.name} -->" in drawn for peer in PEERS)
    assert "unseen" not in drawn


def test_peers_are_known_by_name_and_the_reference_comes_along():
    assert [peer.name for peer in chosen(["c4"])] == ["score_many", "c4"]
    assert chosen([]) == list(PEERS)
    assert len({peer.name for peer in PEERS}) == len(PEERS)


def test_every_engine_is_there():
    from importlib import import_module

    for peer in PEERS:
        module, _, name = peer.engine.partition(":")
        assert hasattr(import_module(module), name)


# -- the peers themselves --------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_that_is_installed_is_measured_and_judged(peer, tmp_path):
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
