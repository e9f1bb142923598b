"""The shipped model cut to a few rounds, and the module that damages it."""

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mutants():
    spec = importlib.util.spec_from_file_location("mutants", Path(__file__).parent / "mutants.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def small_parts(mutants):
    """Names and bytes of a sound model's parts, hashes and all."""
    return mutants.shortened(mutants.read_parts())
