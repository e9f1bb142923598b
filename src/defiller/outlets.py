"""Where the rows of one record file, or its scores, go: standard output, or a growing file."""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from pathlib import Path

from defiller.compression import Codec, codec_of
from defiller.inputs import Source
from defiller.outputs import Place, publish
from defiller.partial import Partial
from defiller.records import RecordFile


class Outlet(ABC):
    """Takes rows batch by batch.

    Attributes
    ----------
    rows : int
        Rows of the input that an earlier run did.
    closed : bool
        No more rows are wanted: the output is finished, or could not be written.
    """

    rows = 0
    closed = False

    @abstractmethod
    def write(self, data: bytes, rows: int) -> None:
        """Take what the rows up to this number gave."""

    @abstractmethod
    def end(self) -> None:
        """Finish the output and put it into its place."""

    @abstractmethod
    def leave(self) -> None:
        """Stop where it is, so that a run that resumes can go on."""


class StreamOutlet(Outlet):
    """Standard output, or a pipe or a device, where a file cannot be renamed into its place."""

    def __init__(self, head: bytes, path: Path | None = None) -> None:
        self._head = head
        self._stream = sys.stdout.buffer if path is None else path.open("wb")

    def write(self, data: bytes, rows: int) -> None:  # noqa: ARG002 - nothing resumes a stream
        """Write the rows, and first what the output starts with."""
        self._stream.write(self._head + data)
        self._stream.flush()
        self._head = b""

    def end(self) -> None:
        """Write what an output without rows has, too."""
        self.write(b"", 0)
        self.closed = True

    def leave(self) -> None:
        """Leave off between two rows."""
        self.closed = True


class NoOutlet(Outlet):
    """Nowhere: a dry run."""

    def write(self, data: bytes, rows: int) -> None:
        """Take nothing."""

    def end(self) -> None:
        """Want no more."""
        self.closed = True

    def leave(self) -> None:
        """Want no more."""
        self.closed = True


class FileOutlet(Outlet):
    """A file that is renamed into its place when it is whole.

    Parameters
    ----------
    place : Place
        With a path. A pipe or a device is no place for renaming and takes a `StreamOutlet`.
    source : Source
    file : RecordFile or None
        Whose format the output has; None for scores.
    making : dict
        As `Partial` takes it.
    resume : bool

    Raises
    ------
    InputError, OSError
        As `Partial`.
    """

    def __init__(
        self,
        place: Place,
        source: Source,
        file: RecordFile | None,
        making: dict[str, str],
        *,
        resume: bool,
    ) -> None:
        assert place.path is not None
        self._path = Path(os.path.realpath(place.path))
        self._source, self._file, self._keep = source, file, place.in_place
        self._codec = codec_of(self._path.name)
        grows_packed = file is None or not file.packs_itself
        codec = self._codec if grows_packed else Codec.NONE
        self._partial = Partial(self._path, codec, making, resume=resume)
        self.rows = self._partial.rows
        if file is not None and self._partial.is_empty and (head := file.head()):
            self._partial.add(head, 0)

    def write(self, data: bytes, rows: int) -> None:
        """Write the rows and note that they are done."""
        self._partial.add(data, rows)

    def end(self) -> None:
        """Turn what was written into the format and rename it into its place."""
        self.closed = True
        partial = self._partial.end()
        whole = partial if self._file is None else self._file.finish(partial, self._codec)
        if whole != partial:
            # A run that is killed from here on and resumed starts this file anew; were they
            # forgotten later, it could take them for rows to go on with behind the whole file.
            self._partial.forget()
        try:
            publish(whole, self._path, keep=self._keep)
        except BaseException:
            if whole != partial:
                whole.unlink(missing_ok=True)
            raise
        self._partial.forget()

    def leave(self) -> None:
        """Leave the partial file and its journal."""
        self.closed = True
        self._partial.leave()
