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
import hashlib
import json
import math
import os
import queue
import random
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

from defiller.model.bundle import PRETRAINED
from defiller.model.record import hash_of

ROUNDS = 5  # of each booster: every kind of line is there, and a load takes milliseconds
MOST_WORK = 10.0  # seconds of processor time a mutant, after which the system ends the process
TIMEOUT = 300.0  # seconds of any kind, for one that waits; sound ones take a tenth of one
MOST_MEMORY = 3 << 30  # of address space; numpy, scikit-learn and LightGBM take one GiB of it
SEALED = 0.9  # share of the mutants whose hashes are made right again, to get past them
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

# -- parts --------------------------------------------------------------------------------


def read_parts(folder=PRETRAINED):
    names = ("model.json", "padding.txt", "kinds.txt", "words.npy", "kind_words.npy")
    return {name: (folder / name).read_bytes() for name in names}


def shortened(parts, rounds=ROUNDS):
    """The model with the first rounds of its boosters only, hashes and all."""
    import lightgbm as lgb

    made = dict(parts)
    for name in ("padding.txt", "kinds.txt"):
        booster = lgb.Booster(model_str=parts[name].decode())
        made[name] = booster.model_to_string(num_iteration=rounds).encode()
    return sealed(made)


def sealed(parts):
    """The same parts with right hashes, as far as there is a record to hold them."""
    try:
        record = json.loads(parts["model.json"])
        for name in record["parts"]:
            record["parts"][name] = hashlib.sha256(parts[name]).hexdigest()
        record["hash"] = hash_of(record)
    except (ValueError, KeyError, TypeError, RecursionError):
        return parts
    return {**parts, "model.json": json.dumps(record).encode()}


def resized(text):
    """A booster's text with the sizes of its trees right again, so that the trees are looked at."""
    head, mark, rest = text.partition(b"\n\nTree=")
    trees, end, tail = (mark[2:] + rest).partition(b"end of trees")
    sizes = [len(b"Tree=" + tree) for tree in trees.split(b"Tree=")[1:]]
    lines = [
        b"tree_sizes=" + b" ".join(b"%d" % size for size in sizes)
        if line.startswith(b"tree_sizes=")
        else line
        for line in head.split(b"\n")
    ]
    return b"\n".join(lines) + b"\n\n" + trees + end + tail


# -- changes: (random, bytes) -> bytes ----------------------------------------------------


def flip(rnd, data):
    place = rnd.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << rnd.randrange(8)]) + data[place + 1 :]


def truncate(rnd, data):
    return data[: rnd.randrange(len(data))]


def insert(rnd, data):
    place = rnd.randrange(len(data))
    junk = rnd.choice([b"\0", b"\r", b"\n", b" ", b"=", b"Tree=", b"\xff\xfe", b"[", b"9" * 400])
    return data[:place] + junk + data[place:]


def repeat(rnd, data):
    """A stretch of the file twice."""
    start = rnd.randrange(len(data))
    stop = min(len(data), start + rnd.randrange(1, 4000))
    return data[:stop] + data[start:]


def cut_out(rnd, data):
    start = rnd.randrange(len(data))
    return data[:start] + data[start + rnd.randrange(1, 4000) :]


def drop_line(rnd, data):
    lines = data.split(b"\n")
    del lines[rnd.randrange(len(lines))]
    return b"\n".join(lines)


def double_line(rnd, data):
    lines = data.split(b"\n")
    place = rnd.randrange(len(lines))
    return b"\n".join([*lines[: place + 1], *lines[place:]])


def swap_lines(rnd, data):
    lines = data.split(b"\n")
    one, other = rnd.randrange(len(lines)), rnd.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def swap_alike(rnd, data):
    """Two lines of one key change places: what two trees say of one thing."""
    lines = data.split(b"\n")
    key = lines[rnd.randrange(len(lines))].partition(b"=")[0]
    alike = [n for n, line in enumerate(lines) if line.partition(b"=")[0] == key]
    one, other = rnd.choice(alike), rnd.choice(alike)
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


NUMBERS = [
    *(b"-1", b"0", b"1", b"2", b"62", b"63", b"-63", b"-64", b"257", b"258", b"100000"),
    *(b"2147483647", b"2147483648", b"-2147483648", b"4294967296", b"9" * 30, b"9" * 5000),
    *(b"nan", b"inf", b"-inf", b"1e308", b"-1e308", b"1e999", b"-1e999", b"1e-320", b"-0"),
    *(b"", b" ", b"x", b"0x10", b"1_0", b"1e5e5", b"1-2", b"+5", b".5", b"5.", b"1,5", b"NA"),
]


def change_number(rnd, data):
    """A number of a line that has some."""
    lines = data.split(b"\n")
    places = [n for n, line in enumerate(lines) if b"=" in line[:20]]
    place = rnd.choice(places)
    key, _, value = lines[place].partition(b"=")
    tokens = value.split(b" ")
    token = rnd.randrange(len(tokens))
    tokens[token] = rnd.choice([*NUMBERS, rnd.choice(tokens), b"%d" % rnd.randrange(-70, 300)])
    lines[place] = key + b"=" + b" ".join(tokens)
    return b"\n".join(lines)


def change_count(rnd, data):
    """One number of a line more, or one less."""
    lines = data.split(b"\n")
    place = rnd.choice([n for n, line in enumerate(lines) if line.count(b" ") > 3])
    key, _, value = lines[place].partition(b"=")
    tokens = value.split(b" ")
    if rnd.random() < 0.5:
        tokens.pop(rnd.randrange(len(tokens)))
    else:
        tokens.insert(rnd.randrange(len(tokens)), rnd.choice(tokens))
    lines[place] = key + b"=" + b" ".join(tokens)
    return b"\n".join(lines)


def change_children(rnd, data):
    """A child of a tree becomes another one of its nodes or leaves, or two change places."""
    lines = data.split(b"\n")
    places = [n for n, line in enumerate(lines) if line[:11] in (b"left_child=", b"right_child")]
    one = rnd.choice(places)
    key, _, value = lines[one].partition(b"=")
    tokens = value.split(b" ")
    a, b = rnd.randrange(len(tokens)), rnd.randrange(len(tokens))
    if rnd.random() < 0.5:
        tokens[a], tokens[b] = tokens[b], tokens[a]
    else:
        tokens[a] = b"%d" % rnd.randrange(-len(tokens) - 2, len(tokens) + 2)
    lines[one] = key + b"=" + b" ".join(tokens)
    return b"\n".join(lines)


def change_values(rnd, data):
    """Thresholds, leaves or signals of a tree, all sound by themselves: the mutant should load."""
    lines = data.split(b"\n")
    key = rnd.choice([b"threshold=", b"leaf_value=", b"split_feature=", b"split_gain="])
    place = rnd.choice([n for n, line in enumerate(lines) if line.startswith(key)])
    tokens = lines[place][len(key) :].split(b" ")
    whole = key == b"split_feature="
    for token in rnd.sample(range(len(tokens)), rnd.randrange(1, len(tokens) + 1)):
        value = rnd.randrange(0, 250) if whole else rnd.uniform(-90, 90)
        tokens[token] = repr(value).encode()
    lines[place] = key + b" ".join(tokens)
    return b"\n".join(lines)


def change_parameter(rnd, data):
    lines = data.split(b"\n")
    place = rnd.choice([n for n, line in enumerate(lines) if line.startswith(b"[")])
    name = lines[place][1:].partition(b":")[0]
    value = rnd.choice([b"/etc/passwd", b"1", b'"', b"a:b", b"x" * 5000, b"]", b"", b"10.0.0.1"])
    lines[place] = b"[" + name + b": " + value + b"]"
    return b"\n".join(lines)


BYTES = [flip, flip, truncate, insert, repeat, cut_out]
LINES = [drop_line, double_line, swap_lines, swap_alike]
TREES = [change_number, change_number, change_children, change_children, change_count]
TREES = [*TREES, change_values, change_parameter, *BYTES, *LINES]

VALUES = [
    *(None, True, False, 0, -1, 1, 2, 99, 10**30, 10**400, 0.5, -0.5, 1e308, -1e308),
    *(math.nan, math.inf, -math.inf, "", "x", "substance", "../../etc/passwd", "\n\x1b[2J", "é"),
    *([], [[]], {}, {"a": 1}, [None], ["x"], [1e308], [True]),
]


def change_entry(rnd, data):
    """Somewhere in the record a value becomes another, goes, comes twice or is new."""
    record = json.loads(data)
    place = record
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        # What scoring depends on comes first in the record, the figures last; most should hit it.
        key = keys[min(rnd.randrange(len(keys)), rnd.randrange(len(keys)))]
        if isinstance(place[key], dict | list) and place[key] and rnd.random() < 0.8:
            place = place[key]
            continue
        kind = rnd.randrange(4)
        if kind == 0:
            del place[key]
        elif kind == 1 and isinstance(place, list):
            place.append(place[key])
        elif kind == 1:
            place["new"] = place[key]
        else:
            place[key] = rnd.choice(VALUES)
        break
    return json.dumps(record).encode()


def nest(rnd, data):
    deep = rnd.choice([900, 100_000])
    value = rnd.choice([b"[" * deep + b"]" * deep, b'{"a":' * deep + b"1" + b"}" * deep])
    return data.replace(rnd.choice([b'"about": {', b'"curve": {']), b'"x": ' + value + b", ", 1)


def twice(rnd, data):
    """A key twice, which the first or the last of its values settles."""
    entry = rnd.choice(
        [b'"format": 1, ', b'"language": "en", ', b'"kinds": [], ', b'"parts": {}, ']
    )
    return data.replace(b"{", b"{" + entry, 1)


RECORD = [change_entry] * 8 + [nest, twice, *BYTES]


def change_header(rnd, data):
    shape = rnd.choice(
        ["(1099511627776, 6)", "(262144,)", "()", "(-1, 6)", "(6, 262144)", "(0, 6)"]
    )
    kind = rnd.choice(["<f2", "<f2", "|O", "<f8", ">f2", "|V2", "<U9", "<f4"])
    order = rnd.choice(["False", "True", "__import__('os').abort()", "(" * 300])
    text = f"{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\0" + len(text).to_bytes(2, "little") + text + data[128:]


def change_weight(rnd, data):
    """Weights that are huge, infinite or no numbers."""
    made = bytearray(data)
    for _ in range(rnd.choice([1, 100])):
        place = 128 + 2 * rnd.randrange((len(data) - 128) // 2)
        made[place : place + 2] = rnd.choice([b"\0\x7c", b"\0\x7e", b"\xff\x7b", b"\xff\xfb"])
    return bytes(made)


def pickled(rnd, data):
    """What runs code where pickles are loaded."""
    return b"\x80\x04cos\nabort\n(tR." + data[rnd.randrange(2) * 128 :]


WEIGHTS = [change_header, change_header, change_weight, pickled, *BYTES]
CHANGES = {
    "padding.txt": TREES,
    "kinds.txt": TREES,
    "model.json": RECORD,
    "words.npy": WEIGHTS,
    "kind_words.npy": WEIGHTS,
}
SHARES = {
    "padding.txt": 5,
    "kinds.txt": 5,
    "model.json": 5,
    "words.npy": 2,
    "kind_words.npy": 1,
    None: 1,
}


@dataclass
class Mutant:
    number: int
    parts: dict
    told: str
    odd: tuple = ()  # (name, what it is): something that is no regular file


def mutant(parts, number):
    """The mutant of that number."""
    rnd = random.Random(number)
    (name,) = rnd.choices(list(SHARES), list(SHARES.values()))
    if name is None:
        return _odd_folder(rnd, parts, number)
    made, told = dict(parts), []
    for _ in range(rnd.choice([1, 1, 1, 2, 5])):
        change = rnd.choice(CHANGES[name])
        try:
            made[name] = change(rnd, made[name])
        except (ValueError, IndexError, RecursionError):  # after an earlier change
            continue
        told.append(change.__name__)
    if name.endswith(".txt") and rnd.random() < 0.8:
        made[name] = resized(made[name])
        told.append("resized")
    if rnd.random() < SEALED:
        made = sealed(made)
        told.append("sealed")
    return Mutant(number, made, f"{name}: {', '.join(told)}")


def _odd_folder(rnd, parts, number):
    """A folder with a part that is missing, another part's, or no file."""
    name, other = rnd.choice(list(parts)), rnd.choice(list(parts))
    what = rnd.choice(["missing", "other", "empty", "link", "pipe", "folder"])
    made = {k: v for k, v in parts.items() if k != name}
    if what == "other":
        made = sealed({**parts, name: parts[other]})
    elif what == "empty":
        made = sealed({**parts, name: b""})
    odd = (name, what) if what in ("link", "pipe", "folder") else ()
    return Mutant(number, made, f"{name}: {what} {other if what == 'other' else ''}", odd)


def write(made, folder):
    folder.mkdir()
    for name, data in made.parts.items():
        (folder / name).write_bytes(data)
    if made.odd:
        name, what = made.odd
        if what == "link":
            (folder / name).symlink_to(PRETRAINED / name)
        elif what == "pipe":
            os.mkfifo(folder / name)
        else:
            (folder / name).mkdir()


# -- the process that may die -------------------------------------------------------------


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
