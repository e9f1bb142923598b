"""Where outputs go, and how they get there whole: written beside their place, then renamed."""

from __future__ import annotations

import filecmp
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import IO

from defiller.compression import codec_of
from defiller.faults import InputError, UsageError, reason, show
from defiller.inputs import SUFFIXES, Shape, Source, plain


class Action(StrEnum):
    """What a run makes of its inputs."""

    STRIP = "strip"
    ANNOTATE = "annotate"
    SCORE = "score"


class Form(StrEnum):
    """What ``annotate`` writes."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"
    TERMINAL = "terminal"


_SUFFIX = {
    Form.TEXT: ".txt",
    Form.MARKDOWN: ".md",
    Form.HTML: ".html",
    Form.JSON: ".json",
    Form.TERMINAL: ".ans",
}
_LONGEST_NAME = 240
"""Bytes of a file name to which a suffix can be added; file systems take 255."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the output of one input goes: a file, or standard output where ``path`` is None.

    ``shared`` says that it is one page for all articles.
    """

    path: Path | None
    in_place: bool = False
    shared: bool = False


def output_name(source: Source, action: Action, form: Form, *, is_html: bool) -> PurePath:
    """The output's path below the output folder.

    Compression stays as it was; the suffix becomes that of what is written: ``.md`` for stripped
    HTML, ``.jsonl`` for scores, that of its form for an annotated article.
    """
    name, codec = source.plain_name, codec_of(source.below.name)
    records = source.shape is not Shape.ARTICLE
    if action is Action.SCORE:
        name = _with_suffix(name, ".jsonl")
    elif action is Action.ANNOTATE and not records:
        name = _with_suffix(name, _SUFFIX[form])
    elif not records and (is_html or source.is_page):
        name = _with_suffix(name, ".md")
    return source.below.with_name(name + codec.value)


def _with_suffix(name: str, suffix: str) -> str:
    """The name with another suffix, in place of a known one; "Vol. 2" keeps its point."""
    path = PurePath(name)
    return path.stem + suffix if path.suffix.lower() in SUFFIXES else name + suffix


def plan(
    sources: Sequence[Source],
    *,
    action: Action,
    form: Form,
    is_html: bool,
    out: str | None,
    several: bool,
) -> tuple[dict[Source, Place], list[tuple[str, str]]]:
    """A place for every input's output.

    Parameters
    ----------
    sources : sequence of Source
    action, form, is_html
        As `output_name` takes them.
    out : str or None
        As the caller gave it: a folder where there are several inputs, where it is one already
        or ends in a slash; else the file itself.
    several : bool
        Whether ``out`` must be a folder.

    Returns
    -------
    places : dict of Source to Place
    faults : list of (name, sentence)
        Inputs whose output would fall on that of an earlier one; they have no place.

    Raises
    ------
    UsageError
        Where an output would overwrite an input, where ``out`` is a file and must be a folder,
        and where one file is to hold another kind of records than the input does.
    """
    if out is None:
        return dict.fromkeys(sources, Place(None)), []
    folder = Path(out)
    if not is_folder(out, several=several):
        _check_one_file(sources, action, folder)
        places = dict.fromkeys(sources, Place(folder))
    else:
        if folder.exists() and not folder.is_dir():
            raise UsageError(
                f"{show(out)} is a file, but the outputs take a folder; name another with --out"
            )
        places = {
            source: Place(folder / output_name(source, action, form, is_html=is_html))
            for source in sources
        }
    inputs = {os.path.realpath(s.path): s for s in sources if s.path is not None}
    faults: list[tuple[str, str]] = []
    taken: dict[str, Source] = {}
    for source, place in list(places.items()):
        assert place.path is not None
        real = os.path.realpath(place.path)
        if real in inputs:
            cure = "; --in-place overwrites inputs" if action is Action.STRIP else ""
            raise UsageError(
                f"the output {show(place.path)} would overwrite the input "
                f"{show(inputs[real].name)}; name another place with --out{cure}"
            )
        if real in taken:
            first = show(taken[real].name)
            sentence = f"its output would overwrite that of {first}; rename one or run them apart"
            faults.append((source.name, sentence))
            del places[source]
        taken.setdefault(real, source)
    return places, faults


def is_folder(out: str, *, several: bool) -> bool:
    """Whether the outputs go into a folder of this name, and are not a file of it."""
    return several or Path(out).is_dir() or out.endswith(("/", os.sep))


def _check_one_file(sources: Sequence[Source], action: Action, out: Path) -> None:
    """Raise where the only input's records cannot be what the output's name says."""
    wanted = SUFFIXES.get(PurePath(plain(out.name)).suffix.lower(), Shape.ARTICLE)
    for source in sources:
        made = Shape.JSONL if action is Action.SCORE else source.shape
        records = Shape.ARTICLE not in (made, wanted)
        if records and made is not wanted:
            raise UsageError(
                f"{show(source.name)} gives {made} records, which {show(out)} is not named for; "
                f"let its name end in .{made}"
            )


def in_place(sources: Sequence[Source]) -> dict[Source, Place]:
    """Every input as the place of its own output, links followed."""
    return {s: Place(Path(os.path.realpath(s.path)), in_place=True) for s in sources if s.path}


def is_done(source: Source, place: Place, since: int = 0) -> bool:
    """Whether an earlier run wrote this output: only whole ones stand in their places.

    An output older than its input, or than `since` (in nanoseconds), is none. An input stripped
    in place is known by its ``.orig``, unless both are still the same.
    """
    if place.path is None or source.path is None:
        return False
    try:
        if place.in_place:
            kept = original_of(place.path)
            same = kept.samefile(place.path) or filecmp.cmp(kept, place.path, shallow=False)
            return not same
        made = place.path.stat()
        youngest = max(since, source.path.stat().st_mtime_ns)
        return stat.S_ISREG(made.st_mode) and made.st_mtime_ns >= youngest
    except OSError:
        return False


def beside(path: Path, suffix: str = ".partial") -> Path:
    """A hidden file in the same folder, the same every time: what a killed run left is reused."""
    name = path.name
    if len(os.fsencode(name)) + len(suffix) > _LONGEST_NAME:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()
    return path.with_name(f".{name}{suffix}")


def original_of(path: Path) -> Path:
    """Where an input that is overwritten is kept."""
    return path.with_name(path.name + ".orig")


@contextmanager
def replacing(path: Path, *, keep: bool = False) -> Iterator[IO[bytes]]:
    """A file that is written beside `path` and renamed into it when all of it is there.

    What stood there stays until then, and whatever is raised; with `keep` it stays for good, as
    ``.orig``. Links are followed; a pipe or a device is written to directly, since renaming would
    put a file in its place.
    """
    real = Path(os.path.realpath(path))
    if real.exists() and not real.is_file():
        with real.open("wb") as direct:
            yield direct
        return
    real.parent.mkdir(parents=True, exist_ok=True)
    temporary = beside(real)
    try:
        with temporary.open("wb") as stream:
            yield stream
        publish(temporary, real, keep=keep)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def publish(temporary: Path, path: Path, *, keep: bool = False) -> None:
    """Rename a whole file into its place, with the rights of the file it replaces.

    Parameters
    ----------
    temporary, path : Path
        In one folder.
    keep : bool
        Keep what stands at `path` as its ``.orig``.

    Raises
    ------
    InputError
        Where there is another ``.orig`` already.
    OSError
    """
    if path.exists():
        shutil.copymode(path, temporary)
    if keep:
        _keep_original(path)
    temporary.replace(path)


def check_original(path: Path) -> None:
    """Raise `InputError` where `path` cannot be kept as ``.orig``, because one is there.

    One that is the same file is from a run that was killed just before it replaced the input.
    """
    kept = original_of(path)
    if kept.exists() and not kept.samefile(path) and not filecmp.cmp(kept, path, shallow=False):
        raise InputError(
            f"{show(kept.name)} stands beside it already, from an earlier run; move it away, or "
            f"leave what is done with --resume"
        )


def _keep_original(path: Path) -> None:
    check_original(path)
    kept = original_of(path)
    if kept.exists():
        return
    try:
        kept.hardlink_to(path)
    except OSError:  # a file system without links
        temporary = beside(kept)
        shutil.copy2(path, temporary)
        temporary.replace(kept)


def sentence(error: OSError, path: Path) -> str:
    """What went wrong in writing a file, with its name."""
    return f"{show(path)} cannot be written: {reason(error)}"
