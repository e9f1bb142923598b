"""Articles and records to run through a scorer that ends its process or its disk, and a look."""

import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from defiller.batch import run
from defiller.job import Job
from defiller.outputs import Action

HERE = Path(__file__).parent
CLI = HERE.parent / "cli"


@pytest.fixture
def strip(monkeypatch, tmp_path, capfdbinary):
    """Runs a job with the deadly scorer, here and in workers: its code and what it said."""
    monkeypatch.chdir(tmp_path)
    for folder in (HERE, CLI):
        monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", f"{HERE}{os.pathsep}{CLI}")
    import deadly_scorer

    end_workers()

    def strip(*inputs, **options):
        capfdbinary.readouterr()
        job = Job(action=Action.STRIP, inputs=inputs, **options)
        code = run(job, deadly_scorer.load_deadly)
        return code, capfdbinary.readouterr().err.decode().splitlines()

    return strip


def end_workers():
    """Workers that another test left would work in its environment: joblib uses them again."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True, kill_workers=True)


@pytest.fixture(scope="session")
def write_articles(many):
    def write_articles(folder, count, **deadly):
        folder = Path(folder)
        folder.mkdir()
        for number in range(count):
            text = deadly.get(f"_{number}", many.article(number))
            (folder / f"{number:03}.txt").write_text(text, encoding="utf-8")

    return write_articles


@pytest.fixture(scope="session")
def write_records(many):
    def write_records(folder, deadly):
        """JSON lines and Parquet of 130 rows; some of the rows are deadly."""
        folder = Path(folder)
        folder.mkdir(exist_ok=True)
        rows = [{"id": n, "text": deadly.get(n, many.article(n))} for n in range(130)]
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "x.jsonl").write_text(lines, encoding="utf-8")
        pq.write_table(pa.Table.from_pylist(rows), folder / "y.parquet")

    return write_records


@pytest.fixture(scope="session")
def check_articles(many):
    def check_articles(folder, numbers):
        """These outputs, each whole, and no others; nothing half written."""
        made = sorted(p.name for p in Path(folder).iterdir() if p.suffix == ".txt")
        assert made == [f"{n:03}.txt" for n in numbers]
        for number in numbers:
            text = Path(folder, f"{number:03}.txt").read_text(encoding="utf-8")
            assert text == many.stripped(number)
        assert not [p.name for p in Path(folder).glob("..*")]

    return check_articles
