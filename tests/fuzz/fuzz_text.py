"""Fuzz reading, signals, strip and annotate, guided by coverage.

    pip install 'defiller[fuzz]'
    nice python tests/fuzz/fuzz_text.py -max_total_time=600

Arguments are libFuzzer's; the seeds of ``corpus/`` are read first and nothing is written there.
`invariants.check_input` says how an input is read. One that breaks an invariant, or takes longer
than ``-timeout``, ends the run and is written to the working folder as ``crash-…`` or
``timeout-…``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# What is imported here counts as covered code; numpy and LightGBM would only be slower.
with atheris.instrument_imports(include=["defiller", "markdown_it"]):
    import invariants


def main() -> None:
    """Hand over to libFuzzer, which ends the process."""
    for seed in sorted((HERE / "corpus").iterdir()):
        invariants.check_input(seed.read_bytes())  # loads everything before anything is timed
    given = sys.argv[1:]
    with tempfile.TemporaryDirectory() as found:
        # What is found goes to the first folder; the seeds are only read.
        folders = [a for a in given if not a.startswith("-")] or [found]
        options = [a for a in given if a.startswith("-")]
        limits = ["-timeout=60", "-rss_limit_mb=3000", "-max_len=4096"]
        atheris.Setup(
            [sys.argv[0], *limits, *options, *folders, str(HERE / "corpus")], invariants.check_input
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
