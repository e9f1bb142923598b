"""Which documents are chosen to be labelled: uncertain, diverse, whole, within the budget."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from defiller.labels.kinds import Kind
from defiller.labels.labelled import LabelledDocument, LabelledParagraph, Prediction
from defiller.training.active import Pool, select, uncertainty

TOPICS = {
    "moss": "moss lawn rake grass seed april mower plot iron sulphate spring turf",
    "kettle": "kettle boil water copper steel litre handle spout lid steam element",
    "bridge": "bridge river toll lane traffic steel opens span council ferry repair",
    "tap": "tap washer stopcock spanner pipe leak thread valve plumber basin drip",
}


def document(identity, topic, padding, lines=4, words=14):
    """Lines of words of one topic, all with the same predicted padding, unlike any other's."""
    draw = random.Random(identity)
    vocabulary = TOPICS[topic].split()
    return LabelledDocument(
        identity,
        "s",
        None,
        None,
        identity,
        tuple(
            LabelledParagraph(
                " ".join(draw.choice(vocabulary) for _ in range(words)),
                None,
                Prediction(Kind.FLUFF if padding >= 0.5 else Kind.SUBSTANCE, padding),
            )
            for _ in range(lines)
        ),
    )


def ids(selection):
    return [pick.document.id for pick in selection.picks]


def test_the_uncertain_come_before_the_certain():
    pool = [document("sure", "moss", 0.01), document("torn", "tap", 0.5)]
    assert ids(select(pool, 4)) == ["torn"]
    assert ids(select(pool, 8)) == ["torn", "sure"]


def test_one_of_each_topic_comes_before_a_second_of_any():
    pool = [
        document(f"{topic}{n}", topic, 0.5 if topic != "tap" else 0.3)
        for topic in TOPICS
        for n in range(3)
    ]
    first = ids(select(pool, 16))
    assert sorted(one.rstrip("012") for one in first) == sorted(TOPICS)
    assert [pick.likeness < 0.2 for pick in select(pool, 16).picks] == [True] * 4


def test_what_many_read_like_comes_before_the_odd_one():
    pool = [document("odd", "tap", 0.55), *(document(f"m{n}", "moss", 0.4) for n in range(5))]
    assert ids(select(pool, 4))[0].startswith("m")


def test_what_is_labelled_already_covers_what_it_reads_like():
    pool = [document("moss1", "moss", 0.5), document("tap1", "tap", 0.35)]
    assert ids(select(pool, 4)) == ["moss1"]
    labelled = [document(f"moss{n}", "moss", 0.5) for n in (2, 3)]
    assert ids(select(pool, 4, labelled=labelled)) == ["tap1"]
    assert ids(select(pool, 8, labelled=[pool[0]])) == ["tap1"]


def copy_of(original, identity, changed=1):
    """The same article in another paper: other predictions, one more word."""
    paragraphs = list(original.paragraphs)
    for place in range(changed):
        paragraphs[place] = replace(paragraphs[place], text=f"{paragraphs[place].text} again")
    return replace(original, id=identity, paragraphs=tuple(paragraphs))


def test_of_near_copies_one_is_chosen():
    one = document("one", "moss", 0.5, lines=6)
    pool = [one, copy_of(one, "two"), copy_of(one, "three"), document("other", "tap", 0.02)]
    found = select(pool, 100)
    assert len({"one", "two", "three"} & set(ids(found))) == 1
    assert "other" in ids(found)
    assert found.copies == 2
    again = select(pool[1:], 100, labelled=[one])
    assert ids(again) == ["other"]
    assert again.copies == 2


def test_ties_are_settled_by_id_and_the_order_of_the_input_is_nothing():
    pool = [document(f"{topic}{n}", topic, 0.5) for topic in TOPICS for n in range(4)]
    same = [replace(pool[0], id=name) for name in ("zebra", "aardvark")]
    # The same words in another order are no near copies, and worth exactly the same.
    same = [
        replace(
            one,
            paragraphs=tuple(
                replace(p, text=" ".join(random.Random(one.id).sample(p.text.split(), 14)))
                for p in one.paragraphs
            ),
        )
        for one in same
    ]
    assert ids(select(same, 4)) == ["aardvark"]
    wanted = ids(select(pool, 40))
    assert len(wanted) == 10
    for seed in range(3):
        assert ids(select(random.Random(seed).sample(pool, len(pool)), 40)) == wanted


@pytest.mark.parametrize("budget", [1, 3, 4, 7, 9, 30, 1000])
def test_the_budget_is_never_exceeded_but_for_one_document_alone(budget):
    pool = [document(f"{t}{n}", t, 0.3 + n / 20, lines=3 + n) for t in TOPICS for n in range(4)]
    found = select(pool, budget)
    assert found.paragraphs == sum(len(pick.document.paragraphs) for pick in found.picks)
    if budget < 3:
        assert found.over_budget
        assert [len(pick.document.paragraphs) for pick in found.picks] == [3]
    else:
        assert not found.over_budget
        assert 0 < found.paragraphs <= budget
        left = [d for d in pool if d.id not in ids(found)]
        assert all(len(d.paragraphs) > budget - found.paragraphs for d in left)


def test_nothing_to_choose_from_gives_nothing():
    assert select([], 10).picks == ()
    empty = replace(document("a", "moss", 0.5), paragraphs=())
    assert select([empty], 10).picks == ()


def test_signs_alone_are_no_words_and_no_fault():
    signs = tuple(LabelledParagraph("***", None, Prediction(Kind.FLUFF, 0.5)) for _ in range(2))
    pool = [replace(document(name, "moss", 0.5), paragraphs=signs) for name in "ab"]
    assert ids(select(pool, 10)) == ["a"]


@pytest.mark.parametrize(
    ("padding", "bits"), [(0.0, 0.0), (1.0, 0.0), (0.5, 1.0), (0.25, 0.8113), (0.75, 0.8113)]
)
def test_uncertainty_is_the_entropy_in_bits(padding, bits):
    # 0.25 * 2 + 0.75 * log2(4 / 3) = 0.8113
    np.testing.assert_allclose(uncertainty(document("a", "moss", padding)), bits, atol=1e-4)


def test_a_pool_keeps_the_uncertain_whatever_their_order_and_no_text_twice():
    offered = [document(f"{n}", "moss", 0.5 if n % 4 == 0 else 0.002, lines=2) for n in range(200)]
    kept = []
    for order in (offered, offered[::-1]):
        pool = Pool(largest=20)
        for one in order:
            pool.add(one)
        pool.add(replace(offered[0], id="again"))
        assert (pool.seen, pool.repeated, len(pool.documents)) == (201, 1, 20)
        kept.append([one.id for one in pool.documents])
    assert kept[0] == kept[1]
    # A quarter of them hold 96 % of the uncertainty.
    assert sum(int(identity) % 4 == 0 for identity in kept[0]) >= 15


@pytest.mark.slow
def test_choosing_teaches_more_than_drawing_at_random():
    """On the written corpus: a small model of one writer's articles, 350 paragraphs of the others
    more, judged on a writer that nobody chose from; the mean of three random draws beside it.
    """
    from sklearn.metrics import average_precision_score

    from defiller.features.extractor import FeatureExtractor
    from defiller.labels.corpus import corpus_files
    from defiller.model.classifier import FillerClassifier
    from defiller.model.scorer import Scorer
    from defiller.training.crossfit import prepare
    from defiller.training.dataset import load_dataset
    from defiller.training.train import fit

    budget = 350
    small = FillerClassifier(trees=40, leaves=7, min_samples=10, learning_rate=0.1, kind_trees=2)
    data = load_dataset(corpus_files())
    writer = np.array([name[-1] for name in data.collections], dtype=int)
    judged = data.subset(writer == 5)

    def taught(places):
        keep = np.zeros(len(writer), bool)
        keep[places] = True
        bundle = fit(prepare(data.subset(keep), FeatureExtractor()), small, "small", 1)
        return Scorer(bundle)

    def padding(scorer, documents):
        scored = scorer.score_many(documents, threshold=0.5)
        return [[verdict.padding for verdict in one.verdicts] for one in scored]

    def ap(scorer):
        found = [value for one in padding(scorer, judged.documents) for value in one]
        return average_precision_score(judged.kinds > 0, found)

    begun = [*np.flatnonzero(writer == 0), *np.flatnonzero(writer == 1)[:6]]
    free = [place for place in np.flatnonzero((writer > 0) & (writer < 5)) if place not in begun]
    first = taught(begun)
    guesses = padding(first, [data.documents[place] for place in free])
    pool = [
        replace(
            data.labelled[place],
            paragraphs=tuple(
                replace(p, kind=None, prediction=Prediction(Kind.FLUFF, value))
                for p, value in zip(data.labelled[place].paragraphs, values, strict=True)
            ),
        )
        for place, values in zip(free, guesses, strict=True)
    ]
    found = select(pool, budget, labelled=[data.labelled[place] for place in begun])
    by_id = {data.labelled[place].id: place for place in free}
    chosen = ap(taught([*begun, *(by_id[one] for one in ids(found))]))
    at_random = []
    for seed in range(3):
        rest, drawn = budget, []
        for place in np.random.default_rng(seed).permutation(free):
            if data.sizes[place] <= rest:
                drawn.append(place)
                rest -= data.sizes[place]
        at_random.append(ap(taught([*begun, *drawn])))
    print(f"ap {ap(first):.3f} before, {chosen:.3f} chosen, {np.mean(at_random):.3f} at random")
    assert chosen > np.mean(at_random)
    assert chosen > ap(first)
