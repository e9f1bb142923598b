"""What stands between a stranger's text and LightGBM's parser: sound texts pass, nothing else."""

from __future__ import annotations

import itertools
import json
import time

import lightgbm as lgb
import numpy as np
import pytest

from defiller.model.bundle import PRETRAINED
from defiller.model.trees import DEEPEST, MOST_BYTES, TreeError, check_trees

FEATURES = json.loads((PRETRAINED / "model.json").read_text(encoding="utf-8"))["features"]


@pytest.fixture(scope="module")
def text(small_parts):
    return small_parts["padding.txt"]


def refused(text, match=None, features=FEATURES, classes=1):
    with pytest.raises(TreeError, match=match) as caught:
        check_trees(text, features, classes)
    told = str(caught.value)
    assert "\n" not in told
    assert told.isprintable()
    assert len(told) < 200


def with_value(text, key, place, value, tree=1):
    """The text with one number of one tree's line changed, or the line's only one."""
    lines = text.split(b"\n")
    at = [n for n, line in enumerate(lines) if line.startswith(key.encode() + b"=")][tree]
    tokens = lines[at].partition(b"=")[2].split(b" ")
    tokens[place] = value.encode()
    lines[at] = key.encode() + b"=" + b" ".join(tokens)
    return b"\n".join(lines)


def resized(text):
    """The text with tree_sizes made right again, so that what is in the trees is looked at."""
    lines = text.split(b"\n")
    begins = [n for n, line in enumerate(lines) if line.startswith(b"Tree=")]
    begins.append(lines.index(b"end of trees"))
    sizes = [sum(len(line) + 1 for line in lines[a:b]) for a, b in itertools.pairwise(begins)]
    lines[9] = b"tree_sizes=" + " ".join(map(str, sizes)).encode()
    return b"\n".join(lines)


def grown(rounds=3, rows=300, named=False, **parameters):
    """A booster's text and its features."""
    random = np.random.default_rng(0)
    X = random.normal(size=(rows, 4)).astype(np.float32)
    X[random.random(X.shape) < 0.1] = np.nan
    y = (np.nan_to_num(X[:, 0]) + random.normal(size=rows) > 0).astype(np.float32)
    names = [f"signal_{n}" for n in range(4)]
    data = lgb.Dataset(X, y, feature_name=names if named else "auto")
    settings = {"objective": "binary", "verbose": -1, "num_threads": 1, **parameters}
    return lgb.train(settings, data, rounds).model_to_string().encode(), names


def chain(depth):
    """A booster of one tree that is one long way down: ``depth`` splits on one signal."""
    splits = range(depth)
    rows = {
        "num_leaves": [depth + 1],
        "num_cat": [0],
        "split_feature": [0] * depth,
        "split_gain": [1] * depth,
        "threshold": splits,
        "decision_type": [2] * depth,
        "left_child": [~n for n in splits],
        "right_child": [*range(1, depth), ~depth],
        "leaf_value": [n / 1000 for n in range(depth + 1)],
        "leaf_weight": [1] * (depth + 1),
        "leaf_count": [1] * (depth + 1),
        "internal_value": [0] * depth,
        "internal_weight": [1] * depth,
        "internal_count": [depth + 1 - n for n in splits],
        "is_linear": [0],
        "shrinkage": [1],
    }
    tree = "Tree=0\n" + "".join(f"{k}={' '.join(map(str, v))}\n" for k, v in rows.items()) + "\n\n"
    head = (
        "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
        "max_feature_idx=0\nobjective=binary sigmoid:1\nfeature_names=Column_0\n"
        f"feature_infos=[0:1]\ntree_sizes={len(tree)}\n\n"
    )
    tail = (
        "end of trees\n\nfeature_importances:\nColumn_0=1\n\nparameters:\n[seed: 0]\n\n"
        "end of parameters\n\npandas_categorical:null\n"
    )
    return (head + tree + tail).encode()


# -- what passes ----------------------------------------------------------------------------


@pytest.mark.parametrize(("part", "classes"), [("padding.txt", 1), ("kinds.txt", 13)])
def test_the_shipped_model_passes(part, classes):
    check_trees((PRETRAINED / part).read_bytes(), FEATURES, classes)


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"extra_trees": True, "bagging_fraction": 0.5, "bagging_freq": 1},
        {"objective": "cross_entropy"},
        {"use_missing": False},
        {"zero_as_missing": True},
        {"num_leaves": 200, "min_data_in_leaf": 1},
        {"min_data_in_leaf": 1000},  # no split at all: a lone leaf
    ],
    ids=str,
)
def test_what_lightgbm_writes_passes_and_again_when_it_was_loaded(parameters, named):
    text, names = grown(named=named, **parameters)
    check_trees(text, names, 1)
    check_trees(lgb.Booster(model_str=text.decode()).model_to_string().encode(), names, 1)


def test_infinity_parts_what_is_there_from_what_is_missing(text):
    check_trees(resized(with_value(text, "threshold", 3, "inf")), FEATURES, 1)


def test_the_deepest_tree_passes_and_gives_reasons():
    check_trees(chain(DEEPEST), ["depth"], 1)
    booster = lgb.Booster(model_str=chain(DEEPEST).decode())
    values = booster.predict(np.array([[3.0], [500.0]]), pred_contrib=True, num_threads=1)
    assert np.isfinite(values).all()


def test_the_check_costs_little_at_start_up():
    """A twentieth of a second on a quiet core, where loading the libraries takes a whole one."""
    parts = [((PRETRAINED / p).read_bytes(), n) for p, n in (("padding.txt", 1), ("kinds.txt", 13))]
    taken = []
    for _ in range(3):
        began = time.process_time()
        for data, classes in parts:
            check_trees(data, FEATURES, classes)
        taken.append(time.process_time() - began)
    assert min(taken) < 0.3


# -- what does not --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "place", "value"),
    [
        ("left_child", 4, "2"),  # back up: LightGBM would go round for ever
        ("left_child", 4, "4"),
        ("left_child", 4, "0"),
        ("left_child", 4, "62"),  # there are 62 splits, numbered from 0
        ("left_child", 4, "1000000"),  # LightGBM would read there
        ("right_child", 4, "-64"),
        ("right_child", 4, "-2147483648"),
        ("right_child", 4, "99999999999999999999"),
        ("right_child", 4, "61"),  # somebody else's child
        ("right_child", 4, "-1"),  # somebody else's leaf
        ("right_child", 4, "5.0"),
        ("split_feature", 4, str(len(FEATURES))),
        ("split_feature", 4, "-1"),
        ("split_feature", 4, "4294967296"),
        ("split_feature", 4, "1e2"),
        ("threshold", 4, "nan"),
        ("threshold", 4, "-inf"),
        ("threshold", 4, "-1e999"),
        ("threshold", 4, "0x10"),
        ("threshold", 4, "1_0"),
        ("threshold", 4, "1-2"),
        ("threshold", 4, ""),
        ("leaf_value", 4, "nan"),
        ("leaf_value", 4, "inf"),
        ("leaf_value", 4, "1e308"),
        ("leaf_value", 4, "NA"),
        ("decision_type", 4, "1"),
        ("decision_type", 4, "3"),
        ("decision_type", 4, "12"),
        ("decision_type", 4, "-128"),
        ("leaf_count", 4, "0"),  # reasons would divide by it
        ("leaf_count", 4, "-5"),
        ("leaf_count", 4, "1"),  # does not add up
        ("internal_count", 4, "2147483648"),
        ("split_gain", 4, "x"),
        ("leaf_weight", 4, "nan"),
        ("internal_value", 4, "1 2"),
        ("internal_weight", 4, "1\t2"),
        ("num_leaves", 0, "64"),
        ("num_leaves", 0, "1"),
        ("num_leaves", 0, "0"),
        ("num_leaves", 0, "-1"),
        ("num_leaves", 0, "2147483647"),
        ("num_leaves", 0, "63 63"),
        ("num_leaves", 0, ""),
        ("num_cat", 0, "1"),
        ("is_linear", 0, "1"),
        ("shrinkage", 0, "nan"),
        ("Tree", 0, "7"),
    ],
)
def test_a_wrong_number_in_a_tree_is_named(text, key, place, value):
    check_trees(text, FEATURES, 1)
    name = "not numbered" if key == "Tree" else key
    if key == "num_leaves" and value in ("64", "1"):
        name = "split_feature"  # the first line that is not of that length
    if key == "leaf_count" and value == "1":
        name = "internal_count"
    refused(resized(with_value(text, key, place, value)), name)


@pytest.mark.parametrize("number", range(11))
def test_every_line_of_the_header_is_needed_and_fixed(text, number):
    lines = text.split(b"\n")
    refused(b"\n".join([*lines[:number], *lines[number + 1 :]]))
    refused(b"\n".join([*lines[:number], lines[number], *lines[number:]]))
    refused(b"\n".join([*lines[:number], lines[number] + b"1", *lines[number + 1 :]]))


@pytest.mark.parametrize("number", [*range(17), 18])  # 17 and 18 are both empty
def test_every_line_of_a_tree_is_needed_and_has_its_place(text, number):
    lines = text.split(b"\n")
    at = 11 + 19 + number  # in the second tree
    refused(resized(b"\n".join([*lines[:at], *lines[at + 1 :]])))
    refused(resized(b"\n".join([*lines[: at + 1], *lines[at:]])))
    refused(resized(b"\n".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])))


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        (b"version=v4", b"version=v9", "v9"),
        (b"objective=cross_entropy", b"objective=custom", "objective"),
        (b"Column_0 Column_1 ", b"Column_1 Column_0 ", "feature_names"),
        (b"Column_0 ", b"", "feature_names"),
        (b"feature_infos=[0:2]", b"feature_infos=0:1:2", "feature_infos"),
        (b"feature_infos=[0:2]", b"feature_infos=[2:0]", "feature_infos"),
        (b"feature_infos=[0:2]", b"feature_infos=[nan:2]", "feature_infos"),
        (b"feature_names=", b"average_output\nfeature_names=", "line 11"),
        (b"tree_sizes=", b"tree_sizes=1", "tree 0"),
        (b"tree_sizes=", b"tree_sizes=-", "tree 0"),
        (b"tree_sizes=", b"tree_sizes=x", "tree_sizes"),
        (b"tree_sizes=", b"tree_sizes=" + b"1 " * 30_000, "tree_sizes"),
        (b"end of trees", b"end of tree", "followed"),
        (b"feature_importances:", b"feature_importance:", "followed"),
        (b"\nColumn_", b"\nColumn_x", "feature_importances"),
        (b"parameters:", b"parser:", "followed"),
        (b"[linear_tree: 0]", b"[linear_tree: 1]", "linear_tree"),
        (b"[forcedsplits_filename: ]", b"[forcedsplits_filename: splits.json]", "outside"),
        (b"[forcedbins_filename: ]", b"[forcedbins_filename: bins.json]", "outside"),
        (b"[parser_config_file: ]", b"[parser_config_file: x]", "outside"),
        (b"[machine_list_filename: ]", b"[machine_list_filename: x]", "outside"),
        (b"[machines: ]", b"[machines: 10.0.0.1]", "outside"),
        (b"[data: ]", b"[data: train.csv]", "outside"),
        (b"[machines: ]", b"[machines: /etc/passwd]", "parameters"),
        (b"[seed: 0]", b"[seed: 0", "parameters"),
        (b"[seed: 0]", b"[seed]", "parameters"),
        (b"[seed: 0]", b"seed: 0", "parameters"),
        (b"[metric: cross_entropy]", b'[metric: "]', "parameters"),
        (b"[seed: 0]", b"[seed: " + b"9" * 20_000 + b"]", "parameters"),
        (b"end of parameters", b"end of parameters\n\nparser:\nx\nend of parser", "end"),
        (b"pandas_categorical:null", b"pandas_categorical:[[1]]", "end"),
        (b"\n", b"\r\n", "line 1"),
    ],
    ids=lambda value: value[:60].decode() if isinstance(value, bytes) else value,
)
def test_what_stands_around_the_trees(text, old, new, match):
    assert old in text
    refused(text.replace(old, new, 1), match)


@pytest.mark.parametrize("end", [0, 4, 100, 3000, 20_000, -1, -20, -2000])
def test_a_text_that_ends_early(text, end):
    refused(text[:end])


@pytest.mark.parametrize("junk", [b"\n", b"x", b"Tree=5\n", b"\0"])
def test_a_text_that_goes_on(text, junk):
    refused(text + junk, "end")


def test_trees_in_another_order(text):
    head, first, second, rest = text.split(b"Tree=", 3)
    refused(resized(b"Tree=".join([head, second, first, rest])), "not numbered")


def test_trees_of_too_few_classes(small_parts):
    text = small_parts["kinds.txt"]
    check_trees(text, FEATURES, 13)
    refused(text, "num_class", classes=12)
    refused(text, "num_class", classes=1)
    begin = text.rindex(b"Tree=")
    fewer = text[:begin] + text[text.index(b"end of trees") :]
    refused(resized(fewer), "64 trees", classes=13)


def test_a_tree_too_deep():
    refused(chain(DEEPEST + 1), f"over {DEEPEST} splits deep", features=["depth"])


def test_a_tree_with_too_many_leaves():
    refused(chain(5000), "num_leaves", features=["depth"])


def test_a_text_too_large():
    refused(b" " * (MOST_BYTES + 1), "larger than any model")
    refused(b"\n" * 10_000_000, "larger than any model")
