"""Stand-off labels: no text goes out, and with the pages the text comes back."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from defiller.labels.corpus import standoff_file
from defiller.labels.formats import read_labels
from defiller.labels.join import Outcome, Pages, join, join_lines
from defiller.labels.kinds import Kind
from defiller.labels.labelled import LabelError, LabelledDocument, LabelledParagraph
from defiller.labels.standoff import (
    EXTRACTION,
    WHOLE_PAGE,
    Origin,
    paragraph_hash,
    read_origins,
    read_standoff,
    standoff_of,
    write_standoff,
)

SHARED = Path(__file__).parents[2].parent / "shared"
WEB = SHARED / "labels" / "web"

LINES = [
    "Five kettles, weighed and timed",
    "The copper one boils a litre in two minutes and four seconds, which no other did.",
    "The steel one takes three minutes, but costs a third and survives a fall from the table.",
    "Descale either of them with a spoon of citric acid, left to stand for half an hour.",
    "We bought all five in March and paid for them ourselves, as we do with everything here.",
]
KINDS = [Kind.SUBSTANCE] * 4 + [Kind.LEGAL]
PAGE = (
    f"<html><head><title>Kettles</title></head><body><article><h1>{LINES[0]}</h1>"
    + "".join(f"<p>{line}</p>" for line in LINES[1:])
    + "</article></body></html>"
)


def labelled(name="a", file="pages/a.html", texts=LINES, kinds=KINDS):
    paragraphs = tuple(map(LabelledParagraph, texts, kinds))
    return LabelledDocument(
        name, "mine", "https://x.example/a", "x.example", "x", paragraphs, file=file
    )


def standoff(**fields):
    return standoff_of(labelled(**fields))


def test_the_hash_is_of_the_text_with_its_white_space_normalised():
    assert paragraph_hash(" Boil\u00a0 it.\n") == paragraph_hash("Boil it.")
    assert paragraph_hash("Boil it.") == "3ea26919f1d2c89a"
    assert paragraph_hash("boil it.") != paragraph_hash("Boil it.")


@pytest.mark.parametrize("file", ["x.standoff.jsonl", "x.standoff.jsonl.gz"])
def test_what_is_written_is_read_back_and_holds_no_text(file, tmp_path):
    origins = {"mine": Origin("me/pages", "abc", EXTRACTION, "2.3.1")}
    given = [standoff_of(labelled(kinds=[None, *KINDS[1:]]), origins)]
    assert write_standoff(tmp_path / file, given) == 1
    assert list(read_standoff(tmp_path / file)) == given
    data = (tmp_path / file).read_bytes()
    text = (gzip.decompress(data) if file.endswith(".gz") else data).decode()
    assert not [word for line in LINES for word in line.split() if len(word) > 6 and word in text]
    record = json.loads(text)
    assert (record["repository"], record["commit"]) == ("me/pages", "abc")
    assert record["paragraphs"][0] == [paragraph_hash(LINES[0]), None]


def test_a_whole_page_comes_back_with_its_menus_as_a_view_of_its_article(tmp_path):
    menu, footer = "Home | Kettles | About", "© 2024 Five Kettles"
    article = PAGE.replace("<article>", f"<ul><li>{menu}</li></ul><article>")
    page = article.replace("</article>", f"</article><footer><p>{footer}</p></footer>")
    texts, kinds = [menu, *LINES, footer], [Kind.NAVIGATION, *KINDS, Kind.LEGAL]
    document = replace(labelled("a-page", "a.html", texts, kinds), view_of="a")
    origins = {"mine": Origin(extraction=WHOLE_PAGE)}
    write_standoff(tmp_path / "x.standoff.jsonl", [standoff_of(document, origins)])
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (joined,) = join(tmp_path / "x.standoff.jsonl", tmp_path)
    assert joined.outcome is Outcome.JOINED
    assert joined.document == document
    assert joined.document.article == "a"


def test_a_source_that_is_not_described():
    with pytest.raises(LabelError, match="the source 'mine' of 'a' is not described"):
        standoff_of(labelled(), {"other": Origin()})


BAD = {
    "broken JSON": ("{", "broken JSON"),
    "a label file": ('{"id": "a", "source": "s", "group": "g"}', "no stand-off labels"),
    "a hash too short": (
        '{"id": "a", "source": "s", "group": "g", "paragraphs": [["12ab", "faq"]]}',
        "16 digits",
    ),
    "an unknown kind": (
        '{"id": "a", "source": "s", "group": "g", "paragraphs": [["0123456789abcdef", "faw"]]}',
        "unknown kind 'faw'",
    ),
    "no group": ('{"id": "a", "source": "s", "paragraphs": []}', "'group' must be"),
    "a number for a file": (
        '{"id": "a", "source": "s", "group": "g", "file": 1, "paragraphs": []}',
        "'file' of 'a'",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_records_that_are_none(name, tmp_path):
    line, part = BAD[name]
    path = tmp_path / "x.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(LabelError, match=part) as caught:
        list(read_standoff(path))
    assert str(caught.value).startswith(f"{path}, line 2: ")


@pytest.mark.parametrize(
    ("content", "part"),
    [("[mine", "broken TOML"), ('[mine]\nrepo = "x"\n', "repository, commit, extraction")],
)
def test_origins_that_are_none(content, part, tmp_path):
    (tmp_path / "x.toml").write_text(content, encoding="utf-8")
    with pytest.raises(LabelError, match=part):
        read_origins(tmp_path / "x.toml")


MANY = [f"Step {n} takes {n} minutes." for n in range(1, 41)]
# name: the lines of the page, how many of the forty are found, whether the document is taken
JOINS = {
    "the same": (MANY, 40, True),
    "white space changed": ([f"  {line.replace(' ', chr(160))}" for line in MANY], 40, True),
    "lines between": ([*MANY[:9], "New.", *MANY[9:], "Newer."], 40, True),
    "two gone": ([*MANY[:9], *MANY[11:]], 38, True),
    "three gone": ([*MANY[:9], *MANY[12:]], 37, False),
    "two of them swapped": ([MANY[1], MANY[0], *MANY[2:]], 39, True),
    "backwards": (MANY[::-1], 1, False),
    "another page": (["Nothing of it."], 0, False),
    "nothing": ([], 0, False),
    "all of it twice": (MANY * 2, 40, True),
}


@pytest.mark.parametrize("name", JOINS)
def test_how_lines_take_labels(name):
    lines, matched, taken = JOINS[name]
    kinds = [Kind.FAQ if n % 2 else Kind.SUBSTANCE for n in range(40)]
    joined = join_lines(standoff(texts=MANY, kinds=kinds), lines)
    assert joined.matched == matched
    assert joined.outcome is (Outcome.JOINED if taken else Outcome.OTHER_TEXT)
    if not taken:
        assert joined.document is None
        return
    assert [p.text for p in joined.document.paragraphs] == lines
    of_line = {paragraph_hash(line): kind for line, kind in zip(MANY, kinds, strict=True)}
    found = [p for p in joined.document.paragraphs if p.kind is not None]
    assert len(found) == matched
    assert all(p.kind is of_line[paragraph_hash(p.text)] for p in found)


def test_a_long_table_of_equal_rows_is_no_trouble():
    rows = ["| yes | no |"] * 4000
    texts = [*MANY, *rows, "The end."]
    joined = join_lines(
        standoff(texts=texts, kinds=[Kind.FAQ] * len(texts)), [*MANY, "New.", *rows, "The end."]
    )
    assert joined.matched == len(texts)


PAGES = {
    "the same place": (["pages/a.html"], "pages/a.html"),
    "compressed": (["pages/a.html.gz"], "pages/a.html.gz"),
    "another folder": (["a.html"], "a.html"),
    "the longer end": (["x/a.html", "y/pages/a.html"], "y/pages/a.html"),
    "two that fit alike": (["x/a.html", "y/a.html"], None),
    "another name": (["pages/b.html"], None),
    "another ending": (["pages/a.txt"], None),
}


@pytest.mark.parametrize("name", PAGES)
def test_which_page_is_a_document_s(name, tmp_path):
    files, expected = PAGES[name]
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    found = Pages(tmp_path).find(standoff())
    assert found == (None if expected is None else tmp_path / expected)


def test_a_document_without_a_file_is_found_by_its_id(tmp_path):
    (tmp_path / "a.html.gz").touch()
    assert Pages(tmp_path).find(standoff(file=None)) == tmp_path / "a.html.gz"


def test_a_folder_that_is_none(tmp_path):
    with pytest.raises(LabelError, match="no such folder"):
        Pages(tmp_path / "no")


def test_pages_are_extracted_again_and_joined(tmp_path):
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    other = {"mine": Origin(extraction="another call")}
    given = [
        standoff(),
        standoff(name="b", file="b.html"),
        standoff(name="c", file="c.html"),
        standoff(name="d", file="a.html", texts=[*LINES[:4], "Gone."]),
        standoff_of(labelled(name="e"), other),
    ]
    write_standoff(tmp_path / "x.jsonl", given)
    joined = list(join(tmp_path / "x.jsonl", tmp_path))
    assert [j.outcome for j in joined] == [
        Outcome.JOINED,
        Outcome.JOINED,
        Outcome.NO_PAGE,
        Outcome.OTHER_TEXT,
        Outcome.OTHER_EXTRACTION,
    ]
    assert joined[0].document == labelled()
    assert joined[1].document == labelled(name="b", file="b.html")


def test_the_web_labels_stand_off_in_the_package():
    documents = list(read_standoff(standoff_file()))
    assert len({d.id for d in documents}) == len(documents) == 1449
    assert sum(len(d.paragraphs) for d in documents) == 68_521
    assert all(d.origin.repository and d.origin.commit for d in documents)
    with gzip.open(standoff_file(), "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    assert {name for record in records for name in record} == {
        "id",
        "source",
        "repository",
        "commit",
        "file",
        "url",
        "domain",
        "group",
        "extraction",
        "trafilatura",
        "paragraphs",
    }


@pytest.mark.parametrize(
    ("name", "extraction", "pages", "paragraphs"),
    [("more", EXTRACTION, 219, 27_588), ("whole-pages", WHOLE_PAGE, 192, 35_403)],
)
def test_labels_that_only_train_stand_off_beside_them(name, extraction, pages, paragraphs):
    documents = list(read_standoff(standoff_file().with_name(f"{name}.standoff.jsonl.gz")))
    assert len({d.id for d in documents}) == len(documents) == pages
    assert sum(len(d.paragraphs) for d in documents) == paragraphs
    assert {d.origin.extraction for d in documents} == {extraction}
    judged = {d.id for d in read_standoff(standoff_file())}
    assert not judged & {d.id for d in documents}
    assert all((d.view_of is not None) == (name == "whole-pages") for d in documents)


@pytest.mark.skipif(not WEB.is_dir(), reason="the web labels are not beside the clone")
def test_the_stand_off_labels_are_those_of_the_web_labels(tmp_path):
    origins = read_origins(standoff_file().with_name("web.sources.toml"))
    made = [
        standoff_of(document, origins)
        for name in ("wcxb", "news", "pages", "spun")
        for document in read_labels(WEB / f"{name}.jsonl")
    ]
    assert made == list(read_standoff(standoff_file()))


@pytest.mark.skipif(
    not (SHARED / "pages" / "html").is_dir() or not WEB.is_dir(),
    reason="the pages are not beside the clone",
)
def test_pages_of_the_web_come_back_as_they_were_labelled(tmp_path):
    some = [d for d in read_standoff(standoff_file()) if d.id.startswith("wcxb-")][::40]
    write_standoff(tmp_path / "some.jsonl", some)
    joined = {
        j.standoff.id: j.document for j in join(tmp_path / "some.jsonl", SHARED / "pages" / "html")
    }
    original = {d.id: d for d in read_labels(WEB / "wcxb.jsonl")}
    assert joined == {d.id: original[d.id] for d in some}


@pytest.mark.skipif(
    not (SHARED / "pages" / "html").is_dir(), reason="the pages are not beside the clone"
)
@pytest.mark.parametrize("name", ["more", "whole-pages"])
def test_pages_that_only_train_come_back_whole(name, tmp_path):
    some = list(read_standoff(standoff_file().with_name(f"{name}.standoff.jsonl.gz")))[::20]
    write_standoff(tmp_path / "some.jsonl", some)
    joined = list(join(tmp_path / "some.jsonl", SHARED / "pages" / "html"))
    assert [(j.outcome, j.matched) for j in joined] == [
        (Outcome.JOINED, len(d.paragraphs)) for d in some
    ]
    assert [j.document.view_of for j in joined] == [d.view_of for d in some]
