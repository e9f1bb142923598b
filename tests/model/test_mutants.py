"""A real model changed at random loads right or is refused; it never takes the process along."""

import os

import pytest

# On a quiet core ten mutants a second. DEFILLER_MUTANTS=2000 pytest -m slow -k mutants
COUNT = int(os.environ.get("DEFILLER_MUTANTS", "100"))


@pytest.mark.slow
def test_mutants_load_right_or_are_refused(mutants):
    """Numbers 0 up to 100, or to DEFILLER_MUTANTS in the environment; mutants.py has the rest."""
    found = mutants.run(range(COUNT))
    assert found.faults == []
    assert found.outcomes["loaded"] + found.outcomes["refused"] == COUNT
    # The changes reach what lies behind the hashes, and not all of them do harm.
    assert found.outcomes["loaded"] >= COUNT / 50
    assert len(found.sentences) >= COUNT / 20
    assert sum("is no sound model" in told for told in found.sentences) >= 10
    assert found.peak < 600 * 1024, "kB"  # scoring itself takes 220 MB
