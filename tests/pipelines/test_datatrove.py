"""datatrove's executor on two tasks, and the step by itself."""

import gzip
import json

import pytest

pytestmark = pytest.mark.slow

ADDED = {f"defiller_{name}" for name in ("padding_share", "removed", "language", "model", "error")}


@pytest.fixture(scope="module")
def datatrove():
    """What the tests take of datatrove, and the step."""
    pytest.importorskip("datatrove", reason="the extra datatrove is not installed")
    from types import SimpleNamespace

    from datatrove.data import Document
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter, ParquetWriter

    from defiller.pipelines.datatrove import DefillerStep

    return SimpleNamespace(
        Document=Document,
        Executor=LocalPipelineExecutor,
        Reader=JsonlReader,
        Writer=JsonlWriter,
        Parquet=ParquetWriter,
        Step=DefillerStep,
    )


def lines_of(folder):
    """Every line of a folder's compressed JSON lines, in the order of the files."""
    return [
        json.loads(line)
        for path in sorted(folder.iterdir())
        for line in gzip.decompress(path.read_bytes()).splitlines()
    ]


def test_two_tasks_of_the_local_executor(datatrove, article, tmp_path):
    texts = {"clean": article.kept, "padded": article.padded, "french": article.french}
    for part in "ab":
        rows = [{"id": f"{part}-{name}", "text": text, "url": "u"} for name, text in texts.items()]
        rows.append({"id": f"{part}-all", "text": f"{article.prompt}\n{article.prompt}"})
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / f"{part}.jsonl").write_text(lines, encoding="utf-8")

    def executor():
        return datatrove.Executor(
            [
                datatrove.Reader(str(tmp_path), glob_pattern="*.jsonl"),
                datatrove.Step(
                    drop_over=0.9, exclusion_writer=datatrove.Writer(f"{tmp_path}/gone")
                ),
                datatrove.Writer(f"{tmp_path}/out"),
            ],
            tasks=2,
            workers=2,
            logging_dir=f"{tmp_path}/logs",
        )

    done = executor().run()
    (step,) = [part for part in done.stats if "defiller" in part.name]
    counts = {name: step.stats[name].total for name in step.stats}
    assert counts["total"] == 8
    assert counts["forwarded"] == 6
    assert counts["dropped"] == counts["stripped"] == counts["foreign"] == 2
    assert counts["words"] > counts["words_cut"] > 0
    assert "failed" not in counts
    out = {row["id"]: row for row in lines_of(tmp_path / "out")}
    assert set(out) == {f"{part}-{name}" for part in "ab" for name in texts}
    for part in "ab":
        padded = out[f"{part}-padded"]
        assert padded["text"].rstrip("\n") == article.kept
        assert set(padded["metadata"]) == ADDED | {"url", "file_path"}
        (cut,) = padded["metadata"]["defiller_removed"]
        assert article.padded[cut["start"] : cut["end"]] == cut["text"] == article.prompt
        assert out[f"{part}-clean"]["text"] == article.kept
        assert out[f"{part}-french"]["metadata"]["defiller_language"] == "fr"
    gone = lines_of(tmp_path / "gone")
    assert [row["id"] for row in gone] == ["a-all", "b-all"]
    assert gone[0]["text"] == f"{article.prompt}\n{article.prompt}"
    assert gone[0]["metadata"]["defiller_padding_share"] > 0.9
    # What is done stays done: only the task whose mark is gone runs again.
    (tmp_path / "logs" / "completions" / "00001").unlink()
    for path in (tmp_path / "out").iterdir():
        path.unlink()
    executor().run()
    assert {row["id"][0] for row in lines_of(tmp_path / "out")} == {"b"}


def test_documents_that_fail_cost_the_others_nothing(datatrove, article):
    texts = [article.padded, "Half \ud800 a pair.", "", "x" * 2000, None, article.padded]
    step = datatrove.Step(longest=1000)
    out = list(step(datatrove.Document(text, str(n)) for n, text in enumerate(texts)))
    assert [document.id for document in out] == list("012345")
    assert [document.text for document in out[1:5]] == texts[1:5]
    assert out[0].text.rstrip("\n") == out[5].text.rstrip("\n") == article.kept
    errors = [document.metadata["defiller_error"] for document in out]
    assert [n for n, error in enumerate(errors) if error] == [3, 4]
    assert "over 1,000 characters" in errors[3]
    assert all(set(document.metadata) == ADDED for document in out)
    assert step.stats["failed"].total == 2
    assert step.stats["total"].total == step.stats["forwarded"].total == 6


def test_annotating_leaves_the_text(datatrove, article):
    document = datatrove.Document(article.padded, "1", metadata={"title": "Moss"})
    (out,) = datatrove.Step(annotate=True, verdicts=True, prefix="d_")([document])
    assert out.text == article.padded
    assert out.metadata["d_removed"][0]["text"] == article.prompt
    assert [verdict["strip"] for verdict in out.metadata["d_verdicts"]] == [False] * 3 + [True]


def test_parquet_is_written_by_the_fields_of_the_step(datatrove, article, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    step = datatrove.Step(verdicts=True)
    schema = pa.schema({"text": pa.string(), "id": pa.string(), "metadata": pa.struct(step.fields)})
    writer = datatrove.Parquet(str(tmp_path), schema=schema)
    # The first document has nothing removed, from which no type could be told.
    documents = [
        datatrove.Document(t, str(n)) for n, t in enumerate([article.kept, article.padded])
    ]
    assert len(list(writer(step(documents)))) == 2
    clean, padded = pq.read_table(tmp_path).to_pylist()
    assert clean["metadata"]["defiller_removed"] == []
    assert padded["metadata"]["defiller_removed"][0]["text"] == article.prompt
    assert padded["metadata"]["defiller_verdicts"][0]["strip"] is False


def test_documents_are_read_no_sooner_than_needed(datatrove, article, monkeypatch):
    from defiller.pipelines import stripping

    monkeypatch.setattr(stripping, "MOST_ARTICLES", 2)
    read = []

    def documents():
        for number in range(6):
            read.append(number)
            yield datatrove.Document(article.padded, str(number))

    out = iter(datatrove.Step()(documents()))
    assert next(out).id == "0"
    assert read == [0, 1]
    assert [document.id for document in out] == list("12345")


def test_a_clash_and_wrong_wishes_are_said(datatrove):
    document = datatrove.Document("A.", "7", metadata={"defiller_model": "mine"})
    with pytest.raises(ValueError, match="document '7' have 'defiller_model' already; choose"):
        list(datatrove.Step()([document]))
    with pytest.raises(ValueError, match="unknown kind or group 'fluf'"):
        datatrove.Step(keep="fluf")
    with pytest.raises(ValueError, match="drop_over must lie between 0 and 1, not 2"):
        datatrove.Step(drop_over=2)
