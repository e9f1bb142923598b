"""Spark on two cores of this machine."""

import os
import shutil
import sys

import pyarrow as pa
import pytest

from defiller.pipelines.arrow import strip as strip_rows

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """A session of two cores on the loopback address, without its web page."""
    pytest.importorskip("pyspark", reason="the extra spark is not installed")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Java is not installed")
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYSPARK_PYTHON", sys.executable)
        environment.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", "16")
            .config("spark.driver.memory", "1g")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


@pytest.fixture(scope="module")
def rows(article):
    texts = [article.padded, None, "", article.french, article.kept] * 20
    return list(enumerate(texts))


def test_a_data_frame_is_stripped_on_two_cores(spark, rows):
    from defiller.pipelines.spark import schema, strip

    frame = spark.createDataFrame(rows, "n long, text string").repartition(4)
    made = strip(frame, verdicts=True)
    assert made.schema == schema(frame.schema, verdicts=True)
    assert made.schema.simpleString().startswith("struct<n:bigint,text:string,defiller_text:string")
    got = [row.asDict(recursive=True) for row in made.orderBy("n").collect()]
    numbers, texts = zip(*rows, strict=True)
    table = pa.table({"n": numbers, "text": pa.array(texts, pa.string())})
    assert got == strip_rows(table, verdicts=True).to_pylist()


def test_options_reach_the_workers_and_other_columns_come_through(spark, article):
    from defiller.pipelines.spark import strip

    frame = spark.sql(
        "select :text as body, current_timestamp() as at, array(1, 2) as tags, "
        "cast(1.5 as decimal(10, 2)) as price",
        args={"text": article.padded},
    )
    (row,) = strip(frame, text="body", replace=True, prefix="p_", keep="promotion").collect()
    (before,) = frame.select("tags", "price").collect()
    assert row.body == article.padded
    assert row.p_removed == []
    assert (row.tags, row.price) == (before.tags, before.price)
    (row,) = strip(frame, text="body", replace=True).collect()
    assert row.body.rstrip("\n") == article.kept
    assert strip(frame.where("false"), text="body").count() == 0


def test_partitions_that_are_written_stay_written(spark, rows, tmp_path):
    """What the page on scale says of going on: only the partitions that were read are replaced."""
    from defiller.pipelines.spark import strip

    spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
    frame = spark.createDataFrame([(n % 2, text) for n, text in rows], "part int, text string")
    out = str(tmp_path / "out")
    for part in (0, 1):
        whole = strip(frame.where(f"part = {part}"))
        whole.write.partitionBy("part").mode("overwrite").parquet(out)
    assert spark.read.parquet(out).count() == len(rows)


def test_a_wrong_request_is_said_before_anything_runs(spark):
    from defiller.pipelines.spark import strip

    frame = spark.createDataFrame([(1, "A.")], "n long, body string")
    with pytest.raises(ValueError, match="no column 'text'; there are n, body"):
        strip(frame)
    with pytest.raises(TypeError, match="'n' holds bigint, not text"):
        strip(frame, text="n")
    with pytest.raises(ValueError, match="threshold must lie between 0 and 1"):
        strip(frame, text="body", threshold=2)
