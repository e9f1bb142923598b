"""Any text and any bytes, drawn at random, from the fuzzer's seeds, and guided by coverage."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from defiller.features.document import Format

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the fuzzer is a script, and imports them so
import invariants  # noqa: E402

# What means something to one reader or another finds more than letters at random do.
PIECES = st.sampled_from(
    [
        *("a", "B c. ", "The bridge.\n", "Q: why?\n", "1. ", "2) ", "- ", "  - ", "* ", "• ", "# "),
        *("> ", "| a | b |\n", "|---|\n", "|", "---\n", "***\n", "===\n", "```\n", "~~~\n", "    "),
        *("\t", "\n", "\n\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\xa0", " "),
        *("**", "*", "_", "`", "~~", "[a](b)", "[ a ](b)", "![](b)", "[a]: b\n", "[^1]: n\n", "]("),
        *("<!--", "-->", "<div>\n", "</div>", "<b>", "<script>", "</p>", "<p>", "&amp;", "&#0;"),
        *("---\ntitle: x\n---\n", "+++\n", "\ufeff", "\0", "\x1b[31m", "\ud800", "\udfff"),
        *(
            "é",
            "e\u0301\u0302",
            "中文",
            "שלום",
            "\u202e",
            "\u2066",
            "🙂\u200d🙂",
            "İ",
            "ß",
            "①",
            "٣",
        ),
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=25).map("".join), st.text(st.characters(codec=None), max_size=50)
)
FORMS = st.sampled_from([Format.TEXT, Format.WRAPPED, Format.MARKDOWN, Format.AUTO])
NUMBERS = st.lists(st.integers(0, 255), max_size=5)
SLOWLY = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


@given(text=TEXTS, form=FORMS, numbers=NUMBERS)
@settings(max_examples=60, **SLOWLY)
def test_any_text(text, form, numbers):
    invariants.check_everything(text, form, numbers)


@given(text=TEXTS, numbers=NUMBERS)
@settings(max_examples=20, **SLOWLY)
def test_any_page(text, numbers):
    prose = "<p>The bridge of Wareham was built in 1903 by Ada Pike, who was a mason.</p>"
    invariants.check_everything(f"<html><body>{prose}{text}{prose}", Format.HTML, numbers)


BYTES = st.one_of(
    st.binary(max_size=80),
    st.tuples(
        TEXTS.map(lambda text: text.encode("utf-8", "ignore").decode()),
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "utf-7"]),
    ).map(lambda drawn: drawn[0].encode(drawn[1], "replace")),
)


@given(data=BYTES, html=st.booleans())
@settings(max_examples=150, **SLOWLY)
def test_any_bytes(data, html):
    text = invariants.check_bytes(data, html=html)
    if text is not None:
        invariants.check_reading(text, Format.AUTO)


@pytest.mark.parametrize("seed", sorted((HERE / "corpus").iterdir(), key=lambda p: p.name))
def test_the_seeds_of_the_fuzzer(seed):
    invariants.check_input(seed.read_bytes())


@pytest.mark.slow
@given(text=TEXTS, form=st.one_of(FORMS, st.just(Format.HTML)), numbers=NUMBERS)
@settings(max_examples=800, **SLOWLY)
def test_more_of_any_text(text, form, numbers):
    invariants.check_everything(text, form, numbers)


@pytest.mark.slow
def test_a_short_run_guided_by_coverage(tmp_path):
    pytest.importorskip("atheris", reason="the fuzzer takes atheris: pip install 'defiller[fuzz]'")
    done = subprocess.run(
        [sys.executable, HERE / "fuzz_text.py", "-runs=600", "-seed=1", "-max_total_time=120"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "DONE" in done.stderr
    assert not list(tmp_path.glob("crash-*"))
