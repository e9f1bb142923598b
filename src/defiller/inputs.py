"""Finding the inputs of a run: files, folders and standard input."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

from defiller.compression import Codec, codec_of, require
from defiller.faults import MissingExtraError, reason, show

STANDARD_INPUT = "-"


class Shape(StrEnum):
    """What a file holds: one article, or records with an article in a field of each."""

    ARTICLE = "article"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


SUFFIXES = {
    ".txt": Shape.ARTICLE,
    ".text": Shape.ARTICLE,
    ".md": Shape.ARTICLE,
    ".markdown": Shape.ARTICLE,
    ".html": Shape.ARTICLE,
    ".htm": Shape.ARTICLE,
    ".xhtml": Shape.ARTICLE,
    ".jsonl": Shape.JSONL,
    ".csv": Shape.CSV,
    ".parquet": Shape.PARQUET,
}
"""The files that are taken from a folder, each also with ``.gz`` or ``.zst`` behind."""

HTML_SUFFIXES = (".html", ".htm", ".xhtml")


@dataclass(frozen=True, slots=True)
class Source:
    """One input.

    Attributes
    ----------
    path : Path or None
        None for standard input.
    name : str
        What messages and the field ``document`` call it: the path as it was given or found.
    below : PurePath
        Where its output stands below an output folder, before the suffix is settled.
    shape : Shape
    codec : Codec
    size : int
        Bytes on disk; 0 where that is unknown.
    """

    path: Path | None
    name: str
    below: PurePath
    shape: Shape = Shape.ARTICLE
    codec: Codec = Codec.NONE
    size: int = 0

    @property
    def is_page(self) -> bool:
        """Whether its name says HTML."""
        return PurePath(self.plain_name).suffix.lower() in HTML_SUFFIXES

    @property
    def plain_name(self) -> str:
        """The file's name without folders and without the suffix of its compression."""
        return plain(self.below.name)


@dataclass(slots=True)
class Found:
    """The inputs of a run, in order; what could not be taken, as (name, sentence); and notes."""

    sources: list[Source] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    several: bool = False


def plain(name: str) -> str:
    """A file name without the suffix of its compression."""
    codec = codec_of(name)
    return name[: -len(codec.value)] if codec is not Codec.NONE else name


def shape_of(name: str) -> Shape | None:
    """What a file of this name holds, or None where the suffix is not one of `SUFFIXES`."""
    return SUFFIXES.get(PurePath(plain(name)).suffix.lower())


def find(
    arguments: Sequence[str],
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    skip_folder: Path | None = None,
    skip_files: Collection[Path] = (),
    stdin_name: str | None = None,
) -> Found:
    """The inputs that arguments stand for.

    Parameters
    ----------
    arguments : sequence of str
        Files, folders (searched with all that lies below, in the order of names) and ``-``.
        A file that is named is taken whatever its suffix says: unknown ones hold an article.
    include, exclude : sequence of str
        Shell patterns, matched against a file's name and its path below the searched folder;
        ``include`` takes the place of the known suffixes, ``exclude`` also prunes folders.
        Files that are named themselves are always taken.
    skip_folder : Path, optional
        A folder that is not searched: where the outputs go.
    skip_files : collection of Path
        Files that are not taken from a folder: what else the run writes.
    stdin_name : str, optional
        The file name that standard input would have, for its suffixes.

    Returns
    -------
    Found
        No file stands in it twice, however often it was named.
    """
    found = Found(several=len(arguments) > 1)
    seen: set[Path] = set()
    others = {_real(p) for p in skip_files}
    for argument in arguments:
        path = Path(argument)
        if argument == STANDARD_INPUT:
            if not any(source.path is None for source in found.sources):
                found.sources.append(_standard_input(stdin_name or "stdin"))
        elif not path.is_dir():
            _add(found, seen, path, PurePath(path.name))
        else:
            # Several inputs keep the folder's name, so that two folders can hold the same names.
            root = PurePath(path.resolve().name) if found.several else PurePath()
            found.several = True
            before = len(found.sources) + len(found.faults)
            for inside in _walk(path, include, exclude, skip_folder, found):
                if _real(inside) not in others:
                    _add(found, seen, inside, root / inside.relative_to(path))
            if len(found.sources) + len(found.faults) == before:
                found.faults.append((argument, _nothing_found(include)))
    return found


def _standard_input(name: str) -> Source:
    name = PurePath(name).name
    shape = shape_of(name) or Shape.ARTICLE
    return Source(None, STANDARD_INPUT, PurePath(name), shape, codec_of(name))


def _add(found: Found, seen: set[Path], path: Path, below: PurePath) -> None:
    """Add a file that has not been named before."""
    real = _real(path)
    if real in seen:
        return
    seen.add(real)
    try:
        size = path.stat().st_size
    except OSError as error:
        found.faults.append((str(path), reason(error)))
        return
    shape = shape_of(path.name) or Shape.ARTICLE
    found.sources.append(Source(path, str(path), below, shape, codec_of(path.name), size))


def require_extras(sources: Sequence[Source]) -> None:
    """Raise `MissingExtraError` for the first input that takes a package that is not installed."""
    for source in sources:
        require(source.codec, source.name)
        if source.shape is Shape.PARQUET:
            try:
                import pyarrow  # noqa: F401
            except ImportError:
                raise MissingExtraError(source.name, "pyarrow", "parquet") from None


def _walk(
    folder: Path,
    include: Sequence[str],
    exclude: Sequence[str],
    skip_folder: Path | None,
    found: Found,
) -> Iterator[Path]:
    """Files below a folder that are wanted, in the order of names; links to folders are left."""
    skip = _real(skip_folder) if skip_folder is not None else None

    def unreadable(error: OSError) -> None:
        found.faults.append((str(error.filename), reason(error)))

    for here, folders, files in os.walk(folder, onerror=unreadable):
        place = Path(here)
        kept = []
        for name in sorted(folders):
            if skip is not None and _real(place / name) == skip:
                note = "the outputs go into this folder, so it is not searched for inputs"
                found.notes.append((str(place / name), note))
            elif not name.startswith(".") and not _matches(place / name, folder, exclude):
                kept.append(name)
        folders[:] = kept
        for name in sorted(files):
            path = place / name
            if name.startswith(".") or _matches(path, folder, exclude):
                continue
            wanted = _matches(path, folder, include) if include else shape_of(name) is not None
            # A pipe or a device would be read without end; a link to nothing is worth a sentence.
            if wanted and (path.is_file() or not path.exists()):
                yield path


def _matches(path: Path, folder: Path, patterns: Sequence[str]) -> bool:
    below = path.relative_to(folder).as_posix()
    return any(fnmatchcase(path.name, p) or fnmatchcase(below, p.rstrip("/")) for p in patterns)


def _nothing_found(include: Sequence[str]) -> str:
    if include:
        wanted = " or ".join(show(p) for p in include)
        return f"the folder holds no file that matches {wanted}; check --include and --exclude"
    suffixes = " ".join(SUFFIXES)
    return f"the folder holds no file with a known suffix ({suffixes}); choose some with --include"


def _real(path: Path) -> Path:
    """The path without links, also for what does not exist."""
    return Path(os.path.realpath(path))
