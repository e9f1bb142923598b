"""The bar: steps, the time left, and silence where there is no terminal."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from defiller.features.ngrams import BUCKETS
from defiller.model.classifier import FillerClassifier
from defiller.model.words import TARGETS, WordsModel
from defiller.training.progress import Bar, Step, Stopwatch, TimeLeft, times_table
from defiller.training.train import FIT_LINE, steps_of, train

STEPS = [Step("one", 1.0), Step("two", 3.0), Step("three", 4.0)]


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def bar_on(terminal):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=80, _environ={})
    return Bar(console, clock := Clock()), clock, stream


def left(bar):
    return bar._left.render(None).plain


def test_the_time_left_follows_the_costs_and_counts_down():
    bar, clock, _ = bar_on(terminal=True)
    bar.plan(STEPS)
    bar("one")
    assert left(bar) == "-:-- left"
    clock.now += 10
    bar("two")  # one of eight parts took ten seconds
    assert left(bar) == "1:10 left"
    clock.now += 25
    assert left(bar) == "0:45 left"
    bar("something else")
    assert left(bar) == "0:45 left"
    clock.now += 500
    assert left(bar) == "0:00 left"
    bar("three")  # half was done after 535 seconds
    assert left(bar) == "8:55 left"


@pytest.mark.parametrize(("terminal", "shown"), [(True, True), (False, False)])
def test_it_shows_on_a_terminal_only(terminal, shown):
    bar, _, stream = bar_on(terminal)
    with bar:
        bar.plan(STEPS)
        bar("two")
    assert ("two" in stream.getvalue()) is shown
    assert bool(stream.getvalue()) is shown


def test_the_steps_are_those_that_are_told(own, monkeypatch):
    blank = WordsModel(np.zeros((BUCKETS, len(TARGETS))), np.zeros(len(TARGETS)))
    monkeypatch.setattr(WordsModel, "fit", lambda *_: blank)
    dataset, least = own.dataset, FillerClassifier(trees=1, leaves=2, min_samples=10, kind_trees=1)
    for validate in (True, False):
        told = []
        train(dataset, least, validate=validate, progress=told.append)
        steps = steps_of(dataset, validate=validate)
        assert told == [step.line for step in steps]
        assert all(step.cost > 0 for step in steps)
    assert told[-1] == FIT_LINE


def test_a_stopwatch_adds_up():
    clock = Stopwatch()
    clock.add({"words": 1.0})
    clock.add({"words": 2.0, "kinds": 1.0})
    with clock.of("curve"):
        pass
    assert clock.seconds["words"] == 3.0
    assert clock.seconds["curve"] >= 0
    table = times_table({"words": 3.0, "kinds": 1.0}, 2.5)
    assert [list(column.cells) for column in table.columns] == [
        ["words", "kinds"],
        ["3.0", "1.0"],
        ["75%", "25%"],
    ]
    assert table.title == "Where the time went: 2.5 s in all"


def test_time_left_before_anything_is_done():
    column = TimeLeft(Clock())
    column.told(begun=90.0, done=0.0, total=8.0)
    assert column.render(None).plain == "-:-- left"
