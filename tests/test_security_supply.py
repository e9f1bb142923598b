"""What the checks run with is settled: releases and hashes of their files, newest and oldest."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("packaging", reason="it comes with pytest")

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
NEWEST = ROOT / ".ci" / "constraints.txt"
OLDEST = ROOT / ".ci" / "oldest.txt"
PINNED = re.compile(
    r"([A-Za-z0-9._-]+)==([^ ;\\]+)( ; [^\\]+)? \\\n"
    r"((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)"
)


def project():
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def pins(path):
    """Versions by name; a name has several where they go by the version of Python."""
    found = {}
    for name, version, _, _ in PINNED.findall(path.read_text(encoding="utf-8")):
        found.setdefault(canonicalize_name(name), []).append(Version(version))
    return found


def wanted(extras):
    about = project()
    optional = about["project"]["optional-dependencies"]
    lines = [*about["project"]["dependencies"], *about["build-system"]["requires"]]
    lines += [line for extra in extras for line in optional[extra]]
    return [Requirement(line) for line in lines]


def extras_of_the_checks():
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    return re.search(r"^extras=(.+)$", text, re.MULTILINE)[1].split(",")


@pytest.mark.parametrize("path", [NEWEST, OLDEST], ids=lambda path: path.name)
def test_every_line_is_a_release_with_hashes_and_none_names_an_index(path):
    text = path.read_text(encoding="utf-8")
    assert PINNED.sub("", text).splitlines() == ["# Written by .ci/lock."]
    assert "://" not in text


@pytest.mark.parametrize(
    ("path", "extras"), [(NEWEST, extras_of_the_checks()), (OLDEST, ["test"])], ids=["new", "old"]
)
def test_every_dependency_has_a_release_that_is_allowed(path, extras):
    """Fails where pyproject.toml or the extras in .ci/run changed: run .ci/lock."""
    settled = pins(path)
    for requirement in wanted(extras):
        versions = settled.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement} is not in {path.name}"
        for version in versions:
            assert requirement.specifier.contains(version), f"{requirement}, not {version}"


def test_the_oldest_releases_are_those_that_pyproject_names():
    """So that what it allows is what was tested."""
    settled = pins(OLDEST)
    for requirement in wanted(["test"]):
        (bound,) = requirement.specifier
        assert bound.operator == ">="
        (version,) = settled[canonicalize_name(requirement.name)]
        lowest = Version(bound.version).release
        assert version.release[: len(lowest)] == lowest, f"{requirement} became {version}"


def test_extras_are_named_once():
    extras = extras_of_the_checks()
    assert sorted(set(extras)) == sorted(extras)
    assert set(extras) <= project()["project"]["optional-dependencies"].keys()


def test_no_file_of_the_checks_names_a_registry():
    for path in (ROOT / ".ci").iterdir():
        assert not re.search(r"index-url|https?://", path.read_text(encoding="utf-8")), path


def test_the_scripts_are_sound_bash():
    for name in ("run", "lock", "oldest"):
        subprocess.run(["bash", "-n", str(ROOT / ".ci" / name)], check=True)
