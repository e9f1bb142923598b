"""Time grows with the length of a text, whatever it is made of: no step of it in the square.

Processor time is compared at one size and at four times that size: in the square it would be 16
times as much. Below the floor nothing is compared, for small times say nothing; a text that stays
below it is fast enough whatever the ratio.
"""

import importlib
import inspect
import pkgutil
import re
import time
from pathlib import Path

import pytest

import defiller
from defiller.features.document import Format, ReadingError
from defiller.features.reading import read
from defiller.model.annotate import annotate
from defiller.model.policy import Policy
from defiller.model.scorer import load
from defiller.model.strip import cut, cut_ranges

pytestmark = pytest.mark.slow

SIZE = 60_000
MOST = 9.0
"""Times as long for four times the text: 4 by the text, 6 seen where what is worked on no longer
fits the processor's cache, 16 in the square."""
FLOOR = 1.5
"""Seconds for 240,000 characters. Most take 0.1 to 1; what is in the square and stays below it
takes 25 seconds for the whole megabyte at worst."""


def times(piece, before="", after=""):
    return lambda size: before + piece * (size // len(piece)) + after


def growing(size):
    return "".join("`" * n + " " for n in range(1, int((2 * size) ** 0.5)))


TEXTS = {
    "one line": times("word and more "),
    "one word over and over": times("word "),
    "one long word": times("a"),
    "empty lines": times("\n"),
    "lines of spaces": times(" \n"),
    "carriage returns": times("\r"),
    "questions": times("Q: why?\n"),
    "questions and answers": times("## Why?\n\nSo it is.\n\n"),
    "short lines": times("a\n"),
    "headings of every level": times("# A\n\n## B\n\n### C\n\n#### D\n\n##### E\n\n###### F\n\n"),
    "list in list": times("- "),
    "list below list": lambda n: "".join("  " * i + "- a\n" for i in range(int(n**0.5))),
    "list below list, again": times("".join("  " * i + "- a\n" for i in range(60))),
    "numbered list": lambda n: "".join(f"{i % 999 + 1}. a\n" for i in range(n // 5)),
    "numbers in numbers": times("1. "),
    "pipes": times("|", after="a"),
    "lines of pipes": times("|\n"),
    "a table": times("| a | b |\n", before="| a | b |\n|---|---|\n"),
    "a wide table": lambda n: "| a " * (n // 8) + "|\n" + "|---" * (n // 8) + "|\n",
    "quote in quote": times("> "),
    "quotes": times("> a\n\n"),
    "deep quotes": times("> " * 100 + "a\n"),
    "reference definitions": times("[a]: b\n"),
    "many reference definitions": lambda n: "".join(f"[a{i}]: b\n" for i in range(n // 10)),
    "uses of a reference": times("[a] ", before="[a]: b\n\n"),
    "footnotes": times("[^1]: a\n"),
    "backticks": times("`"),
    "runs of backticks": growing,
    "fences": times("```\n"),
    "less-than signs": times("<"),
    "tags": times("<a "),
    "blocks of HTML": times("<div>\n\n"),
    "comments that do not end": times("<!-- a\n\n"),
    "stars": times("*"),
    "words with a star": times("*a "),
    "words with two stars": times("**a "),
    "underscores": times("_a"),
    "brackets": times("["),
    "links in links": lambda n: "[" * (n // 8) + "a" + "](/b)" * (n // 8),
    "links": times("[a](/b) "),
    "escapes": times("\\"),
    "entities": times("&a;"),
    "front matter": times("a: b\n", before="---\n"),
    "front matter of one value": times("a", before='---\ntitle: "', after='"\n---\n'),
    "right to left": times("\u202eא"),
    "combining marks": times("a\u0301\u0302\u0303"),
    "half surrogates": times("\ud800 "),
    "different words": lambda n: " ".join(f"w{i}x" for i in range(n // 7)),
    "different lines": lambda n: "\n".join(f"It has {i} m and {i * 7} kg." for i in range(n // 22)),
    "lines that come eight times": lambda n: "\n".join(
        f"It is {i // 8} m." for i in range(n // 14)
    ),
    "sentences": times("It is so. "),
    "recaps": times("In conclusion, it is so.\n"),
    "related": times("Related: Ten Kettles\n"),
}
WRAPPED = ("short lines", "numbered list", "pipes", "lines of pipes", "quotes", "empty lines")


def seconds(text, form, scorer):
    """Processor time of reading, signals and scores, strip and annotate; or until it is refused."""
    began = time.process_time()
    try:
        document = read(text, form)
    except ReadingError:  # a page beyond a limit, which tests/faults/test_pages.py looks at
        assert form is Format.HTML
        return time.process_time() - began
    (scored,) = scorer.score_documents([document], Policy())
    for strips in ([True] * len(document.paragraphs), [v.strip for v in scored.verdicts]):
        cut(document.text, cut_ranges(document, strips))
    annotate(scored, "text")
    annotate(scored, "markdown")
    return time.process_time() - began


@pytest.fixture(scope="module")
def scorer():
    scorer = load()
    seconds("# A\n\nB *c*.\n", Format.MARKDOWN, scorer)
    return scorer


def check(measure):
    long = measure(4 * SIZE)
    if long > FLOOR:
        # Once more, lest something else that ran for a moment is taken for it.
        long = min(long, measure(4 * SIZE))
        assert long < MOST * max(measure(SIZE), FLOOR / MOST)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("form", [Format.TEXT, Format.MARKDOWN])
def test_text(scorer, name, form):
    check(lambda size: seconds(TEXTS[name](size), form, scorer))


@pytest.mark.parametrize("name", WRAPPED)
def test_wrapped_text(scorer, name):
    check(lambda size: seconds(TEXTS[name](size), Format.WRAPPED, scorer))


PROSE = "<p>The bridge of Wareham was built in 1903 by Ada Pike, and it is forty metres long.</p>"
PAGES = {
    "paragraphs": times(PROSE),
    "text": times("word ", before="<p>"),
    "line breaks": times("a<br>", before="<p>"),
    "links": times("<a href=/b>a b</a> ", before="<p>"),
    "list": times("<li>a thing", before="<ul>"),
    "rows": times("<tr><td>a</td><td>b</td></tr>", before="<table>"),
    # Long cells, since jusText compares short paragraphs with one another; how many of them it is
    # asked about at most, tests/faults/test_pages.py looks at.
    "tables": times(f"<table><tr><td>{'a word ' * 8}</td><td>{'it is ' * 8}</td></tr></table>"),
    "headings": times("<h2>A thing</h2>"),
    "emphasis": times("<b>a</b> c ", before="<p>"),
    "code": times("<code>a</code> ", before="<p>"),
    "preformatted": times("x = 1\n", before="<pre>"),
    "less-than signs": times("<", before="<p>"),
    "references": times("&amp;", before="<p>"),
    "unclosed elements": times("<p>"),
    "brackets and stars": times("[*a", before="<p>"),
    "backticks": times("`", before="<p>"),
}


@pytest.mark.parametrize("name", PAGES)
def test_page(scorer, name):
    def page(size):
        return f"<html><body>{PROSE * 3}{PAGES[name](size)}"

    # As long as the other texts it would meet the limits of a page, which have tests of their own.
    check(lambda size: seconds(page(size // 2), Format.HTML, scorer))


# Expressions that backtrack in the square and cannot be given much: the part of a page's first
# 4,096 bytes that may declare its encoding.
BOUNDED = {"defiller.features.reading.decoding._META", "defiller.features.reading.decoding._XML"}


def modules():
    """Names of the modules that read what strangers wrote, installed or in the clone."""
    for name in ("defiller.features", "defiller.model"):
        folders = importlib.import_module(name).__path__
        yield from (found.name for found in pkgutil.walk_packages(folders, f"{name}."))
    folder = Path(defiller.__file__).parent
    yield from (f"defiller.{path.stem}" for path in folder.glob("*_records.py"))


def expressions():
    """Compiled expressions by name, and whether they are looked for anywhere in a text."""
    found = {}
    for name in modules():
        module = importlib.import_module(name)
        source = inspect.getsource(module)
        for key, value in vars(module).items():
            if isinstance(value, re.Pattern):
                # One that is handed on may be looked for by whoever gets it.
                asked = re.findall(rf"\b{key}\b(?!\.(?:match|fullmatch)\(| = | *:)", source)
                found[f"{name}.{key}"] = value, bool(asked)
                continue
            values = value if isinstance(value, (tuple, list)) else [value]
            flat = [y for x in values for y in (x if isinstance(x, tuple) else (x,))]
            found |= {f"{name}.{key}": (v, True) for v in flat if isinstance(v, re.Pattern)}
    return found


def pieces(expression):
    """What the expression's own characters make, one and two at a time."""
    source = expression.pattern
    source = source.decode("latin-1") if isinstance(source, bytes) else source
    bare = re.sub(r"\\[a-zA-Z]|\\x..|\(\?[a-z:=!<>]*|[\[\](){}?+^$|\\]", "", source)
    own = list(dict.fromkeys(["a", "A", "1", " ", "\n", *'-*[]()<>"`|.', *bare[:12]]))
    words = list(dict.fromkeys(re.findall(r"[a-z<!-]{3,}", source)))[:6]
    return own + [a + b for a in own[:16] for b in own[:16] if a < b] + words


def test_no_expression_backtracks_in_the_square():
    """8,000 characters take under 2 ms where an expression walks over them once."""
    known = expressions()
    assert len(known) > 50
    slow = {}
    for name, (expression, is_searched) in known.items():
        if name in BOUNDED:
            continue
        for piece in pieces(expression):
            for after in ("", "\0"):
                text = piece * (8000 // len(piece)) + after
                given = text.encode() if isinstance(expression.pattern, bytes) else text
                for _ in range(3):
                    began = time.process_time()
                    expression.match(given)
                    if is_searched:
                        sum(1 for _ in expression.finditer(given))
                    took = time.process_time() - began
                    if took < 0.02:
                        break
                else:
                    slow[name] = (piece, after, took)
    assert not slow
