"""How a run of the command line ends, whatever happened in it."""

import errno
import os
import subprocess
import sys

import pytest
import typer

from defiller.__main__ import main


@pytest.fixture
def ending(monkeypatch):
    """Put an app in the place of the command line whose only command does what it is told."""

    def run(action, *arguments):
        app = typer.Typer(pretty_exceptions_enable=False)

        @app.command()
        def act(debug: bool = False):
            return action()

        monkeypatch.setattr("defiller.cli.app", app, raising=False)
        return main(list(arguments))

    return run


def raising(error):
    def action():
        raise error

    return action


def test_done_is_zero(ending):
    assert ending(lambda: None) == 0


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_command_names_its_code(ending, code):
    assert ending(raising(typer.Exit(code))) == code


def test_usage_is_two(ending, capsys):
    assert ending(lambda: None, "--no-such-option") == 2
    assert "--no-such-option" in capsys.readouterr().err


def test_interrupted_is_130_and_silent(ending, capsys):
    assert ending(raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr() == ("", "")


def test_interrupted_while_loading_is_130(monkeypatch):
    def interrupted(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("defiller.__main__._run", interrupted)
    assert main([]) == 130


def test_a_system_exit_with_a_sentence_is_one(ending, capsys):
    assert ending(raising(SystemExit("no such thing"))) == 1
    assert capsys.readouterr().err == "no such thing\n"


@pytest.mark.parametrize(
    "error", [RuntimeError("two\nlines"), OSError(errno.ENOSPC, "No space left on device")]
)
def test_the_unforeseen_is_one_sentence_without_a_traceback(ending, capsys, error):
    assert ending(raising(error)) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"defiller: {type(error).__name__}: ")
    assert told.endswith("(an error of defiller itself; --debug shows where)\n")
    assert told.count("\n") == 1


def test_debug_shows_where(ending):
    with pytest.raises(RuntimeError, match="here"):
        ending(raising(RuntimeError("here")), "--debug")


WRITER = """
import sys, typer
import defiller.cli
from defiller.__main__ import main

app = typer.Typer()

@app.command()
def act(lines: int, late: bool = False):
    if late:
        sys.stdin.readline()
    for number in range(lines):
        print("line", number)

defiller.cli.app = app
sys.exit(main())
"""


@pytest.mark.parametrize(
    "arguments", [["200000"], ["3", "--late"]], ids=["in the middle", "in the buffer"]
)
def test_a_closed_pipe_is_silent_and_zero(arguments):
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, *arguments],
        stdin=subprocess.PIPE,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    os.close(reader)
    _, told = process.communicate("go\n", timeout=60)
    assert (process.returncode, told) == (0, "")
