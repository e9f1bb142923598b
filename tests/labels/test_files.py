"""Label files are read as they come and written whole or not at all."""

import gzip
import tracemalloc

import pytest

from defiller.labels.files import lines_of, replacing
from defiller.labels.formats import read_labels, write_labels
from defiller.labels.kinds import Kind
from defiller.labels.labelled import LabelError, LabelledDocument, LabelledParagraph


def document(name, text="Boil it.", count=1):
    return LabelledDocument(
        name, "s", None, None, "g", (LabelledParagraph(text, Kind.SUBSTANCE),) * count
    )


@pytest.mark.parametrize("file", ["x.jsonl", "x.jsonl.gz", "x.csv", "x.tsv", "x.marked"])
def test_a_long_file_is_never_held_whole(file, tmp_path):
    path = tmp_path / file
    text = "Salt the water before the rice goes in, never after. " * 4
    write_labels(path, (document(f"d{n}", text, 20) for n in range(2000)))
    tracemalloc.start()
    try:
        assert sum(len(d.paragraphs) for d in read_labels(path)) == 40_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 40_000 * len(text) > 8_000_000
    assert peak < 1_500_000


def test_a_paragraph_longer_than_the_csv_module_allows(tmp_path):
    long = document("a", "word " * 60_000 + "end")
    write_labels(tmp_path / "x.csv", [long])
    assert list(read_labels(tmp_path / "x.csv")) == [long]


@pytest.mark.parametrize("file", ["x.jsonl", "x.jsonl.gz", "x.csv", "x.json", "x.marked"])
def test_a_failure_on_the_way_leaves_the_old_file(file, tmp_path):
    path = tmp_path / file
    write_labels(path, [document("old")])

    def failing():
        yield document("new")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_labels(path, failing())
    assert [d.paragraphs for d in read_labels(path)] == [document("old").paragraphs]
    assert [p.name for p in tmp_path.iterdir()] == [file]


def test_a_file_may_be_converted_onto_itself(tmp_path):
    path = tmp_path / "x.jsonl"
    write_labels(path, [document("a"), document("b")])
    write_labels(path, read_labels(path))
    assert [d.id for d in read_labels(path)] == ["a", "b"]


def test_a_text_that_utf8_cannot_carry(tmp_path):
    with pytest.raises(LabelError, match="half of a surrogate pair; remove it"):
        write_labels(tmp_path / "x.jsonl", [document("a", "lost \ud83d half")])
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(LabelError, match="cannot be written"):
        write_labels(tmp_path / "no" / "x.jsonl", [document("a")])


def test_lines_end_at_line_feeds_alone_and_a_byte_order_mark_is_none_of_the_text(tmp_path):
    path = tmp_path / "x.txt.gz"
    path.write_bytes(gzip.compress("\ufeffa\x0bb\u2028c\x85\r\nd\re".encode()))
    assert list(lines_of(path)) == [(1, "a\x0bb\u2028c\x85\r\n"), (2, "d\re")]


def test_line_ends_are_written_as_they_come(tmp_path):
    with replacing(tmp_path / "x") as out:
        out.write("a\r\nb\nc\r")
    assert (tmp_path / "x").read_bytes() == b"a\r\nb\nc\r"
