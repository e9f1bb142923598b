"""Pages made to hurt: each is read or refused with a sentence, in bounded time and memory."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from defiller.features.document import ReadingError
from defiller.features.reading import decode, limits, read
from defiller.features.reading.html import extract_page

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes and limits of POSIX")

PROSE = "<p>The bridge of Wareham was built in 1903 by Ada Pike, and it is forty metres long.</p>"
LAST = "<p>These are the last words of the page, which stand below all that.</p>"


def page(body, head="<title>T</title>"):
    return f"<!DOCTYPE html><html><head>{head}</head><body>{PROSE}{body}{LAST}</body></html>"


def nested(tag, times=100_000):
    return page(f"<{tag}>" * times + "deep" + f"</{tag}>" * times)


def entities(count):
    """A billion laughs: each entity is ten of the one before."""
    kin = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, count))
    return (
        f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY e0 "ha">{kin}]>'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body>{PROSE}'
        f"<p>&e{count - 1};</p>{LAST}</body></html>"
    )


FILE = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
READ = {
    "1 MB attribute": lambda: page(f"<p class='{'a' * 1_000_000}'>Words.</p>"),
    "1 MB of attribute values": lambda: page(f"<p title='{'a ' * 500_000}'>Words.</p>"),
    "1 MB of one word": lambda: page(f"<p>{'a' * 1_000_000}</p>"),
    "unclosed tags": lambda: page("<b><p <i <a href=x <ul><li><table><tr><td>"),
    "crossed tags": lambda: page("<b><i></b></i>" * 20),
    "NUL and other controls": lambda: page("<p>a\0b\x01\x02\x7f</p>" * 1000),
    "half surrogates": lambda: page("<p>a\ud800b\udfff</p>" * 1000),
    "character references": lambda: page("<p>&#0;&#xd800;&#x110000;&#99999999999;&nosuch;</p>"),
    "billion laughs": lambda: entities(12),
    "an entity that is a file": lambda: FILE + page("<p>&x;</p>"),
    "less-than signs": lambda: page("<p>" + "<" * 100_000 + "</p>"),
    "references": lambda: page("<p>" + "&amp;" * 100_000 + "</p>"),
    "absurd spans": lambda: page(
        f"<table><tr><td colspan={'9' * 5000} rowspan=-1>A cell of it.</td></tr></table>"
    ),
    "spans without end": lambda: page(
        "<table>" + "<tr><td colspan=1000 rowspan=1000>A</td></tr>" * 2000 + "</table>"
    ),
    "emphasis without end": lambda: page("<p>" + ("<b>" + "word " * 40 + "</b> ") * 4000 + "</p>"),
    "metadata": lambda: page("", f"<meta name=author content='{'A B, ' * 50_000}'>"),
    "metadata nested in metadata": lambda: page(
        "", '<script type="application/ld+json">' + '{"a":' * 100_000 + "</script>"
    ),
    "10,000 links": lambda: page("".join(f"<a href='/{n}'>no {n}</a> " for n in range(10_000))),
    "10,000 rows": lambda: page("<table>" + "<tr><td>a<td>b</tr>" * 10_000 + "</table>"),
    "4,000 tables of one cell": lambda: page(
        f"<div>{'<table><tr><td>a</td></tr></table>' * 50}</div>" * 80
    ),
    "10,000 paragraphs": lambda: page(PROSE * 10_000),
}
REFUSED = {
    **{
        f"{tag} 100,000 deep": (lambda tag=tag: nested(tag), "nested over 250 deep")
        for tag in ("div", "span", "b", "table><tr><td", "ul><li", "blockquote", "x-y", "svg")
    },
    "a text of 11 million characters": (
        lambda: page("<p>" + "a" * 11_000_000 + "</p>"),
        "a part of it is too long",
    ),
    "a script of 11 million characters": (
        lambda: page("<script>" + "a" * 11_000_000 + "</script>"),
        "a part of it is too long",
    ),
    "over 20 million characters": (lambda: page(PROSE * 230_000), "over 20 million characters"),
    "over 200,000 elements": (lambda: page("<i>a</i> " * 200_001), "over 200,000 elements"),
    "a row of 30,000 cells": (
        lambda: page("<table><tr>" + "<td>a" * 30_000 + "</table>"),
        "a list or a row of the page is too long",
    ),
    "a numbered list of 30,000": (
        lambda: page("<ol>" + "<li>a" * 30_000 + "</ol>"),
        "a list or a row of the page is too long",
    ),
    "a table of 1,100 by 1,100": (
        lambda: page(
            "<table><tr>" + "<td>a" * 1100 + "</tr>" + "<tr><td>a</tr>" * 1100 + "</table>"
        ),
        "a table of the page is too large",
    ),
    "60,000 tables of one cell": (
        lambda: page(f"<div>{'<table><tr><td>a</td></tr></table>' * 50}</div>" * 1200),
        "no article that can be told from them",
    ),
    "100,000 attributes": (
        lambda: page("<p " + " ".join(f"a{n}=b" for n in range(100_000)) + ">a</p>"),
        "too many attributes",
    ),
    "attributes behind quotes that are none": (
        lambda: page('<p a"b=">" ' + " ".join(f"a{n}" for n in range(100_000)) + ">a</p>"),
        "too many attributes",
    ),
}

SECONDS = 30
"""Processor time of one page: the slowest take 3 seconds, on a machine that is slow 10."""
BYTES = 1 << 30
"""Memory on top of what the test holds: the hungriest take 400 MB."""


@pytest.fixture
def child():
    """Works in a child process with limits of time and memory; what came of it, as JSON."""
    read(page(PROSE), "html")  # all is loaded before anything is measured
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()

    def child(function):
        ends = os.pipe()
        process = os.fork()
        if not process:  # pragma: no cover - it ends without telling anyone
            try:
                resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
                resource.setrlimit(resource.RLIMIT_AS, (held + BYTES,) * 2)
                try:
                    said = {"done": function()}
                except ReadingError as error:
                    said = {"refused": str(error)}
                except BaseException as error:
                    said = {"failed": f"{type(error).__name__}: {error}"}
                os.write(ends[1], json.dumps(said).encode())
            finally:
                os._exit(0)
        os.close(ends[1])
        with os.fdopen(ends[0], "rb") as stream:
            said = stream.read()
        _, status = os.waitpid(process, 0)
        assert os.waitstatus_to_exitcode(status) == 0, "killed: out of time"
        return json.loads(said)

    return child


needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="/proc of Linux")


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("name", READ)
def test_it_is_read_to_its_end(child, name):
    made = child(lambda: read(READ[name](), "html").text[-4000:])
    assert "These are the last words" in made.get("done", made)


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(child, name):
    make, sentence = REFUSED[name]
    said = child(lambda: read(make(), "html").text[-200:])
    assert sentence in said.get("refused", said)
    assert said["refused"].endswith("extract its text first")


@needs_proc
@pytest.mark.slow
def test_100_000_links(child):
    many = page("".join(f"<a href='/{n}'>no {n}</a> " for n in range(100_000)))
    said = child(lambda: read(many, "html").text[-200:])
    assert "a list or a row of the page is too long" in said.get("refused", said)
    some = "".join(f"<a href='/{n}'>no {n}</a> " for n in range(10))
    assert (
        "last words"
        in child(lambda: read(page(f"<p>{some}</p>" * 10_000), "html").text[-4000:])["done"]
    )


def test_entities_are_not_expanded():
    text = read(READ["billion laughs"](), "html").text
    assert len(text) < 1000
    assert "root:" not in read(READ["an entity that is a file"](), "html").text


def test_layout_that_is_ignored_costs_no_text():
    table = "<table>" + "<tr><td colspan=1000>Cell {} of it.</td><td>b</td></tr>" * 60 + "</table>"
    text = read(page(table.format(*range(60))), "html").text
    assert all(f"Cell {n} of it." in text for n in range(60))
    assert len(text) < 5000
    bold = "".join(f"<b>The word {n} {'of it ' * 100}</b>" for n in range(900))
    text = read(page(f"<p>{bold}</p>"), "html").text
    assert all(f"The word {n} " in text for n in range(900))
    assert "**" not in text
    assert "**" in read(page("<p>It has <b>some</b> <i>emphasis</i> here.</p>"), "html").text


@pytest.mark.parametrize("depth", [200, 300])
def test_what_stands_behind_deep_nesting_is_never_lost_in_silence(depth):
    deep = page("<div>" * depth + "</div>" * depth)
    if depth < 250:
        assert "last words" in read(deep, "html").text
    else:
        with pytest.raises(ReadingError, match="nested over 250 deep"):
            read(deep, "html")


def test_half_a_surrogate_pair_does_not_end_the_page():
    text = read(page("<p>Here is \ud800 half of one.</p>"), "html").text
    assert "Here is \ufffd half of one." in text
    assert "last words" in text


def test_limits_of_a_text(monkeypatch):
    monkeypatch.setattr(limits, "LARGEST_TEXT", 2_000_000)
    with pytest.raises(ReadingError, match="over 2 million characters; split it"):
        read("a" * 2_000_001, "text")
    monkeypatch.setattr(limits, "MOST_LINES", 10)
    assert len(read("a\n" * 10 + "\n \n" * 20, "text").paragraphs) == 10
    for end in ("\n", "\r", "\r\n"):
        with pytest.raises(ReadingError, match="over 10 lines; split it"):
            read(f"a{end}" * 11, "markdown")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (page("<p>café</p>").encode(), "café"),
        (page("<p>café</p>", "<meta charset=iso-8859-1>").encode("latin-1"), "café"),
        # What a page says of itself is not always so.
        (page("<p>café</p>", "<meta charset=utf-8>").encode("latin-1"), "café"),
        (page("<p>café</p>", "<meta charset=latin1>").encode(), "café"),
        (page("<p>café</p>", "<meta charset=utf-16>").encode(), "café"),
        (page("<p>café</p>", "<meta charset=no-such>").encode(), "café"),
        (page("<p>café</p>", "<meta charset=utf-7>").encode(), "café"),
        (page("<p>café</p>").encode("utf-16"), "café"),
        (page("<p>café</p>").encode("utf-8-sig"), "café"),
        (page("<p>日本語</p>", "<meta charset=shift_jis>").encode("shift_jis"), "日本語"),
        (page("<p>日本語</p>", "<meta charset=iso-2022-jp>").encode("iso-2022-jp"), "日本語"),
        # UTF-7 is no encoding of pages: its markup is text.
        (page("<p>+ADw-script+AD4- stays</p>").encode(), "+ADw-script+AD4- stays"),
    ],
)
def test_encodings_that_are_named_rightly_wrongly_and_not(data, found):
    assert found in extract_page(decode(data, html=True).text).markdown


@pytest.mark.parametrize(
    "data",
    [
        page("<p>café</p>").encode("utf-16-le"),  # without its mark
        page("<p>café</p>").encode("utf-32-be"),
        page("<p>a\0b</p>").encode(),
        b"<html>\xff\xfe\x00" * 100,
    ],
)
def test_bytes_that_are_no_text_are_refused(data):
    with pytest.raises(ReadingError, match=r"NUL bytes|encoding of the file is not known"):
        decode(data, html=True)


@pytest.mark.slow
def test_in_a_batch_each_costs_only_itself(tmp_path):
    """The command line, the shipped model, two processes; one page is larger than all limits."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(8):
        (folder / f"good{number}.html").write_text(page(PROSE * number), encoding="utf-8")
    (folder / "deep.html").write_text(nested("div"), encoding="utf-8")
    (folder / "laughs.xhtml").write_text(entities(12), encoding="utf-8")
    (folder / "nul.html").write_bytes(page("a\0b").encode())
    with (folder / "large.html").open("wb") as stream:
        stream.write(page("").encode())
        for _ in range(100):
            stream.write(b" " * 1_000_000)
    (folder / "entities.html").write_text(REFUSED["100,000 attributes"][0](), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "defiller", "strip", "in", "--out", "clean", "--jobs", "2"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    said = dict(
        line.removeprefix("defiller: in/").split(": ", 1) for line in done.stderr.splitlines()
    )
    assert set(said) == {"deep.html", "nul.html", "large.html", "entities.html"}
    assert said["large.html"] == "it is over 80 MiB; split it"
    made = sorted(p.name for p in (tmp_path / "clean").iterdir())
    assert made == [*(f"good{n}.md" for n in range(8)), "laughs.md"]
