"""How well a peer strips: by its output or its ranks, held against labels."""

import json
import math

import numpy as np
import pytest

from defiller.benchmark import runner
from defiller.benchmark.articles import labelled
from defiller.benchmark.quality import figures_of, kept_in
from defiller.benchmark.runner import Plan, Status
from defiller.benchmark.table import record


def test_quality_is_of_what_is_stripped_or_ranked(
    data, labels, tmp_path, in_this_process, fake, run
):
    judged = tuple(labelled(data.labelled, data.documents))
    plan = Plan(judged[:1], judged, labels=(labels,), rounds=1, repeats=1)
    peers = [fake("oracle", "Oracle", prepares=True), fake("stops")]
    rows = run(plan, peers, tmp_path / "work")
    assert rows["oracle"].quality == {
        "f1": 1.0, "f1_strip": 1.0, "gone": 1.0, "lost": 0.0, "stripped_at_1pct": 1.0,
        "paragraphs": 24.0,
    }  # fmt: skip
    # It keeps all that ends in a full stop: of the padding the second line too, of 5 words.
    stops = rows["stops"].quality
    assert stops["gone"] == pytest.approx(6 / 11)
    assert stops["lost"] == 0
    assert stops["stripped_at_1pct"] is None


@pytest.mark.parametrize(
    ("paragraphs", "output", "kept"),
    [
        (["A cat sat.", "Dogs ran off."], "a CAT  sat.\n\n* Dogs ran off", [True, True]),
        (["A cat sat.", "Dogs ran off."], "A cat sat.", [True, False]),
        # A second copy that was taken out is gone.
        (["Buy now", "A cat sat.", "Buy now"], "Buy now\nA cat sat.", [True, True, False]),
        # Joined with others, or with a link's text lost, it is still there.
        (["The cat sat on the old mat"], "See: the cat sat on the mat. More", [True]),
        (["The cat sat on the old mat"], "The dog lay under the old table", [False]),
        (["Menu"], "The menu of the day", [False]),
        (["* * *", "A cat sat."], "A cat sat.", [True, True]),
        (["* * *", "A cat sat."], "", [False, False]),
    ],
)
def test_what_is_still_there(paragraphs, output, kept):
    assert kept_in(paragraphs, output) == kept


def test_a_figure_that_labels_cannot_tell_is_null(data, articles, fake):
    from defiller.benchmark.quality import judged_of

    nothing = judged_of(data, np.zeros(24), np.zeros(24, bool), data.kinds == 0)
    assert math.isnan(figures_of(nothing, ranks=True)["gone"])
    row = runner.Row(fake("one"), Status.MEASURED, quality={"gone": float("nan")})
    told = record([row], Plan(articles), None)
    assert json.loads(json.dumps(told, allow_nan=False))["rows"][0]["quality"] == {"gone": None}
