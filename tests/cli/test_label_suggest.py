"""``defiller labels suggest``: what it reads, lists and writes, and how it ends."""

import json
import re
from pathlib import Path

import pytest

from defiller.labels.formats import read_labels
from defiller.labels.formats.label_studio_config import articles_config
from defiller.labels.kinds import Kind

MOSS = "Moss in the lawn\n[faq] Rake it in April.\nSow grass at 20 g a square metre.\n"
TAP = "# Mending a tap\n\nTurn the stopcock off.\n\n- washer\n- spanner\n"
PAGE = (
    '<html><head><link rel="canonical" href="https://www.kettles.example/five"></head><body>'
    "<article><h1>Five kettles</h1><p>The copper kettle boils a litre of water in two minutes "
    "and four seconds, which none of the others managed.</p><p>The steel kettle takes three "
    "minutes, but it costs a third as much and survived a fall from the table.</p></article>"
    "</body></html>"
)


@pytest.fixture
def suggest(defiller, monkeypatch, tmp_path):
    import fake_scorer

    monkeypatch.setattr(fake_scorer.FakeScorer, "language", "en", raising=False)
    (tmp_path / "site").mkdir()
    Path("site/moss.txt").write_text(MOSS, encoding="utf-8")
    Path("tap.md").write_text(TAP, encoding="utf-8")
    Path("kettles.html").write_text(PAGE, encoding="utf-8")
    return lambda *arguments, **more: defiller("labels", "suggest", *arguments, **more)


def listed(done):
    return [line.split("\t") for line in done.out.decode().splitlines()]


def sentences(done):
    return re.sub(r"[│\s]+", " ", done.err)


def test_articles_of_every_sort_are_listed(suggest):
    done = suggest(".", "--budget", "100")
    assert done.code == 0
    rows = {row[0]: row[1:] for row in listed(done)}
    assert set(rows) == {"kettles.html", "site/moss.txt", "tap.md"}
    assert rows["site/moss.txt"][:2] == ["3", "0"]
    assert rows["tap.md"][0] == "4"
    # H(0.912) = 0.43 bits and two of H(0.013) = 0.10
    assert 0.6 < float(rows["site/moss.txt"][2]) < 0.65
    assert "3 articles of 3, 10 paragraphs of a budget of 100" in done.err


def test_what_is_written_is_ready_for_annotation(suggest):
    done = suggest(".", "-n", "100", "-o", "next.jsonl")
    assert done.code == 0
    assert "next.jsonl: 3 documents, pre-labelled by the model" in done.err
    found = {document.id: document for document in read_labels("next.jsonl")}
    moss, tap, kettles = (found[name] for name in ("site/moss.txt", "tap.md", "kettles.html"))
    assert {p.kind for one in found.values() for p in one.paragraphs} == {None}
    assert [p.prediction.kind for p in moss.paragraphs] == [
        Kind.SUBSTANCE,
        Kind.FAQ,
        Kind.SUBSTANCE,
    ]
    assert moss.paragraphs[1].prediction.padding == 0.912
    assert moss.model == "fake@000000000000"
    assert [p.text for p in tap.paragraphs][::2] == ["# Mending a tap", "- washer"]
    assert (kettles.group, kettles.domain) == ("kettles.example", "kettles.example")
    assert (moss.group, moss.source) == ("site", "site")
    assert tap.group == "tap.md"
    assert "1 document with no address and no folder of their own" in sentences(done)


@pytest.mark.parametrize("form", ["jsonl", "csv", "tsv", "marked", "label-studio"])
def test_every_format_takes_the_predictions(suggest, form):
    done = suggest("site", "--budget", "9", "--out", "next", "--to", form)
    assert done.code == 0, done.err
    (document,) = read_labels("next", form=form, predictions=form == "marked")
    assert [p.text for p in document.paragraphs] == MOSS.splitlines()
    assert document.paragraphs[1].prediction.kind is Kind.FAQ
    assert document.paragraphs[1].kind is None


def test_label_studio_gets_its_configuration(suggest):
    done = suggest("site", "--budget", "9", "--out", "next.json", "--config", "next.xml")
    assert done.code == 0
    assert Path("next.xml").read_text(encoding="utf-8") == articles_config()


def test_standard_input_is_an_article(suggest):
    done = suggest("--budget", "9", stdin=MOSS.encode())
    assert (done.code, listed(done)[0][:2]) == (0, ["stdin", "3"])
    named = suggest("-", "--budget", "9", "--stdin-name", "tap.md", stdin=TAP.encode())
    assert listed(named)[0][:2] == ["tap.md", "4"]


def test_records_have_their_ids_and_broken_ones_cost_no_other(suggest):
    rows = [
        json.dumps({"id": "a", "text": MOSS, "title": "Moss"}),
        "{oops",
        json.dumps({"id": "a", "text": "Another text."}),
        json.dumps({"body": "x"}),
        json.dumps({"text": "Half a \ud83d pair."}),
        json.dumps({"id": "b", "text": ""}),
    ]
    Path("crawl.jsonl").write_text("\n".join(rows), encoding="utf-8")
    done = suggest("crawl.jsonl", "--budget", "9", "--out", "next.jsonl")
    assert done.code == 1
    assert [row[0] for row in listed(done)] == ["a"]
    for words in (
        "crawl.jsonl: line 2 is not JSON",
        "a: an article before it has the same id",
        "line 4 has no field 'text'",
        "crawl.jsonl:5: it holds half of a surrogate pair",
    ):
        assert words in sentences(done)
    (document,) = read_labels("next.jsonl")
    assert (document.title, document.source) == ("Moss", "crawl")


def test_what_is_labelled_already_is_not_chosen_again(suggest):
    assert suggest("site", "--budget", "9", "--out", "done.jsonl").code == 0
    Path("copy.txt").write_text(MOSS, encoding="utf-8")
    done = suggest("site", "tap.md", "copy.txt", "--budget", "9", "--labelled", "done.jsonl")
    assert [row[0] for row in listed(done)] == ["tap.md"]
    none = suggest("copy.txt", "--budget", "9", "--labelled", "done.jsonl")
    assert (none.code, none.out) == (1, b"")
    assert "nearly repeats one that is labelled already" in none.err


def test_other_languages_are_left_out_unless_asked(suggest):
    Path("fr.txt").write_text("Bonjour tout le monde.\n", encoding="utf-8")
    done = suggest("fr.txt", "tap.md", "--budget", "9")
    assert [row[0] for row in listed(done)] == ["tap.md"]
    assert "1 article left out for another language" in done.err
    assert len(listed(suggest("fr.txt", "tap.md", "--budget", "9", "--any-language"))) == 2


def test_a_budget_below_every_article_takes_the_shortest_alone(suggest):
    done = suggest(".", "--budget", "2")
    assert [row[:2] for row in listed(done)] == [["site/moss.txt", "3"]]
    assert "no article has as few as 2 paragraphs; the shortest, of 3, is chosen alone" in done.err


# name: arguments, exit code, what stands on standard error
WRONG = {
    "no budget": ((".",), 2, "Missing option"),
    "a budget of nothing": ((".", "--budget", "0"), 2, "greater than or equal to 1"),
    "a budget in words": ((".", "--budget", "many"), 2, "valid integer"),
    "a format without a file": ((".", "--budget", "9", "--to", "csv"), 2, "name it with --out"),
    "an unknown format": ((".", "--budget", "9", "-o", "next.doc"), 2, "endings"),
    "a configuration for JSON lines": (
        (".", "--budget", "9", "-o", "next.jsonl", "--config", "next.xml"),
        2,
        "only Label Studio",
    ),
    "an input as the output": (
        ("tap.md", "--budget", "9", "-o", "tap.md", "--to", "jsonl"),
        2,
        "would overwrite the input tap.md",
    ),
    "no such file": (("no.txt", "--budget", "9"), 1, "no.txt: there is no such file"),
    "no such labels": ((".", "--budget", "9", "--labelled", "no.jsonl"), 1, "no.jsonl: there is"),
    "an empty file": (("empty.txt", "--budget", "9"), 1, "no article to choose from"),
    "an empty folder": (("empty", "--budget", "9"), 1, "holds no file with a known suffix"),
    "a label file": (("labels.jsonl", "--budget", "9"), 1, "has no field 'text', only id"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_a_sentence(suggest, name):
    Path("empty.txt").touch()
    Path("empty").mkdir()
    Path("labels.jsonl").write_text('{"id": "a", "paragraphs": []}\n', encoding="utf-8")
    before = {path.name for path in Path().iterdir()}
    arguments, code, words = WRONG[name]
    done = suggest(*arguments)
    assert (done.code, done.out) == (code, b"")
    assert words in sentences(done)
    assert "Traceback" not in done.err
    assert {path.name for path in Path().iterdir()} == before


def test_a_missing_file_costs_the_others_nothing(suggest):
    done = suggest("tap.md", "no.txt", "--budget", "9", "--out", "next.jsonl")
    assert (done.code, len(listed(done))) == (1, 1)
    assert Path("next.jsonl").is_file()
