"""The articles of a benchmark: given, labelled or shipped, with their pages."""

import pytest

from defiller.benchmark.articles import Article, given, labelled, shipped, spread
from defiller.faults import InputError, UsageError


def test_pages_come_with_their_text_and_files_as_they_are(tmp_path, html):
    (tmp_path / "a.html").write_text(html, encoding="utf-8")
    (tmp_path / "b.txt").write_text("Soup.\nAdd salt.\n", encoding="utf-8")
    page, text = given([str(tmp_path)])
    assert page.html == html
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
    assert len(found) == 594
    assert {article.format for article in found} == {"markdown", "text"}
    few = spread(found, 10)
    assert [found.index(article) for article in few] == [n * 594 // 10 for n in range(10)]
    assert spread(found, 0) == spread(found, 594) == found
