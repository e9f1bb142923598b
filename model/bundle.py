"""A model on disk: a folder of plain parts, nothing of which is code.

| part | what |
|---|---|
| ``model.json`` | versions, names, calibration, loss curve, hashes of the other parts, figures |
| ``padding.txt`` | LightGBM's text of the padding booster |
| ``kinds.txt`` | the same of the kinds booster; missing where there is one padding kind |
| ``words.npy`` | weights of the n-grams for padding, float16 |
| ``kind_words.npy`` | the same for its kinds |
| ``CARD.md`` | for people |
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from defiller.features.signal_matrix import FEATURE_VERSION
from defiller.labels.kinds import Kind
from defiller.model.booster import BoosterError, TextBooster
from defiller.model.calibration import Calibrator
from defiller.model.curve import LossCurve
from defiller.model.early_exit import EarlyExit
from defiller.model.kind_words import KIND_COLUMNS
from defiller.model.parts import ModelError, parse_record, parse_weights, read_part
from defiller.model.predictor import Predictor
from defiller.model.record import FORMAT_VERSION, check_record, feature_names, hash_of
from defiller.model.trees import TreeError, check_trees
from defiller.model.words import TARGETS, WordsModel

__all__ = [
    "FORMAT_VERSION",
    "PRETRAINED",
    "Bundle",
    "ModelError",
    "feature_names",
    "load_bundle",
    "save_bundle",
]

PRETRAINED = Path(__file__).parent / "pretrained"


@dataclass
class Bundle:
    """All that scoring needs.

    Attributes
    ----------
    name : str
    language : str
        ISO 639-1 code.
    words, kind_words : WordsModel
        For padding, and for its kinds.
    classifier : Predictor
        Fitted; after training it is a `FillerClassifier`.
    curve : LossCurve
    about : dict
        What training wrote of itself: data with hashes, figures; for people and the card.
    hash : str
        64 hex digits over all parts that scoring reads; set by `save_bundle` and `load_bundle`.
    """

    name: str
    language: str
    words: WordsModel
    kind_words: WordsModel
    classifier: Predictor
    curve: LossCurve
    about: dict[str, Any] = field(default_factory=dict)
    hash: str = ""


def save_bundle(bundle: Bundle, folder: str | Path, card: str) -> None:
    """Write a model folder, beside its place and renamed into it.

    A folder that is there already is replaced only if it is a model folder or empty.

    Raises
    ------
    ModelError
        Where something else stands in the way, and for a model that `load_bundle` would refuse:
        a name of no printable characters, trees beyond the limits of `defiller.model.trees`.
    """
    target = Path(folder)
    if target.exists() and (
        not target.is_dir() or (any(target.iterdir()) and not (target / "model.json").exists())
    ):
        raise ModelError(f"{target} is there and is no model folder; choose another --out")
    parts = _parts(bundle)
    record = check_record(_record(bundle, parts), target / "model.json")
    for name, classes in _boosters(record):
        _check_booster(parts[name], record, target / name, classes)
    bundle.hash = record["hash"]
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as made:
        new = Path(made) / "new"
        new.mkdir()
        for name, data in parts.items():
            (new / name).write_bytes(data)
        text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        (new / "model.json").write_text(text, encoding="utf-8")
        (new / "CARD.md").write_text(card, encoding="utf-8")
        if target.exists():
            for kept in target.glob("__init__.py"):  # the shipped model's folder is a package too
                shutil.copy2(kept, new)
            target.rename(Path(made) / "old")
        new.rename(target)


def _parts(bundle: Bundle) -> dict[str, bytes]:
    classifier = bundle.classifier
    parts = {
        "padding.txt": classifier.padding_booster_.model_to_string().encode(),
        "words.npy": _saved(bundle.words),
        "kind_words.npy": _saved(bundle.kind_words),
    }
    if classifier.kind_booster_ is not None:
        parts["kinds.txt"] = classifier.kind_booster_.model_to_string().encode()
    return parts


def _saved(words: WordsModel) -> bytes:
    stream = io.BytesIO()
    np.save(stream, words.weights.astype(np.float16), allow_pickle=False)
    return stream.getvalue()


def _record(bundle: Bundle, parts: dict[str, bytes]) -> dict[str, Any]:
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(parts.items())}
    scoring = {
        "format": FORMAT_VERSION,
        "feature_version": FEATURE_VERSION,
        "language": bundle.language,
        "features": feature_names(bundle.language),
        "words": {
            "targets": list(TARGETS),
            "intercepts": [float(value) for value in bundle.words.intercepts],
            "kind_intercepts": [float(value) for value in bundle.kind_words.intercepts],
        },
        "kinds": list(bundle.classifier.kinds_),
        "kind_shares": [float(share) for share in bundle.classifier.shares_],
        "calibrator": bundle.classifier.calibrator_.to_json(),
        "early_exits": [leave.to_json() for leave in bundle.classifier.early_exits_],
        "curve": bundle.curve.to_json(),
        "parts": hashes,
    }
    return {"name": bundle.name, "hash": hash_of(scoring), **scoring, "about": _told(bundle.about)}


def _told(value: Any) -> Any:  # noqa: ANN401 - what JSON can tell
    """Figures as JSON has them: one that could not be measured (NaN) is null."""
    if isinstance(value, dict):
        return {key: _told(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_told(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def load_bundle(folder: str | Path | None = None) -> Bundle:
    """Read a model folder; the shipped model without a folder.

    Runs no code of the folder's and reads nothing outside it.

    Raises
    ------
    ModelError
        For a folder that is missing, lacks a part, was changed, or was made for other signals.
    """
    place = PRETRAINED if folder is None else Path(folder)
    try:
        is_there = place.is_dir()
    except OSError as error:
        raise ModelError(f"{place} cannot be read ({error.strerror}); mend that first") from error
    if not is_there:
        raise ModelError(f"there is no model folder {place}; make one with 'defiller train'")
    path = place / "model.json"
    record = check_record(parse_record(read_part(place, path.name), path), path)
    if hash_of(record) != record["hash"]:
        raise ModelError(f"{path} is not as it was written; take the whole folder anew")
    parts = {name: read_part(place, name) for name in record["parts"]}
    for name, data in parts.items():
        if hashlib.sha256(data).hexdigest() != record["parts"][name]:
            raise ModelError(
                f"{place / name} is not the file that model.json was written with; "
                "take the whole folder anew"
            )
    words, kind_words = (
        WordsModel(
            parse_weights(parts[name], place / name), np.array(record["words"][key], np.float32)
        )
        for name, key in (("words.npy", "intercepts"), ("kind_words.npy", "kind_intercepts"))
    )
    try:
        curve = LossCurve.from_json(record["curve"])
    except ValueError as error:
        raise ModelError(f"{path}: {error}; make the model again") from error
    return Bundle(
        name=record["name"],
        language=record["language"],
        words=words,
        kind_words=kind_words,
        classifier=_classifier(record, parts, place),
        curve=curve,
        about=record["about"],
        hash=record["hash"],
    )


def _boosters(record: dict[str, Any]) -> list[tuple[str, int]]:
    """The parts that are boosters, with the number of classes of each."""
    kinds = len(record["kinds"])
    return [("padding.txt", 1), *([("kinds.txt", kinds)] if kinds > 1 else [])]


def _classifier(record: dict[str, Any], parts: dict[str, bytes], place: Path) -> Predictor:
    classifier = Predictor(kind_columns=KIND_COLUMNS)
    classifier.kinds_ = tuple(record["kinds"])
    classifier.classes_ = np.array(sorted([*record["kinds"], Kind.SUBSTANCE.value]))
    classifier.shares_ = np.array(record["kind_shares"], np.float64)
    classifier.calibrator_ = Calibrator(**record["calibrator"])
    classifier.early_exits_ = tuple(EarlyExit(**leave) for leave in record["early_exits"])
    classifier.n_features_in_ = len(record["features"])
    boosters = {
        name: _booster(parts[name], record, place / name, classes)
        for name, classes in _boosters(record)
    }
    classifier.padding_booster_ = boosters["padding.txt"]
    classifier.kind_booster_ = boosters.get("kinds.txt")
    return classifier


def _booster(data: bytes, record: dict[str, Any], path: Path, classes: int) -> TextBooster:
    _check_booster(data, record, path, classes)
    try:
        return TextBooster(data.decode("ascii"))
    except BoosterError as error:
        from importlib.metadata import version

        raise ModelError(
            f"{path} is no model to LightGBM {version('lightgbm')} ({error}); make the model again"
        ) from error


def _check_booster(data: bytes, record: dict[str, Any], path: Path, classes: int) -> None:
    try:
        check_trees(data, record["features"], classes)
    except TreeError as error:
        raise ModelError(f"{path} is no sound model: {error}; make the model again") from error
