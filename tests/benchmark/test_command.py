"""``defiller benchmark``: its table, its record, its plot, and wrong requests."""

import json

import pytest

from defiller.__main__ import main
from defiller.benchmark import command, runner
from defiller.benchmark.peers import PEERS
from defiller.benchmark.runner import Status


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
    arguments, sentence, labels, tmp_path, monkeypatch, capsys, html
):
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "other.html"
    page.write_text(html, encoding="utf-8")
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


def test_the_plot_shows_every_peer_that_was_judged(tmp_path, fake):
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
