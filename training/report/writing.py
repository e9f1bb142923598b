"""The files that a report is written to: asked for by name, checked before the work, whole."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from defiller.labels.files import replacing
from defiller.training.report.findings import Findings


class ReportError(ValueError):
    """A report that cannot be written as asked; the message is one sentence with the cure."""


class ReportForm(StrEnum):
    """What a report can be, by the ending of its name."""

    HTML = ".html"
    PNG = ".png"
    JSON = ".json"

    @property
    def needs(self) -> tuple[str, ...]:
        """Packages of the extra ``report`` that it takes."""
        return {
            ReportForm.HTML: ("jinja2", "matplotlib"),
            ReportForm.PNG: ("matplotlib",),
            ReportForm.JSON: (),
        }[self]


def form_of(path: Path) -> ReportForm:
    """The form of a report, by its name's ending.

    Raises
    ------
    ReportError
        For another ending.
    """
    try:
        return ReportForm(path.suffix.lower())
    except ValueError:
        known = ", ".join(ReportForm)
        raise ReportError(
            f"--report {path}: no report has the ending {path.suffix!r}; give the file one of "
            f"{known}"
        ) from None


def check_reports(reports: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Refuse reports that could not be written, before anything is computed.

    Parameters
    ----------
    reports : sequence of Path
    inputs : sequence of Path
        Files that are read, which no report may replace.

    Raises
    ------
    ReportError
        For an unknown ending, a file that is named twice or is read too, and a place where no
        file can be made.
    """
    seen = {path.resolve(): "is read for the labels" for path in inputs}
    for path in reports:
        form_of(path)
        place = path.resolve()
        if place in seen:
            raise ReportError(f"--report {path} {seen[place]}; choose another name")
        seen[place] = "is asked for twice"
        probe = path.with_name(f".{path.name}.{os.getpid()}.probe")
        try:
            if path.is_dir():
                raise ReportError(f"--report {path} is a folder; name a file in it")
            if not path.parent.is_dir():
                raise ReportError(
                    f"--report {path}: there is no folder {path.parent}; make it, or choose another"
                )
            probe.touch(exist_ok=False)
        except OSError as error:
            raise ReportError(
                f"--report {path} cannot be written ({error.strerror or error}); choose another "
                "place"
            ) from None
        probe.unlink()


def write_reports(found: Findings, reports: Sequence[Path]) -> None:
    """Write each report beside its place and rename it into it.

    All are made before the first is written.

    Raises
    ------
    LabelError
        Where a file cannot be written after all.
    """
    made = [(path, _made(found, form_of(path))) for path in reports]
    for path, data in made:
        with replacing(path) as stream:
            stream.buffer.write(data)


def _made(found: Findings, form: ReportForm) -> bytes:
    if form is ReportForm.HTML:
        from defiller.training.report.page import report_page

        return report_page(found).encode()
    if form is ReportForm.PNG:
        from defiller.training.report.picture import report_picture

        return report_picture(found)
    # Lone surrogates, which no encoding takes, stay JSON escapes.
    return (json.dumps(found.to_json(), indent=1, allow_nan=False) + "\n").encode()
