"""What can go wrong in a run, as sentences: the request, or one of the inputs."""

from __future__ import annotations

import errno
from pathlib import Path


class UsageError(Exception):
    """A request that cannot be run: options, settings or model. The exit code is 2."""


class InputError(Exception):
    """One input that could not be done; all others are. The exit code is 1.

    The message is one sentence without the input's name, which whoever reports it puts before.
    """


class MissingExtraError(UsageError):
    """A file that takes an optional package, which is not installed."""

    def __init__(self, name: str, package: str, extra: str) -> None:
        super().__init__(
            f"{show(name)} takes the package {package}; install it with "
            f"pip install 'defiller[{extra}]'"
        )


_SAYINGS = {
    errno.ENOENT: "there is no such file; check its name",
    errno.EACCES: "not permitted; check the rights of the file and its folder",
    errno.EPERM: "not permitted; check the rights of the file and its folder",
    errno.EROFS: "the file system is read-only; choose another place",
    errno.ENOSPC: "no space is left on the disk; make room and go on with --resume",
    errno.EDQUOT: "the disk quota is used up; make room and go on with --resume",
    errno.EFBIG: "the file would grow over the limit of the system (see ulimit -f)",
    errno.ENAMETOOLONG: "its name is too long for the file system; rename it",
    errno.EISDIR: "this is a folder; name the files in it, or the folder as an input",
    errno.EEXIST: "a part of its path is a file and no folder; check the path",
    errno.ENOTDIR: "a part of its path is a file and no folder; check the path",
    errno.ELOOP: "its symbolic links run in a circle; mend them",
}


def reason(error: OSError) -> str:
    """What the system says of a file, with the cure where there is one."""
    if error.errno in _SAYINGS:
        return _SAYINGS[error.errno]
    return f"{error.strerror or error}"


def show(name: str | Path) -> str:
    """A file's name for a sentence: as it is, or quoted where it would break the line."""
    text = str(name)
    return text if text.isprintable() and text else repr(text)
