"""Which inputs a run has and where the output of each goes, settled before anything is done."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from defiller import inputs, outputs
from defiller.faults import UsageError, show
from defiller.features.document import Format
from defiller.inputs import Found, Shape, Source
from defiller.job import STANDARD_OUTPUT, Job
from defiller.outputs import Action, Place

Said = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """The inputs in order, each with its place; what cannot be done, and notes, by name.

    ``folder`` is the one that the outputs go to, None where they go elsewhere; ``page`` is the
    one page that all articles go to.
    """

    places: dict[Source, Place]
    faults: Said
    notes: Said
    folder: Path | None
    page: Path | None = None


def make_plan(job: Job) -> Plan:
    """Find the inputs of a job and give each a place.

    Raises
    ------
    UsageError
        Where the inputs and the outputs do not go together, or an extra is missing.
    """
    out = Path(job.out) if job.out not in (None, STANDARD_OUTPUT) else None
    if out is not None:
        _check_folder(job, out)
    found = inputs.find(
        job.arguments,
        include=job.include,
        exclude=job.exclude,
        skip_folder=out,
        skip_files=[p for p in (job.removed, job.errors, out) if p is not None],
        stdin_name=job.stdin_name,
    )
    inputs.require_extras(found.sources)
    page = out if found.several and job.names_a_page else None
    if page is not None:
        places, faults = _on_a_page(job, found, page)
    else:
        places, faults = _in_place(job, found) if job.in_place else _places(job, found, out)
    _check_side_files(job, found, places)
    is_folder = job.out is not None and outputs.is_folder(job.out, several=found.several)
    folder = out if is_folder and page is None else None
    return Plan(places, [*found.faults, *faults], found.notes, folder, page)


def _places(job: Job, found: Found, out: Path | None) -> tuple[dict[Source, Place], Said]:
    if found.several and out is None and not _shares_a_stream(job, found):
        together = "" if job.action is not Action.SCORE else "; --out - puts them all on stdout"
        raise UsageError(f"several inputs need a folder; name it with --out{together}")
    places, faults = outputs.plan(
        found.sources,
        action=job.action,
        form=job.to,
        is_html=job.format is Format.HTML,
        out=None if out is None else job.out,
        several=found.several,
    )
    for source, place in places.items():
        parquet = source.shape is Shape.PARQUET and job.action is not Action.SCORE
        if parquet and place.path is None and not job.dry_run:
            raise UsageError(
                f"{show(source.name)} gives a Parquet file, which standard output cannot take; "
                "name a file with --out"
            )
    return places, faults


def _on_a_page(job: Job, found: Found, page: Path) -> tuple[dict[Source, Place], Said]:
    if job.resume:
        raise UsageError(
            "one page of several articles is made in one go; leave --resume out, or name a "
            "folder with --out"
        )
    faults: Said = []
    places: dict[Source, Place] = {}
    for source in found.sources:
        if source.path is not None and os.path.realpath(source.path) == os.path.realpath(page):
            raise UsageError(
                f"the page {show(page)} would overwrite the input {show(source.name)}; name "
                "another with --out"
            )
        if source.shape is Shape.ARTICLE:
            places[source] = Place(page, shared=True)
        else:
            cure = "records are not put on a page; annotate this file on its own"
            faults.append((source.name, cure))
    return places, faults


def _shares_a_stream(job: Job, found: Found) -> bool:
    """Whether all outputs are lines that can follow each other on standard output."""
    lines = job.action is Action.SCORE or all(s.shape is Shape.JSONL for s in found.sources)
    return job.dry_run or (lines and job.out == STANDARD_OUTPUT)


def _in_place(job: Job, found: Found) -> tuple[dict[Source, Place], Said]:
    faults: Said = []
    kept = []
    for source in found.sources:
        page = job.format is Format.HTML or source.is_page
        if source.shape is Shape.ARTICLE and page:
            cure = "a page becomes Markdown, which cannot stand in its place; use --out"
            faults.append((source.name, cure))
        else:
            kept.append(source)
    return outputs.in_place(kept), faults


def _check_folder(job: Job, out: Path) -> None:
    for argument in job.arguments:
        if Path(argument).is_dir() and os.path.realpath(argument) == os.path.realpath(out):
            cure = ", or use --in-place" if job.action is Action.STRIP else ""
            raise UsageError(
                f"{show(out)} is the input folder itself; name another with --out{cure}"
            )


def _check_side_files(job: Job, found: Found, places: dict[Source, Place]) -> None:
    taken = {os.path.realpath(s.path): "an input" for s in found.sources if s.path is not None}
    for place in places.values():
        if place.path is not None and (place.path.is_file() or not place.path.exists()):
            taken.setdefault(os.path.realpath(place.path), "an output")
    for option, path in (("--removed", job.removed), ("--errors", job.errors)):
        what = taken.get(os.path.realpath(path)) if path is not None else None
        if path is not None and what is not None:
            raise UsageError(f"{option} {show(path)} would overwrite {what}; name another file")
