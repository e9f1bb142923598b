"""Which damage to which part of a model a number means, and the folder that is left by it."""

import os
import random
from dataclasses import dataclass

from changes import CHANGES
from model_parts import resized, sealed

from defiller.model.bundle import PRETRAINED

SEALED = 0.9  # share of the mutants whose hashes are made right again, to get past them
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
