"""trafilatura piped into defiller piped into jq."""

import shutil

import pytest

PAGE = """<!doctype html><html><head><title>Moss</title></head><body>
<nav><a href="/">Home</a> <a href="/lawns">Lawns</a></nav><article>{paragraphs}</article>
</body></html>"""


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_a_page_goes_through_the_pipe(recipe, shell, article, tmp_path):
    paragraphs = "\n".join(f"<p>{line}</p>" for line in article.padded.splitlines())
    (tmp_path / "page.html").write_text(PAGE.format(paragraphs=paragraphs), encoding="utf-8")
    done = shell(recipe("The shell: trafilatura, defiller, jq"))
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "article.txt").read_text(encoding="utf-8")
    assert written.rstrip("\n") == article.kept
