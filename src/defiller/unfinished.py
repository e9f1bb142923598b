"""The mark of a run that is not finished, in the folder of its outputs.

An output that stands in its place is whole, but it may be an older run's, made with other
options. While a run goes on, a hidden file in its folder says when it began and what was asked;
outputs older than that are none of its own. The file goes when the run ends, failures or not.
"""

from __future__ import annotations

from pathlib import Path

from defiller.faults import UsageError, show
from defiller.outputs import sentence

_NAME = ".defiller-run"


class UnfinishedRun:
    """The mark in one folder.

    Parameters
    ----------
    folder : Path
    asked : str
        What the outputs depend on besides their inputs.
    resume : bool
        Go on with a run that left its mark, if there is one.

    Attributes
    ----------
    since : int
        When the run began, in nanoseconds of the file system's clock; 0 where nobody knows,
        because the run before ended and took its mark away.
    is_new : bool
        This run set the mark; there was none to go on with.

    Raises
    ------
    UsageError
        Where the run that would be resumed was asked for something else, and where the folder
        cannot be written to.
    """

    def __init__(self, folder: Path, asked: str, *, resume: bool) -> None:
        self._path = folder / _NAME
        self.is_new = True
        try:
            if resume and self._path.exists():
                if self._path.read_text("utf-8") != asked:
                    raise UsageError(
                        f"the run in {show(folder)} that --resume would go on with had other "
                        "options or another model; give the same, or leave --resume out"
                    )
                self.since = self._path.stat().st_mtime_ns
                self.is_new = False
                return
            folder.mkdir(parents=True, exist_ok=True)
            # Renamed, so that no mark is ever there without what it says.
            beside = self._path.with_name(f"{_NAME}.new")
            beside.write_text(asked, "utf-8")
            beside.replace(self._path)
            self.since = 0 if resume else self._path.stat().st_mtime_ns
        except OSError as error:
            raise UsageError(sentence(error, folder)) from None

    def end(self) -> None:
        """Take the mark away; where the folder became read-only it stays, for one that resumes."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            # Whatever could not be written has been named; this costs nobody anything.
            return
