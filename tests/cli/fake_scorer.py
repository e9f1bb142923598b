"""A scorer that needs no model, in a module that worker processes can import."""

import os
import time

from defiller.features.document import count_words
from defiller.features.reading import read
from defiller.labels.kinds import PADDING_KINDS, Kind
from defiller.model.policy import Policy
from defiller.model.verdict import Because, ScoredDocument, Verdict


class FakeScorer:
    """A paragraph that has the name of a kind in brackets, as "[faq]", is 0.9 of that kind."""

    model_name = "fake@000000000000"

    def threshold(self, policy):
        if policy.max_loss is not None and policy.max_loss < 0.001:
            raise ValueError("max_loss can be 0.001 at the least with this model")
        return 0.5 if policy.threshold is None else policy.threshold

    def score_documents(self, documents, policy, reasons=False):
        return [self._score(document, policy, reasons) for document in documents]

    def score(self, text, form="auto"):
        return self._score(read(text, form), Policy(), reasons=False)

    def _score(self, document, policy, reasons):
        if "CRASH" in document.text:
            raise KeyError("crash")
        if "MEMORY" in document.text:
            raise MemoryError
        if "DIE" in document.text:
            os._exit(7)
        if "SLEEP" in document.text:
            time.sleep(60)
        if "HANG" in document.text:
            import signal

            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            time.sleep(600)
        threshold = self.threshold(policy)
        kinds = [self._kinds(p.content) for p in document.paragraphs]
        sums = [sum(share[k] for k in policy.dropped) for share in kinds]
        strips = [s >= threshold for s in sums]
        words = [count_words(p.content) for p in document.paragraphs]
        cut = sum(w for w, s in zip(words, strips, strict=True) if s)
        because, warnings = Because.MODEL, ()
        if "Bonjour" in document.text and not policy.any_language:
            because, warnings = Because.LANGUAGE, ("it is French; --any-language strips it",)
        elif words and cut > policy.max_cut * sum(words):
            because, warnings = Because.GUARD, ("more than --max-cut would go; it is left whole",)
        verdicts = tuple(
            Verdict(
                p.start,
                p.end,
                document.source(p),
                sum(share.values()),
                max(share, key=share.get) if sum(share.values()) >= 0.5 else Kind.SUBSTANCE,
                share,
                strip and because is Because.MODEL,
                because,
                total,
                () if reasons else None,
            )
            for p, share, strip, total in zip(document.paragraphs, kinds, strips, sums, strict=True)
        )
        return ScoredDocument(document, verdicts, self.model_name, threshold, "en", warnings)

    @staticmethod
    def _kinds(content):
        marked = next((k for k in PADDING_KINDS if f"[{k}]" in content), None)
        return {k: 0.9 if k is marked else 0.001 for k in PADDING_KINDS}


def load_fake(model):
    return FakeScorer()
