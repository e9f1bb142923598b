"""Changes to a part of a model, drawn at random: (random, bytes) -> bytes."""

import json
import math


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
