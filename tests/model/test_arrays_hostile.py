"""Arrays of weights from strangers: what is not the array that belongs there is refused."""

from __future__ import annotations

import tracemalloc

import pytest


@pytest.fixture
def reseal(folder, model_parts):
    """Changes the bytes of a part and makes the hashes right again."""

    def reseal(part, change):
        parts = model_parts.read_parts(folder)
        parts = model_parts.sealed({**parts, part: change(parts[part])})
        for name in (part, "model.json"):
            (folder / name).write_bytes(parts[name])

    return reseal


def header(shape="(262144, 6)", kind="<f2", order="False", version=b"\1\0", end="}\n"):
    text = f"{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, {end}".encode()
    width = 2 if version == b"\1\0" else 4
    return b"\x93NUMPY" + version + len(text).to_bytes(width, "little") + text


@pytest.mark.parametrize(
    "start",
    [
        header(shape="(1099511627776, 6)"),
        header(shape="(9223372036854775807, 9223372036854775807)"),
        header(shape="(-1, 6)"),
        header(shape="(262144,)"),
        header(shape="()"),
        header(shape="(6, 262144)"),
        header(order="True"),
        header(kind="|O"),
        header(kind="<f4"),
        header(kind=">f2"),
        header(kind="|V2"),
        header(version=b"\2\0"),
        header(order="__import__('os').abort()"),
        header(order="(" * 700),
        header(end="'x': 1}\n"),
        header(end="}"),
        header()[:8] + b"\xff\xff" + header()[10:],
        b"\x80\x04cos\nabort\n(tR.",
        b"PK\3\4",
        b"",
    ],
    ids=range(20),
)
def test_an_array_that_is_none_takes_no_memory(reseal, refused, start):
    reseal("words.npy", lambda data: start + data[128:])
    tracemalloc.start()
    refused("is not an array of float16")
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_an_array_of_another_part(reseal, refused, small_parts):
    reseal("kind_words.npy", lambda data: small_parts["words.npy"][: len(data)])
    refused("is not an array of float16")


@pytest.mark.parametrize("part", ["words.npy", "kind_words.npy"])
@pytest.mark.parametrize("value", [b"\0\x7c", b"\0\xfc", b"\1\x7e"], ids=["inf", "-inf", "nan"])
def test_weights_that_are_not_finite(reseal, refused, part, value):
    reseal(part, lambda data: data[:-2] + value)
    refused("not finite")
