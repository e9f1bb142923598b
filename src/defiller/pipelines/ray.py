"""Ray Data: a class for ``map_batches`` whose actors load the model once.

Takes the extra ``ray``: pip install 'defiller[ray]'.
"""

from __future__ import annotations

from typing import Any

from defiller.pipelines.arrow import ArrowStripper


class RayStripper(ArrowStripper):
    """Strips the articles of a dataset's batches; the rows gain the record columns.

    Give the class itself to ``map_batches``, with ``batch_format="pyarrow"``, a pool of actors as
    ``compute``, and its keywords as ``fn_constructor_kwargs``. Each actor loads the model when it
    starts, so a wrong request or model shows before the first batch.

    Parameters
    ----------
    *arguments, **options
        As `defiller.pipelines.arrow.ArrowStripper`.

    Raises
    ------
    ValueError, UsageError
        For a wrong request, and where the model cannot be loaded.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*arguments, **options)
        self.load()
