"""What a run writes beside its outputs: what was removed, and what failed; a line of JSON each."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

from defiller.compression import codec_of, damage, reader, writer
from defiller.outputs import beside

Entry = dict[str, Any]


class SideFile:
    """Lines of JSON that take the file's place when the run ends, or is interrupted.

    A run that resumes takes over the lines of the run before, except for those of inputs that
    are done again: their lines come again, too. So nothing that was removed is lost, and nothing
    stands in the file twice.

    Parameters
    ----------
    path : Path
        Compressed where its name ends in ``.gz`` or ``.zst``. A pipe or a device is written to
        directly.
    keep : callable, optional
        When resuming: whether a line of the run before stays.

    Raises
    ------
    OSError
        Where the file cannot be written.
    """

    def __init__(self, path: Path, keep: Callable[[Entry], bool] | None = None) -> None:
        self.path = Path(os.path.realpath(path))
        self._codec = codec_of(path)
        self._direct = self.path.exists() and not self.path.is_file()
        self._growing = self.path if self._direct else beside(self.path)
        if not self._direct:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        earlier = next((p for p in (self._growing, self.path) if p.is_file()), None)
        if keep is None or self._direct or earlier is None:
            self._open(self._growing)
            return
        taken_over = beside(self.path, ".copy")
        self._open(taken_over)
        for line in _whole_lines(earlier):
            if keep(json.loads(line)):
                self._stream.write(line)
        self.flush()
        taken_over.replace(self._growing)

    def write(self, entries: Iterable[Entry]) -> None:
        """Add entries."""
        for entry in entries:
            self._stream.write(line_of(entry))

    def flush(self) -> None:
        """Bring everything to the disk's side, where a killed process leaves it."""
        self._stream.flush()
        self._raw.flush()

    def publish(self) -> None:
        """Close the file and rename it into its place."""
        self._stream.close()
        self._raw.close()
        if not self._direct:
            self._growing.replace(self.path)

    def _open(self, path: Path) -> None:
        self._raw: IO[bytes] = path.open("wb")
        self._stream = writer(self._raw, self._codec)


def line_of(entry: Entry) -> bytes:
    """An entry as a line of JSON in UTF-8; what UTF-8 cannot hold is escaped."""
    try:
        return json.dumps(entry, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair, or a file name that is no text
        return json.dumps(entry).encode() + b"\n"


def _whole_lines(path: Path) -> Iterable[bytes]:
    """The lines of JSON in a file that may end within one, or within its compression."""
    with path.open("rb") as raw:
        stream = reader(raw, codec_of(path.name.removesuffix(".partial")))
        while True:
            try:
                line = stream.readline()
            except Exception as error:
                if damage(error) is None:
                    raise
                return
            if not line.endswith(b"\n"):
                return
            yield line
