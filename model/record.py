"""What stands in model.json, entry by entry, and which model a folder is."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from defiller.features.cues import languages
from defiller.features.signal_matrix import FEATURE_VERSION, SignalMatrix
from defiller.labels.kinds import PADDING_KINDS
from defiller.model.early_exit import TREES
from defiller.model.kind_words import kind_signals
from defiller.model.parts import ModelError
from defiller.model.trees import MOST_TREES
from defiller.model.words import TARGETS, words_signals

FORMAT_VERSION = 1
"""Raised with every change of the folder that an older defiller would misread."""

_SCORING = (
    "format",
    "feature_version",
    "language",
    "features",
    "words",
    "kinds",
    "kind_shares",
    "calibrator",
    "early_exits",
    "curve",
    "parts",
)
"""The entries that scores depend on: the model's hash is of these."""

_CURVE = ("thresholds", "loss", "pooled_loss", "gain")

# It stands in every record that is written, and on the review page.
_LONGEST_NAME = 100

# Log-odds of 40 are certainty in double precision; no fit comes near this, and below it sums and
# products stay finite.
_LARGEST = 10_000.0

# Shares are rounded where they are written.
_ROUNDING = 1e-6

# The curve that training writes has 113 points.
_MOST_POINTS = 10_000


def feature_names(language: str = "en") -> list[str]:
    """Names of all columns that the boosters see, in order."""
    names = [str(n) for n in SignalMatrix(language).get_feature_names_out()]
    return names + [signal.name for signal in (*words_signals(), *kind_signals())]


def hash_of(record: Mapping[str, Any]) -> str:
    """64 hex digits over all that scores depend on, the hashes of the other parts included."""
    scoring = {key: record[key] for key in _SCORING}
    return hashlib.sha256(json.dumps(scoring, sort_keys=True).encode()).hexdigest()


def check_record(record: object, path: Path) -> dict[str, Any]:
    """Check model.json.

    Parameters
    ----------
    record : object
        As JSON gave it.
    path : Path
        For the message.

    Returns
    -------
    dict
        The record, whose entries are of the types, sizes and ranges that `Bundle` asks for. The
        parts are not looked at.

    Raises
    ------
    ModelError
        For another format, another set of signals, a language without cues, and entries that
        are missing, unknown or cannot be.
    """
    if not isinstance(record, dict):
        raise ModelError(f"{path} is no record of a model; make the model again")
    _check_version(record.get("format"), path)
    language = record.get("language")
    if language not in languages():
        raise ModelError(
            f"{path} is for the language {_shown(language)}, for which there are no cues here; "
            f"there are cues for {', '.join(languages())}"
        )
    version = record.get("feature_version")
    if version != FEATURE_VERSION or record.get("features") != feature_names(language):
        raise ModelError(
            f"{path} was made for other signals (of version {_shown(version)}, here "
            f"{FEATURE_VERSION}) or names them otherwise; train the model again on its labels, or "
            "use the version of defiller that made it"
        )
    for key, is_sound in _CHECKS.items():
        if not is_sound(record.get(key), record):
            raise ModelError(
                f"{path} lacks the entry {key!r} or has a wrong one; make the model again"
            )
    for key in record.keys() - _CHECKS.keys() - set(_SCORING):
        raise ModelError(f"{path} has an unknown entry {_shown(key)}; make the model again")
    return record


def _check_version(version: object, path: Path) -> None:
    if type(version) is int and version > FORMAT_VERSION:
        raise ModelError(
            f"{path} is of model format {_shown(version)}, and this defiller reads format "
            f"{FORMAT_VERSION}; update defiller, or train the model again with this one"
        )
    if type(version) is not int or version != FORMAT_VERSION:
        # There never was an older one. What comes after format 1 loads it or converts it here.
        raise ModelError(
            f"{path} is not of model format {FORMAT_VERSION}; train the model again with this "
            "version of defiller"
        )


def _is_name(value: object, _: dict[str, Any]) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and value.isprintable()


def _is_words(value: object, _: dict[str, Any]) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"targets", "intercepts", "kind_intercepts"}
        and value["targets"] == list(TARGETS)
        and _are_numbers(value["intercepts"], len(TARGETS))
        and _are_numbers(value["kind_intercepts"], len(PADDING_KINDS))
    )


def _is_kinds(value: object, _: dict[str, Any]) -> bool:
    known = [kind.value for kind in PADDING_KINDS]
    return (
        isinstance(value, list)
        and 0 < len(value) <= len(known)
        and all(kind in known for kind in value)
        and len(set(value)) == len(value)
    )


def _is_shares(value: object, record: dict[str, Any]) -> bool:
    return (
        isinstance(value, list)
        and _are_numbers(value, len(record["kinds"]))
        and all(0 <= share <= 1 for share in value)
        and abs(math.fsum(value) - 1) <= _ROUNDING
    )


def _is_calibrator(value: object, _: dict[str, Any]) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"a", "b", "c"}
        and _are_numbers(list(value.values()), 3)
        and value["a"] > 0
        and value["b"] > 0
    )


def _are_exits(value: object, _: dict[str, Any]) -> bool:
    if not isinstance(value, list) or len(value) > MOST_TREES // TREES:
        return False
    if not all(map(_is_exit, value)):
        return False
    trees = [leave["trees"] for leave in value]
    return trees == sorted(set(trees))


def _is_exit(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"trees", "below", "slope", "intercept"}
        and _are_numbers(list(value.values()), 4)
        and type(value["trees"]) is int
        and value["trees"] > 0
        and value["trees"] % TREES == 0
        and value["slope"] > 0
    )


def _is_curve(value: object, _: dict[str, Any]) -> bool:
    """Whether it can be read; `LossCurve.from_json` says whether it is a curve."""
    if not isinstance(value, dict) or value.keys() != set(_CURVE):
        return False
    points = len(value["loss"]) if isinstance(value["loss"], list) else 0
    return 0 < points <= _MOST_POINTS and all(_are_numbers(value[c], points) for c in _CURVE)


def _is_parts(value: object, record: dict[str, Any]) -> bool:
    wanted = {"padding.txt", "words.npy", "kind_words.npy"}
    wanted |= {"kinds.txt"} if len(record["kinds"]) > 1 else set()
    return (
        isinstance(value, dict)
        and value.keys() == wanted
        and all(isinstance(digest, str) for digest in value.values())
    )


# In this order: shares and parts go by the kinds.
_CHECKS: dict[str, Callable[[object, dict[str, Any]], bool]] = {
    "name": _is_name,
    "hash": lambda value, _: isinstance(value, str),
    "words": _is_words,
    "kinds": _is_kinds,
    "kind_shares": _is_shares,
    "calibrator": _is_calibrator,
    "early_exits": _are_exits,
    "curve": _is_curve,
    "parts": _is_parts,
    "about": lambda value, _: isinstance(value, dict),
}


def _are_numbers(values: object, count: int) -> bool:
    """Whether it is a list of so many numbers, finite and not absurd; True and False are none."""
    return (
        isinstance(values, list)
        and len(values) == count
        and all(type(v) in (int, float) and abs(v) <= _LARGEST for v in values)
    )


def _shown(value: object) -> str:
    """A value as it may stand in a sentence: short, and without control characters."""
    if not isinstance(value, str | int | float | None):
        return f"of type {type(value).__name__}"  # whose text may be long, or nested too deep
    told = ascii(value)
    return told if len(told) <= 60 else f"{told[:60]}..."
