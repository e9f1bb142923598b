"""The labelled data of the package: the written corpus and the stand-off labels of the web.

The written corpus is 591 invented articles by 31 writers. One writer's articles stand under
``heldout/`` and are never trained on.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def corpus_files() -> list[Path]:
    """The written corpus's label files that may be trained on, in order of their numbers."""
    return sorted(_HERE.glob("written*.jsonl"), key=lambda path: (len(path.name), path.name))


def heldout_files() -> list[Path]:
    """The label files of the writer that is never trained on."""
    return sorted((_HERE / "heldout").glob("*.jsonl"))


def standoff_file() -> Path:
    """The labels of the web corpus without their text; ``web.sources.toml`` says whose pages."""
    return _HERE / "web.standoff.jsonl.gz"
