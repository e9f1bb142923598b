"""What weighs how much where labels of one's own stand beside a base."""

import numpy as np
import pytest

from defiller.labels.corpus import corpus_files
from defiller.training.dataset import FEWEST_CALIBRATING, load_dataset


@pytest.mark.parametrize("repeated", [1, 5])
def test_few_judged_articles_are_filled_up_for_the_calibration(own_labels, tmp_path, repeated):
    """Up to a hundred articles, whatever the base weighs; with a hundred it is left out."""
    lines = own_labels.read_text("utf-8").splitlines()
    many = tmp_path / "many.jsonl"
    copies = [line.replace('"id": "', f'"id": "{n}-', 1) for n in range(repeated) for line in lines]
    many.write_text("\n".join(copies) + "\n", encoding="utf-8")
    other = corpus_files()[0]
    data = load_dataset([many], base=[other], weights={other.stem: 2.0})
    weights = data.calibration_weights
    assert (weights[data.paragraph_judged] == 1).all()
    begins = np.cumsum(data.sizes) - data.sizes
    base = weights[begins[~data.judged]]
    missing = max(FEWEST_CALIBRATING - len(copies), 0)
    assert len(base) > 0
    assert base.sum() == pytest.approx(missing)
    assert len(np.unique(base)) == 1


def test_without_a_base_there_is_nothing_to_fill_up_with(own):
    assert (own.dataset.calibration_weights == own.dataset.paragraph_weights).all()
