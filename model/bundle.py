"""A model on disk: a folder of plain parts, nothing of which is code.

| part | what |
|---|---|
| ``model.json`` | versions, names, calibration, loss curve, hashes of the other parts, figures |
| ``padding.txt`` | LightGBM's text of the padding booster |
| ``kinds.txt`` | the same of the kinds booster; missing where there is one padding kind |
| ``words.npy`` | weights of the n-grams, float16 |
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

import lightgbm as lgb
import numpy as np

from defiller.features.cues import languages
from defiller.features.extractor import FEATURE_VERSION, FeatureExtractor
from defiller.features.ngrams import BUCKETS
from defiller.labels.kinds import PADDING_KINDS, Kind
from defiller.model.calibration import Calibrator
from defiller.model.classifier import FillerClassifier
from defiller.model.curve import LossCurve
from defiller.model.words import TARGETS, WordsModel, words_signals

FORMAT_VERSION = 1
PRETRAINED = Path(__file__).parent / "pretrained"

# The shipped parts have 1 to 4 MB; a hundred times that is nobody's model.
_LARGEST_PART = 400_000_000


class ModelError(ValueError):
    """A model folder that cannot be used; the message is one sentence with the cure."""


@dataclass
class Bundle:
    """All that scoring needs.

    Attributes
    ----------
    name : str
    language : str
        ISO 639-1 code.
    words : WordsModel
    classifier : FillerClassifier
        Fitted.
    curve : LossCurve
    about : dict
        What training wrote of itself: data with hashes, figures; for people and the card.
    hash : str
        64 hex digits over all parts that scoring reads; set by `save_bundle` and `load_bundle`.
    """

    name: str
    language: str
    words: WordsModel
    classifier: FillerClassifier
    curve: LossCurve
    about: dict[str, Any] = field(default_factory=dict)
    hash: str = ""


def feature_names(language: str = "en") -> list[str]:
    """Names of all columns that the boosters see, in order."""
    names = [str(n) for n in FeatureExtractor(language).get_feature_names_out()]
    return names + [signal.name for signal in words_signals()]


def save_bundle(bundle: Bundle, folder: str | Path, card: str) -> None:
    """Write a model folder, beside its place and renamed into it.

    A folder that is there already is replaced only if it is a model folder or empty.

    Raises
    ------
    ModelError
        Where something else stands in the way.
    """
    target = Path(folder)
    if target.exists() and (
        not target.is_dir() or (any(target.iterdir()) and not (target / "model.json").exists())
    ):
        raise ModelError(f"{target} is there and is no model folder; choose another --out")
    parts = _parts(bundle)
    record = _record(bundle, parts)
    bundle.hash = record["hash"]
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as made:
        new = Path(made) / "new"
        new.mkdir()
        for name, data in parts.items():
            (new / name).write_bytes(data)
        text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        (new / "model.json").write_text(text, encoding="utf-8")
        (new / "CARD.md").write_text(card, encoding="utf-8")
        if target.exists():
            for kept in target.glob("__init__.py"):  # the shipped model's folder is a package too
                shutil.copy2(kept, new)
            target.rename(Path(made) / "old")
        new.rename(target)


def _parts(bundle: Bundle) -> dict[str, bytes]:
    stream = io.BytesIO()
    np.save(stream, bundle.words.weights.astype(np.float16), allow_pickle=False)
    classifier = bundle.classifier
    parts = {
        "padding.txt": classifier.padding_booster_.model_to_string().encode(),
        "words.npy": stream.getvalue(),
    }
    if classifier.kind_booster_ is not None:
        parts["kinds.txt"] = classifier.kind_booster_.model_to_string().encode()
    return parts


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
        },
        "kinds": list(bundle.classifier.kinds_),
        "kind_shares": [float(share) for share in bundle.classifier.shares_],
        "calibrator": bundle.classifier.calibrator_.to_json(),
        "curve": bundle.curve.to_json(),
        "parts": hashes,
    }
    digest = hashlib.sha256(json.dumps(scoring, sort_keys=True).encode()).hexdigest()
    return {"name": bundle.name, "hash": digest, **scoring, "about": bundle.about}


def load_bundle(folder: str | Path | None = None) -> Bundle:
    """Read a model folder; the shipped model without a folder.

    Runs no code of the folder's and reads nothing outside it.

    Raises
    ------
    ModelError
        For a folder that is missing, lacks a part, was changed, or was made for other signals.
    """
    place = PRETRAINED if folder is None else Path(folder)
    if not place.is_dir():
        raise ModelError(f"there is no model folder {place}; make one with 'defiller train'")
    try:
        record = json.loads(_read(place, "model.json"))
    except ValueError as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(
            f"{place / 'model.json'} is not JSON ({error}); make the model again"
        ) from error
    _check_record(record, place)
    parts = {name: _read(place, name) for name in record["parts"]}
    for name, data in parts.items():
        if hashlib.sha256(data).hexdigest() != record["parts"][name]:
            raise ModelError(
                f"{place / name} is not the file that model.json was written with; "
                "take the whole folder anew"
            )
    try:
        words = np.load(io.BytesIO(parts["words.npy"]), allow_pickle=False)
    except ValueError as error:
        raise ModelError(f"{place / 'words.npy'} is not an array ({error})") from error
    if words.shape != (BUCKETS, len(TARGETS)) or words.dtype != np.float16:
        raise ModelError(f"{place / 'words.npy'} has shape {words.shape} of {words.dtype}")
    weights = words.astype(np.float32)
    if not np.isfinite(weights).all():
        raise ModelError(f"{place / 'words.npy'} holds values that are not finite")
    try:
        curve = LossCurve.from_json(record["curve"])
    except ValueError as error:
        raise ModelError(f"{place / 'model.json'}: {error}; make the model again") from error
    return Bundle(
        name=record["name"],
        language=record["language"],
        words=WordsModel(weights, np.array(record["words"]["intercepts"], np.float32)),
        classifier=_classifier(record, parts, place),
        curve=curve,
        about=record.get("about", {}),
        hash=record["hash"],
    )


def _read(place: Path, name: str) -> bytes:
    path = place / name
    if path.is_symlink() or not path.is_file():
        raise ModelError(
            f"{place} lacks its part {name}; is it a model folder of 'defiller train'?"
        )
    if path.stat().st_size > _LARGEST_PART:
        raise ModelError(
            f"{path} has more than {_LARGEST_PART:,} bytes; that is no part of a model"
        )
    return path.read_bytes()


def _check_record(record: object, place: Path) -> None:
    path = place / "model.json"
    if not isinstance(record, dict) or record.get("format") != FORMAT_VERSION:
        raise ModelError(
            f"{path} is not of model format {FORMAT_VERSION}; train the model again with this "
            "version of defiller, or use the version that made it"
        )
    language = record.get("language")
    if language not in languages():
        raise ModelError(
            f"{path} is for the language {language!r}, for which there are no cues here; there "
            f"are cues for {', '.join(languages())}"
        )
    if record.get("feature_version") != FEATURE_VERSION or record.get("features") != feature_names(
        language
    ):
        raise ModelError(
            f"{path} was made for another set of signals (version "
            f"{record.get('feature_version')}, here {FEATURE_VERSION}); train it again"
        )
    kinds, shares = record.get("kinds"), record.get("kind_shares")
    parts, words, calibrator = (record.get(k) for k in ("parts", "words", "calibrator"))
    known = {kind.value for kind in PADDING_KINDS}
    wanted = {"padding.txt", "words.npy"} | ({"kinds.txt"} if len(kinds or ()) > 1 else set())
    sound = (
        isinstance(record.get("name"), str)
        and isinstance(record.get("hash"), str)
        and isinstance(kinds, list)
        and 0 < len(kinds) == len(set(kinds) & known)
        and _numbers(shares, len(kinds))
        and isinstance(parts, dict)
        and set(parts) == wanted
        and isinstance(words, dict)
        and words.get("targets") == list(TARGETS)
        and _numbers(words.get("intercepts"), len(TARGETS))
        and isinstance(calibrator, dict)
        and _numbers([calibrator.get(k) for k in "abc"], 3)
        and calibrator["a"] > 0
        and calibrator["b"] > 0
        and isinstance(record.get("curve"), dict)
    )
    if not sound:
        raise ModelError(f"{path} lacks entries or has wrong ones; make the model again")


def _numbers(values: object, count: int) -> bool:
    return (
        isinstance(values, list)
        and len(values) == count
        and all(isinstance(v, int | float) and math.isfinite(v) for v in values)
    )


def _classifier(record: dict[str, Any], parts: dict[str, bytes], place: Path) -> FillerClassifier:
    classifier = FillerClassifier()
    classifier.kinds_ = tuple(record["kinds"])
    classifier.classes_ = np.array(sorted([*record["kinds"], Kind.SUBSTANCE.value]))
    classifier.shares_ = np.array(record["kind_shares"], np.float64)
    classifier.calibrator_ = Calibrator(**{k: record["calibrator"][k] for k in "abc"})
    classifier.n_features_in_ = len(record["features"])
    classifier.padding_booster_ = _booster(parts["padding.txt"], record, place / "padding.txt", 1)
    classifier.kind_booster_ = None
    if "kinds.txt" in parts:
        path = place / "kinds.txt"
        classifier.kind_booster_ = _booster(parts["kinds.txt"], record, path, len(record["kinds"]))
    return classifier


def _booster(data: bytes, record: dict[str, Any], path: Path, classes: int) -> lgb.Booster:
    try:
        booster = lgb.Booster(model_str=data.decode("utf-8"))
    except (lgb.basic.LightGBMError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} is no LightGBM model ({error}); make the model again") from error
    if (
        booster.num_feature() != len(record["features"])
        or booster.num_model_per_iteration() != classes
    ):
        raise ModelError(
            f"{path} is a model of {booster.num_feature()} signals and "
            f"{booster.num_model_per_iteration()} classes, not of {len(record['features'])} and "
            f"{classes}; take the whole folder anew"
        )
    return booster
