"""Tables and record batches of Arrow with an article in a column."""

import importlib
import pickle
import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import defiller
from defiller.faults import UsageError
from defiller.pipelines import stripping
from defiller.pipelines.arrow import ArrowStripper, schema, strip

ADDED = ["text", "padding_share", "removed", "language", "model", "error"]
NAMES = [f"defiller_{name}" for name in ADDED]


@pytest.fixture
def rows(article):
    """A table of three chunks, one of them empty: padded, null, empty, French, clean."""
    texts = [[article.padded, None, ""], [], [article.french, article.kept]]
    return pa.table(
        {"n": pa.chunked_array([[0, 1, 2], [], [3, 4]]), "text": pa.chunked_array(texts)}
    )


def not_utf8(*texts):
    """A column that says it is text and is not."""
    return pa.array(texts, pa.binary()).view(pa.string())


def test_the_columns_of_the_design(rows, article):
    out = strip(rows)
    assert out.schema == schema(rows.schema)
    assert out.schema.names == ["n", "text", *NAMES]
    assert out.select(["n", "text"]).equals(rows)
    padded, null, empty, french, clean = out.to_pylist()
    assert padded["defiller_text"].rstrip("\n") == article.kept
    (cut,) = padded["defiller_removed"]
    assert article.padded[cut["start"] : cut["end"]] == cut["text"] == article.prompt
    assert cut["kind"] == "promotion"
    assert 0.5 < cut["padding"] <= 1
    assert 0.1 < padded["defiller_padding_share"] < 0.5
    assert padded["defiller_language"] == "en"
    assert padded["defiller_model"] == defiller.load().model_name
    assert padded["defiller_error"] is None
    assert null["defiller_error"] == "it holds no text: 'text' is null"
    assert all(null[name] is None for name in NAMES[:-1])
    assert (empty["defiller_text"], empty["defiller_padding_share"]) == ("", 0.0)
    assert (empty["defiller_removed"], empty["defiller_error"]) == ([], None)
    assert (french["defiller_text"], french["defiller_language"]) == (article.french, "fr")
    assert (clean["defiller_text"], clean["defiller_removed"]) == (article.kept, [])


def test_the_verdicts_are_those_of_score_many(rows, article):
    out = strip(rows, verdicts=True, threshold=0.3, keep="promotion")
    assert out.schema == schema(rows.schema, verdicts=True)
    (scored,) = defiller.score_many([article.padded], "text", threshold=0.3, keep="promotion")
    first = out["defiller_verdicts"][0].as_py()
    assert [v["padding"] for v in first] == [v.padding for v in scored.verdicts]
    assert [v["because"] for v in first] == [str(v.because) for v in scored.verdicts]
    assert first[-1]["kinds"]["promotion"] == scored.verdicts[-1].kinds[defiller.Kind.PROMOTION]
    assert first[0]["reasons"] is None
    assert out["defiller_text"][0].as_py() == article.padded


def test_the_schema_is_that_of_a_stripped_parquet_file(rows, tmp_path):
    from defiller.batch import run
    from defiller.job import Job
    from defiller.outputs import Action

    source = tmp_path / "in.parquet"
    pq.write_table(rows, source)
    for options in ({}, {"replace": True, "prefix": "p_", "verdicts": True}):
        made = tmp_path / "out.parquet"
        run(Job(action=Action.STRIP, inputs=(str(source),), out=str(made), **options))
        assert pq.read_schema(made) == schema(rows.schema, **options)
        # Values too, but for the row's number in the sentence.
        ours = strip(pq.read_table(source), format="auto", **options)
        error = f"{options.get('prefix', 'defiller_')}error"
        assert pq.read_table(made).drop([error]).equals(ours.drop([error]))
        made.unlink()


TYPES = {
    "string": pa.string(),
    "large_string": pa.large_string(),
    "dictionary": pa.dictionary(pa.int32(), pa.large_string()),
}
if hasattr(pa, "string_view"):  # from pyarrow 16 on
    TYPES["string_view"] = pa.string_view()


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
@pytest.mark.parametrize("replace", [False, True], ids=["beside", "replaced"])
def test_every_type_of_text(article, kind, replace):
    texts = [article.padded, None, article.padded, article.kept]
    if pa.types.is_dictionary(kind):
        column = pa.array(texts, pa.large_string()).dictionary_encode()
    else:
        column = pa.array(texts, pa.string()).cast(kind)
    batch = pa.record_batch([column], names=["text"], metadata={"mine": "kept"})
    out = strip(batch, replace=replace)
    assert isinstance(out, pa.RecordBatch)
    assert out.schema == schema(batch.schema, replace=replace)
    assert out.schema.metadata[b"mine"] == b"kept"
    name = "text" if replace else "defiller_text"
    assert out.schema.field(name).type == pa.string()
    got = [text and text.rstrip("\n") for text in out.column(name).to_pylist()]
    assert got == [article.kept, None, article.kept, article.kept]
    assert out.schema.field("text").type == (pa.string() if replace else column.type)


def test_a_stream_is_read_no_sooner_than_needed(rows):
    batches = iter(rows.to_batches())
    out = strip(batches)
    assert next(out).num_rows == 3
    assert [batch.num_rows for batch in batches] == [0, 2]
    reader = pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches())
    assert pa.Table.from_batches(strip(reader)).equals(strip(rows))


@pytest.mark.parametrize("chunks", [[], [[]]], ids=["no chunk", "an empty chunk"])
def test_no_rows(chunks):
    table = pa.table({"text": pa.chunked_array(chunks, pa.string())})
    out = strip(table)
    assert out.num_rows == 0
    assert out.schema == schema(table.schema)
    batch = pa.record_batch([pa.array([], pa.string())], names=["text"])
    assert strip(batch, replace=True).schema == schema(batch.schema, replace=True)


def test_titles_are_read_where_they_are_text(article, monkeypatch):
    seen = []
    judge = stripping.judge
    monkeypatch.setattr(
        stripping,
        "judge",
        lambda task, items: seen.extend(i.title for i in items) or judge(task, items),
    )
    texts = [article.kept] * 3
    strip(pa.table({"text": texts, "title": ["A", None, ""]}))
    strip(pa.table({"text": texts, "title": [1, 2, 3], "head": ["B", "C", None]}), title="head")
    strip(pa.table({"text": texts, "title": [1, 2, 3]}))
    assert seen == ["A", None, None, "B", "C", None, None, None, None]


WRONG = {
    "no column": (
        {},
        ValueError,
        "no column 'text'; there are n, body: name the right one with text",
    ),
    "not text": ({"text": "n"}, TypeError, "column 'n' holds int64, not text; name .* or cast it"),
    "no title": ({"text": "body", "title": "h"}, ValueError, "no column 'h'; .* with title"),
    "title is no text": ({"text": "body", "title": "n"}, TypeError, "'n' holds int64.* with title"),
}


@pytest.mark.parametrize(("options", "error", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_column_is_said_in_a_sentence(options, error, said):
    table = pa.table({"n": [1], "body": ["A."]})
    for act in (lambda: strip(table, **options), lambda: schema(table.schema, **options)):
        with pytest.raises(error, match=said):
            act()


def test_binary_is_no_text():
    with pytest.raises(TypeError, match="'text' holds binary, not text"):
        strip(pa.table({"text": pa.array([b"A."])}))


def test_a_clash_of_names_and_a_column_twice():
    table = pa.table({"text": ["A."], "defiller_model": ["mine"]})
    with pytest.raises(
        ValueError, match="a column 'defiller_model' already; choose another prefix"
    ):
        strip(table)
    again = strip(strip(table, prefix="one_"), prefix="two_")
    assert {"one_text", "two_text", "defiller_model"} <= set(again.schema.names)
    twice = pa.table([["A."], ["B."]], names=["text", "text"])
    with pytest.raises(ValueError, match="two columns 'text'; there are text: name"):
        strip(twice)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"keep": "fluf"}, "unknown kind or group 'fluf'"),
        ({"threshold": 2.0}, "threshold must lie between 0 and 1"),
        ({"format": "pdf"}, "pdf"),
        ({"longest": 0}, "longest must be 1 character or more, not 0"),
    ],
)
def test_wrong_wishes_are_said_at_once(options, said):
    with pytest.raises(ValueError, match=said):
        ArrowStripper(**options)


def test_what_the_model_cannot_do_is_no_fault_of_the_rows(rows, tmp_path, monkeypatch):
    scorer = defiller.load()

    def refuse(policy):
        raise ValueError("max_loss can be 0.005 at the least with this model")

    with monkeypatch.context() as patched:
        patched.setattr(scorer, "threshold", refuse)
        patched.setattr(stripping, "load_scorer", lambda _: scorer)
        with pytest.raises(ValueError, match=r"0\.005 at the least"):
            strip(rows, max_loss=0.001)
    with pytest.raises(UsageError, match="missing"):
        strip(rows, model=tmp_path / "missing")


def test_rows_that_fail_cost_the_others_nothing(article, monkeypatch):
    scorer = defiller.load()
    score = scorer.score_documents

    def brittle(documents, *arguments, **options):
        if any("CRASH" in document.text for document in documents):
            raise KeyError("crash")
        return score(documents, *arguments, **options)

    monkeypatch.setattr(scorer, "score_documents", brittle)
    monkeypatch.setattr(stripping, "load_scorer", lambda _: scorer)
    good = article.padded.encode()
    texts = not_utf8(good, b"caf\xe9", None, b"CRASH", b"x" * 2000, b"", good)
    table = pa.table({"text": texts})
    for options in ({}, {"replace": True}):
        out = strip(table, longest=1000, **options)
        assert [error and error[:24] for error in out["defiller_error"].to_pylist()] == [
            None,
            "it is not UTF-8, as text",
            "it holds no text: 'text'",
            "an error inside defiller",
            "it is over 1,000 charact",
            None,
            None,
        ]
    first, *failed, empty, last = strip(table, longest=1000)["defiller_text"].to_pylist()
    assert first.rstrip("\n") == last.rstrip("\n") == article.kept
    assert failed == [None] * 4
    assert empty == ""
    # Where the text is replaced, that of a failed row is left as it was, byte for byte.
    kept = strip(table, longest=1000, replace=True)["text"].cast(pa.binary()).to_pylist()
    assert kept[1:5] == [b"caf\xe9", None, b"CRASH", b"x" * 2000]


def test_a_page_without_an_article_fails_alone(article):
    html = "".join(f"<p>{line}</p>" for line in article.padded.splitlines())
    pages = ["<html><body></body></html>", f"<html><body><article>{html}</article></body></html>"]
    empty, full = strip(pa.table({"page": pages}), text="page", format="html").to_pylist()
    assert empty["defiller_text"] is None
    assert "article" in empty["defiller_error"]
    assert "20 g a square metre" in full["defiller_text"]
    assert article.prompt not in full["defiller_text"]


def test_a_text_of_fifty_megabytes_is_refused(article):
    huge = article.padded * (50_000_000 // len(article.padded))
    huge, small = strip(pa.table({"text": [huge, article.padded]})).to_pylist()
    assert huge["defiller_error"] == "it has over 10 million characters; split it"
    assert huge["defiller_text"] is None
    assert small["defiller_text"].rstrip("\n") == article.kept


def test_articles_are_scored_together_up_to_a_bound(article, monkeypatch):
    scorer = defiller.load()
    calls = []
    score = scorer.score_documents
    monkeypatch.setattr(
        scorer,
        "score_documents",
        lambda documents, *rest, **options: (
            calls.append(len(documents)) or score(documents, *rest, **options)
        ),
    )
    monkeypatch.setattr(stripping, "load_scorer", lambda _: scorer)
    texts = [article.padded] * 9 + [None]
    assert strip(pa.table({"text": texts})).num_rows == 10
    assert calls == [9]
    calls.clear()
    monkeypatch.setattr(stripping, "BATCH_CHARACTERS", 2 * len(article.padded))
    monkeypatch.setattr(stripping, "MOST_ARTICLES", 3)
    whole = strip(pa.table({"text": [None] * 4 + texts}))
    assert [count for count in calls if count] == [2, 2, 2, 2, 1]
    assert whole["defiller_text"].null_count == 5
    assert len(set(whole["defiller_text"].to_pylist()[4:-1])) == 1


def test_it_can_be_pickled_and_loads_one_model_a_process(rows, monkeypatch):
    stripper = ArrowStripper(keep="faq", max_loss=0.02)
    first = stripper(rows)
    assert pickle.loads(pickle.dumps(stripper))(rows).equals(first)
    assert len(pickle.dumps(stripper)) < 2000
    monkeypatch.setattr("defiller.model.scorer.load", None)
    assert ArrowStripper()(rows).num_rows == 5  # the one that is loaded


def test_lightgbm_runs_one_thread():
    from defiller.judging import load_scorer

    ArrowStripper().load()
    assert load_scorer(None).bundle.classifier.n_jobs == 1


@pytest.mark.parametrize(
    ("module", "engine", "extra"),
    [
        ("arrow", "pyarrow", "parquet"),
        ("datatrove", "datatrove", "datatrove"),
        ("langchain", "langchain_core", "langchain"),
    ],
)
def test_a_missing_extra_is_named(module, engine, extra, monkeypatch):
    for name in [engine, *(name for name in sys.modules if name.startswith(f"{engine}."))]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, f"defiller.pipelines.{module}", raising=False)
    with pytest.raises(ModuleNotFoundError, match=rf"pip install 'defiller\[{extra}\]'$"):
        importlib.import_module(f"defiller.pipelines.{module}")


@pytest.mark.slow
def test_the_longest_text_that_is_read_goes_through_beside_others():
    """Takes about 600 MB for some seconds."""
    rng = random.Random(0)
    words = ["moss", "lawn", "rake", "April", "Harlow", "grass", "40%", "sow", "plots", "iron"]
    lines = [" ".join(rng.choices(words, k=60)) for _ in range(1000)]
    huge = "\n".join(f"{rng.choice(lines)} {n}." for n in range(30_000))
    assert 9_000_000 < len(huge) < 10_000_000
    out = strip(pa.table({"text": ["One fact.", huge, huge + huge, None]}))
    errors = out["defiller_error"].to_pylist()
    assert [error is None for error in errors] == [True, True, False, False]
    assert "10 million characters" in errors[2]
    assert out["defiller_padding_share"].null_count == 2
