"""``defiller explain``, with the shipped model and with one that needs none."""

import io
import json
import re
import sys
from pathlib import Path

import pytest
from rich.console import Console

from defiller.__main__ import main
from defiller.explaining import MOST_SHOWN, _show
from defiller.labels.kinds import Kind
from defiller.model.verdict import Because, Reason, Verdict

ARTICLE = """Moss in the lawn: rake in April
Rake when the grass has been mown twice, and sow at 20 g a square metre.
Sign up for our newsletter and never miss a story!
You may also like
10 Plants That Thrive on Neglect
"""


@pytest.fixture
def shipped(capfdbinary, monkeypatch, tmp_path):
    """Runs the command line in this process, with the shipped model."""
    monkeypatch.chdir(tmp_path)
    Path("moss.txt").write_text(ARTICLE, encoding="utf-8")

    def shipped(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfdbinary.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return shipped


def test_every_paragraph_with_its_verdict_and_its_reasons(shipped):
    code, out, err = shipped("explain", "moss.txt")
    assert (code, err) == (0, "")
    blocks = out.rstrip("\n").split("\n\n")
    assert len(blocks) == 5
    head, text, *reasons = blocks[2].split("\n")
    padding, rest = head.removeprefix("2: ").split(" ", 1)
    assert 0.9 < float(padding) <= 1
    assert rest == "promotion, goes (model)"
    assert text.strip() == "Sign up for our newsletter and never miss a story!"
    strengths = [abs(float(line.split()[0])) for line in reasons]
    assert strengths == sorted(strengths, reverse=True)
    assert 1 <= len(strengths) <= 5
    assert float(blocks[1].split()[1]) < 0.5
    assert "substance, stays (model)" in blocks[1]


def test_one_paragraph_and_the_policy_options(shipped):
    code, out, _ = shipped("explain", "moss.txt", "-p", "2", "--keep", "promotion")
    assert code == 0
    assert out.startswith("2: ")
    assert "promotion, stays (kept-kind)" in out
    assert "\n\n" not in out


def test_json_is_what_score_gives_with_reasons(shipped):
    _, explained, _ = shipped("explain", "moss.txt", "--json")
    _, scored, _ = shipped("score", "moss.txt", "--reasons")
    assert explained == scored
    _, one, _ = shipped("explain", "moss.txt", "--json", "--paragraph", "3")
    assert one == scored.splitlines(keepends=True)[3]
    assert json.loads(one)["reasons"][0].keys() == {"family", "contribution", "sentence"}


def test_standard_input_and_format(shipped):
    page = "".join(f"<p>{line}</p>" for line in ARTICLE.splitlines())
    page = f"<html><body><article>{page}</article></body></html>"
    code, out, _ = shipped("explain", "-", "--stdin-name", "page.html", stdin=page.encode())
    assert code == 0
    assert "Sign up for our newsletter" in out
    assert "<p>" not in out
    code, out, _ = shipped("explain", "-", "--format", "wrapped", stdin=ARTICLE.encode())
    assert code == 0
    assert out.startswith("0: ")
    assert "1: " not in out


def test_a_terminal_gets_it_laid_out():
    reasons = (Reason("place", 1.5, "stands under the heading 'Buy [red] now', " + "far " * 12),)
    text = "Buy [red]now[/red]! \x1b]0;title\x07"
    verdict = Verdict(
        0, len(text), text, 0.97, Kind.PROMOTION, {}, True, Because.MODEL, 0.97, reasons
    )
    console = Console(file=io.StringIO(), force_terminal=True, width=60, color_system="standard")
    _show([(7, verdict)], console)
    laid_out = console.file.getvalue()
    assert "7: 0.97 promotion, goes (model)" in laid_out
    assert "Buy [red]now[/red]!" in laid_out
    assert "'Buy [red] now'" in laid_out
    assert "\x1b[31m+1.50" in laid_out
    assert "\x1b]0" not in laid_out
    assert "\x07" not in laid_out
    plain = re.sub(r"\x1b\[[0-9;]*m", "", laid_out)
    assert max(len(line) for line in plain.splitlines()) <= 60


def test_nothing_of_a_text_reaches_the_terminal_but_letters(shipped):
    Path("odd.txt").write_text("Buy \x1b]0;title\x07 now [red]! " * 40, encoding="utf-8")
    code, out, _ = shipped("explain", "odd.txt")
    assert code == 0
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[red]" in out
    assert max(len(line) for line in out.splitlines()) < MOST_SHOWN + 100


def test_an_empty_article_has_nothing_to_explain(defiller):
    Path("empty.txt").write_text("\n\n", encoding="utf-8")
    done = defiller("explain", "empty.txt")
    assert (done.code, done.out, done.err) == (0, b"", "")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nope.txt"], 1, "nope.txt: there is no such file"),
        (["binary.txt"], 1, "binary.txt: "),
        (["bare.html"], 1, "bare.html: "),
        (["cut.txt.gz"], 1, "cut.txt.gz: the compressed file"),
        (["."], 2, ". is a folder; explain takes one article"),
        (["rows.jsonl"], 2, "rows.jsonl holds records, and explain takes one article; "),
        (["a.txt", "-p", "2"], 2, "a.txt has no paragraph 2; its paragraphs are 0 to 1"),
        (["empty.txt", "-p", "0"], 2, "empty.txt has no paragraph 0; it is empty"),
        (["a.txt", "-p", "-1"], 2, "Invalid value for '--paragraph' / '-p'"),
        (["a.txt", "--keep", "fluf"], 2, "unknown kind or group 'fluf'"),
        (["a.txt", "--threshold", "2"], 2, "threshold must lie between 0 and 1"),
        (["a.txt", "--max-loss", "0.0001"], 2, "max_loss can be 0.001 at the least"),
        ([], 2, "Missing argument 'FILE'"),
        (["crash.txt"], 1, "crash.txt: an error inside defiller (KeyError: 'crash')"),
    ],
)
def test_what_goes_wrong_is_one_sentence(defiller, arguments, code, said):
    Path("a.txt").write_text("One line.\nAnother [faq].\n", encoding="utf-8")
    Path("crash.txt").write_text("CRASH", encoding="utf-8")
    Path("empty.txt").write_text("", encoding="utf-8")
    Path("rows.jsonl").write_text('{"text": "x"}\n', encoding="utf-8")
    Path("binary.txt").write_bytes(bytes(range(256)) * 10)
    Path("bare.html").write_text("<html><body></body></html>", encoding="utf-8")
    Path("cut.txt.gz").write_bytes(b"\x1f\x8b\x08\x00\x00")
    done = defiller("explain", *arguments)
    assert done.code == code
    assert done.out == b""
    assert done.err.startswith("defiller: ")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_a_warning_is_told_beside_the_verdicts(defiller):
    Path("a.txt").write_text("Bonjour [faq]\n", encoding="utf-8")
    done = defiller("explain", "a.txt")
    assert done.code == 0
    assert done.out.decode().startswith("0: 0.91 faq, stays (language)")
    assert "a.txt: it is French" in done.err
