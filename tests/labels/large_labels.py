"""Make a label file of any size and see how much memory and time the commands on it take.

    nice -n 15 python tests/labels/large_labels.py --gigabytes 2

The articles are made of random words, no two alike, with paragraphs as long as those of the
labelled web articles (38 words on average), one in five padding. Prints for each command its
seconds, and the most memory that it held (resident, in megabytes).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

WORDS = 20_000
PARAGRAPHS = 45  # of an article
LENGTHS = (3, 12, 25, 60, 90)  # words of a paragraph
KINDS = ("substance",) * 4 + ("promotion",)


def write(path: Path, size: int) -> int:
    """Write articles until the file has that many bytes; how many there are."""
    random = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = ["".join(random.choice(letters, int(n))) for n in random.integers(2, 10, WORDS)]
    count = written = 0
    with path.open("w", encoding="utf-8") as out:
        while written < size:
            lengths = random.choice(LENGTHS, PARAGRAPHS)
            drawn = iter(random.integers(0, WORDS, int(lengths.sum())).tolist())
            kinds = random.integers(0, len(KINDS), PARAGRAPHS)
            paragraphs = [
                {"text": " ".join(words[next(drawn)] for _ in range(length)), "kind": KINDS[kind]}
                for length, kind in zip(lengths.tolist(), kinds.tolist(), strict=True)
            ]
            record = {"id": f"d{count}", "group": f"g{count % 997}", "paragraphs": paragraphs}
            written += out.write(json.dumps(record) + "\n")
            count += 1
    return count


def measure(arguments: list[str]) -> tuple[int, float, float]:
    """The exit code, the seconds and the megabytes of one command."""
    code = (
        "import resource, sys; from defiller.__main__ import main; ended = main(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); "
        "sys.exit(ended)"
    )
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    return done.returncode, time.monotonic() - begun, int(done.stderr.split()[-1]) / 1024


def main() -> None:
    """Make the file and go through the commands."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument(
        "--folder", type=Path, default=None, help="where there is room for twice as much"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as made:
        path, out = Path(made) / "large.jsonl", Path(made) / "out.csv"
        count = write(path, int(given.gigabytes * 1e9))
        size = path.stat().st_size / 1e9
        print(f"{size:.2f} GB, {count:,} articles, {count * PARAGRAPHS:,} paragraphs", flush=True)
        for command in (
            ["labels", "stats", str(path)],
            ["labels", "convert", str(path), "--out", str(out)],
            ["labels", "check", str(path)],
        ):
            code, seconds, megabytes = measure(command)
            print(
                f"{' '.join(command[:2])}: exit code {code}, {seconds:.0f} s, {megabytes:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
