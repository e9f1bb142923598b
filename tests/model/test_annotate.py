"""The whole article with its verdicts: as marked-up text, as Markdown and as JSON."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from defiller.features.document import Format
from defiller.features.reading import read
from defiller.labels.formats.marked import read_marked
from defiller.labels.kinds import Kind
from defiller.model.annotate import TARGETS, annotate, document_record, to_json, verdict_record
from defiller.model.verdict import Because, Reason, ScoredDocument, Verdict


def judged(text, verdicts, form=Format.MARKDOWN, **known):
    """A scored document: kind, padding and decision of the paragraphs, in order.

    Paragraphs beyond those named are substance.
    """
    document = read(text, form, **known)
    named = [*verdicts, *[("substance", 0.04, False)] * len(document.paragraphs)]
    return ScoredDocument(
        document,
        tuple(
            Verdict(
                start=paragraph.start,
                end=paragraph.end,
                text=document.source(paragraph),
                padding=padding,
                kind=Kind(kind),
                kinds={Kind(kind): padding} if kind != "substance" else {},
                strip=strip,
                because=Because(because[0]) if because else Because.MODEL,
                cut_at=padding,
            )
            for paragraph, (kind, padding, strip, *because) in zip(
                document.paragraphs, named, strict=False
            )
        ),
        model="tiny@0123456789ab",
        threshold=0.5,
        language="en",
        warnings=("a warning",),
    )


S = ("substance", 0.04, False)
RELATED = ("related", 0.97, True)


def test_an_unknown_target_is_told_what_there_is():
    with pytest.raises(
        ValueError, match="cannot annotate to 'pdf'; there are text, markdown, html, json"
    ):
        annotate(judged("A.", []), "pdf")
    assert TARGETS == ("text", "markdown", "html", "json", "terminal")


# -- text ------------------------------------------------------------------------------------


def test_text():
    scored = judged("# T\n\nA fact.\n\n- Read more\n", [S, S, RELATED], title="T")
    assert annotate(scored, name="a/b.md") == (
        '[document {"id": "a/b.md", "title": "T", "model": "tiny@0123456789ab"}]\n'
        "[substance 0.04] # T\n"
        "[substance 0.04] A fact.\n"
        "[related 0.97] - Read more\n"
    )


def test_text_names_no_title_that_was_guessed():
    scored = judged("A Town Gets a Bridge\nIt opened on 4 May.\n", [], Format.TEXT)
    assert '"title"' not in annotate(scored)


def test_text_reads_back(tmp_path):
    text = "[A] fact.\n\n```\n[b]\n\n[c]\n```\n\nRead \\[this\\].\n"
    scored = judged(text, [S, ("callout", 0.61, False), RELATED], url="https://e.org/a")
    path = tmp_path / "a.marked.txt"
    path.write_text(annotate(scored, name="a"), encoding="utf-8", newline="")
    (document,) = read_marked(path)
    assert document.id == "a"
    assert document.url == "https://e.org/a"
    assert [p.text for p in document.paragraphs] == [v.text for v in scored.verdicts]
    assert [p.kind for p in document.paragraphs] == [v.kind for v in scored.verdicts]


# -- json ------------------------------------------------------------------------------------


def test_json():
    scored = judged("A fact.\nRead more\n", [S, RELATED], Format.TEXT, title="T")
    line = annotate(scored, "json", name="a.txt")
    assert line.endswith("}\n")
    assert line.count("\n") == 1
    record = json.loads(line)
    assert next(iter(record)) == "document"
    assert list(record)[-1] == "paragraphs"
    paragraphs = record.pop("paragraphs")
    assert record == {
        "document": "a.txt",
        "title": "T",
        "url": None,
        "format": "text",
        "language": "en",
        "model": "tiny@0123456789ab",
        "threshold": 0.5,
        "words": 4,
        "words_cut": 2,
        "padding_share": 0.5,
        "warnings": ["a warning"],
    }
    assert paragraphs[1] == {
        "index": 1,
        "role": "prose",
        "start": 8,
        "end": 17,
        "text": "Read more",
        "padding": 0.97,
        "kind": "related",
        "kinds": {"related": 0.97},
        "strip": True,
        "because": "model",
        "cut_at": 0.97,
    }


def test_json_holds_every_field_of_a_verdict():
    """A field added to the verdict and forgotten here would be lost to every program."""
    reason = Reason("recap", 1.25, "stands under the heading 'Summary'")
    verdict = Verdict(
        0, 2, "A.", 0.5, Kind.RECAP, {Kind.RECAP: 0.5}, False, Because.GUARD, 0.5, (reason,)
    )
    record = verdict_record(verdict)
    assert list(record) == list(Verdict.__dataclass_fields__)
    assert record["reasons"] == [
        {
            "family": "recap",
            "contribution": 1.25,
            "sentence": "stands under the heading 'Summary'",
        }
    ]


def test_json_of_an_empty_article():
    record = json.loads(annotate(judged("", [], Format.TEXT), "json"))
    assert record["paragraphs"] == []
    assert record["padding_share"] == 0


@given(st.text(st.characters(codec=None), max_size=30))
def test_any_text_is_json_that_utf_8_holds(text):
    line = to_json({"text": text})
    assert json.loads(line.encode("utf-8"))["text"] == text or _paired(text)
    assert "\n" not in line


def _paired(text):
    """Whether two lone surrogates stand side by side: JSON reads them as one character."""
    return any("\ud800" <= a <= "\udbff" and "\udc00" <= b <= "\udfff" for a, b in pairwise(text))


def test_no_record_holds_what_json_does_not():
    scored = judged("A.", [("related", float("nan"), True)], Format.TEXT)
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json(document_record(scored))


# -- markdown --------------------------------------------------------------------------------


def markdown(text, verdicts, form=Format.MARKDOWN):
    return annotate(judged(text, verdicts, form), "markdown")


def test_markdown_without_padding_is_the_article():
    text = "# T\n\nA fact.\n\n- one\n- two\n\n<!-- x -->\n"
    assert markdown(text, []) == text


def test_markdown_names_kind_and_probability():
    assert markdown("A.\n\nRead *more*.\n\nB.\n", [S, RELATED]) == (
        "A.\n\n> [!CAUTION]\n> **related** 0.97, goes\n>\n> Read *more*.\n\nB.\n"
    )


@pytest.mark.parametrize(
    ("verdict", "callout"),
    [
        (("callout", 0.71, True), "> [!CAUTION]\n> **callout** 0.71, goes\n>\n> X.\n"),
        (("callout", 0.71, False), "> [!NOTE]\n> **callout** 0.71, stays\n>\n> X.\n"),
        (
            ("faq", 0.9, False, "kept-kind"),
            "> [!NOTE]\n> **faq** 0.90, stays (kept-kind)\n>\n> X.\n",
        ),
        (
            ("substance", 0.2, True, "block"),
            "> [!CAUTION]\n> **substance** 0.20, goes (block)\n>\n> X.\n",
        ),
        (("substance", 0.49, False), "X.\n"),
    ],
)
def test_markdown_tells_the_decision(verdict, callout):
    assert markdown("X.\n", [verdict]) == callout


def test_neighbours_with_one_verdict_share_a_callout():
    text = "A.\n\nX.\n\nY.\n\nZ.\n"
    verdicts = [S, RELATED, ("related", 0.82, True), ("legal", 0.9, True)]
    assert markdown(text, verdicts) == (
        "A.\n\n> [!CAUTION]\n> **related** 0.82 to 0.97, goes\n>\n> X.\n>\n> Y.\n\n"
        "> [!CAUTION]\n> **legal** 0.90, goes\n>\n> Z.\n"
    )


def test_lines_that_touch_are_set_apart():
    assert markdown("A.\n# H\nB.\n", [S, RELATED]) == (
        "A.\n\n> [!CAUTION]\n> **related** 0.97, goes\n>\n> # H\n\nB.\n"
    )


def test_front_matter_stays_on_top():
    assert markdown("---\ntitle: T\n---\nX.\n", [RELATED]) == (
        "---\ntitle: T\n---\n\n> [!CAUTION]\n> **related** 0.97, goes\n>\n> X.\n"
    )


def test_a_definition_below_a_callout_is_none_of_its_lines():
    text = "See [it][1].\n[1]: https://e.org\n"
    page = markdown("# H\n[1]: https://e.org\n\n" + text, [RELATED])
    assert 'href="https://e.org"' in MarkdownIt().render(page)


def test_a_list_moves_as_a_whole():
    assert markdown("- one\n  - two\n- three\n\nB.\n", [RELATED] * 3) == (
        "> [!CAUTION]\n> **related** 0.97, goes\n>\n> - one\n>   - two\n> - three\n\nB.\n"
    )


def test_a_list_with_several_verdicts_stays_and_is_announced():
    page = markdown("- one\n  - *two*\n- three\n", [S, RELATED])
    assert page == (
        "> [!CAUTION]\n> 1 of 3 below:\n> - **related** 0.97, goes: two\n\n"
        "- one\n  - *two*\n- three\n"
    )


def test_a_table_stays_a_table():
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n| a_b | 4 |\n"
    page = markdown(table, [S, S, S, RELATED])
    assert page.startswith(
        "> [!CAUTION]\n> 1 of 4 below:\n> - **related** 0.97, goes: a\\_b \\| 4\n\n"
    )
    assert page.endswith(table)
    rendered = MarkdownIt("commonmark").enable("table").render(page)
    assert rendered.count("<table>") == 1
    assert rendered.count("<tr>") == 3


def test_a_long_item_is_shown_by_its_beginning():
    page = markdown("- " + "word " * 40 + "\n- two\n", [RELATED])
    assert f"goes: {('word ' * 12).strip()} …\n" in page


def test_lines_of_a_text_become_paragraphs():
    text = "A fact.\nRead more\n- one\n- two\nA last fact.\n"
    assert markdown(text, [S, RELATED], Format.TEXT) == (
        "A fact.\n\n> [!CAUTION]\n> **related** 0.97, goes\n>\n> Read more\n\n"
        "- one\n- two\n\nA last fact.\n"
    )


def test_indented_paragraphs_do_not_become_code():
    page = markdown("- one\n\n  more\n\nB.\n", [S, RELATED])
    assert "<code>" not in MarkdownIt().render(page)


def test_code_stays_code():
    page = markdown("```\n  a\n\n  b\n```\n", [RELATED])
    assert "<pre><code>  a\n\n  b\n</code></pre>" in MarkdownIt().render(page)


LINES = st.sampled_from(
    ["A line.", "# Head", "- item", "  - sub", "1. one", "| a | b |", "|---|---|", "", "", "---"]
)


@given(st.lists(LINES, max_size=15).map("\n".join), st.data())
def test_every_paragraph_is_still_there(text, data):
    kinds = st.sampled_from([S, RELATED, ("faq", 0.8, True), ("legal", 0.6, False)])
    for form in (Format.MARKDOWN, Format.TEXT):
        count = len(read(text, form).paragraphs)
        scored = judged(text, data.draw(st.lists(kinds, min_size=count, max_size=count)), form)
        page = annotate(scored, "markdown")
        at = 0
        for verdict in scored.verdicts:
            for line in verdict.text.split("\n"):
                at = page.index(line.strip(), at) + len(line.strip())
        marked = [v for v in scored.verdicts if v.strip or v.padding >= 0.5]
        assert ("[!" in page) == bool(marked)
