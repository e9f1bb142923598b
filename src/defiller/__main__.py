"""The command line's way in and out: what an end of a run looks like to a shell.

0 done, 1 an input failed, 2 usage, configuration or model, 130 interrupted. A reader that closes
its pipe (``defiller strip page.md | head``) has what it wants: silence and 0.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

DEBUG = "--debug"
_FAILED = 1
_INTERRUPTED = 130
_NO_ROOM = "failed to map segment"  # what the system's loader says of a library without memory


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process where none are given.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    Exception
        What went wrong unforeseen, where ``--debug`` is among the arguments; else it is one
        sentence on standard error.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(given)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except MemoryError:
        return _starved()
    except OSError as error:
        if error.errno == errno.EPIPE:
            _close_quietly()
            return 0
        return _unforeseen(error, given)
    except Exception as error:  # the one place where all of them end
        if isinstance(error, ImportError) and _NO_ROOM in str(error):
            return _starved()
        return _unforeseen(error, given)


def _run(arguments: list[str]) -> int:
    """Run the app and flush; a closed pipe comes out as the ``BrokenPipeError`` it is."""
    from defiller.cli import app  # here, so that Ctrl-C while it loads ends like any other

    try:
        app(arguments, prog_name="defiller")
    except SystemExit as ended:
        # typer turns a closed pipe into exit code 1, and names it as the context.
        if isinstance(ended.__context__, OSError) and ended.__context__.errno == errno.EPIPE:
            raise ended.__context__ from None
        code = ended.code
    else:
        code = None
    sys.stdout.flush()  # what is left in the buffer may find the pipe closed as well
    if isinstance(code, str):
        print(code, file=sys.stderr)
        return _FAILED
    return code or 0


def _close_quietly() -> None:
    """Give standard output a place to flush to when the interpreter ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _starved() -> int:
    print(
        "defiller: there is not enough memory; it takes 700 MB of address space to begin, and more "
        "for long articles (see ulimit -v)",
        file=sys.stderr,
    )
    return _FAILED


def _unforeseen(error: Exception, arguments: list[str]) -> int:
    if DEBUG in arguments:
        raise error
    sentence = " ".join(str(error).split()) or "no message"
    print(
        f"defiller: {type(error).__name__}: {sentence} (an error of defiller itself; "
        f"{DEBUG} shows where)",
        file=sys.stderr,
    )
    return _FAILED


if __name__ == "__main__":
    sys.exit(main())
