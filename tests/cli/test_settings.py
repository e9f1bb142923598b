"""``defiller.toml``: every option, found upwards or named, and unknown keys refused."""

from pathlib import Path

import pytest

from defiller import settings
from defiller.faults import UsageError

PADDED = b"Facts.\n[faq] What?\n[recap] Again.\n[legal] Rights.\n"


@pytest.fixture
def work(tmp_path):
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "a.txt").write_bytes(PADDED)
    return tmp_path


def test_it_is_found_upwards_and_counts_for_all_commands(defiller, work, monkeypatch):
    (work / "defiller.toml").write_text('keep = ["faq"]\n', encoding="utf-8")
    assert defiller("strip", "a.txt").out == b"Facts.\n[faq] What?\n"
    monkeypatch.chdir(work / "deep/er")
    assert defiller("strip", "../../a.txt").out == b"Facts.\n[faq] What?\n"
    assert b'"strip": true' in defiller("score", "../../a.txt").out


def test_a_commands_table_comes_before_the_top_and_the_command_line_before_both(defiller, work):
    (work / "mine.toml").write_text(
        'keep = "faq"\nthreshold = 0.5\n[strip]\nkeep = ["recap", "legal"]\n', encoding="utf-8"
    )
    assert (
        defiller("--config", "mine.toml", "strip", "a.txt").out
        == b"Facts.\n[recap] Again.\n[legal] Rights.\n"
    )
    assert defiller("--config", "mine.toml", "strip", "a.txt", "--keep", "faq").out == (
        b"Facts.\n[faq] What?\n"
    )


def test_what_excludes_it_on_the_command_line_overrules_it(defiller, work):
    (work / "defiller.toml").write_text(
        'max-loss = 0.02\nmax-cut = 1.0\n[strip]\nout = "clean/"\n', encoding="utf-8"
    )
    assert defiller("strip", "a.txt", "--threshold", "0.95").code == 0
    assert (work / "clean/a.txt").read_bytes() == PADDED
    assert defiller("strip", "a.txt", "--in-place").code == 0
    assert (work / "a.txt").read_bytes() == b"Facts.\n"
    both = defiller("strip", "a.txt", "--threshold", "0.9", "--max-loss", "0.1")
    assert both.code == 2
    assert both.err == (
        "defiller: give either max_loss, which picks the threshold, or threshold, not both\n"
    )


def test_paths_are_relative_to_the_file(defiller, work, monkeypatch):
    (work / "defiller.toml").write_text(
        '[strip]\nout = "clean/"\nremoved = "gone.jsonl"\n', encoding="utf-8"
    )
    monkeypatch.chdir(work / "deep")
    assert defiller("strip", "../a.txt").code == 0
    assert (work / "clean/a.txt").exists()
    assert (work / "gone.jsonl").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("keeep = 'faq'", "defiller.toml: unknown key 'keeep'; did you mean 'keep'?"),
        ("[strip]\nreasons = true", "defiller.toml: unknown key 'strip.reasons'; see --help"),
        ("[striip]\nkeep = 'faq'", "unknown key 'striip'; did you mean 'strip'?"),
        ("inputs = ['a.txt']", "unknown key 'inputs'"),
        ("version = true", "unknown key 'version'"),
        ("quiet = 'yes'", "defiller.toml: 'quiet' takes true or false, not 'yes'"),
        ("jobs = true", "defiller.toml: 'jobs' takes a single value, not True"),
        ("jobs = [1]", "defiller.toml: 'jobs' takes a single value, not [1]"),
        ("model = 5", "defiller.toml: 'model' takes a path, not 5"),
        ("[keep]\nfaq = 1", "'keep' is an option and no table"),
        ("jobs = 'many'", "Invalid value for '--jobs' / '-j'"),
        ("max-loss = = 3", "defiller.toml is no TOML: "),
        ("keep = 'faw'", "unknown kind or group 'faw'"),
    ],
)
def test_a_mistake_in_it_is_a_usage_error(defiller, work, text, said):
    (work / "defiller.toml").write_text(text, encoding="utf-8")
    done = defiller("strip", "a.txt")
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1
    assert done.out == b""


def test_a_wrong_value_names_the_file(defiller, work):
    (work / "defiller.toml").write_text("jobs = 'many'", encoding="utf-8")
    assert "defiller.toml" in defiller("strip", "a.txt").err


def test_a_named_file_that_is_missing(defiller, work):
    done = defiller("--config", "nowhere.toml", "strip", "a.txt")
    assert done.code == 2
    assert done.err == "defiller: nowhere.toml: there is no such file; check its name\n"


def test_the_mistakes_of_other_commands_tables_are_found_too(defiller, work):
    (work / "defiller.toml").write_text("[labels.convert]\nouut = 'x'", encoding="utf-8")
    done = defiller("strip", "a.txt")
    assert done.code == 2
    assert "unknown key 'labels.convert.ouut'; did you mean 'out'?" in done.err


def test_underscores_stand_for_dashes(defiller, work):
    (work / "defiller.toml").write_text("max_cut = 0.1", encoding="utf-8")
    done = defiller("strip", "a.txt")
    assert done.out == PADDED
    assert "--max-cut" in done.err


OPTION = settings.Option
STRIP = settings.Command(
    {"out": OPTION("out", is_path=True), "keep": OPTION("keep", is_list=True)}, {}
)
CHECK = settings.Command({"json": OPTION("as_json", is_flag=True)}, {})
ROOT = settings.Command(
    {}, {"strip": STRIP, "labels": settings.Command({}, {"check": CHECK, "strip": STRIP})}
)


def test_defaults_nest_as_commands_do():
    values = {"keep": "faq", "labels": {"keep": ["recap"], "check": {"json": True}}}
    got = settings.defaults(settings.Settings(Path("/w/defiller.toml"), values), ROOT)
    assert got == {
        "strip": {"keep": ["faq"]},
        "labels": {"check": {"as_json": True}, "strip": {"keep": ["recap"]}},
    }


def test_a_dash_is_no_path():
    got = settings.defaults(settings.Settings(Path("/w/defiller.toml"), {"out": "-"}), ROOT)
    assert got["strip"] == {"out": "-"}


def test_a_command_that_takes_no_such_option_is_told():
    with pytest.raises(UsageError, match=r"/w/d.toml: unknown key 'labels.check.out'"):
        settings.defaults(
            settings.Settings(Path("/w/d.toml"), {"labels": {"check": {"out": "x"}}}), ROOT
        )
