"""Opening an engine by its name in `tandem.toml`. Spark is imported only when it is asked for."""

import importlib

from tandem.engine import problems
from tandem.engine.base import Engine
from tandem.engine.catalogue import BASE
from tandem.engine.duck import DuckEngine
from tandem.engine.lake import Lake
from tandem.kernel.problems import Problems


def open_engine(name: str, lake: str, *, memory: str | None = None, threads: int | None = None) -> Engine:
    """The engine of that name ("duckdb" or "spark") over the lake at a folder or URL."""
    if name == "duckdb":
        return DuckEngine(Lake(lake), BASE, memory=memory, threads=threads)
    try:
        spark = importlib.import_module("tandem.engine.spark")
    except ImportError as error:
        raise Problems(problems.NO_SPARK("pyspark is not installed")) from error
    engine: Engine = spark.SparkEngine(Lake(lake), BASE, memory=memory, threads=threads)
    return engine
