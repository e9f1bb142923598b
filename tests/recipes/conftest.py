"""The code blocks of the recipes, run as they stand."""

import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest

KEPT = (
    "Moss in the lawn: rake in April, not in autumn\n"
    "Moss grows where grass is thin, and autumn raking makes it thinner: on the trial plots at "
    "Harlow the plots raked in October had 40% more moss by March than the plots left alone.\n"
    "Rake when the grass has been mown twice, and sow the bare patches the same day at 20 g a "
    "square metre."
)
PROMPT = "Sign up for our newsletter and get 10% off your first order!"
PADDED = f"{KEPT}\n{PROMPT}\n"


@pytest.fixture(scope="session")
def article():
    """An article with a line of padding, and what is to be kept of it."""
    return SimpleNamespace(padded=PADDED, kept=KEPT, prompt=PROMPT)


@pytest.fixture(scope="session")
def recipe():
    """Gives the code block under a heading of the recipes, or of another page beside them."""

    def recipe(heading, page="RECIPES.md"):
        text = (files("defiller.pipelines") / page).read_text("utf-8")
        section = re.search(
            rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
        )
        assert section, f"{page} has no recipe {heading!r}"
        (block,) = re.findall(r"^```\w+\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
        return block

    return recipe


@pytest.fixture
def run(recipe, tmp_path, monkeypatch):
    """Runs a recipe of Python in a folder with articles, and gives its names."""
    monkeypatch.chdir(tmp_path)
    rows = [{"id": "padded", "text": PADDED}, {"id": "clean", "text": KEPT}]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    Path("articles.jsonl").write_text(lines, encoding="utf-8")
    Path("article.txt").write_text(PADDED, encoding="utf-8")

    def run(heading):
        names = {"__name__": "recipe"}
        exec(compile(recipe(heading), "RECIPES.md", "exec"), names)
        return names

    return run


@pytest.fixture
def script(recipe, tmp_path):
    """Runs a recipe of the page on scale as a program of its own, in a folder of its own."""

    def script(heading):
        (tmp_path / "recipe.py").write_text(recipe(heading, "README.md"), encoding="utf-8")
        return subprocess.run(
            [sys.executable, "recipe.py"],
            cwd=tmp_path,
            # Engines of this machine only, which tell nobody and starve beside nobody.
            env={
                **os.environ,
                "PYSPARK_PYTHON": sys.executable,
                "RAY_USAGE_STATS_ENABLED": "0",
                "RAY_worker_niceness": "0",
                "SPARK_LOCAL_IP": "127.0.0.1",
            },
            capture_output=True,
            text=True,
            timeout=600,
        )

    return script
