"""What `auto` makes of a text, and guesses at titles."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from defiller.features.document import Format
from defiller.features.reading import guess_format, read

CASES = Path(__file__).parents[1] / "cases" / "reading"
FORMATS = json.loads((CASES / "formats.json").read_text(encoding="utf-8"))
SHARED = Path(__file__).parents[3] / "shared" / "labels" / "web"


@pytest.mark.parametrize("case", FORMATS, ids=lambda case: case["label"])
def test_format(case):
    assert guess_format(case["text"], case.get("name")) is Format(case["format"])


def test_auto_uses_the_name_and_says_what_it_chose():
    assert read("one\ntwo", name="a.md").format is Format.MARKDOWN
    assert len(read("one\ntwo", name="a.md").paragraphs) == 1
    assert read("one\ntwo", name="a.txt").format is Format.TEXT
    assert read("one\ntwo", Format.WRAPPED, name="a.md").format is Format.WRAPPED


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("How to keep a sourdough\nFeed it.", "How to keep a sourdough"),
        ("\n\n**How to keep a sourdough?**\nFeed it.", "How to keep a sourdough?"),
        ("Made in the U.S.A.\nIt was.", "Made in the U.S.A."),
        ("## Sourdough.\n\nFeed it.", "Sourdough."),
        ("It rained all day.\nAnd all night.", None),
        ("You need:\nflour", None),
        ("- flour\n- salt", None),
        ("12/05/2024 — 10:31\nIt rained.", None),
        ("word " * 40 + "\nIt rained.", None),
        ("", None),
    ],
)
def test_a_heading_like_first_line_is_a_guess(text, title):
    document = read(text)
    assert (document.title, document.title_is_guess) == (title, title is not None)


def test_a_given_title_is_no_guess():
    document = read("Sourdough\nFeed it.", title="Given")
    assert (document.title, document.title_is_guess) == ("Given", False)


def test_importing_the_readers_loads_no_engine():
    code = (
        "import sys\n"
        "from defiller.features import language, reading\n"
        "text = 'The bridge that is in the old town and by the sea was shut. ' * 9\n"
        "document = reading.read(reading.decode(text.encode()).text)\n"
        "assert language.detect_language(document) == 'en'\n"
        "engines = ('trafilatura', 'lxml', 'justext', 'markdown_it', 'charset_normalizer')\n"
        "print([name for name in engines if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == "[]"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the web labels are not beside the project")
def test_extracted_text_is_never_taken_for_anything_else():
    for path in sorted(SHARED.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                text = "\n".join(paragraph["text"] for paragraph in record["paragraphs"])
                assert guess_format(text) is Format.TEXT, record["id"]


# Whose pages stand in their HTML source with a line break every 80 columns, so that the
# extracted lines really are wrapped.
WRAPPED_PAGES = {"wcxb-0086", "page-p03aa34ea", "news-temacspeakblogspotcommeta"}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the web labels are not beside the project")
def test_extracted_text_is_not_taken_for_wrapped():
    warned = set()
    for path in sorted(SHARED.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                text = "\n".join(paragraph["text"] for paragraph in record["paragraphs"])
                if read(text, "text").warnings:
                    warned.add(record["id"])
    assert warned <= WRAPPED_PAGES
