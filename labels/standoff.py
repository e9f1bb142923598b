"""Stand-off labels: labels without the text they are of, for texts that may not be passed on.

One document a line: where its page comes from and how it was extracted, and for each paragraph
the beginning of a hash of its text and its kind::

    {"id", "source", "repository", "commit", "file", "url", "domain", "group",
     "extraction", "trafilatura", "paragraphs": [["6ae2…", "substance"], ["b01f…", null], …]}

Whoever has the pages gets the labelled documents back with `defiller.labels.join`.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from defiller.labels.files import lines_of, read_bytes, replacing
from defiller.labels.kinds import Kind
from defiller.labels.labelled import LabelError, LabelledDocument, kind_named

EXTRACTION = "extract(html, favor_recall=True, include_comments=False)"
"""The trafilatura call that `defiller.labels.join` makes: plain text, one line a paragraph."""

WHOLE_PAGE = 'justext(html, get_stoplist("English"))'
"""The jusText call that it makes: every block of text on the page, menus and footer as well."""

# 64 bits: among the few hundred paragraphs of one page no two texts share them by chance.
_HASH_DIGITS = 16
_HASH = re.compile(rf"[0-9a-f]{{{_HASH_DIGITS}}}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the pages of a source come from and how their text was made.

    Attributes
    ----------
    repository : str or None
        As "owner/name".
    commit : str or None
    extraction : str or None
        The call; None where the text was not extracted from a page.
    trafilatura : str or None
        The version that made the call, where trafilatura did.
    """

    repository: str | None = None
    commit: str | None = None
    extraction: str | None = None
    trafilatura: str | None = None


@dataclass(frozen=True, slots=True)
class StandoffDocument:
    """The labels of a document, without its text.

    Attributes
    ----------
    id, source, group : str
    origin : Origin
    file : str or None
        The page's file in its repository.
    url, domain : str or None
    paragraphs : tuple of (str, Kind or None)
        For each paragraph `paragraph_hash` of its text, and its kind.
    view_of : str or None
        As of `LabelledDocument`.
    """

    id: str
    source: str
    group: str
    origin: Origin
    file: str | None
    url: str | None
    domain: str | None
    paragraphs: tuple[tuple[str, Kind | None], ...]
    view_of: str | None = None


def normalised(text: str) -> str:
    """The text with each run of white space as one space, and none at its ends."""
    return " ".join(text.split())


def paragraph_hash(text: str) -> str:
    """The first 16 hex digits of the SHA-256 of the normalised text in UTF-8."""
    return hashlib.sha256(normalised(text).encode()).hexdigest()[:_HASH_DIGITS]


def read_origins(path: str | Path) -> dict[str, Origin]:
    """The origins of sources from a TOML file, a table for each source by its name.

    Raises
    ------
    LabelError
        For a file that is no TOML, or where a table has another key than those of `Origin`.
    """
    try:
        tables = tomllib.loads(read_bytes(path).decode())
        return {name: Origin(**fields) for name, fields in tables.items()}
    except tomllib.TOMLDecodeError as error:
        raise LabelError(f"broken TOML ({error}); write a table a source", path) from None
    except TypeError:
        problem = "a source may say repository, commit, extraction and trafilatura, nothing else"
        raise LabelError(problem, path) from None


def standoff_of(
    document: LabelledDocument, origins: Mapping[str, Origin] | None = None
) -> StandoffDocument:
    """The stand-off labels of a document.

    Parameters
    ----------
    document : LabelledDocument
    origins : mapping of str to Origin, optional
        By source. Without it the pages are taken to be the user's own, extracted with
        `EXTRACTION` by an unknown version.

    Raises
    ------
    LabelError
        For a source that `origins` does not describe.
    """
    if origins is None:
        origin = Origin(extraction=EXTRACTION)
    elif document.source in origins:
        origin = origins[document.source]
    else:
        raise LabelError(f"the source {document.source!r} of {document.id!r} is not described")
    return StandoffDocument(
        document.id,
        document.source,
        document.group,
        origin,
        document.file,
        document.url,
        document.domain,
        tuple((paragraph_hash(p.text), p.kind) for p in document.paragraphs),
        document.view_of,
    )


def write_standoff(path: str | Path, documents: Iterable[StandoffDocument]) -> int:
    """Write stand-off labels, beside the place and renamed into it; how many documents.

    Raises
    ------
    LabelError
        Where the file cannot be written.
    """
    count = 0
    with replacing(path) as out:
        for document in documents:
            record = {
                "id": document.id,
                "source": document.source,
                "repository": document.origin.repository,
                "commit": document.origin.commit,
                "file": document.file,
                "url": document.url,
                "domain": document.domain,
                "group": document.group,
                "extraction": document.origin.extraction,
                "trafilatura": document.origin.trafilatura,
                **({} if document.view_of is None else {"view_of": document.view_of}),
                "paragraphs": document.paragraphs,
            }
            out.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return count


def read_standoff(path: str | Path) -> Iterator[StandoffDocument]:
    """The stand-off labels of a file, one document at a time.

    Raises
    ------
    LabelError
        One sentence with file, line and cure, for a record that is none.
    """
    for number, line in lines_of(path):
        if not line.strip():
            continue
        try:
            yield _standoff(json.loads(line))
        except (json.JSONDecodeError, RecursionError):
            raise LabelError("broken JSON; fetch the file again", path, number) from None
        except ValueError as error:
            raise LabelError(str(error), path, number) from None


def _standoff(record: object) -> StandoffDocument:
    if not isinstance(record, dict) or "paragraphs" not in record:
        raise ValueError("no stand-off labels; make them with defiller labels standoff")
    for name in ("id", "source", "group"):
        if not isinstance(record.get(name), str) or not record[name]:
            raise ValueError(f"{name!r} must be a text that is not empty")
    where = ("repository", "commit", "file", "url", "domain", "view_of")
    for name in (*where, "extraction", "trafilatura"):
        if not isinstance(record.get(name), str | None):
            raise ValueError(f"{name!r} of {record['id']!r} must be a text or null")
    return StandoffDocument(
        record["id"],
        record["source"],
        record["group"],
        Origin(
            record.get("repository"),
            record.get("commit"),
            record.get("extraction"),
            record.get("trafilatura"),
        ),
        record.get("file"),
        record.get("url"),
        record.get("domain"),
        tuple(_pair(pair, record["id"]) for pair in _list(record["paragraphs"], record["id"])),
        record.get("view_of"),
    )


def _list(value: object, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"'paragraphs' of {name!r} must be a list of [hash, kind]")
    return value


def _pair(pair: object, name: str) -> tuple[str, Kind | None]:
    match pair:
        case [str(digest), None] if _HASH.fullmatch(digest):
            return digest, None
        case [str(digest), str(kind)] if _HASH.fullmatch(digest):
            return digest, kind_named(kind)
    raise ValueError(f"{pair!r} in {name!r} is no [hash of {_HASH_DIGITS} digits, kind or null]")
