"""A record file that grows batch by batch, and that a killed run can go on with."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import IO

from defiller.compression import Codec, reader, writer
from defiller.faults import InputError, show
from defiller.inputs import Source
from defiller.outputs import beside

_HEAD = 1 << 16
"""Bytes of an input that its fingerprint reads; size and time of change tell most."""
_STEP = 1 << 20


class Partial:
    """The output beside its place, and a journal of how far it got.

    The journal is one line of JSON for what is being made, then one for each batch: how many rows
    of the input are done and how many uncompressed bytes of output they gave. What the output
    holds behind the last journalled byte was never finished and is cut off on resuming.

    Parameters
    ----------
    target : Path
        The file's place.
    codec : Codec
        How the output is compressed.
    making : dict
        What the rows depend on: input, options, model. Another one is not resumed.
    resume : bool
        Go on with what is there; else start anew.

    Attributes
    ----------
    rows : int
        Rows of the input that are done.

    Raises
    ------
    InputError
        Where there is something to resume that was made from another input or otherwise.
    OSError
    """

    def __init__(self, target: Path, codec: Codec, making: dict[str, str], *, resume: bool) -> None:
        self.path = beside(target)
        self._journal_path = beside(target, ".journal")
        self._codec = codec
        self.rows, self._bytes = 0, 0
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not (resume and self._reopen(making)):
            self._journal_path.unlink(missing_ok=True)
            self._raw: IO[bytes] = self.path.open("wb")
            self._stream = writer(self._raw, codec)
            self._journal: IO[bytes] = self._journal_path.open("wb")
            self._note(making)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it yet; rows that gave nothing may be done all the same."""
        return not self._bytes

    def add(self, data: bytes, rows: int) -> None:
        """Write what the rows up to this one gave, and note that they are done."""
        self._stream.write(data)
        self._stream.flush()
        self._raw.flush()
        self._bytes += len(data)
        self.rows = rows
        self._note({"rows": rows, "bytes": self._bytes})

    def end(self) -> Path:
        """Finish the file and return where it is; `forget` what is left when it is in place."""
        self._stream.close()
        self._raw.close()
        self._journal.close()
        return self.path

    def forget(self) -> None:
        """Remove the journal, and the partial output where it was not renamed."""
        self._journal_path.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def leave(self) -> None:
        """Close the files and leave them for a run that resumes."""
        for stream in (self._stream, self._raw, self._journal):
            try:
                stream.close()
            except OSError:  # a full disk; what the journal says is on it counts
                continue

    def _note(self, entry: dict[str, str] | dict[str, int]) -> None:
        self._journal.write(json.dumps(entry).encode() + b"\n")
        self._journal.flush()

    def _reopen(self, making: dict[str, str]) -> bool:
        """Go on after the last journalled batch; False where there is nothing to go on with."""
        if not is_begun(self.path):
            return False
        whole = self._journal_path.read_bytes().rpartition(b"\n")[0].split(b"\n")
        if not whole[0]:
            return False
        if json.loads(whole[0]) != making:
            raise InputError(
                "it changed, or other options or another model were given, since the run that "
                f"--resume would go on with; remove {show(self.path.name)} beside its output, or "
                "leave --resume out"
            )
        if len(whole) > 1:
            last = json.loads(whole[-1])
            self.rows, self._bytes = last["rows"], last["bytes"]
        if self._codec is Codec.NONE:
            self._raw = self.path.open("r+b")
            self._raw.truncate(self._bytes)
            self._raw.seek(0, os.SEEK_END)
            self._stream = writer(self._raw, self._codec)
        else:
            self._pack_again()
        with self._journal_path.open("r+b") as journal:
            journal.truncate(sum(len(line) + 1 for line in whole))
        self._journal = self._journal_path.open("ab")
        return True

    def _pack_again(self) -> None:
        """Copy what was finished into a new compressed stream: an open one cannot be joined."""
        copy = beside(self.path, ".copy")
        self._raw = copy.open("wb")
        self._stream = writer(self._raw, self._codec)
        with self.path.open("rb") as packed:
            _copy(reader(packed, self._codec), self._stream, self._bytes)
        self._stream.flush()
        self._raw.flush()
        copy.replace(self.path)


def is_begun(partial: Path) -> bool:
    """Whether a run left this partial output, with its journal."""
    name = partial.name.removesuffix(".partial")
    return partial.exists() and partial.with_name(name + ".journal").exists()


def tidy(target: Path) -> None:
    """Remove the journal of an output that stands in its place.

    A run that is killed between the two steps leaves it, and no later one would know it.
    """
    beside(target, ".journal").unlink(missing_ok=True)


def rows_done(target: Path) -> int:
    """Rows of the input that an earlier run did towards this output and that will not come again.

    0 where it is not begun. Where the run that asks cannot go on with it, the rows stay done.
    """
    if not is_begun(beside(target)):
        return 0
    entries = beside(target, ".journal").read_bytes().rpartition(b"\n")[0].split(b"\n")
    return int(json.loads(entries[-1])["rows"]) if len(entries) > 1 else 0


def fingerprint(source: Source) -> str:
    """What tells an input from a changed one: size, time of change and the hash of its start."""
    assert source.path is not None
    with source.path.open("rb") as stream:
        head = hashlib.sha256(stream.read(_HEAD)).hexdigest()
        known = os.fstat(stream.fileno())
    return f"{known.st_size} {known.st_mtime_ns} {head}"


def _copy(stream: IO[bytes], to: IO[bytes], size: int) -> None:
    while size:
        block = stream.read(min(size, _STEP))
        if not block:
            raise InputError("what an interrupted run left of its output is damaged; remove it")
        to.write(block)
        size -= len(block)
