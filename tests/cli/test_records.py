"""Record files: what an article in a field comes to, rows that fail, and compression."""

import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from defiller.faults import UsageError

TEXT = "Facts one.\n[faq] What is it?\nFacts two.\n"
CLEAN = "Facts one.\nFacts two.\n"
ADDED = ["text", "padding_share", "removed", "language", "model", "error"]


def unzst(data):
    return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()


def jsonl(*records):
    return b"".join(json.dumps(r).encode() + b"\n" for r in records)


def test_jsonl_gets_the_columns_of_the_design(strip, lines):
    Path("x.jsonl").write_bytes(jsonl({"id": 7, "text": TEXT, "n": 1}, {"text": ""}))
    done = strip("x.jsonl")
    first, second = lines(done.out)
    assert done.code == 0
    assert list(first) == ["id", "text", "n", *(f"defiller_{name}" for name in ADDED)]
    assert first["text"] == TEXT
    assert first["defiller_text"] == CLEAN
    assert first["defiller_padding_share"] == 0.5
    (cut,) = first["defiller_removed"]
    assert list(cut) == ["start", "end", "kind", "padding", "text"]
    assert TEXT[cut["start"] : cut["end"]] == cut["text"] == "[faq] What is it?"
    assert first["defiller_language"] == "en"
    assert first["defiller_model"] == "fake@000000000000"
    assert first["defiller_error"] is None
    assert second["defiller_text"] == ""
    assert second["defiller_padding_share"] == 0.0


def test_other_fields_of_jsonl_stay_as_they_were_written(strip):
    line = b'{"big": 12345678901234567890.10, "e": 1e400, "u": "\\u00fc", "text": "F.", "a": 1}'
    Path("x.jsonl").write_bytes(b"\xef\xbb\xbf" + line + b" \r\n" + line + b"\n{  }\n")
    first, second, third = strip("x.jsonl").out.splitlines(keepends=True)
    assert first.startswith(b"\xef\xbb\xbf" + line[:-1] + b', "defiller_text": "F.", ')
    assert first.endswith(b"}\r\n")
    assert second.startswith(line[:-1] + b', "defiller_text"')
    assert third.startswith(b'{"defiller_text": null')


def test_replace_prefix_and_verdicts(strip, lines):
    Path("x.jsonl").write_bytes(jsonl({"text": TEXT, "n": 1}))
    (replaced,) = lines(strip("x.jsonl", replace=True).out)
    assert replaced["text"] == CLEAN
    assert "defiller_text" not in replaced
    (prefixed,) = lines(strip("x.jsonl", prefix="p_", verdicts=True).out)
    assert prefixed["p_text"] == CLEAN
    assert [v["strip"] for v in prefixed["p_verdicts"]] == [False, True, False]


def test_annotated_records(go, lines):
    Path("x.jsonl").write_bytes(jsonl({"id": "a", "text": TEXT}))
    (record,) = lines(go("annotate", "x.jsonl", reasons=True).out)
    assert "faq" in record["defiller_text"]
    assert record["text"] == TEXT
    assert record["defiller_verdicts"][1]["reasons"] == []


def test_scores_of_records_carry_the_id_or_the_place(go, lines):
    Path("x.jsonl").write_bytes(jsonl({"id": 7, "text": TEXT}, {"text": "One."}))
    got = lines(go("score", "x.jsonl").out)
    assert [(v["document"], v["index"]) for v in got] == [
        ("7", 0),
        ("7", 1),
        ("7", 2),
        ("x.jsonl:2", 0),
    ]
    by_url = lines(go("score", "x.jsonl", id_field="text").out)
    assert by_url[-1]["document"] == "One."


def test_a_title_reaches_the_reader(go, lines):
    from defiller.outputs import Form

    Path("x.jsonl").write_bytes(jsonl({"headline": "The title", "text": TEXT}))
    (record,) = lines(go("annotate", "x.jsonl", to=Form.JSON, title_field="headline").out)
    assert json.loads(record["defiller_text"])["title"] == "The title"


def test_pages_in_records_come_out_as_markdown(strip, lines):
    page = "<html><body><article>" + "<p>A paragraph with words enough.</p>" * 12
    Path("x.jsonl").write_bytes(jsonl({"html": page + "</article></body></html>"}))
    (record,) = lines(strip("x.jsonl", text_field="html").out)
    assert "<p>" not in record["defiller_text"]
    assert "A paragraph with words enough." in record["defiller_text"]


def test_rows_that_fail_cost_the_others_nothing(strip, lines):
    rows = [
        b'{"text": "One."}',
        b"{broken",
        b'{"body": "Two."}',
        b"",
        b'["no object"]',
        b'{"text": null}',
        b'{"text": 5}',
        b'{"text": "caf\xe9"}',
        b'{"text": "CRASH"}',
        b"[" * 100_000,
        b'{"text": "Three.", "id": "c"}',
    ]
    Path("x.jsonl").write_bytes(b"\n".join(rows))
    done = strip("x.jsonl", out="y.jsonl", errors=Path("bad.jsonl"))
    assert done.code == 1
    said = done.err.splitlines()
    assert [s.split(":", 2)[2].split()[1] for s in said] == [
        "2",
        "3",
        "5",
        "6",
        "7",
        "8",
        "9:",
        "10",
    ]
    assert said[0].startswith("defiller: x.jsonl: line 2 is not JSON (Expecting property name")
    assert "line 3 has no field 'text', only body; name the right one with --text-field" in said[1]
    assert "line 6 holds no text: the field 'text' is a number" not in said[4]
    assert "is null" in said[3]
    assert "line 8 is not UTF-8" in said[5]
    assert "line 9: an error inside defiller (KeyError: 'crash')" in said[6]
    bad = lines(Path("bad.jsonl"))
    assert [b["row"] for b in bad] == [2, 3, 5, 6, 7, 8, 9, 10]
    assert bad[0]["document"] == "x.jsonl:2"
    assert bad[0]["input"] == "x.jsonl"
    got = lines(Path("y.jsonl"))
    assert [r["defiller_text"] for r in got] == ["One.", None, None, None, None, "Three."]
    assert got[1]["defiller_error"].startswith("line 3 has no field")


@pytest.mark.parametrize(
    "name", ["x.jsonl.gz", "x.jsonl.zst", "x.csv.gz", "x.parquet.gz", "x.parquet.zst"]
)
def test_compressed_records_stay_compressed(strip, lines, name):
    table = pa.table({"text": [TEXT] * 3})
    plain = io.BytesIO()
    pq.write_table(table, plain)
    data = {
        "jsonl": jsonl(*[{"text": TEXT}] * 3),
        "csv": b"text\n" + (b'"' + TEXT.encode() + b'"\n') * 3,
        "parquet": plain.getvalue(),
    }[name.split(".")[1]]
    pack, unpack = (
        (gzip.compress, gzip.decompress) if name.endswith("gz") else (zstandard.compress, unzst)
    )
    Path(name).write_bytes(pack(data))
    assert strip(name, out="clean/").code == 0
    made = unpack(Path("clean", name).read_bytes())
    if "parquet" in name:
        assert pq.read_table(io.BytesIO(made))["defiller_text"].to_pylist() == [CLEAN] * 3
    else:
        assert made.count(b"Facts one.") == 2 * 3
        assert made.count(b"What is it?") == 2 * 3


def test_many_frames_of_zst_are_one_file(strip, lines):
    Path("x.jsonl.zst").write_bytes(zstandard.compress(jsonl({"text": "A."})) * 3)
    assert [r["text"] for r in lines(strip("x.jsonl.zst").out)] == ["A."] * 3


@pytest.mark.parametrize("name", ["x.jsonl.gz", "x.jsonl.zst", "x.csv.gz"])
def test_of_a_file_that_ends_early_what_was_whole_is_done(strip, lines, name):
    rows = [f"Facts number {n}. {hash(str(n))}" for n in range(3000)]
    data = (
        jsonl(*({"text": r} for r in rows))
        if "jsonl" in name
        else ("text\n" + "\n".join(rows) + "\n").encode()
    )
    pack = gzip.compress if name.endswith("gz") else zstandard.compress
    Path(name).write_bytes(pack(data)[:-2000])
    done = strip(name, "other.jsonl", out="clean")
    assert done.code == 1
    assert f"{name}: the compressed file ends early; fetch it again" in done.err
    made = Path("clean", name).read_bytes()
    text = gzip.decompress(made) if name.endswith("gz") else unzst(made)
    count = text.count(b"Facts number") // 2
    assert 1000 < count < 3000
    assert text.endswith(b"\n")


def test_damaged_compression_is_named(strip):
    for name, data in (("a.txt.gz", b"\x1f\x8bnonsense"), ("b.txt.zst", b"nonsense")):
        Path(name).write_bytes(data)
        done = strip(name)
        assert done.code == 1
        assert f"{name}: the compressed file is damaged" in done.err


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x.parquet"])
def test_a_clash_of_names_is_a_usage_error(strip, name):
    if name == "x.parquet":
        pq.write_table(pa.table({"text": ["A."], "defiller_text": ["B."]}), name)
    else:
        Path("x.jsonl").write_bytes(jsonl({"text": "A.", "defiller_text": "B."}))
        Path("x.csv").write_text("text,defiller_text\nA.,B.\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"a field 'defiller_text' already.*--prefix"):
        strip(name, out="clean/")
    assert not Path("clean").exists()
    assert strip(name, out="clean/", prefix="again_").code == 0


def test_a_clash_further_down_fails_that_row(strip, lines):
    Path("x.jsonl").write_bytes(jsonl({"text": "A."}, {"text": "B.", "defiller_model": 1}))
    done = strip("x.jsonl")
    assert done.code == 1
    assert "line 2 has a field 'defiller_model' already" in done.err
    assert len(lines(done.out)) == 1


def test_records_from_standard_input(defiller, lines):
    data = jsonl({"text": TEXT}, {"text": "B."})
    done = defiller("strip", "--stdin-name", "x.jsonl", stdin=data)
    assert [r["defiller_text"] for r in lines(done.out)] == [CLEAN, "B."]
    packed = defiller("strip", "--stdin-name", "x.jsonl.gz", stdin=gzip.compress(data))
    assert packed.out == done.out
    plain = io.BytesIO()
    pq.write_table(pa.table({"text": [TEXT]}), plain)
    done = defiller(
        "strip", "--stdin-name", "x.parquet", "--out", "y.parquet", stdin=plain.getvalue()
    )
    assert (done.code, done.err) == (0, "")


def test_records_in_place(strip, lines):
    Path("x.jsonl").write_bytes(jsonl({"text": TEXT}))
    assert strip("x.jsonl", in_place=True, replace=True).code == 0
    assert lines(Path("x.jsonl"))[0]["text"] == CLEAN
    assert lines(Path("x.jsonl.orig")) == [{"text": TEXT}]
    assert sorted(p.name for p in Path().iterdir()) == ["x.jsonl", "x.jsonl.orig"]


def test_a_line_without_an_end_and_half_a_surrogate_pair(strip, lines):
    Path("x.jsonl").write_bytes(b'{"text": "Half \\ud800 pair.\\n[faq] Why \\udfff?"}')
    done = strip("x.jsonl", removed=Path("gone.jsonl"))
    assert done.code == 0
    assert lines(done.out)[0]["defiller_text"] == "Half \ud800 pair."
    assert lines(Path("gone.jsonl"))[0]["text"] == "[faq] Why \udfff?"


def test_removed_rows_say_where_they_stood(strip, lines):
    Path("x.jsonl").write_bytes(jsonl({"text": "A."}, {"id": "b", "text": TEXT}))
    strip("x.jsonl", removed=Path("gone.jsonl"))
    (entry,) = lines(Path("gone.jsonl"))
    assert (entry["document"], entry["input"], entry["row"]) == ("b", "x.jsonl", 2)


def test_dropped_rows_are_left_out_and_kept_whole(strip, lines):
    Path("x.jsonl").write_bytes(jsonl({"text": "A."}, {"text": "[faq] Only."}))
    done = strip("x.jsonl", removed=Path("gone.jsonl"), drop_documents_over=0.5)
    assert [r["text"] for r in lines(done.out)] == ["A."]
    assert lines(Path("gone.jsonl"))[0]["text"] == "[faq] Only."


def test_a_record_file_is_not_named_as_another(strip):
    Path("x.jsonl").write_bytes(jsonl({"text": "A."}))
    with pytest.raises(UsageError, match=r"let its name end in \.jsonl"):
        strip("x.jsonl", out="y.csv")
