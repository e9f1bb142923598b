"""Leaving a booster after its first trees."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest

from defiller.model.early_exit import TREES, EarlyExit, ask

ROWS = 6000


@pytest.fixture(scope="module")
def booster_and_rows():
    draw = np.random.default_rng(0)
    X = draw.normal(size=(ROWS, 6)).astype(np.float32)
    y = (X[:, 0] + 0.5 * draw.normal(size=ROWS) > 1.5).astype(np.float32)
    parameters = {"objective": "binary", "num_leaves": 4, "verbose": -1, "num_threads": 1}
    return lgb.train(parameters, lgb.Dataset(X, y), TREES + 30), X


def test_without_an_exit_all_trees_are_asked(booster_and_rows):
    booster, X = booster_and_rows
    asked = ask(booster, X, None, 1)
    np.testing.assert_allclose(asked, booster.predict(X, raw_score=True), atol=1e-9)
    assert ask(booster, X[:0], None, 1).shape == (0,)


def test_who_leaves_is_extrapolated_and_all_others_are_not(booster_and_rows):
    booster, X = booster_and_rows
    first = booster.predict(X, raw_score=True, num_iteration=TREES)
    leave = EarlyExit(below=float(np.median(first)), slope=1.25, intercept=-0.5)
    asked = ask(booster, X, leave, 1)
    sure = first < leave.below
    assert 0.4 < sure.mean() < 0.6
    np.testing.assert_allclose(asked[sure], 1.25 * first[sure] - 0.5, atol=1e-9)
    np.testing.assert_allclose(asked[~sure], booster.predict(X[~sure], raw_score=True), atol=1e-9)


def test_a_row_scores_the_same_alone_and_among_others(booster_and_rows):
    booster, X = booster_and_rows
    leave = EarlyExit(-2.0, 1.1, 0.0)
    together = ask(booster, X[:40], leave, 1)
    alone = [ask(booster, X[i : i + 1], leave, 1)[0] for i in range(40)]
    assert together.tolist() == alone


def test_it_is_fitted_so_that_hardly_any_doubtful_one_leaves():
    draw = np.random.default_rng(1)
    margin = draw.normal(-3, 3, 50_000)
    first = 0.6 * margin + draw.normal(0, 0.3, 50_000)
    leave = EarlyExit.fit(first, margin, doubt=-2.0)
    gone = first < leave.below
    assert gone.mean() > 0.3
    assert (margin[gone] > -2.0).mean() <= 0.0011
    assert leave.slope == pytest.approx(1 / 0.6, rel=0.15)


def test_none_where_the_first_trees_say_nothing():
    draw = np.random.default_rng(2)
    assert EarlyExit.fit(draw.normal(size=9000), draw.normal(size=9000), doubt=-1.0) is None
    assert EarlyExit.fit(np.arange(100.0), np.arange(100.0), doubt=200.0) is None  # too few
