"""A Pipeline of scikit-learn, cross-validated by article."""

import numpy as np


def test_a_pipeline_is_cross_validated_by_article(run):
    names = run("A scikit-learn Pipeline")
    kinds = np.array(names["kinds"])
    substance = np.mean(kinds == "substance")
    assert len(names["rows"]) == len(kinds) == len(names["articles"]) > 500
    assert len(names["scores"]) == 3
    # Better than to call everything substance, by a margin that luck doesn't give.
    assert names["scores"].mean() > substance + 0.05
    model = names["model"]
    assert set(model.predict(names["rows"][:50])) <= set(kinds)
    chances = model.predict_proba(names["rows"][:50])
    assert chances.shape == (50, len(model.classes_))
    assert np.allclose(chances.sum(axis=1), 1)
