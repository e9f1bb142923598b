"""What is asked of a run, whole and checked: the same for the command line and for a program."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from defiller.faults import UsageError, show
from defiller.features.document import Format
from defiller.inputs import STANDARD_INPUT
from defiller.model.policy import DEFAULT_MAX_CUT
from defiller.outputs import Action, Form

STANDARD_OUTPUT = "-"


class SummaryForm(StrEnum):
    """How the summary is written."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A run over inputs; every field is the option of the same name.

    Attributes
    ----------
    action : Action
    inputs : tuple of str
        Files, folders and ``-``; empty for standard input.
    keep, drop : tuple of str
        Names of kinds and groups, with commas or not; ``drop`` empty means all padding.
    max_loss, threshold, max_cut, any_language
        As `defiller.model.policy.Policy` takes them.
    model : Path or None
        A model folder; None for the shipped model.
    format : Format
    to : Form
        What ``annotate`` writes.
    reasons, verdicts : bool
        Reasons with the verdicts; verdicts in stripped records.
    out : str or None
        File or folder for the output; ``-`` puts all lines on standard output.
    in_place, replace : bool
        Overwrite inputs; overwrite the text field of records.
    prefix, text_field : str
    id_field, title_field : str or None
        None takes ``id`` and ``title`` where a record has them.
    stdin_name : str or None
        The file name that standard input stands for.
    include, exclude : tuple of str
        Shell patterns for files in folders.
    jobs : int
        Processes; 0 for one a core.
    timeout : float or None
        Seconds an article.
    resume, dry_run : bool
    removed, errors : Path or None
        Files of JSON lines.
    summary : SummaryForm or None
    drop_documents_over : float or None
        Share of words in padding, 0 to 1.
    quiet, verbose, debug : bool
    """

    action: Action
    inputs: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    max_loss: float | None = None
    threshold: float | None = None
    max_cut: float = DEFAULT_MAX_CUT
    any_language: bool = False
    model: Path | None = None
    format: Format = Format.AUTO
    to: Form = Form.TEXT
    reasons: bool = False
    verdicts: bool = False
    out: str | None = None
    in_place: bool = False
    replace: bool = False
    prefix: str = "defiller_"
    text_field: str = "text"
    id_field: str | None = None
    title_field: str | None = None
    stdin_name: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    jobs: int = 1
    timeout: float | None = None
    resume: bool = False
    dry_run: bool = False
    removed: Path | None = None
    errors: Path | None = None
    summary: SummaryForm | None = None
    drop_documents_over: float | None = None
    quiet: bool = False
    verbose: bool = False
    debug: bool = False

    def __post_init__(self) -> None:
        for wrong, sentence in (
            (self.in_place and self.out is not None, "give either --out or --in-place, not both"),
            (
                self.in_place and self.drop_documents_over is not None,
                "--drop-documents-over leaves out whole outputs; give --out, not --in-place",
            ),
            (
                self.in_place and STANDARD_INPUT in self.arguments,
                "standard input has no place to be overwritten; leave --in-place out",
            ),
            (
                self.resume and self.out in (None, STANDARD_OUTPUT) and not self.in_place,
                "--resume goes on with files that an earlier run wrote; name them with --out",
            ),
            (
                self.resume and STANDARD_INPUT in self.arguments,
                "standard input cannot be resumed; read from files, or leave --resume out",
            ),
            (self.quiet and self.verbose, "give either --quiet or --verbose, not both"),
            (self.jobs < 0, f"--jobs takes 0 (one a core) or more, not {self.jobs}"),
            (
                self.timeout is not None and not self.timeout > 0,
                f"--timeout takes seconds above 0, not {self.timeout}",
            ),
            (
                self.drop_documents_over is not None and not 0 <= self.drop_documents_over <= 1,
                f"--drop-documents-over takes a share from 0 to 1, not {self.drop_documents_over}",
            ),
            (
                self.out == STANDARD_OUTPUT and self.action is Action.ANNOTATE,
                "annotated articles take a folder of their own; name it with --out",
            ),
        ):
            if wrong:
                raise UsageError(sentence)
        named = [p for p in (self.removed, self.errors) if p is not None]
        if len({p.resolve() for p in named}) < len(named):
            raise UsageError("--removed and --errors need a file each; name two")
        for path in named:
            if path.is_dir():
                raise UsageError(f"{show(path)} is a folder; name a file")

    @property
    def names_a_page(self) -> bool:
        """Whether the output is named as one page, on which there is room for several articles."""
        if self.action is not Action.ANNOTATE or self.to is not Form.HTML or self.out is None:
            return False
        return self.out.lower().endswith((".html", ".htm")) and not Path(self.out).is_dir()

    @property
    def arguments(self) -> tuple[str, ...]:
        """The inputs, with standard input where none was named.

        Raises
        ------
        UsageError
            Where none was named and standard input is a terminal.
        """
        if self.inputs:
            return self.inputs
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError(
                "name articles, record files or folders, or pipe an article in; "
                f"see defiller {self.action} --help"
            )
        return (STANDARD_INPUT,)
