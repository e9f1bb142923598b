"""What own labels are added to: the written corpus, others' label files, or a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from defiller.labels.corpus import corpus_files
from defiller.labels.formats import label_format
from defiller.labels.kind_map import KindMap
from defiller.labels.labelled import LabelError, source_of
from defiller.labels.overlay import Overlay
from defiller.model.bundle import Bundle, load_bundle
from defiller.training.dataset import Dataset, load_dataset

SHIPPED = "shipped"
"""Names the model of the package."""

CORPUS = "corpus"
"""Names the written corpus of the package."""

CORPUS_WEIGHT = 1.5
CORPUS_WORDS_WEIGHT = 0.25
"""Of the written corpus beside other labels, as the shipped model was trained, for the boosters
and for the models of words. More weight helps articles of another writer and costs those of the
web. Beside 1,449 web articles, 219 more pages and 192 whole ones the boosters' 1.5 instead of 1
brings the first from 0.927 to 0.942 of F1 at one half (three seeds) and the second from 0.832 to
0.829 of ap (one seed); of 151 look-alikes it keeps the one that is cut at 1. With words at 0.5
instead of 0.25 the web loses 0.001, with 0.1 as much (four seeds each)."""


@dataclass(frozen=True)
class Base:
    """What `--base` named: label files that train as well, or a model to refine.

    Attributes
    ----------
    files : tuple of Path
    weights, words_weights : mapping of str to float
        Of the written corpus's files, where it is among them, by bare name.
    model : Bundle or None
    """

    files: tuple[Path, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    words_weights: Mapping[str, float] = field(default_factory=dict)
    model: Bundle | None = None

    def by_file(self, given: Mapping[str, float]) -> dict[str, float]:
        """Weights with what stands under `CORPUS` given to each of its files that has no other."""
        if CORPUS not in given or not self.weights:
            return dict(given)
        others = {name: weight for name, weight in given.items() if name != CORPUS}
        return dict.fromkeys(self.weights, given[CORPUS]) | others

    def beside(
        self,
        labels: Sequence[Path],
        only_train: Sequence[Path] = (),
        ids: Iterable[str] | None = None,
        *,
        weights: Mapping[str, float] | None = None,
        words_weights: Mapping[str, float] | None = None,
        kind_map: KindMap | None = None,
        corrections: Overlay | None = None,
    ) -> Dataset:
        """Own labels and these files, with their weights where none is given: `load_dataset`."""
        return load_dataset(
            labels,
            only_train,
            ids,
            {**self.weights, **self.by_file(weights or {})},
            words_weights={**self.words_weights, **self.by_file(words_weights or {})},
            base=self.files,
            kind_map=kind_map,
            corrections=corrections,
        )


def read_base(given: Sequence[str]) -> Base:
    """What the words after `--base` stand for.

    Parameters
    ----------
    given : sequence of str
        ``shipped`` or a model folder, alone; or any number of ``corpus``, label files and folders
        with label files in them.

    Raises
    ------
    LabelError
        For a name that is none of them, a folder without label files, and a model together with
        anything else.
    ModelError
        For a model that cannot be used.
    """
    models = [one for one in given if one == SHIPPED or (Path(one) / "model.json").exists()]
    if models:
        if len(given) > 1:
            raise LabelError(
                f"--base names the model {models[0]} and something else; a model is refined on "
                "LABELS alone, so leave one of them"
            )
        return Base(model=load_bundle(None if models[0] == SHIPPED else Path(models[0])))
    files: list[Path] = []
    weights: dict[str, float] = {}
    words_weights: dict[str, float] = {}
    for one in given:
        if one == CORPUS:
            files += corpus_files()
            names = [source_of(path) for path in corpus_files()]
            weights |= dict.fromkeys(names, CORPUS_WEIGHT)
            words_weights |= dict.fromkeys(names, CORPUS_WORDS_WEIGHT)
        else:
            files += _label_files(Path(one))
    return Base(tuple(files), weights, words_weights)


def _label_files(path: Path) -> list[Path]:
    if path.is_file():
        label_format(path)
        return [path]
    if not path.is_dir():
        raise LabelError(
            f"--base {path} is no model folder, label file or folder of label files; "
            f"{SHIPPED!r} names the shipped model and {CORPUS!r} the written corpus"
        )
    found = [entry for entry in sorted(path.iterdir()) if entry.is_file() and _is_labels(entry)]
    if not found:
        raise LabelError(
            f"--base {path} is a folder without a model.json and without label files; make some "
            "with 'defiller labels join' or name another"
        )
    return found


def _is_labels(path: Path) -> bool:
    try:
        label_format(path)
    except LabelError:
        return False
    return True
