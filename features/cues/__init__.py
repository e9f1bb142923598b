"""Phrase lists and word lists as data, by language, each with its reason.

A phrase stands for its words in order, whatever their case. ``^`` at its start binds it to the
start of a paragraph, ``$`` at its end to the end (closing punctuation aside).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Cue:
    """Phrases that speak for one thing.

    ``kind`` is the name of the padding kind it hints at, or "substance"; ``reason`` says why,
    and what innocent text has it too.
    """

    name: str
    kind: str
    reason: str
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Cues:
    """All phrase and word lists of one language."""

    language: str
    cues: tuple[Cue, ...]
    lexicons: dict[str, frozenset[str]]
    reasons: dict[str, str]


def languages() -> tuple[str, ...]:
    """Languages that have cues, as ISO 639-1 codes."""
    return tuple(sorted(p.name for p in HERE.iterdir() if (p / "phrases.toml").is_file()))


@lru_cache(maxsize=8)
def load_cues(language: str = "en") -> Cues:
    """Read the cues of a language.

    Raises
    ------
    ValueError
        Where the language has none.
    """
    folder = HERE / language
    if not (folder / "phrases.toml").is_file():
        raise ValueError(f"no cues for language {language!r}; there are {', '.join(languages())}")
    phrases = tomllib.loads((folder / "phrases.toml").read_text(encoding="utf-8"))
    words = tomllib.loads((folder / "words.toml").read_text(encoding="utf-8"))
    return Cues(
        language=language,
        cues=tuple(
            Cue(name, entry["kind"], entry["reason"], tuple(entry["phrases"]))
            for name, entry in phrases.items()
        ),
        lexicons={name: frozenset(entry["words"].split()) for name, entry in words.items()},
        reasons={name: entry["reason"] for name, entry in words.items()},
    )
