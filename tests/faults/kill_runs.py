"""Kill a batch at random moments, go on with it, and look whether anything was lost.

    nice python tests/faults/kill_runs.py --runs 200

A run works through 500 articles in files and 450 in record files: in every eighth with the shipped
model, in the others with the scorer of the tests of the command line, which starts sooner. It is
killed one to three times (SIGKILL), half of the times after a random time, half of them before a
random step on its files (opening to write, renaming, removing, linking), then resumed until it
ends. After each kill whatever stands in its place must be whole; in the end every article's output
must stand there once, what was cut and what failed must be told once, and the inputs must be as
they were, in content and in time of change. Everything is compared with a run that was left alone.

`test_kills.py` does the first ten seeds.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from contextlib import redirect_stderr, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from defiller import batch, judging
from defiller.job import Job
from defiller.outputs import Action

# What runs are forked with is imported once: a run that starts anew takes most of its time.
FAKE = Path(__file__).resolve().parent.parent / "cli"
sys.path.insert(0, str(FAKE))
os.environ["PYTHONPATH"] = os.pathsep.join([str(FAKE), os.environ.get("PYTHONPATH", "")])
import fake_scorer  # noqa: E402

ARTICLES = 500
ROWS = 150  # in each of three record files: several chunks of 64
MOST_KILLS = 3
REAL_EVERY = 8

STEPS = {"os.rename", "os.remove", "os.link", "os.mkdir", "os.truncate"}


def article(number: int) -> str:
    """Substance that names its number, and padding that is cut."""
    facts = (
        f"Bridge {number} at Wareham was built in {1700 + number % 200} by Ada Pike & Sons.",
        f"It is {10 + number} m long, carries {number * 3} carts a day, and cost £{number}40.",
    )
    padding = "Share this post on Facebook! [promotion]"
    return f"The bridge of parish {number}\n{facts[0]}\n{facts[1]}\n{padding}\n"


def write_inputs(folder: Path) -> None:
    """500 articles, one of them broken, and three record files."""
    for number in range(ARTICLES):
        path = folder / f"part{number % 3}" / f"{number:04}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        if number % 50 == 49:
            path = path.with_suffix(".txt.gz")
            path.write_bytes(gzip.compress(article(number).encode()))
        else:
            path.write_bytes(article(number).encode() if number != 77 else b"\0 no text")
    rows = [{"id": str(n), "text": article(n)} for n in range(ROWS)]
    lines = [json.dumps(row).encode() for row in rows]
    lines[70] = b'{"id": "broken", "text": 1}'
    (folder / "x.jsonl.gz").write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    quoted = ('"{}"'.format(row["text"].replace('"', '""')) for row in rows)
    cells = [f"{n},{text}" for n, text in enumerate(quoted)]
    (folder / "y.csv").write_text("\n".join(["id,text", *cells]) + "\n", encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(rows), folder / "z.parquet", row_group_size=40)


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    """Hash and time of change of every file."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {
        p.relative_to(folder).as_posix(): (
            hashlib.sha256(p.read_bytes()).hexdigest(),
            p.stat().st_mtime_ns,
        )
        for p in files
    }


def contents(path: Path) -> object:
    """What a file says, whatever blocks it was compressed in."""
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    return path.read_bytes()


def outputs(folder: Path) -> dict[str, object]:
    """Contents of every file that is not hidden."""
    files = (p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    return {p.relative_to(folder).as_posix(): contents(p) for p in sorted(files)}


def hidden(folder: Path) -> list[str]:
    """Files that a run leaves only where it was stopped."""
    return sorted(p.name for p in folder.rglob(".*") if p.is_file())


def lines(path: Path) -> list[bytes]:
    """The lines of a file in order of their bytes."""
    return sorted(path.read_bytes().splitlines())


class Steps:
    """Counts steps on files below a folder and kills the process group before one of them."""

    def __init__(self, folder: Path, at: int) -> None:
        self.folder, self.at, self.done = folder, at, 0
        sys.addaudithook(self.look)

    def look(self, event: str, arguments: tuple) -> None:
        """The hook: every file that Python opens, renames, removes or links comes by."""
        if event == "open":
            if not arguments[2] & (os.O_WRONLY | os.O_RDWR):
                return
        elif event not in STEPS:
            return
        name = arguments[0]
        if isinstance(name, (str, os.PathLike)) and (self.folder / name).is_relative_to(
            self.folder
        ):
            self.done += 1
            if self.done == self.at:
                os.killpg(0, signal.SIGKILL)


@dataclass(frozen=True)
class Request:
    """What is asked for, and of which scorer."""

    mode: str
    jobs: int
    fake: bool

    @property
    def job(self) -> Job:
        return Job(
            action=Action.SCORE if self.mode == "score" else Action.STRIP,
            inputs=("in",),
            out=None if self.mode == "in-place" else "clean",
            in_place=self.mode == "in-place",
            removed=None if self.mode == "score" else Path("gone.jsonl"),
            errors=Path("bad.jsonl"),
            jobs=self.jobs,
            resume=True,
            quiet=True,
        )

    @property
    def folder(self) -> str:
        return "in" if self.mode == "in-place" else "clean"

    def start(self, run: Path, step: int = 0) -> int:
        """Start a run in a process group of its own that is killed before a step, 0 for none."""
        child = os.fork()
        if child:
            return child
        code = 99
        try:
            os.setsid()
            os.chdir(run)
            steps = Steps(run, step)
            with Path("said").open("w", encoding="utf-8") as said, redirect_stderr(said):
                load = fake_scorer.load_fake if self.fake else judging.load_scorer
                code = batch.run(self.job, load)
                Path("steps").write_text(str(steps.done))
        finally:
            os._exit(code)

    def state(self, run: Path) -> dict[str, object]:
        """All that a run writes."""
        removed = {} if self.mode == "score" else {"gone.jsonl": lines(run / "gone.jsonl")}
        return {**outputs(run / self.folder), **removed, "bad.jsonl": lines(run / "bad.jsonl")}


@dataclass(frozen=True)
class Alone:
    """What a run that was left alone made, in how many seconds and steps."""

    state: dict[str, object]
    seconds: float
    steps: int


def ended(child: int) -> int:
    """The exit code of a child when it has ended; negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Kills:
    """Runs that are killed and resumed.

    Attributes
    ----------
    kills : dict of str to int
        Runs that were killed, by what decided when.
    whole : int
        Outputs that stood in their places after the kills, all of them whole.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        write_inputs(folder / "in")
        self.before = snapshot(folder / "in")
        self.kills = {"time": 0, "step": 0}
        self.whole = 0
        self._alone: dict[tuple[str, bool], Alone] = {}

    def fresh(self, name: str) -> Path:
        """A folder with a copy of the inputs, times of change included."""
        run = self.folder / name
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir()
        shutil.copytree(self.folder / "in", run / "in")
        return run

    def alone(self, request: Request) -> Alone:
        """The same request left alone in one process; worked out once."""
        key = (request.mode, request.fake)
        if key not in self._alone:
            run = self.fresh(f"alone-{request.mode}")
            started = time.monotonic()
            code = ended(replace(request, jobs=1).start(run))
            assert code == 1, (run / "said").read_text()  # one article and one row are broken
            assert not hidden(run)
            steps = int((run / "steps").read_text())
            self._alone[key] = Alone(request.state(run), time.monotonic() - started, steps)
        return self._alone[key]

    def once(self, seed: int) -> None:
        """Kill, resume and compare, as one seed says."""
        chance = random.Random(seed)
        mode = chance.choice(["strip", "strip", "strip", "in-place", "score"])
        request = Request(mode, chance.choice([1] * 9 + [2]), fake=seed % REAL_EVERY != 0)
        alone = self.alone(request)
        run = self.fresh(f"run{seed}")
        for _ in range(chance.randint(1, MOST_KILLS)):
            self.kill(run, request, alone, chance)
            self.look(run, request, alone)
        assert ended(request.start(run)) == 1, (seed, (run / "said").read_text())
        state = request.state(run)
        assert state.keys() == alone.state.keys(), (seed, state.keys() ^ alone.state.keys())
        different = [name for name in state if state[name] != alone.state[name]]
        assert not different, (seed, different)
        assert not hidden(run), (seed, hidden(run))
        self.check_inputs(run, request)
        shutil.rmtree(run)

    def kill(self, run: Path, request: Request, alone: Alone, chance: random.Random) -> None:
        """One run that is killed; it may be done before."""
        by = "time" if request.jobs > 1 else chance.choice(["time", "step"])
        step = chance.randint(1, alone.steps) if by == "step" else 0
        child = request.start(run, step)
        if by == "time":
            # Several processes start more slowly.
            time.sleep(chance.uniform(0, alone.seconds * (3 if request.jobs > 1 else 1)))
            with suppress(ProcessLookupError):  # it was faster
                os.killpg(child, signal.SIGKILL)
        code = ended(child)
        assert code in (1, -signal.SIGKILL), (run / "said").read_text()
        self.kills[by] += code == -signal.SIGKILL

    def look(self, run: Path, request: Request, alone: Alone) -> None:
        """Whatever stands in its place is whole or, in place, still the input."""
        for name, made in outputs(run / request.folder).items():
            if made == alone.state.get(name):
                self.whole += 1
            else:
                name = name.removesuffix(".orig")
                assert request.mode == "in-place", name
                assert made == contents(self.folder / "in" / name), name
        self.check_inputs(run, request)

    def check_inputs(self, run: Path, request: Request) -> None:
        """The inputs are as they were; where they are overwritten, each is there as well."""
        if request.mode != "in-place":
            assert snapshot(run / "in") == self.before
            return
        for name in self.before:
            kept = run / "in" / f"{name}.orig"
            path = kept if kept.exists() else run / "in" / name
            assert path.read_bytes() == (self.folder / "in" / name).read_bytes(), name


def main() -> int:
    """Run so many seeds and print what was done."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    given = parser.parse_args()
    started = time.monotonic()
    judging.load_scorer(None)
    with tempfile.TemporaryDirectory(prefix="defiller-kills-") as folder:
        runs = Kills(Path(folder))
        for seed in range(given.first, given.first + given.runs):
            runs.once(seed)
            if sys.stderr.isatty() or seed % 10 == 9:
                print(f"seed {seed}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    print(
        json.dumps(
            {
                "runs": given.runs,
                "kills": sum(runs.kills.values()),
                "by": runs.kills,
                "whole outputs seen after kills": runs.whole,
                "seconds": round(time.monotonic() - started),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
