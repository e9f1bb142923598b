"""The scorer of the tests of the command line, with articles that end its process or its disk."""

import ctypes
import os
import resource
import signal
import subprocess
import time

import fake_scorer


class DeadlyScorer(fake_scorer.FakeScorer):
    """A word in capitals says what becomes of the process that works on the article."""

    def score_documents(self, documents, policy, reasons=False):
        for document in documents:
            time.sleep(float(os.environ.get("SECONDS_EACH", "0")))
            if "SEGFAULT" in document.text:
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                ctypes.string_at(0)
            if "KILLED" in document.text:
                os.kill(os.getpid(), signal.SIGKILL)
            if "ABORTED" in document.text:
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                os.abort()
            if "GREEDY" in document.text:
                limit = 1 << 30
                resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
                try:
                    bytes(2 * limit)
                finally:
                    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
            if "READONLY" in document.text:
                subprocess.run(["mount", "-o", "remount,ro", os.environ["MOUNTED"]], check=True)
        return super().score_documents(documents, policy, reasons)


def load_deadly(model):
    return DeadlyScorer()
