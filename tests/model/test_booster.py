"""LightGBM's library by way of its C interface: the same numbers as by its own package."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import lightgbm as lgb
import numpy as np
import pytest

from defiller.model.booster import BoosterError, TextBooster
from defiller.model.bundle import PRETRAINED


@pytest.fixture(scope="module", params=["padding.txt", "kinds.txt"])
def both(request):
    text = (PRETRAINED / request.param).read_text()
    return lgb.Booster(model_str=text), TextBooster(text)


@pytest.fixture(scope="module")
def rows(both):
    draw = np.random.default_rng(0)
    X = draw.normal(size=(200, both[0].num_feature())).astype(np.float32)
    X[draw.random(X.shape) < 0.1] = np.nan
    return X


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"raw_score": True},
        {"raw_score": True, "num_iteration": 20},
        {"raw_score": True, "start_iteration": 20, "num_iteration": 30},
        {"pred_contrib": True},
    ],
    ids=str,
)
def test_it_predicts_as_the_package_does_to_the_bit(both, rows, options):
    X = rows[:5] if "pred_contrib" in options else rows
    theirs, ours = (booster.predict(X, num_threads=1, **options) for booster in both)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)
    # A part of a larger matrix, whose rows do not lie one after the other.
    np.testing.assert_array_equal(both[1].predict(X[::2], **options), theirs[::2])


def test_it_tells_the_same_of_itself(both):
    theirs, ours = both
    for name in ("num_feature", "num_trees", "num_model_per_iteration"):
        assert getattr(ours, name)() == getattr(theirs, name)()


def test_no_rows_and_rows_of_another_width(both, rows):
    ours = both[1]
    assert len(ours.predict(rows[:0])) == 0
    for wrong in (rows[:, 1:], rows[0]):
        with pytest.raises(ValueError, match="the matrix is"):
            ours.predict(wrong)


def test_copies_predict_the_same(both, rows):
    ours = both[1]
    for twin in (pickle.loads(pickle.dumps(ours)), copy.deepcopy(ours)):
        np.testing.assert_array_equal(twin.predict(rows), ours.predict(rows))
        assert twin.model_to_string() == ours.model_to_string()


def test_a_text_that_is_no_model(capfd):
    with pytest.raises(BoosterError):
        TextBooster("nonsense")
    assert capfd.readouterr().out == ""


def test_a_booster_that_lives_to_the_end_of_the_process_goes_quietly():
    code = "import defiller; defiller.strip('A line.'); kept = defiller.load()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")
