"""What may be asked for, and what a wrong wish is told."""

import math

import pytest

from defiller.labels.kinds import PADDING_KINDS, Group, Kind
from defiller.model.policy import DEFAULT_MAX_CUT, DEFAULT_MAX_LOSS, Policy


def test_the_defaults_drop_all_padding_and_are_careful():
    policy = Policy()
    assert policy.dropped == frozenset(PADDING_KINDS)
    assert Kind.SUBSTANCE not in policy.dropped
    assert policy.loss == DEFAULT_MAX_LOSS == 0.01
    assert policy.max_cut == DEFAULT_MAX_CUT == 0.95
    assert not policy.any_language
    assert policy == Policy.from_names()
    assert hash(policy) == hash(Policy.from_names())


@pytest.mark.parametrize(
    ("drop", "keep", "dropped"),
    [
        ("faq", None, {Kind.FAQ}),
        ("faq, recap", None, {Kind.FAQ, Kind.RECAP}),
        (["faq", "recap,fluff"], None, {Kind.FAQ, Kind.RECAP, Kind.FLUFF}),
        ([Kind.FAQ], None, {Kind.FAQ}),
        ("boilerplate", None, {k for k in PADDING_KINDS if k.group is Group.BOILERPLATE}),
        ([Group.FILLER], None, {k for k in PADDING_KINDS if k.group is Group.FILLER}),
        (None, "boilerplate,filler", set()),
        (None, "faq", set(PADDING_KINDS) - {Kind.FAQ}),
        ("faq,legal", "filler", {Kind.LEGAL}),
        ("", None, set()),
        ([], None, set()),
        ("FAQ ,", "", {Kind.FAQ}),
    ],
)
def test_kinds_and_groups_by_name(drop, keep, dropped):
    assert Policy.from_names(drop=drop, keep=keep).dropped == dropped


def test_a_threshold_takes_the_place_of_the_loss():
    policy = Policy(threshold=0.4)
    assert policy.loss is None
    assert policy.threshold == 0.4
    assert Policy(max_loss=0.2).loss == 0.2


@pytest.mark.parametrize(
    "given",
    [
        {"threshold": 0},
        {"threshold": 1},
        {"max_loss": 1},
        {"max_loss": 1e-9},
        {"max_cut": 1},
        {"max_cut": 0.001},
    ],
)
def test_the_ends_of_the_ranges(given):
    assert Policy.from_names(**given) == Policy(**given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"threshold": 1.01}, "threshold must lie between 0 and 1, not 1.01"),
        ({"threshold": -0.1}, "threshold must lie between 0 and 1, not -0.1"),
        ({"threshold": math.nan}, "threshold must be a finite number, not nan"),
        ({"threshold": math.inf}, "threshold must be a finite number, not inf"),
        ({"threshold": "0.5"}, "threshold must be a number, not '0.5'"),
        ({"threshold": True}, "threshold must be a number, not True"),
        ({"max_loss": 0}, "max_loss must be above 0 and at most 1, not 0"),
        ({"max_loss": 1.5}, "max_loss must be above 0 and at most 1, not 1.5"),
        ({"max_loss": math.nan}, "max_loss must be a finite number, not nan"),
        ({"max_cut": 0}, "max_cut must be above 0 and at most 1, not 0"),
        ({"max_cut": 2}, "max_cut must be above 0 and at most 1, not 2"),
        ({"max_cut": -math.inf}, "max_cut must be a finite number, not -inf"),
        (
            {"max_loss": 0.01, "threshold": 0.5},
            "give either max_loss, which picks the threshold, or threshold, not both",
        ),
        (
            {"drop": "adverts"},
            "unknown kind or group 'adverts'; known are boilerplate, filler; navigation, ",
        ),
        ({"keep": "faqs"}, "unknown kind or group 'faqs'"),
        ({"keep": "substance"}, "'substance' is always kept and cannot be named here"),
    ],
)
def test_a_wrong_wish_is_told_in_one_sentence(given, sentence):
    with pytest.raises(ValueError) as told:
        Policy.from_names(**given)
    assert str(told.value).startswith(sentence)
    assert "\n" not in str(told.value)


def test_substance_is_never_dropped():
    with pytest.raises(ValueError, match="drop takes padding kinds only, not 'substance'"):
        Policy(drop=frozenset([Kind.SUBSTANCE, Kind.FAQ]))
