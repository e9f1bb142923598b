"""The one page that several articles make: written article by article, whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from defiller.outputs import beside, publish

if TYPE_CHECKING:
    from defiller.model.page.review import Frame


class PageFile:
    """A review page that takes its place when the run ends.

    Parameters
    ----------
    path : Path
        A pipe or a device is written to directly.
    frame : Frame
        What stands before and after the articles.

    Attributes
    ----------
    path : Path
    articles : int
        How many are on it.

    Raises
    ------
    OSError
        Where the file cannot be written.
    """

    def __init__(self, path: Path, frame: Frame) -> None:
        self.path = Path(os.path.realpath(path))
        self.articles = 0
        self._frame = frame
        self._direct = self.path.exists() and not self.path.is_file()
        self._growing = self.path if self._direct else beside(self.path)
        if not self._direct:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self._growing.open("wb")
        self._stream.write(frame.head.encode())

    def add(self, piece: bytes) -> None:
        """Put another article on the page."""
        self._stream.write(piece)
        self.articles += 1

    def publish(self) -> None:
        """Finish the page and rename it into its place; one without articles is left away."""
        if not self.articles:
            self.discard()
            return
        self._stream.write(self._frame.tail.encode())
        self._stream.close()
        if not self._direct:
            publish(self._growing, self.path)

    def discard(self) -> None:
        """Leave it away; what stood in its place stays."""
        if self._stream.closed:
            return
        with suppress(OSError):  # a full disk: what was left to write goes with the rest
            self._stream.close()
        if not self._direct:
            self._growing.unlink(missing_ok=True)
