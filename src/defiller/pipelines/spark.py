"""Spark: a data frame's articles stripped through ``mapInArrow``.

Takes the extra ``spark``, pip install 'defiller[spark]', on the driver and on every executor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from defiller.pipelines.arrow import ArrowStripper, Options
from defiller.pipelines.extras import from_extra

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType


def strip(frame: DataFrame, **options: Unpack[Options]) -> DataFrame:
    """A data frame with the record columns added to each row, lazily as any other step.

    Each Python worker loads the model once and keeps it for all its tasks. The rows of a
    partition come in Arrow batches of ``spark.sql.execution.arrow.maxRecordsPerBatch``.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
    **options
        Keywords of `defiller.pipelines.arrow.ArrowStripper`. A ``model`` is a path on every
        executor.

    Raises
    ------
    ValueError, TypeError
        For a wrong request, as `schema`.
    ModuleNotFoundError
        Without pyspark.
    """
    stripper = ArrowStripper(**options)
    return frame.mapInArrow(stripper.stream, _schema(frame.schema, stripper))


def schema(given: StructType, **options: Unpack[Options]) -> StructType:
    """The schema of what `strip` makes of a data frame with a schema.

    Its ``simpleString()`` is the same in Spark's own words.

    Raises
    ------
    ValueError
        For a wrong request, and where a column is missing, is there twice, or has the name of
        one to be added.
    TypeError
        Where a column holds no text.
    ModuleNotFoundError
        Without pyspark.
    """
    return _schema(given, ArrowStripper(**options))


def _schema(given: StructType, stripper: ArrowStripper) -> StructType:
    with from_extra("spark"):
        from pyspark.sql.pandas.types import from_arrow_type
        from pyspark.sql.types import StringType, StructField, StructType

    from defiller.arrow_columns import added_fields

    stripper.check(
        [(f.name, f.dataType.simpleString(), isinstance(f.dataType, StringType)) for f in given]
    )
    added = [
        StructField(field.name, from_arrow_type(field.type))
        for field in added_fields(stripper.columns)
    ]
    return StructType([*given.fields, *added])
