"""Several articles on one review page: `annotate FOLDER --to html --out page.html`."""

import re
from pathlib import Path

import pytest

from defiller.faults import UsageError
from defiller.outputs import Form


@pytest.fixture
def page(go):
    return lambda *inputs, out="page.html", **options: go(
        "annotate", *inputs, to=Form.HTML, out=out, **options
    )


@pytest.fixture
def write(tmp_path):
    def write(name, text="A fact.\n[faq] Why?\n"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    return write


def names():
    return sorted(path.name for path in Path().iterdir())


def titles(path="page.html"):
    return re.findall(r'<article data-title="([^"]*)"', Path(path).read_text("utf-8"))


def test_a_folder_makes_one_page(page, write):
    for name in ("a.txt", "b.txt", "sub/c.md"):
        write(f"in/{name}", "A fact.\n\n[faq] Why?\n")
    done = page("in")
    assert (done.code, done.out, done.err) == (0, b"", "")
    assert titles() == ["in/a.txt", "in/b.txt", "in/sub/c.md"]
    html = Path("page.html").read_text("utf-8")
    assert html.startswith("<!doctype html>")
    assert html.count("</html>") == 1
    assert html.count(' goes" tabindex') == 3
    assert names() == ["in", "page.html"]


def test_a_page_is_made_anew_from_its_own_folder(page, write):
    write("in/a.txt")
    assert page("in", out="in/page.html").code == 0
    write("in/b.txt")
    assert page("in", out="in/page.html").code == 0
    assert titles("in/page.html") == ["in/a.txt", "in/b.txt"]


def test_one_article_makes_a_page_without_a_list(page, write):
    write("a.txt")
    assert page("a.txt").code == 0
    assert titles() == ["a.txt"]
    assert 'id="index"' not in Path("page.html").read_text("utf-8")


def test_a_folder_named_for_output_gets_a_page_an_article(page, write):
    write("in/a.txt")
    write("in/b.txt")
    assert page("in", out="out").code == 0
    assert titles("out/a.html") == ["in/a.txt"]


def test_what_fails_is_named_and_the_rest_is_on_the_page(page, write, tmp_path):
    write("in/a.txt")
    (tmp_path / "in/b.txt").write_bytes(b"\x00\x01\x02\xff")
    write("in/c.jsonl", '{"text": "A."}\n')
    done = page("in")
    assert done.code == 1
    assert "in/c.jsonl: records are not put on a page" in done.err
    assert "in/b.txt" in done.err
    assert titles() == ["in/a.txt"]


def test_without_any_article_there_is_no_page(page, write):
    write("in/c.jsonl", '{"text": "A."}\n')
    assert page("in").code == 1
    assert names() == ["in"]


def test_a_page_that_cannot_be_finished_leaves_the_old_one(page, write, monkeypatch):
    from defiller.page_file import PageFile

    def full(self, piece):
        raise OSError(28, "No space left on device")

    write("in/a.txt")
    write("page.html", "old")
    monkeypatch.setattr(PageFile, "add", full)
    done = page("in")
    assert done.code == 1
    assert "page.html" in done.err
    assert Path("page.html").read_text("utf-8") == "old"
    assert names() == ["in", "page.html"]


def test_a_dry_run_writes_no_page(page, write):
    write("in/a.txt")
    assert page("in", dry_run=True).code == 0
    assert names() == ["in"]


def test_what_cannot_be_asked_of_a_page(page, write):
    write("a.html", "<p>A fact.")
    write("b.txt")
    with pytest.raises(UsageError, match=r"the page 'a\.html' would overwrite the input|a\.html"):
        page("a.html", "b.txt", out="a.html")
    with pytest.raises(UsageError, match="made in one go; leave --resume out"):
        page("a.html", "b.txt", resume=True)


def test_workers_make_the_same_page(page, write):
    for number in range(12):
        write(f"in/{number:02}.txt", f"Fact {number}.\n[legal] All rights reserved.\n")
    page("in")
    alone = Path("page.html").read_bytes()
    page("in", jobs=2)
    assert Path("page.html").read_bytes() == alone


def test_without_jinja2_the_cure_is_told(page, write, monkeypatch):
    from defiller import batch

    monkeypatch.setattr(batch, "find_spec", lambda _: None)
    write("a.txt")
    with pytest.raises(UsageError, match=r"jinja2; install it with pip install 'defiller\[page\]'"):
        page("a.txt")
