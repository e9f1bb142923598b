"""The review page as a file, and the article in a terminal."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defiller.features.document import Format, count_words
from defiller.features.reading import read
from defiller.labels.kinds import PADDING_KINDS, Kind
from defiller.model.annotate import annotate
from defiller.model.page.review import article_piece, page_frame, review_page
from defiller.model.policy import Policy
from defiller.model.terminal import PLAIN_WIDTH, in_terminal
from defiller.model.verdict import Because, Reason, ScoredDocument, Verdict

ARTICLE = """# A Tap

It drips 12 litres a day.

## Read more

- Ten kettles
- Ten pans

| Part | Price |
|------|-------|
| Washer | 60p |

```
turn  left
```

> A drip, he said.
"""


def judged(text, shares=(), form=Format.MARKDOWN, *, threshold=0.6, **fields):
    """A scored document: kind, padding and, where it differs, cut_at of its paragraphs."""
    known = {k: fields.pop(k) for k in ("title", "url") if k in fields}
    document = read(text, form, **known)
    shares = [*shares, *[("substance", 0.0)] * len(document.paragraphs)]
    because, reasons = fields.pop("because", Because.MODEL), fields.pop("reasons", None)
    verdicts = []
    for paragraph, (kind, padding, *cut_at) in zip(document.paragraphs, shares, strict=False):
        at = cut_at[0] if cut_at else padding
        goes = at >= threshold and because is Because.MODEL
        kinds = {Kind(kind): padding} if kind != "substance" else {Kind.FLUFF: padding}
        verdicts.append(
            Verdict(
                start=paragraph.start,
                end=paragraph.end,
                text=document.source(paragraph),
                padding=padding,
                kind=Kind(kind),
                kinds=kinds,
                strip=goes,
                because=because,
                cut_at=at,
                reasons=reasons,
            )
        )
    return ScoredDocument(document, tuple(verdicts), "tiny@0123456789ab", threshold, "en", **fields)


class Page(HTMLParser):
    """Elements, text by element, and the paragraphs, as a parser sees them."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.paragraphs, self.body = [], [], [], {}
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if "data-cut" in attributes:
            self.paragraphs.append({**attributes, "text": ""})
        if tag == "body":
            self.body = attributes
        if tag not in ("meta", "input", "br"):
            self.open.append((tag, attributes.get("class") or ""))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag, "an element is closed that is not open"

    def handle_data(self, data):
        if not any(tag in ("style", "script") for tag, _ in self.open):
            self.text += data
        if any(cls.startswith("text ") for _, cls in self.open):
            self.paragraphs[-1]["text"] += data

    def names(self):
        return {tag for tag, _ in self.tags}


def test_every_paragraph_stands_on_the_page_in_order():
    scored = judged(ARTICLE, [("substance", 0.1)] * 3 + [("related", 0.9)] * 2)
    page = Page(review_page([scored], ["a.md"]))
    assert not page.open, "every element is closed"
    assert [p["text"] for p in page.paragraphs] == [
        *("A Tap", "It drips 12 litres a day.", "Read more", "•Ten kettles", "•Ten pans"),
        *("PartPrice", "", "Washer60p", "```\nturn  left\n```", "A drip, he said."),
    ]
    assert ["goes" in p["class"].split() for p in page.paragraphs[:5]] == [False] * 3 + [True] * 2
    assert [p["tabindex"] for p in page.paragraphs[2:5]] == ["-1", "0", "0"]
    assert {"h2", "h3", "pre", "blockquote"} <= page.names()
    assert "a.md" in page.text
    assert "related 90%" in page.text


def test_counts_at_any_threshold_are_those_of_the_command_line():
    """What the script adds up is exact: cut_at is written in full, words as shares count them."""
    third = 1 / 3
    shares = [("related", 0.9, third), ("substance", 0.2, 0.1 + 0.2), ("legal", 0.99, 0.0)]
    scored = judged(ARTICLE, shares, threshold=third)
    page = Page(review_page([scored]))
    assert float(page.body["data-threshold"]) == third
    for threshold in (third, 0.30000000000000004, 0.3000000000000001, 0.31, 1.0):
        goes = [p for p in page.paragraphs if float(p["data-cut"]) >= threshold]
        cut = sum(int(p["data-words"]) for p in goes)
        pairs = zip(scored.document.paragraphs, scored.verdicts, strict=True)
        assert cut == sum(count_words(p.content) for p, v in pairs if v.cut_at >= threshold)
    assert sum(int(p["data-words"]) for p in page.paragraphs) == scored.words


HOSTILE = [
    "<script>document.body.dataset.owned = 1</script>",
    "</script><img src=x onerror=alert(1)>",
    "</textarea></title></style><svg onload=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "<a href='javascript:alert(1)'>go</a>",
    "{{ 7 * 7 }} {% include 'page.js' %} ${alert(1)}",
    "<!-- --><base href=//evil.example><meta http-equiv=refresh content=0>",
    "&lt;b&gt; &#60;",
]


@pytest.mark.parametrize("line", HOSTILE)
@pytest.mark.parametrize("form", [Format.TEXT, Format.MARKDOWN])
def test_hostile_text_is_text(line, form):
    reason = (Reason("words", 1.0, line),)
    scored = judged(
        f"{line}\n\n# {line}\n\n- {line}\n\n| {line} |\n\n    {line}\n",
        [("related", 0.9)] * 3,
        form,
        title=line,
        url=line,
        reasons=reason,
        warnings=(line,),
    )
    page = Page(review_page([scored] * 2, [line, line]))
    clean = Page(review_page([judged("A.")] * 2, ["b", "b"]))
    assert page.names() <= clean.names() | {
        "li",
        "ul",
        "span",
        "div",
        "pre",
        "h1",
        "h2",
        "blockquote",
    }
    assert not page.open
    assert [t for t, _ in page.tags].count("script") == 1
    assert [t for t, _ in page.tags].count("meta") == [t for t, _ in clean.tags].count("meta")
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
    assert page.text.count(line) >= 8, "name, title, url, warning and reasons of both"


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_makes_a_sound_page(text):
    page = review_page([judged(text, form=Format.TEXT, title=text)], [text])
    page.encode("utf-8")
    parsed = Page(page)
    assert not parsed.open
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)


def test_the_page_is_self_contained():
    page = review_page([judged("See [it](https://e.org/a.png).", url="https://e.org")])
    parsed = Page(page)
    loading = {"src", "href", "srcset", "action", "data", "poster", "style", "background"}
    assert not [(t, a) for t, attrs in parsed.tags for a in attrs if a in loading]
    assert parsed.names().isdisjoint({"link", "iframe", "img", "object", "form", "base", "a"})
    style = re.search("<style>(.*?)</style>", page, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style


def test_only_its_own_script_and_stylesheet_are_let_in():
    page = review_page([judged("A.")])
    policy = next(a["content"] for t, a in Page(page).tags if "http-equiv" in a)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "*" not in policy
    for name in ("style", "script"):
        inside = re.search(f"<{name}>(.*?)</{name}>", page, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    # The policy counts only from where it stands.
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<script>")


def test_reasons_and_what_a_paragraph_belongs_to():
    reasons = (Reason("recap", 1.254, "it is said above"), Reason("place", -0.5, "it is high up"))
    scored = judged("# H\n\nRead more\n", [("related", 0.7, 0.9), ("related", 0.9999)])
    told = Page(review_page([scored])).text
    assert "Padding with a probability of 70.0%: related 70%." in told
    assert "thresholds up to 0.900, together with the section" in told
    assert "thresholds up to 0.999." in told, "rounded up it would be wrong"
    scored = judged("X.", [("recap", 0.9)], reasons=reasons)
    told = " ".join(Page(review_page([scored])).text.split())
    assert "+1.25 it is said above" in told
    assert "-0.50 it is high up" in told


def test_kinds_that_were_kept_cannot_be_ticked():
    page = Page(review_page([judged("A.")], policy=Policy.from_names(keep="faq")))
    boxes = {a["data-kind"]: a for t, a in page.tags if t == "input" and "data-kind" in a}
    assert set(boxes) == {str(kind) for kind in PADDING_KINDS}
    assert [k for k, a in boxes.items() if "disabled" in a] == ["faq"]
    assert [k for k, a in boxes.items() if "checked" not in a] == ["faq"]
    assert "were kept when this page was" in page.text


def test_part_of_the_probability_may_be_of_kept_kinds():
    scored = judged("A.", [("faq", 0.9, 0.0)])
    page = Page(review_page([scored], policy=Policy.from_names(keep="faq")))
    assert "No threshold takes it; of its probability 0.0% is of kinds to drop." in page.text


def test_an_article_in_another_language_is_marked():
    scored = judged("A.", [("related", 0.9)], because=Because.LANGUAGE)
    page = Page(review_page([scored]))
    assert "data-foreign" in next(a for t, a in page.tags if t == "article")
    assert "goes" not in page.paragraphs[0]["class"].split()


def test_several_articles_make_one_page_with_a_list():
    page = Page(review_page([judged("A."), judged("B.", title="T")], ["a.txt", "b.txt"]))
    assert [a["data-title"] for t, a in page.tags if t == "article"] == ["a.txt", "T"]
    assert "nav" in page.names()
    assert "nav" not in Page(review_page([judged("A.")])).names()


def test_written_piece_by_piece_it_is_the_same_page():
    scored = [judged("A.\n\n\x00articles\x00", title="\x00articles\x00"), judged("B.")]
    policy = Policy.from_names(keep="faq")
    frame = page_frame(0.6, "tiny@0123456789ab", policy)
    pieces = [article_piece(s, n, policy=policy) for s, n in zip(scored, "ab", strict=True)]
    whole = review_page(scored, ["a", "b"], policy=policy)
    assert frame.head + "".join(pieces) + frame.tail == whole


def test_articles_that_do_not_belong_on_one_page():
    with pytest.raises(ValueError, match="one threshold"):
        review_page([judged("A."), judged("B.", threshold=0.7)])
    with pytest.raises(ValueError, match="1 names were given for 2 articles"):
        review_page([judged("A."), judged("B.")], ["a"])


def test_an_empty_article_says_so():
    assert "nothing to read" in Page(annotate(judged(""), "html")).text


def test_a_title_is_shown_once():
    def titles(scored):
        return [t for t, _ in Page(review_page([scored])).tags].count("h1")

    assert titles(judged("# T\n\nA.", title="T")) == 0
    assert titles(judged("A.", title="T")) == 1
    assert titles(judged("A.")) == 0


# -- terminal ----------------------------------------------------------------------------------


def test_plain_text_where_no_terminal_is():
    reasons = (Reason("words", 1.0, "its wording"), Reason("place", 0.5, "its place"))
    scored = judged(
        "# T\n\nA fact.\n\nRead more\n\nBuy it\n",
        [("substance", 0.1), ("substance", 0.1), ("related", 0.97), ("promotion", 0.55)],
        reasons=reasons,
        warnings=("a warning",),
    )
    told = annotate(scored, "terminal", name="a.md")
    assert "\x1b" not in told
    lines = [line for line in told.split("\n") if line]
    assert lines[0] == "a.md · T"
    assert lines[1].startswith("2 of 7 words go (29%), from a probability of 0.600 on; tiny@")
    assert lines[2:] == [
        "a warning",
        " " * 22 + "# T",
        " " * 22 + "A fact.",
        " goes related 0.97".ljust(22) + "Read more",
        " " * 24 + "its wording",
        "stays promotion 0.55".ljust(22) + "Buy it",
        " " * 24 + "its wording",
    ]


def test_colours_by_group_and_decision():
    text = "A fact.\n\nRead more\n\nAll in all\n"
    scored = judged(text, [("substance", 0.1), ("related", 0.97), ("fluff", 0.5)])
    told = in_terminal(scored, colour=True, width=60)
    assert "\x1b[9;34mRead more" in told, "boilerplate that goes: blue and struck"
    assert "\x1b[33mAll in all" in told, "filler that stays: yellow"
    assert "A fact.\n" in told


def test_a_wide_article_is_folded():
    told = in_terminal(judged("word " * 200, form=Format.TEXT), colour=False, width=50)
    assert max(len(line) for line in told.split("\n")[2:]) <= 50
    wide = in_terminal(judged("word " * 200, form=Format.TEXT))
    assert PLAIN_WIDTH - 5 <= max(len(line) for line in wide.split("\n")) <= PLAIN_WIDTH


@given(st.text(st.characters(codec=None), max_size=40))
def test_no_text_commands_the_terminal(text):
    scored = judged(f"\x1b]0;owned\x07\x9b2J\u202e{text}", form=Format.TEXT, title=text)
    told = in_terminal(scored, text, colour=False)
    told.encode("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", told)


def test_words_in_brackets_are_no_markup():
    assert "[red]A[/] :smile:" in in_terminal(judged("[red]A[/] :smile:", form=Format.TEXT))
