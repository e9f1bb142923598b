"""Ray Data on a local cluster of two workers."""

import pyarrow as pa
import pytest

from defiller.pipelines.arrow import schema, strip
from defiller.pipelines.ray import RayStripper

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ray():
    """Ray with room for two actors and a task that reads: no dashboard, nothing sent home."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        environment.setenv("RAY_worker_niceness", "0")  # 15 starves where others work beside it
        ray = pytest.importorskip("ray", reason="the extra ray is not installed")
        pytest.importorskip("ray.data", reason="the extra ray is not installed")
        ray.init(
            num_cpus=3,
            include_dashboard=False,
            object_store_memory=100_000_000,
            logging_level="error",
            log_to_driver=False,
        )
        ray.data.DataContext.get_current().enable_progress_bars = False
        yield ray
        ray.shutdown()


@pytest.fixture(scope="module")
def table(article):
    texts = [article.padded, None, "", article.french, article.kept] * 40
    return pa.table({"n": range(200), "text": pa.array(texts, pa.string())})


def stripped(dataset, **options):
    from ray.data import ActorPoolStrategy

    return dataset.map_batches(
        RayStripper,
        batch_format="pyarrow",
        batch_size=16,
        compute=ActorPoolStrategy(size=2),
        fn_constructor_kwargs=options,
    )


def test_a_dataset_is_stripped_by_two_actors(ray, table):
    dataset = ray.data.from_arrow([table.slice(at, 50) for at in range(0, 200, 50)])
    made = pa.concat_tables(ray.get(stripped(dataset).to_arrow_refs())).sort_by("n")
    assert made.schema.names == schema(table.schema).names
    assert made.cast(schema(table.schema)).equals(strip(table))


def test_options_reach_the_actors_and_no_rows_are_no_fault(ray, table):
    dataset = ray.data.from_arrow(table.slice(0, 20))
    made = stripped(dataset, replace=True, prefix="p_", keep="promotion").take_all()
    assert len(made) == 20
    assert set(made[0]) == set(schema(table.schema, replace=True, prefix="p_").names)
    assert sorted(row["n"] for row in made if row["p_error"]) == [1, 6, 11, 16]
    assert not any(row["p_removed"] for row in made)
    nothing = dataset.filter(lambda row: row["n"] < 0)
    assert stripped(nothing).count() == 0


def test_a_wrong_request_shows_with_its_sentence(ray, table):
    dataset = ray.data.from_arrow(table.slice(0, 4))
    with pytest.raises(Exception, match="no column 'body'; there are n, text"):
        stripped(dataset, text="body").take_all()
