"""Articles in files and pipes: what comes out, and where it goes."""

import gzip
import os
from pathlib import Path

import pytest
import zstandard

from defiller.faults import UsageError

PADDED = "Facts one.\n[faq] What is it?\nFacts two.\n"
CLEAN = b"Facts one.\nFacts two.\n"
PAGE = (
    "<html><head><title>T</title></head><body><article><h1>The title of it</h1>"
    + "".join(f"<p>Paragraph {n} has enough words to be kept by extraction.</p>" for n in range(9))
    + "<p>[related] Read this one next, it has enough words as well.</p></article></body></html>"
)


def write(path, text=PADDED):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def tree(folder):
    return sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file())


def test_one_article_goes_to_standard_output(strip):
    done = strip(write("a.txt"))
    assert (done.code, done.out, done.err) == (0, CLEAN, "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Facts.\r\n[faq] What?\r\nMore.", b"Facts.\r\nMore."),
        (b"\xef\xbb\xbfFacts.\n[faq] What?\n", b"\xef\xbb\xbfFacts.\n"),
        ("Fakten über Öl.\n[faq] Was?\n".encode("utf-16"), "Fakten über Öl.\n".encode("utf-16")),
        (b"", b""),
        (b"No padding \xe2\x80\x94 none\r", b"No padding \xe2\x80\x94 none\r"),
    ],
    ids=["crlf", "bom", "utf-16", "empty", "nothing to cut"],
)
def test_what_stays_is_byte_for_byte_what_came_in(strip, before, after):
    assert strip(write("a.txt", before)).out == after


def test_html_comes_out_as_markdown(strip):
    done = strip(write("page.html", PAGE), out="clean/")
    assert done.code == 0
    text = Path("clean/page.md").read_text(encoding="utf-8")
    assert "Paragraph 8" in text
    assert "Read this one next" not in text
    assert "<p>" not in text


def test_a_folder_is_mirrored(strip):
    for name in ("a.txt", "deep/er/b.md", "deep/c.html", "deep/d.htm"):
        write(f"in/{name}", PAGE if "htm" in name else PADDED)
    write("in/notes.doc")
    write("in/.hidden.txt")
    assert strip("in", out="clean").code == 0
    assert tree("clean") == ["a.txt", "deep/c.md", "deep/d.md", "deep/er/b.md"]
    assert Path("clean/a.txt").read_bytes() == CLEAN


def test_several_folders_keep_their_names(strip):
    write("x/a.txt")
    write("y/a.txt")
    write("b.txt")
    assert strip("x", "y", "b.txt", out="clean").code == 0
    assert tree("clean") == ["b.txt", "x/a.txt", "y/a.txt"]


def test_include_and_exclude(strip):
    for name in ("a.txt", "b.md", "c.log", "drafts/d.txt", "sub/drafts/e.txt", "sub/f.txt"):
        write(f"in/{name}")
    strip("in", out="1", exclude=("drafts",))
    assert tree("1") == ["a.txt", "b.md", "sub/f.txt"]
    strip("in", out="2", include=("*.log", "sub/*"))
    assert tree("2") == ["c.log", "sub/drafts/e.txt", "sub/f.txt"]
    strip("in", out="3", exclude=("sub/drafts/", "*.md"))
    assert tree("3") == ["a.txt", "drafts/d.txt", "sub/f.txt"]


def test_compressed_articles_stay_compressed_in_files_and_not_in_pipes(strip):
    write("in/a.txt.gz", gzip.compress(PADDED.encode()))
    write("in/b.txt.zst", zstandard.compress(PADDED.encode()))
    assert strip("in/a.txt.gz").out == CLEAN
    assert strip("in/b.txt.zst").out == CLEAN
    assert strip("in", out="clean").code == 0
    assert gzip.decompress(Path("clean/a.txt.gz").read_bytes()) == CLEAN
    with Path("clean/b.txt.zst").open("rb") as raw:
        assert zstandard.ZstdDecompressor().stream_reader(raw).read() == CLEAN


def test_a_file_that_is_named_is_an_article_whatever_its_suffix(strip):
    assert strip(write("article")).out == CLEAN
    strip("article", out="clean/")
    assert tree("clean") == ["article"]


def test_out_is_a_file_for_one_input_and_a_folder_where_it_looks_like_one(strip):
    write("a.txt")
    strip("a.txt", out="b.txt")
    strip("a.txt", out="folder/")
    Path("there").mkdir()
    strip("a.txt", out="there")
    assert Path("b.txt").read_bytes() == CLEAN
    assert tree("folder") == tree("there") == ["a.txt"]


def test_the_same_file_named_twice_is_done_once(strip):
    write("in/a.txt")
    done = strip("in", "in/a.txt", "./in/a.txt", out="clean", verbose=True)
    assert done.code == 0
    assert tree("clean") == ["in/a.txt"]


def test_in_place_keeps_the_original(strip):
    Path("in").mkdir()
    Path("in/a.txt").write_bytes(PADDED.encode())
    Path("in/a.txt").chmod(0o640)
    assert strip("in", in_place=True).code == 0
    assert Path("in/a.txt").read_bytes() == CLEAN
    assert Path("in/a.txt.orig").read_bytes() == PADDED.encode()
    assert Path("in/a.txt").stat().st_mode & 0o777 == 0o640
    assert tree("in") == ["a.txt", "a.txt.orig"]


def test_in_place_never_overwrites_an_original(strip):
    write("a.txt")
    write("b.txt")
    strip("a.txt", in_place=True)
    done = strip("a.txt", "b.txt", in_place=True)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "a.txt.orig stands beside it already" in done.err
    assert Path("a.txt.orig").read_bytes() == PADDED.encode()
    assert Path("b.txt").read_bytes() == CLEAN


def test_in_place_follows_a_link(strip):
    write("real.txt")
    Path("link.txt").symlink_to("real.txt")
    assert strip("link.txt", in_place=True).code == 0
    assert Path("link.txt").is_symlink()
    assert Path("real.txt").read_bytes() == CLEAN


def test_in_place_leaves_pages_alone(strip):
    write("in/page.html", PAGE)
    write("in/a.txt")
    done = strip("in", in_place=True)
    assert done.code == 1
    assert "page.html: a page becomes Markdown" in done.err
    assert Path("in/page.html").read_text(encoding="utf-8") == PAGE
    assert Path("in/a.txt").read_bytes() == CLEAN


def test_score_gives_a_line_a_paragraph(go, lines):
    done = go("score", write("a.txt"), reasons=True)
    got = lines(done.out)
    assert [list(line)[:2] for line in got] == [["document", "index"]] * 3
    assert [(line["document"], line["index"]) for line in got] == [("a.txt", n) for n in range(3)]
    assert [line["strip"] for line in got] == [False, True, False]
    assert got[1]["kind"] == "faq"
    assert got[1]["kinds"]["faq"] == 0.9
    assert got[1]["reasons"] == []
    assert "reasons" not in lines(go("score", "a.txt").out)[0]


def test_scores_of_several_inputs_go_to_files_or_to_one_stream(go, lines):
    write("in/a.txt")
    write("in/b.txt")
    assert go("score", "in", out="scores").code == 0
    assert tree("scores") == ["a.jsonl", "b.jsonl"]
    done = go("score", "in", out="-")
    assert [line["document"] for line in lines(done.out)] == ["in/a.txt"] * 3 + ["in/b.txt"] * 3
    with pytest.raises(UsageError, match="--out - puts them all"):
        go("score", "in")


@pytest.mark.parametrize(
    ("to", "suffix"), [("text", ".txt"), ("markdown", ".md"), ("json", ".json")]
)
def test_annotate_writes_each_form(go, to, suffix):
    from defiller.outputs import Form

    write("in/a.md", "# Title\n\nFacts.\n\n[faq] What?\n")
    done = go("annotate", "in/a.md", to=Form(to))
    assert done.code == 0
    assert b"faq" in done.out
    go("annotate", "in", out="marked", to=Form(to))
    assert Path(f"marked/a{suffix}").read_bytes() == done.out


def test_removed_has_everything_that_was_cut(strip, lines):
    write("in/a.txt")
    write("in/b.txt", "[recap] All again.\nFacts.\n[fluff] So.\n")
    strip("in", out="clean", removed=Path("gone.jsonl"))
    got = lines(Path("gone.jsonl"))
    assert [(e["document"], e["index"], e["kind"], e["text"]) for e in got] == [
        ("in/a.txt", 1, "faq", "[faq] What is it?"),
        ("in/b.txt", 0, "recap", "[recap] All again."),
        ("in/b.txt", 2, "fluff", "[fluff] So."),
    ]
    assert PADDED[got[0]["start"] : got[0]["end"]] == got[0]["text"]


def test_documents_over_a_share_are_dropped_and_kept_whole_elsewhere(strip, lines):
    write("in/a.txt")
    write("in/b.txt", "Facts.\n[faq] Only padding here, a lot of it.\n")
    write("clean/b.txt", "what an earlier run made")
    done = strip(
        "in", out="clean", removed=Path("gone.jsonl"), drop_documents_over=0.6, summary="json"
    )
    assert done.code == 0
    assert tree("clean") == ["a.txt"]
    whole = lines(Path("gone.jsonl"))[-1]
    assert whole["text"] == Path("in/b.txt").read_text(encoding="utf-8")
    assert whole["index"] is None
    assert lines(done.out)[-1]["dropped"] == 1


def test_what_goes_is_the_callers_choice(strip):
    write("a.txt", "Facts.\n[faq] F\n[recap] R\n[legal] L\n")
    assert strip("a.txt", keep=("faq,recap",)).out == b"Facts.\n[faq] F\n[recap] R\n"
    assert strip("a.txt", drop=("boilerplate",)).out == b"Facts.\n[faq] F\n[recap] R\n"
    assert strip("a.txt", drop=("faq", "legal")).out == b"Facts.\n[recap] R\n"
    assert strip("a.txt", threshold=0.95).out == Path("a.txt").read_bytes()


def test_the_guard_and_the_language_are_reported(strip):
    write("in/a.txt", "F.\n[faq] Nearly all of it is padding, so it stays.\n")
    write("in/b.txt", "Bonjour à tous.\n[faq] Quoi?\n")
    done = strip("in", out="clean", max_cut=0.5)
    assert done.code == 0
    assert "in/a.txt: more than --max-cut would go" in done.err
    assert "in/b.txt: it is French" in done.err
    assert tree("clean") == ["a.txt", "b.txt"]
    assert Path("clean/a.txt").read_bytes() == Path("in/a.txt").read_bytes()
    assert strip("in", out="clean", max_cut=0.5, quiet=True).err == ""


def test_standard_input_and_its_name(defiller):
    assert defiller("strip", stdin=PADDED.encode()).out == CLEAN
    assert defiller("strip", "-", stdin=PADDED.encode()).out == CLEAN
    page = defiller("strip", "--stdin-name", "page.html.gz", stdin=gzip.compress(PAGE.encode()))
    assert b"Paragraph 8" in page.out
    assert b"<p>" not in page.out
    # Without a name the text itself tells.
    assert defiller("strip", stdin=PAGE.encode()).out == page.out


def test_names_that_shells_dread(strip, lines):
    names = ["with space.txt", "new\nline.txt", "Ünïcødé 記事.txt", "quote'\".txt", "-dash.txt"]
    for name in names:
        write(f"in/{name}")
    write("in/broken\nname.txt", b"\x00\x01\x02")
    done = strip("in", out="clean", removed=Path("gone.jsonl"), errors=Path("bad.jsonl"))
    assert done.code == 1
    assert tree("clean") == sorted(names)
    assert done.err.count("\n") == 1
    assert "'in/broken\\nname.txt'" in done.err
    assert {e["document"] for e in lines(Path("gone.jsonl"))} == {f"in/{n}" for n in names}
    assert lines(Path("bad.jsonl"))[0]["document"] == "in/broken\nname.txt"


@pytest.mark.skipif(os.name == "nt", reason="file names are text there")
def test_a_name_that_is_no_text(strip, lines):
    Path("in").mkdir()
    Path(os.fsdecode(b"in/caf\xe9.txt")).write_bytes(PADDED.encode())
    done = strip("in", out="clean", removed=Path("gone.jsonl"), verbose=True)
    assert done.code == 0
    assert [os.fsencode(p) for p in Path("clean").iterdir()] == [b"clean/caf\xe9.txt"]
    assert os.fsencode(lines(Path("gone.jsonl"))[0]["document"]) == b"in/caf\xe9.txt"


def test_outputs_have_the_rights_that_the_system_gives(strip):
    write("in/a.txt")
    old = os.umask(0o027)
    try:
        strip("in", out="clean", removed=Path("gone.jsonl"))
    finally:
        os.umask(old)
    for path in ("clean/a.txt", "gone.jsonl"):
        assert Path(path).stat().st_mode & 0o777 == 0o640


def test_the_summary(strip, lines):
    write("in/a.txt")
    write("in/b.txt", "[faq] Only this.\n")
    write("in/c.txt", b"\x00")
    done = strip("in", out="clean", summary="json", max_cut=1.0)
    (figures,) = lines(done.out)
    assert figures["articles"] == 2
    assert figures["words"] == 11
    assert figures["words_cut"] == 7
    assert figures["cut_by_kind"] == {"faq": {"paragraphs": 2, "words": 7}}
    assert (figures["emptied"], figures["failed"]) == (1, 1)
    assert figures["model"] == "fake@000000000000"
    text = strip("in", out="clean", summary="text", max_cut=1.0).out.decode()
    assert text.startswith("2 articles, 7 of 11 words (64%) cut; 1 emptied; 1 failed\n")
    assert "faq" in text
    # Standard output is taken: the summary goes beside it.
    alone = strip("in/a.txt", summary="json")
    assert alone.out == CLEAN
    assert '"articles": 1' in alone.err


def test_a_dry_run_writes_nothing(strip, lines):
    write("in/a.txt")
    write("in/x.jsonl", '{"text": "Facts.\\n[faq] Why?"}\n')
    done = strip(
        "in", out="clean", removed=Path("gone.jsonl"), errors=Path("bad.jsonl"), dry_run=True
    )
    assert done.code == 0
    assert tree(".") == ["in/a.txt", "in/x.jsonl"]
    said = done.out.decode().splitlines()
    assert said[0] == "in/a.txt -> clean/a.txt: 1 article, 4 of 8 words (50%) cut"
    assert said[1].startswith("in/x.jsonl -> clean/x.jsonl: 1 article, 2 of 3 words")
    # What would be many outputs on one stream can be tried without a folder.
    assert strip("in", dry_run=True).code == 0
