"""What a format writes it reads back the same, in every field that it carries."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defiller.labels.formats import LabelFormat, read_labels, write_labels
from defiller.labels.kinds import KINDS
from defiller.labels.labelled import LabelledDocument, LabelledParagraph, Prediction

# Brackets, backslashes, quotes, tabs and line ends are what the formats have to escape.
_CHARS = st.one_of(
    st.characters(exclude_categories=["Cs"]), st.sampled_from('[]\\\n\r\t",;{} 0.9?faq😀\u2028\xa0')
)
TEXTS = st.text(_CHARS, min_size=1, max_size=40).filter(str.strip)
NAMES = st.text(_CHARS, min_size=1, max_size=12)
MAYBE = st.none() | NAMES
KINDS_OR_NONE = st.none() | st.sampled_from(KINDS)
PREDICTIONS = st.builds(
    Prediction,
    st.sampled_from(KINDS),
    st.integers(0, 100).map(lambda hundredths: hundredths / 100),
)
JSON_VALUES = st.none() | st.booleans() | st.integers() | NAMES | st.lists(NAMES, max_size=2)
# Keys that no format gives a meaning.
EXTRAS = st.dictionaries(NAMES.map(lambda name: f"my {name}"), JSON_VALUES, max_size=2)
PARAGRAPHS = st.builds(
    LabelledParagraph, TEXTS, KINDS_OR_NONE, st.none() | PREDICTIONS, extra=EXTRAS
)


def documents(min_paragraphs):
    one = st.builds(
        LabelledDocument,
        id=NAMES,
        source=NAMES,
        url=MAYBE,
        domain=MAYBE,
        group=NAMES,
        paragraphs=st.lists(PARAGRAPHS, min_size=min_paragraphs, max_size=5).map(tuple),
        title=MAYBE,
        file=MAYBE,
        model=MAYBE,
        extra=EXTRAS,
    )
    return st.lists(one, max_size=3, unique_by=lambda document: document.id)


def of_paragraphs(document, change):
    return replace(document, paragraphs=tuple(map(change, document.paragraphs)))


def one_line_ends(text):
    return re.sub(r"\r\n?", "\n", text)


def as_csv_carries(document):
    document = replace(document, extra={})
    return of_paragraphs(document, lambda p: replace(p, extra={}))


def as_marked_carries(document):
    def bare(p):
        kind = p.prediction.kind if p.kind is None and p.prediction is not None else p.kind
        return LabelledParagraph(one_line_ends(p.text), kind)

    return of_paragraphs(document, bare)


def as_studio_articles_carry(document):
    return of_paragraphs(document, lambda p: replace(p, text=one_line_ends(p.text), extra={}))


def as_studio_paragraphs_carry(document):
    return of_paragraphs(document, lambda p: replace(p, extra={}))


FORMATS = {
    "jsonl": (LabelFormat.JSONL, "x.jsonl", 0, lambda document: document),
    "jsonl.gz": (LabelFormat.JSONL, "x.jsonl.gz", 0, lambda document: document),
    "csv": (LabelFormat.CSV, "x.csv", 1, as_csv_carries),
    "tsv": (LabelFormat.TSV, "x.tsv.gz", 1, as_csv_carries),
    "marked": (LabelFormat.MARKED, "x.marked", 0, as_marked_carries),
    "label-studio": (LabelFormat.LABEL_STUDIO, "x.json", 1, as_studio_articles_carry),
    "label-studio-paragraphs": (
        LabelFormat.LABEL_STUDIO_PARAGRAPHS,
        "y.json",
        1,
        as_studio_paragraphs_carry,
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("round")


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back(name, folder, data):
    form, file, min_paragraphs, carried = FORMATS[name]
    given_documents = data.draw(documents(min_paragraphs))
    path = folder / file
    assert write_labels(path, given_documents, form) == len(given_documents)
    assert list(read_labels(path, form=form)) == [carried(d) for d in given_documents]


@given(given_documents=documents(1))
@settings(max_examples=60, deadline=None)
def test_marks_with_numbers_can_be_read_as_predictions(folder, given_documents):
    unlabelled = [of_paragraphs(d, lambda p: replace(p, kind=None)) for d in given_documents]
    write_labels(folder / "p.marked", unlabelled)
    read = list(read_labels(folder / "p.marked", predictions=True))
    assert read == [
        of_paragraphs(d, lambda p: replace(p, text=one_line_ends(p.text), extra={}))
        for d in unlabelled
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_documents_give_the_same_bytes(name, tmp_path):
    form, file, _, _ = FORMATS[name]
    document = LabelledDocument(
        "a", "s", None, None, "g", (LabelledParagraph("Boil it twice.", KINDS[0]),)
    )
    paths = [tmp_path / "one" / file, tmp_path / "two" / file]
    for path in paths:
        path.parent.mkdir()
        write_labels(path, [document], form)
    assert paths[0].read_bytes() == paths[1].read_bytes()
