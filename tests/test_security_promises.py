"""SECURITY.md names a test for every threat, and every test that it names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROWS = [
    line
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| Threat", "|---"))
]


@cache
def functions_of(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_there_are_threats():
    assert len(ROWS) > 15


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:50])
def test_every_threat_has_tests_that_exist(row):
    threat, outcome, tests = (cell.strip() for cell in row.strip("|").split(" | "))
    assert threat
    assert outcome
    named = NAMED.findall(tests)
    assert named, "no test"
    # Nothing stands in the cell but names of tests, so that none is misspelt past this check.
    assert re.sub(r"[,\s|]", "", NAMED.sub("", tests)) == ""
    for path, name in named:
        assert name.startswith("test_")
        assert (ROOT / path).is_file(), path
        assert name in functions_of(path), f"{path} has no {name}"


def test_no_address_is_given_but_the_repository():
    assert "@" not in PAGE
    assert "://" not in PAGE
