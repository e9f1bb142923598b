"""Leaving a booster after its first trees."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest

from defiller.model.early_exit import TREES, EarlyExit, ask, fit_exits, margins_with

ROWS = 6000


@pytest.fixture(scope="module")
def booster_and_rows():
    draw = np.random.default_rng(0)
    X = draw.normal(size=(ROWS, 6)).astype(np.float32)
    y = (X[:, 0] + 0.5 * draw.normal(size=ROWS) > 1.5).astype(np.float32)
    parameters = {"objective": "binary", "num_leaves": 4, "verbose": -1, "num_threads": 1}
    return lgb.train(parameters, lgb.Dataset(X, y), 2 * TREES + 30), X


@pytest.fixture(scope="module")
def so_far(booster_and_rows):
    booster, X = booster_and_rows
    told = [booster.predict(X, raw_score=True, num_iteration=n * TREES) for n in (1, 2)]
    return np.stack(told, axis=1)


def test_without_an_exit_all_trees_are_asked(booster_and_rows):
    booster, X = booster_and_rows
    asked = ask(booster, X, (), 1)
    np.testing.assert_allclose(asked, booster.predict(X, raw_score=True), atol=1e-9)
    assert ask(booster, X[:0], (), 1).shape == (0,)


def test_who_leaves_is_extrapolated_and_all_others_are_not(booster_and_rows, so_far):
    booster, X = booster_and_rows
    whole = booster.predict(X, raw_score=True)
    exits = (
        EarlyExit(TREES, float(np.quantile(so_far[:, 0], 0.5)), 1.25, -0.5),
        EarlyExit(2 * TREES, float(np.quantile(so_far[:, 1], 0.7)), 1.1, -0.1),
    )
    asked = ask(booster, X, exits, 1)
    first = so_far[:, 0] < exits[0].below
    second = ~first & (so_far[:, 1] < exits[1].below)
    stayed = ~first & ~second
    assert min(first.mean(), second.mean(), stayed.mean()) > 0.1
    np.testing.assert_allclose(asked[first], 1.25 * so_far[first, 0] - 0.5, atol=1e-9)
    np.testing.assert_allclose(asked[second], 1.1 * so_far[second, 1] - 0.1, atol=1e-9)
    np.testing.assert_allclose(asked[stayed], whole[stayed], atol=1e-9)
    np.testing.assert_allclose(margins_with(exits, so_far, whole), asked, atol=1e-9)


def test_one_exit_may_be_missing(booster_and_rows, so_far):
    booster, X = booster_and_rows
    exits = (EarlyExit(2 * TREES, float(np.median(so_far[:, 1])), 1.0, 0.25),)
    asked = ask(booster, X, exits, 1)
    np.testing.assert_allclose(
        asked, margins_with(exits, so_far, booster.predict(X, raw_score=True)), atol=1e-9
    )
    assert (margins_with((), so_far, asked) == asked).all()


def test_a_row_scores_the_same_alone_and_among_others(booster_and_rows):
    booster, X = booster_and_rows
    exits = (EarlyExit(TREES, -2.0, 1.1, 0.0), EarlyExit(2 * TREES, -1.0, 1.05, 0.0))
    together = ask(booster, X[:40], exits, 1)
    alone = [ask(booster, X[i : i + 1], exits, 1)[0] for i in range(40)]
    assert together.tolist() == alone


def test_it_is_fitted_so_that_hardly_any_doubtful_one_leaves():
    draw = np.random.default_rng(1)
    margin = draw.normal(-3, 3, 50_000)
    first = 0.6 * margin + draw.normal(0, 0.3, 50_000)
    second = 0.9 * margin + draw.normal(0, 0.1, 50_000)
    early, late = fit_exits(np.stack([first, second], axis=1), margin, doubt=-2.0)
    assert (early.trees, late.trees) == (TREES, 2 * TREES)
    gone = first < early.below
    assert gone.mean() > 0.3
    assert (margin[gone] > -2.0).mean() <= 0.0011
    assert early.slope == pytest.approx(1 / 0.6, rel=0.15)
    # The second one looks only at those whom the first one kept.
    gone = ~gone & (second < late.below)
    assert gone.mean() > 0.02
    assert (margin[gone] > -2.0).mean() <= 0.0011


def test_none_where_the_first_trees_say_nothing():
    draw = np.random.default_rng(2)
    assert fit_exits(draw.normal(size=(9000, 1)), draw.normal(size=9000), doubt=-1.0) == ()
    assert fit_exits(np.arange(100.0)[:, None], np.arange(100.0), doubt=200.0) == ()  # too few
    assert fit_exits(np.zeros((9000, 0)), np.arange(9000.0), doubt=200.0) == ()
