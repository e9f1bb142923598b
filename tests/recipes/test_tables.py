"""Columns of articles: pandas and Hugging Face datasets."""

import pytest


def test_a_column_of_a_data_frame(run, article):
    pytest.importorskip("pandas", reason="pandas is not installed")
    articles = run("pandas")["articles"]
    assert [text.rstrip("\n") for text in articles["clean"]] == [article.kept, article.kept]
    assert list(articles["text"]) == [article.padded, article.kept]
    padded, clean = articles["padding_share"]
    assert padded > 0.1
    assert clean == 0


@pytest.mark.slow
def test_a_dataset_is_mapped(run, article, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    pytest.importorskip("datasets", reason="the extra datasets is not installed")
    articles = run("Hugging Face datasets")["articles"]
    assert [text.rstrip("\n") for text in articles["text"]] == [article.kept, article.kept]
    assert list(articles["id"]) == ["padded", "clean"]
