"""The command line itself: help, exit codes, what is imported when, and what each option does."""

import dataclasses
import importlib
import inspect
import os
import subprocess
import sys
import typing

import pytest
import typer

from defiller.__main__ import main
from defiller.cli.root import COMMANDS
from defiller.job import Job

ACTIONS = ("strip", "annotate", "score")
HEAVY = ("lightgbm", "sklearn", "trafilatura", "numpy", "lxml", "joblib", "pyarrow", "scipy")


def command(name):
    return typer.main.get_command(importlib.import_module(COMMANDS[name][0]).app)


def test_help_imports_nothing_heavy():
    program = (
        "import sys\nfrom defiller.__main__ import main\nmain(['--help'])\n"
        f"print([m for m in sys.modules if m.split('.')[0] in {HEAVY}], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert done.stderr == "[]\n"
    for name, (_, sentence) in COMMANDS.items():
        assert f"│ {name} " in done.stdout
        assert sentence[:30] in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name, capfd):
    assert main([name, "--help"]) == 0
    out, err = capfd.readouterr()
    assert f"Usage: defiller {name}" in out
    assert err == ""


@pytest.mark.parametrize("name", [n for n in COMMANDS if n != "labels"])
def test_the_list_says_of_a_command_what_its_own_help_starts_with(name):
    first = command(name).help.split("\n\n")[0].rstrip(".")
    listed = COMMANDS[name][1].rstrip(".")
    assert first.split(",")[0].startswith(listed.split(",")[0].split(" before")[0][:25])


@pytest.mark.parametrize("name", ACTIONS)
def test_options_and_the_job_that_they_make_agree(name):
    """An option that a command forgets to hand on would do nothing."""
    params = {p.name for p in command(name).params}
    fields = {f.name for f in dataclasses.fields(Job)}
    handed_on = inspect.getsource(importlib.import_module(COMMANDS[name][0]))
    handed_on = handed_on[handed_on.index("job = Job(") :]
    for param in params - {"help"}:
        assert param.rstrip("_") in fields
        assert f"        {param.rstrip('_')}=" in handed_on


@pytest.mark.parametrize("name", ACTIONS)
def test_a_default_is_the_same_on_the_command_line_and_in_a_program(name):
    job = {f.name: f.default for f in dataclasses.fields(Job)}
    for param in command(name).params:
        if param.param_type_name == "option" and param.name != "help":
            expected = job[param.name.rstrip("_")]
            given = tuple(param.default or ()) if expected == () else param.default
            assert given == expected, param.name


def test_fields_of_the_job_are_typed():
    assert set(typing.get_type_hints(Job)) >= {f.name for f in dataclasses.fields(Job)}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["stirp"], "No such command 'stirp'. Did you mean 'strip'? (see defiller --help)"),
        (["strip", "--kep", "faq"], "No such option: --kep"),
        (["strip", "--jobs", "two"], "Invalid value for '--jobs' / '-j'"),
        (["strip", "--format", "pdf"], "Invalid value for '--format'"),
        (["annotate", "--to", "docx"], "Invalid value for '--to'"),
        (["strip", "--keep"], "requires an argument"),
        (["strip", "a.txt", "--threshold", "2"], "threshold must lie between 0 and 1"),
        (["strip", "a.txt", "--keep", "faw"], "unknown kind or group 'faw'"),
        (["strip", "a.txt", "b.txt"], "several inputs need a folder; name it with --out"),
        (["--config", "no.toml", "signals"], "no.toml: there is no such file"),
    ],
)
def test_wrong_usage_is_one_sentence_and_2(capfd, monkeypatch, tmp_path, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("Facts.\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("Facts.\n", encoding="utf-8")
    assert main(arguments) == 2
    out, err = capfd.readouterr()
    assert err.startswith("defiller: ")
    assert said in err
    assert err.count("\n") == 1
    assert out == ""


def test_no_command_shows_the_help_and_is_wrong_usage(capfd):
    assert main([]) == 2
    assert "Usage: defiller" in capfd.readouterr().out


def test_no_input_at_a_terminal_is_wrong_usage(capfd, monkeypatch):
    class Terminal:
        @staticmethod
        def isatty():
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    assert main(["strip"]) == 2
    assert "name articles, record files or folders, or pipe an article in" in capfd.readouterr().err


def test_the_version_names_the_model(defiller):
    import defiller as package

    done = defiller("--version")
    assert done.out.decode() == f"defiller {package.__version__}, model fake@000000000000\n"


def test_signals_are_listed_with_their_sentences(capfd):
    from defiller.features.signals import FAMILIES

    assert main(["signals"]) == 0
    out = capfd.readouterr().out
    for family in FAMILIES:
        assert f"\n{family.name}\n" in f"\n{out}"
        for signal in family.signals:
            assert f"  {signal.name} " in out
            assert signal.sentence in out


def test_the_demo_shows_before_and_after(defiller, monkeypatch):
    done = defiller("demo")
    assert done.code == 0
    out = done.out.decode()
    assert out.count("before, with what goes in red") == 3
    assert "of 11 paragraphs cut" not in out
    assert "\x1b[" not in out


def test_debug_shows_tracebacks_wherever_it_stands(defiller, tmp_path):
    (tmp_path / "a.txt").write_text("CRASH", encoding="utf-8")
    for arguments in (["--debug", "strip", "a.txt"], ["strip", "a.txt", "--debug"]):
        done = defiller(*arguments)
        assert done.code == 1
        assert "Traceback" in done.err
        assert "KeyError: 'crash'" in done.err
    assert "Traceback" not in defiller("strip", "a.txt").err


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
@pytest.mark.parametrize("name", ["a.txt", "x.jsonl"])
def test_a_closed_pipe_is_silent(faked, tmp_path, name):
    (tmp_path / "a.txt").write_text("Facts of the matter.\n" * 50_000, encoding="utf-8")
    (tmp_path / "x.jsonl").write_text('{"text": "Facts of the matter."}\n' * 20_000, "utf-8")
    process = subprocess.Popen(
        [*faked["args"], "strip", name],
        cwd=tmp_path,
        env=faked["env"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(30) == 0
    process.stderr.close()


def test_progress_is_for_terminals_only(faked, tmp_path):
    (tmp_path / "in").mkdir()
    for number in range(5):
        (tmp_path / f"in/{number}.txt").write_text("Facts.\n", encoding="utf-8")
    arguments = [*faked["args"], "strip", "in", "--out", "clean"]
    piped = subprocess.run(
        arguments, cwd=tmp_path, env=faked["env"], capture_output=True, check=True
    )
    assert piped.stdout == piped.stderr == b""

    pty = pytest.importorskip("pty")
    reading, writing = pty.openpty()
    process = subprocess.Popen(
        arguments, cwd=tmp_path, env=faked["env"], stdin=writing, stderr=writing, stdout=-3
    )
    assert process.wait(60) == 0
    os.close(writing)
    shown = os.read(reading, 1 << 16).decode()
    os.close(reading)
    assert "5 articles" in shown
    assert "a second" in shown


def test_completion_knows_the_commands_and_their_options(faked):
    def complete(words):
        environment = {
            **faked["env"],
            "_DEFILLER_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
        }
        program = "from defiller.cli import app; app(prog_name='defiller')"
        return subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, check=False
        ).stdout.decode()

    assert "strip" in complete("defiller st").split()
    assert "--max-loss" in complete("defiller strip --max").split()
    assert "check" in complete("defiller labels ch").split()
