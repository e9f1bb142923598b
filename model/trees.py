"""LightGBM's text of a booster, checked before LightGBM's own parser sees it.

That parser was written for what LightGBM itself writes: it takes offsets, lengths and the numbers
of children and signals on trust, so a changed file can make it read past its buffer or predict
for ever. What passes here is a proper model: each tree is one binary tree with every split and
leaf reached once, every number is finite and in range, and nothing in the text names a file.

A text passes as LightGBM 4 writes it and in no other form: every line in its place. All trees
have the same lines in the same order, so each kind of line is taken from all trees at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defiller.model.calibration import Doubles

Ints = NDArray[np.int64]

MOST_BYTES = 32_000_000
"""Of one text: nearly ten times the shipped model's. So much takes half a second and 250 MB."""

MOST_TREES = 20_000
"""Forty times the shipped model's; each costs time with every paragraph."""

MOST_LEAVES = 4096
"""Of one tree; LightGBM makes 31 unless told otherwise."""

DEEPEST = 128
"""Splits above a leaf; the shipped model has up to 24. The time that reasons take grows with the
square, and each is one more call on the C stack."""

LARGEST_LEAF = 1000.0
"""Log-odds: 40 are certainty in double precision, and sums of so many of these stay finite."""

_LARGEST_COUNT = 2**31 - 1  # LightGBM's int

# Both come to a sigmoid of the sum of the leaves; the second is for labels between 0 and 1.
_OF_ONE = (b"cross_entropy", b"binary sigmoid:1")
_HEADER = 11  # lines, with the empty one before the first tree
_PER_SPLIT = (
    "split_feature",
    "split_gain",
    "threshold",
    "decision_type",
    "left_child",
    "right_child",
    "internal_value",
    "internal_weight",
    "internal_count",
)
_PER_LEAF = ("leaf_value", "leaf_weight", "leaf_count")
_KEYS = (
    *("Tree", "num_leaves", "num_cat"),
    *_PER_SPLIT[:6],
    *_PER_LEAF,
    *_PER_SPLIT[6:],
    *("is_linear", "shrinkage"),
)
_STRIDE = len(_KEYS) + 2  # two empty lines end a tree
_MOST_LINES = _HEADER + MOST_TREES * _STRIDE + 10_000  # signals and parameters, at the end

# Of which characters numbers are made. Python takes more for a number ("1_0"), and so does
# LightGBM ("na"); what is left here both read alike.
_WHOLE = b"0123456789- "
_REAL = _WHOLE + b"+.e"
_REAL_OR_INFINITE = _REAL + b"inf"

# Bits of LightGBM's decision type: 1 a split by category, 2 missing goes left, 4 zero is
# missing, 8 NaN is missing. Signals are no categories, and missing is one or the other.
_DECISIONS = [0, 2, 4, 6, 8, 10]

_NUMBER = rb"(-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:e[+-][0-9]{1,3})?)"
_RANGE = re.compile(rb"none|\[" + _NUMBER + rb":" + _NUMBER + rb"\]")
_IMPORTANCE = re.compile(rb"([^=]+)=[0-9]{1,12}")
_PARAMETER = re.compile(rb"\[([a-z0-9_]{1,60}): ([A-Za-z0-9_.,+-]{0,10000})\]")
# Parameters by which LightGBM reads or writes files, or talks to other machines.
_OUTSIDE = frozenset(
    b"data valid machines machine_list_filename forcedsplits_filename forcedbins_filename "
    b"parser_config_file input_model output_model output_result convert_model".split()
)


class TreeError(ValueError):
    """A text that is no sound model; the message says what is wrong, without a file's name."""


def check_trees(text: bytes, features: Sequence[str], classes: int) -> None:
    """Check a booster's text.

    Parameters
    ----------
    text : bytes
        As ``lightgbm.Booster.model_to_string`` writes it.
    features : sequence of str
        Names of the signals, in order. The text has these, or LightGBM's ``Column_0`` and so on.
    classes : int
        1 for a binary booster; else the classes of a multiclass one, at least 2.

    Raises
    ------
    TreeError
        For whatever LightGBM 4 would not have written for such a booster: lines that are
        missing, unknown or out of place, numbers that are none, trees that are none, parameters
        that name files or machines; and for more than the limits of this module allow.
    """
    if len(text) > MOST_BYTES or text.count(b"\n") > _MOST_LINES:
        raise TreeError(f"it has {len(text):,} bytes, and is larger than any model")
    lines = text.split(b"\n")
    names, sizes = _header(lines, features, classes)
    end = _HEADER + len(sizes) * _STRIDE
    if len(lines) < end:
        raise TreeError(f"it ends before the last of its {len(sizes):,} trees")
    # LightGBM's parser jumps by these, so they must be the trees' true lengths.
    lengths = np.fromiter(map(len, lines[_HEADER:end]), np.int64, end - _HEADER) + 1
    wrong = lengths.reshape(-1, _STRIDE).sum(axis=1) != sizes
    if wrong.any():
        raise TreeError(f"tree {wrong.argmax()} is not as long as tree_sizes says")
    trees = _Trees(_values(lines[_HEADER:end]))
    trees.check_values(len(features))
    trees.check_shape()
    _check_tail(lines[end:], names)


def _header(
    lines: list[bytes], features: Sequence[str], classes: int
) -> tuple[frozenset[bytes], Doubles]:
    """Names of the signals and sizes of the trees."""
    if len(lines) < _HEADER:
        raise TreeError(f"it ends in its header, after {len(lines)} lines")
    objectives = _OF_ONE if classes == 1 else (b"multiclass num_class:%d" % classes,)
    expected = {
        1: (b"tree",),
        2: (b"version=v4",),
        3: (b"num_class=%d" % classes,),
        4: (b"num_tree_per_iteration=%d" % classes,),
        5: (b"label_index=0",),
        6: (b"max_feature_idx=%d" % (len(features) - 1),),
        7: tuple(b"objective=" + objective for objective in objectives),
        11: (b"",),
    }
    for number, wanted in expected.items():
        if lines[number - 1] not in wanted:
            raise TreeError(
                f"its line {number} is {_shown(lines[number - 1])} instead of {_shown(wanted[0])}"
            )
    names = _listed(lines, 8, "feature_names", len(features))
    columns = [b"Column_%d" % number for number in range(len(features))]
    if names not in (columns, [name.encode() for name in features]):
        raise TreeError("its feature_names are not the signals of model.json")
    infos = _listed(lines, 9, "feature_infos", len(features))
    if len(infos) != len(features) or not all(map(_is_range, infos)):
        raise TreeError("its feature_infos do not give the range of each signal")
    listed = _listed(lines, 10, "tree_sizes", MOST_TREES)
    sizes = _numbers("tree_sizes", b" ".join(listed), _WHOLE)
    if not len(sizes) or len(sizes) % classes:
        raise TreeError(f"it has {len(sizes):,} trees, not as many of each class")
    return frozenset(names), sizes


def _listed(lines: list[bytes], number: int, key: str, most: int) -> list[bytes]:
    """What a line of the header lists after its key."""
    line = lines[number - 1]
    start = key.encode() + b"="
    if not line.startswith(start):
        raise TreeError(f"its line {number} is {_shown(line)} instead of {key}")
    if line.count(b" ") >= most:  # before they are split up, which takes memory
        raise TreeError(f"its {key} has more than {most:,} entries")
    return line[len(start) :].split(b" ")


def _is_range(info: bytes) -> bool:
    found = _RANGE.fullmatch(info)
    return found is not None and (found[1] is None or float(found[1]) <= float(found[2]))


def _shown(line: bytes) -> str:
    """The beginning of a line, fit to stand in a sentence: without control characters."""
    return ascii(line[:40].decode("latin-1")) + ("..." if len(line) > 40 else "")


def _numbers(key: str, text: bytes, allowed: bytes) -> Doubles:
    """Numbers with one space between; whole ones are exact up to 2**53."""
    if text.translate(None, allowed):
        raise TreeError(f"its {key} has characters that are in no number")
    try:
        return np.array(list(map(float, text.split(b" "))) if text else [], np.float64)
    except ValueError as error:
        raise TreeError(f"its {key} has something between spaces that is no number") from error


def _values(lines: list[bytes]) -> dict[str, list[bytes]]:
    """What stands after the keys, by key, a value a tree."""
    values = {}
    for place, key in enumerate((*_KEYS, "", "")):
        start = key.encode() + b"=" * bool(key)
        found = lines[place::_STRIDE]
        for tree, line in enumerate(found):
            if not line.startswith(start) or (line and not start):
                raise TreeError(f"tree {tree} has {_shown(line)} instead of {key or 'its end'}")
        values[key] = [line[len(start) :] for line in found]
    if values["Tree"] != [b"%d" % tree for tree in range(len(values["Tree"]))]:
        raise TreeError("its trees are not numbered from 0 on")
    for key, what in (("num_cat", "splits by category"), ("is_linear", "linear leaves")):
        for tree, value in enumerate(values[key]):
            if value != b"0":
                raise TreeError(f"tree {tree} has {what} ({key}), which no model here has")
    return values


class _Trees:
    """All trees together: their splits, numbered through, and after these their leaves."""

    def __init__(self, values: dict[str, list[bytes]]) -> None:
        self.values = values
        trees = np.arange(len(values["Tree"]))
        leaves = self.single("num_leaves", _WHOLE)
        self.refuse("num_leaves", ~((leaves >= 1) & (leaves <= MOST_LEAVES)), trees)
        self.leaves = leaves.astype(np.int64)
        self.splits = self.leaves - 1
        for key in ("leaf_weight", "leaf_count"):
            # Of a lone leaf LightGBM leaves out the weight, and up to release 4.5 the count too.
            given = zip(values[key], self.leaves, strict=True)
            values[key] = [value or (b"0" if size == 1 else b"") for value, size in given]
        # All lengths before anything is read, which takes memory.
        for keys, wanted in ((_PER_SPLIT, self.splits), (_PER_LEAF, self.leaves)):
            for key in keys:
                found = np.array([v.count(b" ") + bool(v) for v in values[key]], np.int64)
                self.refuse(key, found != wanted, trees)
        self.of_split = np.repeat(trees, self.splits)
        self.of_leaf = np.repeat(trees, self.leaves)
        self.first_split = np.cumsum(self.splits) - self.splits
        self.first_leaf = len(self.of_split) + np.cumsum(self.leaves) - self.leaves

    def refuse(self, key: str, wrong: NDArray[np.bool_], tree: Ints) -> None:
        """Raise `TreeError` where anything is wrong, with the first tree that has it."""
        if wrong.any():
            raise TreeError(f"its tree {tree[wrong.argmax()]} has a wrong {key}")

    def single(self, key: str, allowed: bytes) -> Doubles:
        """The number that each tree has one of."""
        found = _numbers(key, b" ".join(self.values[key]), allowed)
        if len(found) != len(self.values[key]):
            raise TreeError(f"its {key} is not one number a tree")
        return found

    def read(self, key: str, allowed: bytes) -> Doubles:
        """The numbers of one kind of line, over all trees."""
        return _numbers(key, b" ".join(filter(None, self.values[key])), allowed)

    def check_values(self, features: int) -> None:
        """Refuse numbers that are out of range, each by itself."""
        splits, leaves = self.of_split, self.of_leaf
        for key in ("split_gain", "internal_value", "internal_weight", "leaf_weight"):
            # For people only: no score depends on these, so they need not be read.
            if b"".join(self.values[key]).translate(None, _REAL):
                raise TreeError(f"its {key} has characters that are in no number")
        self.single("shrinkage", _REAL)
        feature = self.read("split_feature", _WHOLE)
        self.refuse("split_feature", (feature < 0) | (feature >= features), splits)
        self.refuse(
            "decision_type", ~np.isin(self.read("decision_type", _WHOLE), _DECISIONS), splits
        )
        # Infinity is sound: at it LightGBM parts what is there from what is missing.
        self.refuse("threshold", self.read("threshold", _REAL_OR_INFINITE) == -np.inf, splits)
        value = self.read("leaf_value", _REAL)
        self.refuse("leaf_value", np.abs(value) > LARGEST_LEAF, leaves)

    def check_shape(self) -> None:
        """Refuse children that do not make one binary tree each, and counts that do not add up."""
        left, right = self.children("left_child"), self.children("right_child")
        roots = np.where(self.splits > 0, self.first_split, self.first_leaf)
        tree = np.concatenate([self.of_split, self.of_leaf])
        # No way down leads back (`children`), so with each met once every tree is one tree.
        met = np.bincount(np.concatenate([left, right, roots]), minlength=len(tree))
        self.refuse("left_child or right_child", met != 1, tree)
        parent = np.full(len(tree), -1, np.int64)
        parent[left] = parent[right] = np.arange(len(left))
        above = np.arange(len(tree))
        for _ in range(DEEPEST + 1):
            above = parent[above]
            above = above[above >= 0]
        if len(above):
            raise TreeError(f"its tree {tree[above[0]]} is over {DEEPEST} splits deep")
        # Reasons divide by these.
        splits = self.counts("internal_count", np.ones(len(left)), self.of_split)
        leaves = self.counts("leaf_count", self.splits[self.of_leaf] > 0, self.of_leaf)
        count = np.concatenate([splits, leaves])
        self.refuse("internal_count", splits != count[left] + count[right], self.of_split)

    def counts(self, key: str, least: NDArray[Any], tree: Ints) -> Doubles:
        """Rows of the training data that came to each split or leaf."""
        count = self.read(key, _WHOLE)
        self.refuse(key, (count < least) | (count > _LARGEST_COUNT), tree)
        return count

    def children(self, key: str) -> Ints:
        """Which split or leaf of all is each split's child."""
        child = self.read(key, _WHOLE)
        splits, leaves = self.splits[self.of_split], self.leaves[self.of_split]
        own = np.arange(len(child)) - self.first_split[self.of_split]
        # LightGBM numbers a split after the one above it, so none may lead to an earlier one.
        wrong = np.where(child >= 0, (child <= own) | (child >= splits), child < -leaves)
        self.refuse(key, wrong, self.of_split)
        place = child.astype(np.int64)
        first_split, first_leaf = self.first_split[self.of_split], self.first_leaf[self.of_split]
        return np.where(place >= 0, first_split + place, first_leaf + ~place)


def _check_tail(lines: list[bytes], names: frozenset[bytes]) -> None:
    """What follows the trees: importances, parameters, and nothing else."""
    start, lines = lines[:3], lines[3:]
    gap = lines.index(b"") if b"" in lines else len(lines)
    importances, lines = lines[:gap], lines[gap + 1 :]
    if start != [b"end of trees", b"", b"feature_importances:"] or lines[:1] != [b"parameters:"]:
        raise TreeError("its trees are not followed by feature_importances and parameters")
    for line in importances:
        found = _IMPORTANCE.fullmatch(line)
        if found is None or found[1] not in names:
            raise TreeError(f"its feature_importances have {_shown(line)}")
    gap = lines.index(b"") if b"" in lines else len(lines)
    parameters, lines = lines[1:gap], lines[gap + 1 :]
    for line in parameters:
        found = _PARAMETER.fullmatch(line)
        if found is None:
            raise TreeError(f"its parameters have {_shown(line)}")
        if found[1] in _OUTSIDE and found[2]:
            raise TreeError(f"its parameter {found[1].decode()} names something outside the model")
        if found[1] == b"linear_tree" and found[2] != b"0":
            raise TreeError("its parameter linear_tree asks for linear leaves")
    if lines != [b"end of parameters", b"", b"pandas_categorical:null", b""]:
        raise TreeError("its parameters are not its end")
