"""``defiller labels``: what it prints, where it writes and what it exits with."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import defiller.labels
from defiller.cli import app
from defiller.labels.formats import read_labels
from defiller.labels.formats.label_studio_config import articles_config, paragraphs_config
from defiller.labels.kinds import Kind

README = Path(defiller.labels.__file__).with_name("README.md").read_text(encoding="utf-8")
GOOD = (
    '{"id": "a", "group": "g", "paragraphs": '
    '[{"text": "One.", "kind": "substance"}, {"text": "Two.", "kind": "faq"}]}\n'
)
BAD = GOOD.replace('"faq"', '"faw"')


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def run(*arguments):
    return CliRunner().invoke(app, ["labels", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("good.jsonl").write_text(GOOD, encoding="utf-8")
    Path("bad.jsonl").write_text(GOOD.replace('"a"', '"b"') + BAD, encoding="utf-8")
    return tmp_path


# name: arguments, exit code, what stands in the output, what on standard error
RUNS = {
    "check a good file": (["check", "good.jsonl"], 0, ["1 documents, 2 paragraphs: faq 1"], []),
    "check a bad file": (
        ["check", "good.jsonl", "bad.jsonl"],
        1,
        ["error: bad.jsonl, line 2:"],
        [],
    ),
    "check a missing file": (["check", "no.jsonl"], 1, ["error: no.jsonl: there is no such"], []),
    "check an empty file": (
        ["check", "empty.jsonl"],
        1,
        ["error: empty.jsonl: there is no document in it"],
        [],
    ),
    "check a pipe": (["check", "-"], 1, ["labels come from files, not from a pipe"], []),
    "check nothing": (["check"], 2, [], ["Missing argument"]),
    "stats": (["stats", "good.jsonl"], 0, ["all filler", "50.0%", "1 documents in 1 groups"], []),
    "stats of a bad file": (["stats", "bad.jsonl"], 1, ["1 documents"], ["bad.jsonl, line 2:"]),
    "convert": (["convert", "good.jsonl", "--out", "x.csv"], 0, [], ["x.csv: 1 documents"]),
    "convert a bad file": (
        ["convert", "good.jsonl", "bad.jsonl", "-o", "x.csv"],
        1,
        [],
        ["defiller: bad.jsonl, line 2:", "unknown kind 'faw'"],
    ),
    "convert a missing file": (
        ["convert", "no.csv", "-o", "x.csv"],
        1,
        [],
        ["no.csv: there is no"],
    ),
    "convert to an unknown format": (["convert", "good.jsonl", "-o", "x.doc"], 2, [], ["endings"]),
    "convert without a place": (["convert", "good.jsonl"], 2, [], ["--out"]),
    "an unknown kind for the unmarked": (
        ["convert", "good.jsonl", "-o", "x.csv", "--unmarked", "faw"],
        2,
        [],
        ["unknown kind 'faw'"],
    ),
    "a configuration for a CSV": (
        ["convert", "good.jsonl", "-o", "x.csv", "--config", "x.xml"],
        2,
        [],
        ["only Label Studio"],
    ),
    "standoff of a source not described": (
        ["standoff", "good.jsonl", "-o", "x.standoff.jsonl", "--sources", "empty.toml"],
        1,
        [],
        ["the source 'good' of 'a' is not described"],
    ),
    "join without pages": (
        ["join", "a.standoff.jsonl", ".", "-o", "x.jsonl"],
        1,
        [],
        ["none of its 1 documents"],
    ),
    "join in a missing folder": (
        ["join", "a.standoff.jsonl", "no", "-o", "x.jsonl"],
        1,
        [],
        ["no: no such folder"],
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run(name, folder):
    arguments, code, printed, said = RUNS[name]
    Path("empty.toml").touch()
    Path("empty.jsonl").touch()
    assert run("standoff", "good.jsonl", "-o", "a.standoff.jsonl").exit_code == 0
    result = run(*arguments)
    error = re.sub(r"[│\s]+", " ", result.stderr)
    assert [part for part in printed if part not in result.stdout] == []
    assert [part for part in said if part not in error] == []
    assert result.exit_code == code
    if code == 1:
        assert "Traceback" not in result.output
        assert not list(folder.glob("x.*"))


def test_several_files_become_one(folder):
    Path("more.marked").write_text("[legal] Three.\n", encoding="utf-8")
    assert run("convert", "good.jsonl", "more.marked", "-o", "x.tsv.gz").exit_code == 0
    assert [d.id for d in read_labels("x.tsv.gz")] == ["a", "more"]


def test_formats_may_be_named(folder):
    Path("good.txt").write_text("[faq 0.9] One.\n", encoding="utf-8")
    given = ["convert", "good.txt", "-o", "x", "--from", "marked", "--to", "jsonl", "--predictions"]
    assert run(*given).exit_code == 0
    (document,) = read_labels("x", form="jsonl")
    assert (document.paragraphs[0].kind, document.paragraphs[0].prediction.kind) == (None, Kind.FAQ)


@pytest.mark.parametrize(
    ("form", "config"),
    [("label-studio", articles_config), ("label-studio-paragraphs", paragraphs_config)],
)
def test_the_configuration_is_written_for_the_layout(form, config, folder):
    given = ["convert", "good.jsonl", "-o", "x.json", "--to", form, "--config", "x.xml"]
    assert run(*given).exit_code == 0
    assert Path("x.xml").read_text(encoding="utf-8") == config()
    assert next(read_labels("x.json")).paragraphs == next(read_labels("good.jsonl")).paragraphs


def test_json_of_check_and_stats(folder):
    found = json.loads(run("check", "good.jsonl", "bad.jsonl", "--json").stdout)
    assert [f["about"] for f in found["findings"]] == ["unreadable"]
    assert found["kinds"] == {"substance": 2, "faq": 2}
    counted = json.loads(run("stats", "good.jsonl", "--json").stdout)
    assert counted["kinds"]["faq"]["words"] == 1


def test_the_readme_s_formats_are_what_is_read_and_written(tmp_path):
    read = {}
    for ending, language in (
        ("jsonl", "jsonl"),
        ("csv", "csv"),
        ("marked", "text"),
        ("json", "json"),
    ):
        (block,) = blocks(language)
        path = tmp_path / f"kettles.{ending}"
        path.write_text(f"[{block}]" if ending == "json" else block, encoding="utf-8")
        (read[ending],) = read_labels(path)
    paragraphs = [(p.text, p.kind) for p in read["jsonl"].paragraphs]
    assert len({kind for _, kind in paragraphs}) == 3
    for ending in ("csv", "marked"):
        assert [(p.text, p.kind) for p in read[ending].paragraphs] == paragraphs
        assert read[ending].group == read["jsonl"].group
    assert [p.text for p in read["json"].paragraphs] == [text for text, _ in paragraphs[3:5]]
    assert read["json"].paragraphs[0].prediction.padding == 0.97
    assert blocks("xml") == [articles_config(), paragraphs_config()]


def test_the_readme_s_commands_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (record,) = blocks("jsonl")
    Path("kettles.jsonl").write_text(record, encoding="utf-8")
    document = json.loads(record)
    Path("pages").mkdir()
    lines = "".join(f"<p>{p['text']}</p>" for p in document["paragraphs"])
    page = f"<html><body><article>{lines}</article></body></html>"
    Path("pages", f"{document['id']}.html").write_text(page, encoding="utf-8")
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    assert {shlex.split(line)[2] for line in commands} == {
        "convert",
        "check",
        "stats",
        "standoff",
        "join",
    }
    for line in commands:
        result = run(*shlex.split(line)[2:])
        assert result.exit_code == 0, f"{line}: {result.output}"
    (back,) = read_labels("back.jsonl")
    assert [(p.text, p.kind) for p in back.paragraphs] == [
        (p["text"], Kind(p["kind"])) for p in document["paragraphs"]
    ]


def test_the_commands_load_no_heavy_library():
    code = (
        "import sys, defiller.cli.labels\n"
        "print([m for m in ('lightgbm', 'sklearn', 'trafilatura', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
