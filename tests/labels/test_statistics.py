"""What `labels stats` counts."""

from defiller.labels.kinds import Group, Kind
from defiller.labels.labelled import LabelledDocument, LabelledParagraph
from defiller.labels.statistics import count_labels


def test_counts_by_kind_group_and_source():
    def document(name, source, *pairs):
        paragraphs = tuple(LabelledParagraph(text, kind) for text, kind in pairs)
        return LabelledDocument(name, source, None, None, f"of {source}", paragraphs)

    found = count_labels(
        [
            document("a", "x", ("one two three", Kind.SUBSTANCE), ("four  five", Kind.FAQ)),
            document("b", "x", ("six", Kind.FAQ), ("seven", Kind.FAQ), ("eight nine", None)),
            document("c", "y", ("ten", Kind.LEGAL)),
        ]
    )
    record = found.as_record()
    assert {name: record[name] for name in ("documents", "paragraphs", "words")} == {
        "documents": 3,
        "paragraphs": 6,
        "words": 10,
    }
    assert (record["labelled_paragraphs"], record["split_groups"]) == (5, 2)
    assert record["kinds"][Kind.FAQ] == {
        "group": Group.FILLER,
        "paragraphs": 3,
        "words": 4,
        "documents": 2,
    }
    assert record["kinds"][Kind.RECAP]["paragraphs"] == 0
    assert record["groups"] == {
        Group.SUBSTANCE: {"paragraphs": 1, "words": 3},
        Group.BOILERPLATE: {"paragraphs": 1, "words": 1},
        Group.FILLER: {"paragraphs": 3, "words": 4},
    }
    assert record["sources"]["x"] == {
        "documents": 2,
        "paragraphs": 5,
        "words": 9,
        "labelled_paragraphs": 4,
        "padding_paragraphs": 3,
        "padding_words": 4,
    }
