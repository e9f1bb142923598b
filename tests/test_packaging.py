"""What is installed is what the clone holds, whole, and costs nothing until it is used."""

import ast
import json
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import defiller

ROOT = Path(__file__).resolve().parents[1]
# From below to above: a room imports from itself and from those before it.
ROOMS = {
    "features": "features",
    "labels": "labels",
    "model": "model",
    "training": "training",
    "defiller": "src/defiller",
}
NOT_PACKED = {".pyc"}
HEAVY = ["lightgbm", "sklearn", "trafilatura", "justext", "scipy", "pandas", "numpy", "joblib"]
MOST_LINES = 350


def files_of(room, root=ROOT):
    folder = root / ROOMS[room]
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in NOT_PACKED
    )


def installed_folder(room):
    """Where the installed package keeps a room, wherever it was installed from."""
    home = Path(defiller.__file__).parent
    if home == ROOT / "src" / "defiller":  # an editable install
        return ROOT / ROOMS[room]
    return home if room == "defiller" else home / room


MODULES = [(room, path) for room in ROOMS for path in files_of(room) if path.suffix == ".py"]


def module_name(room, path):
    parts = path.relative_to(ROOT / ROOMS[room]).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join(["defiller", *([] if room == "defiller" else [room]), *parts])


def imported_by(room, path):
    """Full names of the defiller modules that a module imports anywhere in it."""
    package = module_name(room, path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == "defiller")


def room_of(name):
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else "defiller"


@pytest.mark.parametrize(
    ("room", "path"), MODULES, ids=[str(path.relative_to(ROOT)) for _, path in MODULES]
)
def test_imports_point_one_way(room, path):
    order = list(ROOMS)
    above = {
        name for name in imported_by(room, path) if order.index(room_of(name)) > order.index(room)
    }
    assert not above


@pytest.mark.parametrize("room", ROOMS)
def test_a_module_has_one_subject_and_so_many_lines(room):
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files_of(room)
        if path.suffix == ".py"
        and (lines := path.read_text(encoding="utf-8").count("\n")) > MOST_LINES
    }
    assert not long


@pytest.mark.parametrize("room", ROOMS)
def test_the_installed_package_is_what_the_clone_holds(room):
    """Fails too where the install is older than the clone: install again."""
    folder = installed_folder(room)
    for path in files_of(room):
        twin = folder / path.relative_to(ROOT / ROOMS[room])
        assert twin.is_file(), f"{path.relative_to(ROOT)} was not packed"
        assert twin.read_bytes() == path.read_bytes(), f"{twin} is another version"


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_is_installed_that_the_clone_lacks(room):
    folder = installed_folder(room)
    expected = {path.relative_to(ROOT / ROOMS[room]) for path in files_of(room)}
    elsewhere = set(ROOMS) - {"defiller"} if room == "defiller" else set()
    found = {
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in NOT_PACKED
    }
    assert {path for path in found if path.parts[0] not in elsewhere} == expected


def test_the_version_is_one():
    with (ROOT / "pyproject.toml").open("rb") as file:
        declared = tomllib.load(file)["project"]["version"]
    assert defiller.__version__ == declared == version("defiller")


def run(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, timeout=120
    )


def loaded_by(code):
    """Which heavy libraries are loaded after some code."""
    done = run("-c", f"{code}\nimport json, sys\nprint(json.dumps(list(sys.modules)))")
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "defiller" in loaded
    return loaded.intersection(HEAVY)


def test_importing_loads_nothing_heavy():
    assert loaded_by("import defiller") == set()
    assert loaded_by("from defiller import Kind, Group") == set()


HELP = """
import contextlib, io, runpy, sys
sys.argv = ["defiller", "--help"]
with contextlib.redirect_stdout(io.StringIO()) as out:
    try:
        runpy.run_module("defiller", run_name="__main__")
    except SystemExit as ended:
        assert not ended.code, ended.code
assert "strip" in out.getvalue()
"""


def test_the_help_loads_nothing_heavy():
    assert loaded_by(HELP) == set()


def test_scoring_text_loads_no_html_reader_and_nothing_that_only_training_needs():
    """Takes the shipped model. LightGBM's own library is called without its package."""
    loaded = loaded_by("import defiller\ndefiller.score('The bridge opens at 7 am.')")
    assert loaded == {"numpy"}


def test_it_runs_as_a_module_from_anywhere(tmp_path):
    """A folder named like the package in the root of the clone would hide the package there."""
    outcomes = {run("-m", "defiller", "--help", cwd=place).stdout for place in (ROOT, tmp_path)}
    assert len(outcomes) == 1
    assert "strip" in outcomes.pop()


def test_no_folder_of_the_clone_hides_the_package():
    assert not (ROOT / "defiller").exists()
    assert not (ROOT / "tests" / "__init__.py").exists()


def test_every_name_of_the_front_door_is_there():
    """Takes the shipped model."""
    for name in defiller.__all__:
        assert getattr(defiller, name) is not None
    assert set(defiller.__all__) <= set(dir(defiller))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'scores'"):
        _ = defiller.scores


def test_the_default_scorer_is_loaded_once():
    """Takes the shipped model."""
    assert defiller.score.__self__ is defiller.strip.__self__
    assert isinstance(defiller.score.__self__, defiller.Scorer)


@pytest.mark.slow
def test_a_removed_module_does_not_come_back_in_the_next_wheel(tmp_path):
    """Builds two wheels in a copy of the clone; takes pip and, unless cached, the index."""
    import shutil
    import zipfile

    clone = tmp_path / "clone"
    hidden = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist")
    shutil.copytree(ROOT, clone, ignore=hidden)
    passing = clone / "features" / "passing.py"

    def wheel(number):
        out = tmp_path / f"wheel{number}"
        done = run("-m", "pip", "wheel", "-q", "--no-deps", "-w", str(out), str(clone))
        assert done.returncode == 0, done.stderr
        return set(zipfile.ZipFile(next(out.glob("*.whl"))).namelist())

    before = {path.name for path in clone.iterdir()}
    passing.write_text('"""Here today."""\n', encoding="utf-8")
    assert "defiller/features/passing.py" in wheel(1)
    passing.unlink()
    names = wheel(2)
    assert "defiller/features/passing.py" not in names
    for room in ROOMS:
        below = "defiller" if room == "defiller" else f"defiller/{room}"
        for path in files_of(room, clone):
            assert f"{below}/{path.relative_to(clone / ROOMS[room]).as_posix()}" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert {path.name for path in clone.iterdir()} == before
