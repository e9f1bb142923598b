"""FeatureExtractor and FillerClassifier as scikit-learn's own tools use them.

Holds for scikit-learn 1.6 and newer: what a version does not check yet is simply not run.
"""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from defiller.features.extractor import FeatureExtractor, ParagraphRow, rows_of
from defiller.features.reading import document_from_lines
from defiller.model.classifier import FillerClassifier

# -- the classifier: scikit-learn's checks --------------------------------------------------

# The checks make classes of their own, none of which is called substance: None keeps the first.
TINY = FillerClassifier(
    substance=None, trees=3, leaves=7, min_samples=5, learning_rate=0.3, kind_trees=2
)
NOT_HELD = {
    "check_sample_weight_equivalence_on_dense_data": (
        "a weight of two is not a row twice: bins of the histograms, the bagging and the rows of "
        "a leaf go by rows, in LightGBM as in scikit-learn's own histogram boosting"
    ),
    "check_classifiers_train": (
        "wants predict to be the argmax of predict_proba and three blobs learnt to 0.83; predict "
        "says padding where all its kinds together reach one half, by the contract of verdicts"
    ),
}
# Those that fit most often; the fast run has the other forty.
SLOW = {
    "check_classifier_data_not_an_array",
    "check_classifiers_classes",
    "check_dict_unchanged",
    "check_dont_overwrite_parameters",
    "check_dtype_object",
    "check_estimators_dtypes",
    "check_estimators_overwrite_params",
    "check_estimators_pickle",
    "check_pipeline_consistency",
    "check_positive_only_tag_during_fit",
    "check_readonly_memmap_input",
}


def checks():
    generated = estimator_checks_generator(TINY, expected_failed_checks=NOT_HELD, mark="skip")
    for estimator, check in generated:
        name = getattr(check, "func", check).__name__
        marks = [pytest.mark.slow] if name in SLOW else []
        yield pytest.param(estimator, check, id=name, marks=marks)


@pytest.mark.parametrize(("estimator", "check"), list(checks()))
def test_the_classifier_passes(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)
        check(estimator)


@pytest.mark.slow
def test_every_check_that_is_not_held_is_there_and_fails():
    """So that an exclusion goes when its reason does."""
    named = {}
    for estimator, check in estimator_checks_generator(TINY):
        named.setdefault(check.func.__name__, (estimator, check))
    assert set(NOT_HELD) <= set(named)
    for name in NOT_HELD:
        estimator, check = named[name]
        with pytest.raises(AssertionError):
            check(estimator)


# -- the classifier: its own contract -------------------------------------------------------


@pytest.fixture(scope="module")
def table():
    random = np.random.default_rng(0)
    X = random.normal(size=(240, 4))
    y = np.where(X[:, 0] > 0.4, np.where(X[:, 1] > 0, "faq", "legal"), "substance")
    return X, y, np.repeat([f"site{number}" for number in range(24)], 10)


SMALL = FillerClassifier(trees=15, leaves=7, min_samples=5, kind_trees=5)


def test_what_stays_is_the_first_class_where_none_is_named(table):
    X, y, _ = table
    named = clone(SMALL).fit(X, y)
    codes = np.array([{"substance": 0, "faq": 1, "legal": 2}[kind] for kind in y])
    first = clone(SMALL).set_params(substance=None).fit(X, codes)
    np.testing.assert_array_equal(first.classes_, [0, 1, 2])
    column = list(named.classes_).index("substance")
    np.testing.assert_allclose(first.predict_proba(X)[:, 0], named.predict_proba(X)[:, column])
    assert set(first.predict(X)) <= {0, 1, 2}


@pytest.mark.parametrize(
    ("y", "weight", "words"),
    [
        (["substance"] * 6, None, "only one class substance"),
        (["faq", "legal"] * 3, None, "only the classes faq, legal"),
        (["substance", "faq"] * 3, [1, 0] * 3, "only one class substance"),
        (["substance", "faq"] * 3, [0] * 6, "(?i)weight.*zero|zero.*weight"),
        (["substance", "faq"] * 3, [1, -1] * 3, "egative"),
        ([0.5, 1.25, 2.75, 0.25, 1.5, 3.5], None, "Unknown label type"),
    ],
)
def test_what_nothing_can_be_learnt_from_is_refused(y, weight, words):
    with pytest.raises(ValueError, match=words):
        clone(SMALL).fit(np.arange(12.0).reshape(6, 2), y, sample_weight=weight)


def test_groups_of_another_length_are_refused(table):
    X, y, groups = table
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        clone(SMALL).fit(X, y, groups=groups[:-1])


def test_columns_keep_their_number_and_names(table):
    X, y, _ = table
    assert clone(SMALL).fit(X, y).n_features_in_ == 4
    pandas = pytest.importorskip("pandas", reason="frames with names take pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    fitted = clone(SMALL).fit(frame, y)
    assert list(fitted.feature_names_in_) == ["a", "b", "c", "d"]
    with pytest.raises(ValueError, match="feature names"):
        fitted.predict(frame[["d", "c", "b", "a"]])


def test_nothing_is_predicted_before_the_fit():
    with pytest.raises(NotFittedError):
        SMALL.predict_proba(np.zeros((2, 4)))


# -- the extractor --------------------------------------------------------------------------

ARTICLES = [
    ["How to rake moss", "Rake in April, at 20 g of seed a square metre.", "Share this article!"],
    ["Five kettles", "The copper one boils a litre in 124 seconds.", "You may also like: teapots"],
    ["A bridge opens", "The bridge opens at 7 am on Monday.", "Subscribe to our newsletter today."],
    ["Mending a tap", "Turn the stopcock off first.", "Did you know? Taps are very old!"],
]
KINDS = [
    kind
    for _ in range(3)
    for last in ("promotion", "related", "promotion", "callout")
    for kind in ("substance", "substance", last)
]


@pytest.fixture(scope="module")
def rows():
    return rows_of([document_from_lines(lines) for _ in range(3) for lines in ARTICLES])


@pytest.fixture(scope="module")
def groups():
    return np.repeat([f"writer{number}" for number in range(12)], 3)


# Its rows are paragraphs in their articles and no table of numbers, so scikit-learn's generator
# gives no checks at all. These need no data.
WITHOUT_DATA = [
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_do_not_raise_errors_in_init_or_set_param",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
]


@pytest.mark.parametrize("name", WITHOUT_DATA)
def test_the_extractor_passes(name):
    check = getattr(estimator_checks, name, None)
    if check is None:
        pytest.skip("this version of scikit-learn calls it otherwise")
    check("FeatureExtractor", FeatureExtractor())


def test_the_generator_says_that_rows_are_no_table():
    with pytest.warns(SkipTestWarning, match="requires input"):
        given = [check for _, check in estimator_checks_generator(FeatureExtractor())]
    assert {getattr(check, "func", check).__name__ for check in given} <= {
        "check_estimator_cloneable"
    }


def test_names_are_those_of_the_columns(rows):
    extractor = clone(FeatureExtractor(families=["faq", "shape"]))
    assert extractor.get_params() == {"language": "en", "families": ["faq", "shape"]}
    table = extractor.fit_transform(rows)
    names = extractor.get_feature_names_out()
    assert table.shape == (len(rows), len(names)) and len(set(names)) == len(names)
    whole = FeatureExtractor()
    columns = [list(whole.get_feature_names_out()).index(name) for name in names]
    np.testing.assert_array_equal(whole.transform(rows)[:, columns], table)


def test_it_survives_a_pickle_and_another_language_after_use(rows):
    extractor = FeatureExtractor(families=["shape"])
    before = extractor.transform(rows[:3])
    again = pickle.loads(pickle.dumps(extractor))
    np.testing.assert_array_equal(again.transform(rows[:3]), before)
    extractor.set_params(language="xx")
    with pytest.raises(ValueError, match="no cues for language 'xx'"):
        extractor.transform(rows[:3])


def test_wrong_rows_and_parameters_are_named(rows):
    with pytest.raises(TypeError, match="ParagraphRow"):
        FeatureExtractor().transform(np.zeros((3, 2)))
    with pytest.raises(IndexError, match="none of index 3"):
        FeatureExtractor().transform([ParagraphRow(rows[0].document, 3)])
    with pytest.raises(ValueError, match="unknown signal families"):
        FeatureExtractor(families=["fqa"]).fit(rows)
    with pytest.raises(ValueError, match="no cues for language"):
        FeatureExtractor(language="xx").fit(rows)


# -- both together --------------------------------------------------------------------------


def pipeline():
    classifier = FillerClassifier(trees=5, leaves=4, min_samples=2, kind_trees=2)
    return Pipeline([("signals", FeatureExtractor()), ("classifier", classifier)])


def test_a_pipeline_takes_groups_to_the_calibration(rows, groups):
    model = clone(pipeline()).fit(rows, KINDS, classifier__groups=groups)
    assert model[-1].n_features_in_ == len(model[0].get_feature_names_out())
    assert not np.isnan(model[-1].out_of_fold_).any()
    assert set(cross_val_predict(model, rows, KINDS, groups=groups, cv=GroupKFold(3))) <= set(KINDS)


def test_probabilities_are_cross_validated_on_numbered_classes(rows, groups):
    """scikit-learn numbers the classes for this, and substance keeps its name nowhere but at 0."""
    codes = [0 if kind == "substance" else 1 for kind in KINDS]
    model = pipeline().set_params(classifier__substance=None)
    chances = cross_val_predict(
        model, rows, codes, groups=groups, cv=GroupKFold(3), method="predict_proba"
    )
    np.testing.assert_allclose(chances.sum(axis=1), 1)


def test_names_go_from_the_extractor_to_the_classifier(rows):
    pytest.importorskip("pandas", reason="frames with names take pandas")
    model = pipeline().set_output(transform="pandas").fit(rows, KINDS)
    np.testing.assert_array_equal(model[-1].feature_names_in_, model[0].get_feature_names_out())


GRID = {"signals__families": [["promotion", "related"], None]}


def test_a_grid_search_splits_by_group(rows, groups):
    search = GridSearchCV(pipeline(), GRID, cv=GroupKFold(3), error_score="raise")
    search.fit(rows, KINDS, groups=groups, classifier__groups=groups)
    assert len(search.cv_results_["params"]) == 2
    assert set(search.predict(rows)) <= set(KINDS)


def test_a_grid_search_routes_groups_to_the_splits_and_to_the_fit(rows, groups):
    with config_context(enable_metadata_routing=True):
        model = pipeline()
        model[-1].set_fit_request(groups=True)
        search = GridSearchCV(model, GRID, cv=GroupKFold(3), error_score="raise")
        search.fit(rows, KINDS, groups=groups)
        assert not np.isnan(search.best_estimator_[-1].out_of_fold_).any()
