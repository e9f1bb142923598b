"""Articles in large numbers: their text, what strip leaves of it, and files full of them."""

import json
from pathlib import Path


def article(number):
    return f"Facts of {number}.\n[faq] What is {number}?\n" + f"More on {number}.\n" * 20


def stripped(number):
    return f"Facts of {number}.\n" + f"More on {number}.\n" * 20


def write_articles(folder, count):
    Path(folder).mkdir(parents=True)
    for number in range(count):
        (Path(folder) / f"{number:04}.txt").write_text(article(number), encoding="utf-8")


def write_records(path, count):
    lines = (json.dumps({"id": n, "text": article(n)}) for n in range(count))
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
