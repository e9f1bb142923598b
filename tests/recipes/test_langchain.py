"""The LangChain document transformer."""

import asyncio
import pickle

import pytest

langchain = pytest.importorskip(
    "langchain_core.documents", reason="the extra langchain is not installed"
)

ADDED = {"defiller_padding_share", "defiller_removed", "defiller_language", "defiller_model"}


@pytest.fixture
def transformer():
    from defiller.pipelines.langchain import DefillerTransformer

    return DefillerTransformer


def test_the_recipe(run, article):
    names = run("LangChain")
    (before,), (after,) = names["documents"], names["shorter"]
    assert after.page_content.rstrip("\n") == article.kept
    assert before.page_content == article.padded
    assert before.metadata == {"source": "a"}
    assert set(after.metadata) == ADDED | {"source"}
    (removed,) = after.metadata["defiller_removed"]
    assert removed["text"] == article.prompt == article.padded[removed["start"] : removed["end"]]
    assert removed["kind"] == "promotion"


def test_it_is_a_transformer_of_langchain(transformer, article):
    one = transformer()
    assert isinstance(one, langchain.BaseDocumentTransformer)
    documents = [langchain.Document(article.padded, id="7"), langchain.Document("")]
    after = one.transform_documents(documents)
    assert [d.id for d in after] == ["7", None]
    assert after[1].page_content == ""
    assert list(asyncio.run(one.atransform_documents(documents))) == list(after)
    assert list(one.transform_documents([])) == []


def test_it_can_be_pickled_after_use(transformer, article):
    one = transformer(keep="promotion")
    documents = [langchain.Document(article.padded)]
    assert one.transform_documents(documents)[0].page_content == article.padded
    again = pickle.loads(pickle.dumps(one))
    assert again.transform_documents(documents)[0].page_content == article.padded


def test_what_cannot_be_read_comes_back_with_its_error(transformer, article):
    page = "<html><body></body></html>"
    html = "".join(f"<p>{line}</p>" for line in article.padded.splitlines())
    documents = [
        langchain.Document(page),
        langchain.Document(f"<html><body><article>{html}</article></body></html>"),
    ]
    empty, full = transformer("html").transform_documents(documents)
    assert empty.page_content == page
    assert set(empty.metadata) == {"defiller_error"}
    assert "20 g a square metre" in full.page_content
    assert article.prompt not in full.page_content


def test_plain_metadata_and_another_prefix(transformer, article):
    one = transformer(removed=False, prefix="df_")
    (after,) = one.transform_documents([langchain.Document(article.padded)])
    assert set(after.metadata) == {"df_padding_share", "df_language", "df_model"}
    assert all(isinstance(value, (str, float)) for value in after.metadata.values())


def test_a_clash_of_names_and_wrong_wishes_are_said_at_once(transformer):
    document = langchain.Document("x", metadata={"defiller_model": "mine"})
    with pytest.raises(ValueError, match="document 0 has 'defiller_model' already; choose another"):
        transformer().transform_documents([document])
    with pytest.raises(ValueError, match="unknown kind or group 'fluf'"):
        transformer(keep="fluf")
    with pytest.raises(ValueError, match="threshold must lie between 0 and 1"):
        transformer(threshold=2.0)
    with pytest.raises(ValueError, match="pdf"):
        transformer("pdf")
