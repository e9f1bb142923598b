"""The code blocks of the page on scale, each run as a program of its own."""

import gzip
import json
import os
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest


@pytest.fixture
def articles(article, tmp_path):
    """Two Parquet files of articles in a folder, every third one without a text."""
    texts = [article.padded, article.kept, None] * 20
    (tmp_path / "crawl").mkdir()
    for part in (0, 1):
        ids = [f"{part}-{n}" for n in range(len(texts))]
        table = pa.table({"id": ids, "text": pa.array(texts, pa.string())})
        pq.write_table(table, tmp_path / "crawl" / f"part{part}.parquet")
    return tmp_path


@pytest.fixture
def whole(article):
    """Whether the rows are those of both files, stripped."""

    def whole(rows):
        assert sorted(row["id"] for row in rows) == sorted(
            f"{part}-{n}" for part in (0, 1) for n in range(60)
        )
        for row in rows:
            number = int(row["id"].split("-")[1])
            if number % 3 == 2:
                assert row["defiller_text"] is None
                assert row["defiller_error"] == "it holds no text: 'text' is null"
            else:
                assert row["defiller_text"].rstrip("\n") == article.kept
                assert len(row["defiller_removed"]) == (number % 3 == 0)

    return whole


def test_arrow(script, articles, whole):
    done = script("Arrow")
    assert done.returncode == 0, done.stderr
    whole(pq.read_table(articles / "clean.parquet").to_pylist())


@pytest.mark.slow
def test_datatrove(script, articles, article):
    pytest.importorskip("datatrove", reason="the extra datatrove is not installed")
    done = script("datatrove")
    assert done.returncode == 0, done.stderr
    rows = [
        json.loads(line)
        for path in sorted((articles / "clean").glob("*.jsonl.gz"))
        for line in gzip.decompress(path.read_bytes()).splitlines()
    ]
    # datatrove's readers leave out what has no text.
    assert len(rows) == 80
    assert {row["text"].rstrip("\n") for row in rows} == {article.kept}
    assert sum(bool(row["metadata"]["defiller_removed"]) for row in rows) == 40
    marks = articles / "logs" / "completions"
    assert sorted(path.name for path in marks.iterdir()) == ["00000", "00001"]


@pytest.mark.slow
def test_ray(script, articles, whole):
    pytest.importorskip("ray", reason="the extra ray is not installed")
    done = script("Ray Data")
    assert done.returncode == 0, done.stderr
    parts = sorted(path.name for path in (articles / "clean").iterdir())
    assert parts == ["part0", "part1"]
    whole(pq.read_table(articles / "clean").to_pylist())
    # What is whole is not done again, what was stopped is.
    (articles / "clean" / "part0").rename(articles / "clean.partial" / "part0")
    before = {path: path.stat().st_mtime_ns for path in (articles / "clean" / "part1").iterdir()}
    done = script("Ray Data")
    assert done.returncode == 0, done.stderr
    whole(pq.read_table(articles / "clean").to_pylist())
    assert before == {
        path: path.stat().st_mtime_ns for path in (articles / "clean" / "part1").iterdir()
    }


@pytest.mark.slow
def test_spark(script, articles, whole):
    pytest.importorskip("pyspark", reason="the extra spark is not installed")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Java is not installed")
    done = script("Spark")
    assert done.returncode == 0, done.stderr
    whole(pq.read_table(articles / "clean").to_pylist())
