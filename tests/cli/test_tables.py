"""Record files that are tables: CSV and Parquet keep their columns and get more."""

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from defiller.faults import UsageError

TEXT = "Facts one.\n[faq] What is it?\nFacts two.\n"
CLEAN = "Facts one.\nFacts two.\n"
ADDED = ["text", "padding_share", "removed", "language", "model", "error"]


def read_csv(data, delimiter=","):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_csv_gets_columns_and_keeps_its_own(strip):
    Path("x.csv").write_bytes(f'id,text,note\r\n1,"{TEXT}","a, b"\r\n2,Short.,\r\n'.encode())
    done = strip("x.csv")
    assert done.code == 0
    assert done.out.count(b"\r\n") == 3
    header, first, second = read_csv(done.out)
    assert header == ["id", "text", "note", *(f"defiller_{name}" for name in ADDED)]
    assert first[:4] == ["1", TEXT, "a, b", CLEAN]
    assert json.loads(first[5])[0]["kind"] == "faq"
    assert second[3:5] == ["Short.", "0.0"]
    assert second[5:] == ["[]", "en", "fake@000000000000", ""]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_csv_with_other_delimiters_and_a_mark(strip, delimiter):
    rows = delimiter.join(["a", "text"]) + "\n" + delimiter.join(["x,y", "Öl."]) + "\n"
    Path("x.csv").write_bytes(b"\xef\xbb\xbf" + rows.encode())
    out = strip("x.csv", replace=True).out
    assert out.startswith(b"\xef\xbb\xbf")
    assert read_csv(out, delimiter)[1][:2] == ["x,y", "Öl."]


def test_csv_rows_that_fail(strip, lines):
    Path("x.csv").write_bytes(
        b'text,b\nOne.,1\nTwo.,2,3\nFour\n\ncaf\xe9,5\n"Six\nlines",caf\xe9\nCRASH,7\n'
    )
    done = strip("x.csv", out="y.csv", errors=Path("bad.jsonl"))
    assert done.code == 1
    assert "row 2 (line 3) has 3 cells under 2 columns" in done.err
    assert "row 5 (line 6) is not UTF-8" in done.err
    assert [b["row"] for b in lines(Path("bad.jsonl"))] == [2, 5, 7]
    made = Path("y.csv").read_bytes()
    # Bytes that are not UTF-8 are written back as they came.
    assert made.count(b"caf\xe9") == 2
    texts = [r[2] for r in csv.reader(io.StringIO(made.decode("latin-1"), newline=""))]
    assert texts == ["defiller_text", "One.", "Four", "", "Six\nlines", ""]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.csv", b"a,b\n1,2\n", "it has no field 'text', only a, b; name the right one with"),
        ("x.csv", b"", "it has no field 'text', only none at all"),
        ("x.parquet", b"PAR1 no more", "it is no Parquet file ("),
        ("x.csv", "text\nÖ".encode("utf-16"), "it is no CSV in UTF-8"),
    ],
    ids=["no column", "empty", "no parquet", "utf-16"],
)
def test_a_file_without_the_column_fails_and_the_others_are_done(strip, name, data, said):
    Path(name).write_bytes(data)
    Path("a.txt").write_text("Facts.\n", encoding="utf-8")
    done = strip(name, "a.txt", out="clean")
    assert done.code == 1
    assert done.err.startswith(f"defiller: {name}: {said}")
    assert [p.name for p in Path("clean").iterdir()] == ["a.txt"]


def test_named_fields_must_be_there(strip):
    Path("x.csv").write_text("text,id\nOne.,1\n", encoding="utf-8")
    assert strip("x.csv").code == 0
    done = strip("x.csv", id_field="url")
    assert done.code == 1
    assert "no field 'url', only text, id; name the right one with --id-field" in done.err


def test_parquet_keeps_its_schema_and_gets_typed_columns(strip):
    table = pa.table(
        {
            "id": pa.array([1, 2, 3], pa.int32()),
            "text": pa.array([TEXT, None, ""], pa.large_string()),
            "tags": pa.array([["a"], [], None]),
            "sort": pa.array(["x", "y", "x"]).dictionary_encode(),
        }
    ).replace_schema_metadata({b"mine": b"kept"})
    pq.write_table(table, "x.parquet", compression="zstd")
    done = strip("x.parquet", out="y.parquet", verdicts=True)
    assert done.code == 1
    assert "x.parquet: row 2 holds no text: the field 'text' is null" in done.err
    made = pq.read_table("y.parquet")
    assert made.select(table.schema.names).equals(table)
    assert made.schema.metadata[b"mine"] == b"kept"
    assert made["defiller_text"].to_pylist() == [CLEAN, None, ""]
    assert made.schema.field("defiller_padding_share").type == pa.float64()
    assert made["defiller_removed"].to_pylist()[0][0]["kind"] == "faq"
    assert made["defiller_removed"].to_pylist()[1] is None
    assert made["defiller_verdicts"].to_pylist()[0][1]["kinds"]["faq"] == 0.9
    assert made["defiller_error"].to_pylist()[1].startswith("row 2 holds no text")
    assert pq.ParquetFile("y.parquet").metadata.row_group(0).column(0).compression == "ZSTD"


def test_parquet_of_many_row_groups_replaced_and_dropped(strip):
    texts = [f"Facts {n}.\n[faq] Why?" if n % 3 else "[faq] All padding." for n in range(500)]
    pq.write_table(pa.table({"n": range(500), "text": texts}), "x.parquet", row_group_size=70)
    done = strip("x.parquet", out="y.parquet", replace=True, drop_documents_over=0.9)
    assert done.code == 0
    made = pq.read_table("y.parquet")
    stays = [n for n in range(500) if n % 3]
    assert made["n"].to_pylist() == stays
    assert made["text"].to_pylist() == [f"Facts {n}." for n in stays]


def test_parquet_without_text_in_the_column(strip):
    pq.write_table(pa.table({"text": [1, 2]}), "x.parquet")
    done = strip("x.parquet", out="y.parquet")
    assert done.code == 1
    assert "its column 'text' holds int64, not text" in done.err
    with pytest.raises(UsageError, match="a Parquet file, which standard output cannot take"):
        strip("x.parquet")


def test_parquet_without_rows(strip):
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), "x.parquet")
    assert strip("x.parquet", out="y.parquet").code == 0
    assert "defiller_text" in pq.read_table("y.parquet").schema.names
