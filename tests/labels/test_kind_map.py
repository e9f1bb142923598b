"""Kinds of one's own: the map, what it refuses, and where it holds."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from defiller.cli import app
from defiller.labels.formats import read_labels
from defiller.labels.kind_map import STANDS_FOR, read_kind_map
from defiller.labels.kinds import Kind
from defiller.labels.labelled import LabelError

MAP = """\
# what our annotators wrote
advert = "promotion"
"call to action" = "engagement"
clutter = "boilerplate"
Body = "Substance"
faq = "callout"
"""


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "kinds.toml"
    path.write_text(MAP, encoding="utf-8")
    return read_kind_map(path)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("advert", Kind.PROMOTION),
        (" Advert ", Kind.PROMOTION),
        ("call to action", Kind.ENGAGEMENT),
        ("body", Kind.SUBSTANCE),
        ("faq", Kind.CALLOUT),  # the map outranks the project's own name
        ("recap", Kind.RECAP),  # what it leaves is the project's
        ("clutter", Kind.PROMOTION),  # a group: its commonest kind
    ],
)
def test_what_own_kinds_stand_for(own, name, kind):
    assert own.kind(name) is kind


def test_a_group_is_stood_for_by_one_of_its_kinds():
    assert all(kind.group is group for group, kind in STANDS_FOR.items())


ROWS = [("Buy two of them now.", "advert"), ("Boil it for a minute.", "body")]
FILES = {
    "a.jsonl": json.dumps(
        {"id": "a", "paragraphs": [{"text": text, "kind": kind} for text, kind in ROWS]}
    ),
    "a.csv": "document,order,text,kind\n"
    + "".join(f"a,{n},{text},{kind}\n" for n, (text, kind) in enumerate(ROWS)),
    "a.marked": "".join(f"[{kind}] {text}\n" for text, kind in ROWS),
    "a.json": json.dumps(
        [
            {
                "data": {"text": "\n".join(text for text, _ in ROWS), "document": "a"},
                "annotations": [
                    {
                        "result": [
                            {
                                "type": "labels",
                                "value": {
                                    "start": start,
                                    "end": start + len(text),
                                    "text": text,
                                    "labels": [kind],
                                },
                            }
                            for start, (text, kind) in zip((0, 21), ROWS, strict=True)
                        ]
                    }
                ],
            }
        ]
    ),
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_it_holds_for_every_format_and_only_inside(own, tmp_path, name):
    path = tmp_path / name
    path.write_text(FILES[name] + "\n", encoding="utf-8")
    with own.in_force():
        (document,) = read_labels(path)
    assert [p.kind for p in document.paragraphs] == [Kind.PROMOTION, Kind.SUBSTANCE]
    with pytest.raises(LabelError, match=r"unknown kind 'advert'; the kinds are substance, "):
        list(read_labels(path))


def test_an_undeclared_kind_is_named_with_file_line_and_cure(own, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "a", "paragraphs": [{"text": "x", "kind": "advart"}]}\n')
    with own.in_force(), pytest.raises(LabelError) as caught:
        list(read_labels(path))
    assert str(caught.value) == (
        f"{path}, line 1: paragraph 1 of 'a' has an undeclared kind 'advart'; say in "
        f"{tmp_path / 'kinds.toml'} which of the project's kinds it is"
    )


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('a = "promotion"\nb = "promo"\n', 2, "'b' is mapped to 'promo', which is no kind; the"),
        ('a = "promotion"\n\n"b c" = 7\n', 3, "'b c' is mapped to 7, which is no kind; the kinds"),
        ('ad = "legal"\nAD = "faq"\n', 2, "'AD' is mapped twice, upper and lower case being one"),
        ('[kinds]\nad = "legal"\n', 1, "'kinds' is mapped to {'ad': 'legal'}, which is no kind"),
        ("ad = promotion\n", None, "no proper TOML (Invalid value (at line 1, column 6)); write"),
        ("# nothing\n", None, "it maps no kind; write"),
        (None, None, "there is no such file; check its name"),
        (b'\xff\xfea = "legal"', None, "not UTF-8; save the file as UTF-8"),
    ],
)
def test_what_a_map_cannot_be(tmp_path, text, line, said):
    path = tmp_path / "kinds.toml"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(LabelError) as caught:
        read_kind_map(path)
    where = f"{path}: " if line is None else f"{path}, line {line}: "
    assert str(caught.value).startswith(where + said)


@pytest.mark.parametrize("command", ["check", "stats", "convert"])
def test_the_commands_on_label_files_take_it(own, tmp_path, command):
    labels = tmp_path / "a.jsonl"
    labels.write_text(FILES["a.jsonl"] + "\n", encoding="utf-8")
    out = ["--out", str(tmp_path / "b.jsonl")] if command == "convert" else []
    arguments = ["labels", command, str(labels), *out]
    assert CliRunner().invoke(app, arguments).exit_code == 1
    mapped = CliRunner().invoke(app, [*arguments, "--kinds-map", str(own.path)])
    assert mapped.exit_code == 0, mapped.output
    if command == "convert":
        (document,) = read_labels(tmp_path / "b.jsonl")
        assert document.paragraphs[0].kind is Kind.PROMOTION
    else:
        assert "promotion" in mapped.stdout
