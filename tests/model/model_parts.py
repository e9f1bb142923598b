"""The parts of a model as bytes: as shipped, cut short, and with right hashes and sizes again."""

import hashlib
import json

from defiller.model.bundle import PRETRAINED
from defiller.model.record import hash_of

ROUNDS = 5  # of each booster: every kind of line is there, and a load takes milliseconds


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
