"""Requests that are wrong or take what is not installed: one sentence, and nothing is done."""

from pathlib import Path

import pytest

from defiller.faults import UsageError


@pytest.mark.parametrize(
    ("inputs", "options", "said"),
    [
        (["in/a.txt"], {"out": "in/a.txt"}, "would overwrite the input in/a.txt.*--in-place"),
        (["in"], {"out": "in"}, "in is the input folder itself"),
        (["in"], {"out": "./in/"}, "is the input folder itself"),
        (["in/a.txt", "in/b.txt"], {"out": "in"}, "would overwrite the input"),
        (["in/a.txt", "in/b.txt"], {}, "several inputs need a folder; name it with --out"),
        (["in"], {}, "several inputs need a folder"),
        (["in"], {"out": "in/a.txt"}, "in/a.txt is a file, but the outputs take a folder"),
        (["in"], {"out": "-"}, "several inputs need a folder"),
        (
            ["in/a.txt"],
            {"removed": Path("in/a.txt")},
            "--removed in/a.txt would overwrite an input",
        ),
        (["in/a.txt"], {"out": "x", "removed": Path("x")}, "--removed x would overwrite an output"),
        (["in/a.txt"], {"removed": Path("in")}, "in is a folder; name a file"),
        (["in/a.txt"], {"removed": Path("x"), "errors": Path("x")}, "need a file each"),
        (["in"], {"out": "c", "in_place": True}, "either --out or --in-place"),
        (["in"], {"in_place": True, "drop_documents_over": 0.5}, "--drop-documents-over"),
        (["-"], {"in_place": True}, "standard input has no place"),
        (["-"], {"out": "x", "resume": True}, "standard input cannot be resumed"),
        (["in/a.txt"], {"resume": True}, "--resume goes on with files.*--out"),
        (["in/a.txt"], {"quiet": True, "verbose": True}, "either --quiet or --verbose"),
        (["in/a.txt"], {"jobs": -1}, "--jobs takes 0"),
        (["in/a.txt"], {"timeout": 0.0}, "--timeout takes seconds above 0"),
        (["in/a.txt"], {"timeout": float("nan")}, "--timeout takes seconds above 0"),
        (["in/a.txt"], {"drop_documents_over": 1.5}, "a share from 0 to 1"),
        (["in/a.txt"], {"max_loss": 0.1, "threshold": 0.5}, "not both"),
        (["in/a.txt"], {"max_loss": 0.0001}, "0.001 at the least"),
        (["in/a.txt"], {"max_cut": 2.0}, "max_cut must be"),
        (["in/a.txt"], {"keep": ("faw",)}, "unknown kind or group 'faw'"),
        (["in/a.txt"], {"drop": ("substance",)}, "substance"),
    ],
)
def test_a_wrong_request_does_nothing(strip, write, names, inputs, options, said):
    write("in/a.txt")
    write("in/b.txt")
    with pytest.raises(UsageError, match=said) as caught:
        strip(*inputs, **options)
    assert "\n" not in str(caught.value)
    assert names(".") == ["in/a.txt", "in/b.txt"]


def test_annotated_articles_share_no_stream(go, write):
    write("a.txt")
    with pytest.raises(UsageError, match="a folder of their own"):
        go("annotate", "a.txt", out="-")


def test_a_form_that_is_not_there(go, write, monkeypatch):
    from defiller.model import annotate
    from defiller.outputs import Form

    monkeypatch.setattr(annotate, "TARGETS", ("text",))
    write("a.txt")
    with pytest.raises(UsageError, match="--to json is not there; choose from text"):
        go("annotate", "a.txt", to=Form.JSON)


@pytest.mark.parametrize("module", ["pyarrow", "zstandard"])
def test_a_missing_extra_is_named_before_anything_is_done(strip, write, monkeypatch, module):
    import sys

    write("in/a.txt")
    write("in/x.parquet" if module == "pyarrow" else "in/x.txt.zst", b"")
    monkeypatch.setitem(sys.modules, module, None)
    extra = "parquet" if module == "pyarrow" else "zst"
    with pytest.raises(UsageError, match=rf"pip install 'defiller\[{extra}\]'"):
        strip("in", out="clean")
    assert not Path("clean").exists()
