"""The shipped model cut to a few rounds, folders with it, and the modules that damage it."""

import importlib
from pathlib import Path

import pytest

from defiller.model.bundle import ModelError
from defiller.model.scorer import load

HERE = Path(__file__).parent


def module(name):
    """A module of this folder, imported as the scripts in it do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE)
        return importlib.import_module(name)


@pytest.fixture(scope="session")
def mutants():
    return module("mutants")


@pytest.fixture(scope="session")
def model_parts():
    return module("model_parts")


@pytest.fixture(scope="session")
def small_parts(model_parts):
    """Names and bytes of a sound model's parts, hashes and all."""
    return model_parts.shortened(model_parts.read_parts())


@pytest.fixture
def folder(tmp_path, small_parts):
    target = tmp_path / "model"
    target.mkdir()
    for name, data in small_parts.items():
        (target / name).write_bytes(data)
    return target


@pytest.fixture
def refused(folder):
    def refused(match=None):
        with pytest.raises(ModelError, match=match) as caught:
            load(folder)
        told = str(caught.value).replace(str(folder), "")
        assert told.isprintable()  # no line breaks, no control characters for a terminal
        assert len(told) < 300

    return refused
