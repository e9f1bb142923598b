"""Peers for tests, in a module that processes can import."""

import os
import time
from pathlib import Path

from defiller.benchmark.engine import Engine

# ruff: noqa: ARG002 - an engine is given what most of them need


class Reader(Engine):
    """Keeps lines that end in a full stop; writes down what it was given."""

    def start(self):
        self.log = self.setting.place / "log.txt"

    def run(self, articles):
        with self.log.open("a", encoding="utf-8") as log:
            log.write(",".join(article.name for article in articles) + "\n")
        sum(range(200_000))

    def judge(self, data, pages):
        from defiller.benchmark.quality import judged_by_output

        kept = [
            "\n".join(line for line in document.text.split("\n") if line.endswith("."))
            for document in data.documents
        ]
        return judged_by_output(data, kept)


class Oracle(Reader):
    """Knows the labels, and ranks by them."""

    def prepare(self):
        (self.setting.place / "prepared").write_text("yes")

    def start(self):
        super().start()
        assert (self.setting.place / "prepared").read_text() == "yes"

    def judge(self, data, pages):
        from defiller.benchmark.quality import judged_of

        truth = data.kinds > 0
        return judged_of(data, truth.astype(float), truth), True


class Greedy(Reader):
    """Takes 200 MB of memory, and half a second to start."""

    def start(self):
        super().start()
        begin = time.process_time()
        self.held = bytes(200_000_000).replace(b"\0", b"\1")
        while time.process_time() - begin < 0.5:
            pass


class Broken(Reader):
    """Fails on the way."""

    def run(self, articles):
        raise RuntimeError("no such luck")


class Killed(Reader):
    """Ends without a word."""

    def run(self, articles):
        os.kill(os.getpid(), 9)


class Blind(Reader):
    """Works, and cannot be judged."""

    def judge(self, data, pages):
        raise ValueError("nothing to say of paragraphs")


def log_of(folder, name):
    return (Path(folder) / name / "log.txt").read_text(encoding="utf-8").splitlines()
