"""Which language an article is in."""

import json
from pathlib import Path

import pytest

from defiller.features.document import Document, Paragraph, Role
from defiller.features.language import LEAST_WORDS, detect_language
from defiller.features.reading import document_from_lines, read

CASES = json.loads(
    (Path(__file__).parents[1] / "cases" / "reading" / "languages.json").read_text(encoding="utf-8")
)
SHARED = Path(__file__).parents[3] / "shared" / "labels" / "web"
ENGLISH = CASES[0]["text"]
GERMAN = CASES[1]["text"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["language"])
def test_language(case):
    assert detect_language(document_from_lines([case["text"]])) == case["language"]


@pytest.mark.parametrize("case", CASES[1:], ids=lambda case: case["language"])
def test_a_translated_article_in_an_english_frame_is_foreign(case):
    frame = ["Home", "News", "Sport", "Share this article", "Read more", "Sign up"]
    assert detect_language(document_from_lines([*frame, case["text"], *frame])) == case["language"]


def test_an_english_article_that_quotes_another_language_is_english():
    assert detect_language(document_from_lines([ENGLISH, GERMAN[:150], ENGLISH])) == "en"


def test_too_few_words_decide_nothing():
    words = GERMAN.split()
    assert detect_language(document_from_lines([" ".join(words[: LEAST_WORDS - 1])])) is None
    assert detect_language(document_from_lines([" ".join(words[: LEAST_WORDS + 5])])) == "de"
    assert detect_language(document_from_lines([])) is None
    assert detect_language(document_from_lines(["市议会星期二决定把旧桥关闭到九月底。"])) is None


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(
            "Intel Core i7 1360P, 16 GB RAM, 512 GB SSD, 14 inch OLED, 1.3 kg", id="specs"
        ),
        pytest.param("Kane Saka Rice Ødegaard Haaland Müller Kroos Modrić Čech Oblak", id="names"),
        pytest.param("qua zim por tel vax nub orp lis tem fro gan wex", id="no language at all"),
    ],
)
def test_lines_without_function_words_decide_nothing(line):
    assert detect_language(document_from_lines([line] * 12)) is None


def test_only_prose_is_asked():
    items = [f"- {sentence}" for sentence in GERMAN.split(". ")]
    assert detect_language(document_from_lines([*items, ENGLISH])) == "en"
    code = Paragraph(0, 1, GERMAN, Role.CODE)
    assert detect_language(Document("x", (code,))) is None


def test_markdown_and_text_agree():
    markdown = f"# Brücke\n\n{GERMAN.replace('alte', '**alte**')}\n"
    assert detect_language(read(markdown, "markdown")) == "de"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the web labels are not beside the project")
def test_hardly_any_web_document_is_taken_for_foreign():
    languages = []
    for path in sorted(SHARED.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                texts = [paragraph["text"] for paragraph in json.loads(line)["paragraphs"]]
                languages.append(detect_language(document_from_lines(texts)))
    foreign = sum(language not in (None, "en") for language in languages)
    assert foreign <= 0.002 * len(languages)
    assert languages.count("en") >= 0.99 * len(languages)
