"""Damaged models: the shipped one changed at random, loaded in a process that may die of it.

Each mutant is settled by its number, so one that is found can be made again:

    python tests/model/mutants.py --count 2000               # numbers 0 to 1999
    python tests/model/mutants.py --first 1234 --count 1     # that one again
    python tests/model/mutants.py --count 300 --whole        # of the whole model, not of 5 rounds
    python tests/model/mutants.py --count 300 --unchecked    # what LightGBM makes of them alone

A mutant either loads, and then scores a sample with finite probabilities and gives finite
reasons, or is refused with a ModelError of one sentence. Anything else is a fault: another
exception, a process that dies, works for more than MOST_WORK seconds or waits for more than
TIMEOUT, more than MOST_MEMORY bytes.
"""

import argparse
import json
import math
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from model_parts import read_parts, shortened
from mutations import mutant, write

MOST_WORK = 10.0  # seconds of processor time a mutant, after which the system ends the process
TIMEOUT = 300.0  # seconds of any kind, for one that waits; sound ones take a tenth of one
MOST_MEMORY = 3 << 30  # of address space; numpy, scikit-learn and LightGBM take one GiB of it
LONGEST_SENTENCE = 600

SAMPLE = """How to sow a lawn
Home > Garden > Lawns
Sow at 20 g a square metre in April, on soil of more than 8 degrees.
Subscribe to our newsletter and get 10% off!
Is April too early?
No, unless the ground is frozen.
Did you know? There are more than 12,000 species of moss in the world!
You may also like: 10 plants that thrive on neglect
"""


def judge(folder):
    """Load and score: ("loaded" or "refused" or "fault", sentence)."""
    from defiller.model.bundle import ModelError
    from defiller.model.scorer import load

    try:
        scorer = load(folder)
    except ModelError as error:
        told = str(error).replace(str(folder), "")
        sound = "\n" not in told and len(told) <= LONGEST_SENTENCE and told.isprintable()
        return ("refused" if sound else "fault"), told
    scored = scorer.score(SAMPLE, "text", threshold=0.5, reasons=True)
    for verdict in scored.verdicts:
        chances = [verdict.padding, verdict.cut_at, *verdict.kinds.values()]
        if not all(0 <= chance <= 1 for chance in chances):
            return "fault", f"a probability of {chances}"
        if abs(sum(verdict.kinds.values()) - verdict.padding) > 1e-6:
            return "fault", f"kinds of {sum(verdict.kinds.values())}, padding {verdict.padding}"
        if not all(math.isfinite(reason.contribution) for reason in verdict.reasons):
            return "fault", "a reason that is not finite"
    return "loaded", ""


def peak():
    """Most memory of this process so far, in kB; 0 where the system does not tell.

    Not that of `getrusage`, which on Linux begins at what the parent had.
    """
    status = Path("/proc/self/status")
    told = status.read_text() if status.exists() else ""
    return int(told.partition("VmHWM:")[2].split()[0]) if "VmHWM:" in told else 0


def serve(whole, unchecked):
    """Judge the mutants whose numbers come in, a line each, and answer with a line each."""
    import resource

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # LightGBM writes to the standard output
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if unchecked:
        import defiller.model.bundle

        defiller.model.bundle.check_trees = lambda *_: None
    parts = read_parts() if whole else shortened(read_parts())
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_PROF, MOST_WORK)
        made = mutant(parts, int(line))
        with tempfile.TemporaryDirectory() as home:
            folder = Path(home) / "model"
            write(made, folder)
            try:
                outcome, told = judge(folder)
            except BaseException:  # whatever it is, it is no ModelError
                outcome, told = "fault", traceback.format_exc()
        print(json.dumps([outcome, told, made.told, peak()]), file=answers, flush=True)


@dataclass
class Found:
    outcomes: Counter = field(default_factory=Counter)
    sentences: Counter = field(default_factory=Counter)
    faults: list = field(default_factory=list)
    peak: int = 0  # kB
    seconds: float = 0.0


class Child:
    def __init__(self, flags):
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        self.lines = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.lines.get()  # "ready", however long it takes

    def _listen(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def ask(self, number):
        """The answer, or why there is none."""
        try:
            print(number, file=self.process.stdin, flush=True)
            line = self.lines.get(timeout=TIMEOUT)
        except queue.Empty:
            return f"waited over {TIMEOUT:g} s"
        except BrokenPipeError:
            line = None
        if line:
            return json.loads(line)
        code = self.process.wait()
        return f"worked over {MOST_WORK:g} s" if code == -signal.SIGPROF else f"died with {code}"

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def run(numbers, whole=False, unchecked=False):
    flags = ["--whole"] * whole + ["--unchecked"] * unchecked
    found, began, child = Found(), time.monotonic(), Child(flags)
    for number in numbers:
        answer = child.ask(number)
        if isinstance(answer, str):
            found.outcomes[answer] += 1
            found.faults.append(f"{number}: {answer}")
            print(found.faults[-1], file=sys.stderr, flush=True)
            child.end()
            child = Child(flags)
            continue
        outcome, told, change, peak = answer
        found.outcomes[outcome] += 1
        found.peak = max(found.peak, peak)
        if outcome == "refused":
            found.sentences[told.partition(";")[0]] += 1
        elif outcome == "fault":
            found.faults.append(f"{number} ({change}): {told}")
    child.end()
    found.seconds = time.monotonic() - began
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    for flag in ("--whole", "--unchecked", "--serve", "--sentences"):
        parser.add_argument(flag, action="store_true")
    asked = parser.parse_args()
    if asked.serve:
        return serve(asked.whole, asked.unchecked)
    found = run(range(asked.first, asked.first + asked.count), asked.whole, asked.unchecked)
    for fault in found.faults:
        print(fault)
    if asked.sentences:
        for sentence, times in found.sentences.most_common():
            print(times, sentence)
    told = ", ".join(f"{times} {outcome}" for outcome, times in found.outcomes.most_common())
    print(f"{asked.count} mutants in {found.seconds:.0f} s, {found.peak // 1024} MB: {told}")
    return bool(found.faults)


if __name__ == "__main__":
    sys.exit(main())
