"""One peer in a process of its own: ``python -m defiller.benchmark.worker REQUEST``.

The request is a file of JSON, and so is the result. Only the standard library is imported before
the peer is, since what it imports is part of what it costs.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any

from defiller.benchmark.articles import load
from defiller.benchmark.engine import Engine, Setting


class Task(StrEnum):
    """What a process is started for."""

    PREPARE = "prepare"
    MEASURE = "measure"
    JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Request:
    """What a process is to do.

    Attributes
    ----------
    task : Task
    engine : str
        "module:class".
    setting : Setting
    articles : str
        A file that `defiller.benchmark.articles.save` wrote.
    result : str
        The file to write.
    repeats : int
        Passes over all articles at most.
    seconds : float
        CPU time after which no further pass begins.
    """

    task: Task
    engine: str
    setting: Setting
    articles: str
    result: str
    repeats: int
    seconds: float

    def save(self, path: Path) -> None:
        """Write it for the process."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Request:
        """Read what `save` wrote."""
        record = json.loads(path.read_text(encoding="utf-8"))
        setting = record.pop("setting")
        setting["labels"] = tuple(setting["labels"])
        return cls(**{**record, "task": Task(record["task"]), "setting": Setting(**setting)})


# A tenth of the articles warms up what is made on first use: tables, arenas, caches.
_WARM_UP = 0.1


def _measure(engine: Engine, request: Request) -> dict[str, Any]:
    """Start-up (import, load, first article), passes over all articles, and memory."""
    articles = load(Path(request.articles))
    before = peak_mb()
    wall, cpu = time.perf_counter(), time.process_time()
    engine.start()
    engine.run(articles[:1])
    start = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    engine.run(articles[: ceil(len(articles) * _WARM_UP)])
    passes: list[dict[str, float]] = []
    while not passes or (
        len(passes) < request.repeats and sum(one["cpu"] for one in passes) < request.seconds
    ):
        wall, cpu = time.perf_counter(), time.process_time()
        engine.run(articles)
        passes.append({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu})
    return {"start": start, "passes": passes, "peak_mb": peak_mb(), "peak_mb_before": before}


def _judge(engine: Engine, request: Request) -> dict[str, Any]:
    import numpy as np

    from defiller.benchmark.quality import figures_of
    from defiller.training.dataset import load_dataset

    articles = {article.name: article for article in load(Path(request.articles))}
    data = load_dataset(request.setting.labels)
    # Learners are trained on all documents; everybody is judged by the same.
    asked = np.array([one.id in articles for one in data.labelled])
    data = replace(data, judged=asked)
    pages = {name: one.html for name, one in articles.items() if one.html is not None}
    found = engine.judge(data, pages)
    return {} if found is None else figures_of(*found)


def _prepare(engine: Engine, request: Request) -> dict[str, Any]:  # noqa: ARG001 - as the others
    engine.prepare()
    return {}


_TASKS: dict[Task, Callable[[Engine, Request], dict[str, Any]]] = {
    Task.PREPARE: _prepare,
    Task.MEASURE: _measure,
    Task.JUDGE: _judge,
}


def peak_mb() -> float:
    """The most memory this process has had in use, in megabytes (10^6 bytes).

    Linux counts into ``ru_maxrss`` what the parent had when it started the process, so there it
    is read from ``/proc``.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def main(path: str) -> None:
    """Do what a request says."""
    request = Request.load(Path(path))
    module, _, name = request.engine.partition(":")
    engine: Engine = getattr(import_module(module), name)(request.setting)
    result = _TASKS[request.task](engine, request)
    Path(request.result).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
