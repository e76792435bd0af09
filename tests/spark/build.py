"""Builds the dbt project on Spark, one round after the other as a warehouse lives through them.

A program of its own, because Spark and dbt-spark are not in the environment of everything else: it runs in
.venv-spark and imports nothing of ours. `python build.py PROJECT OUT RAW AS_OF [RAW AS_OF ...]` registers the parquet
files RAW/<schema>.<table>.parquet, builds the dbt project PROJECT as of AS_OF, and leaves the tables as parquet in
OUT/<round>/<schema>.db/<table>; it ends with 1 where a node failed. AS_OF may be followed by past moments to compute
besides, with commas between.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

COMPARED = ("marts", "sync")

# Little data on one machine: the time goes into planning, code generation and partitions that are empty.
_CONF = {
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "2g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


def session(out: Path) -> SparkSession:
    """A Spark session with its tables under `out` and its catalogue in memory; dbt takes the session that is there."""
    builder = SparkSession.builder.master("local[2]").appName("leadwright")
    for name, value in _CONF.items():
        builder = builder.config(name, value)
    spark = builder.config("spark.sql.warehouse.dir", str(out / "warehouse")).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def register(spark: SparkSession, raw: Path) -> None:
    """Make the raw tables of this round the sources of the project."""
    for file in sorted(raw.glob("*.parquet")):
        spark.sql(f"create database if not exists {file.stem.split('.')[0]}")
        spark.sql(f"drop table if exists {file.stem}")
        spark.sql(f"create table {file.stem} using parquet location '{file}'")


def build(project: Path, out: Path, as_of: str, *, reports: bool) -> bool:
    """Seeds, models and the project's own tests; the tests of single columns are DuckDB's work.

    Reports only read, so they are built once, in the last round, when there is something to report.
    """
    where = ["--project-dir", str(project), "--profiles-dir", str(project), "--target", "spark"]
    where += ["--target-path", str(out / "target"), "--log-path", str(out / "logs")]
    left_out = ["--exclude-resource-type", "unit_test", "--exclude", "test_type:generic"]
    left_out += [] if reports else ["path:models/marts/reports"]
    now, *moments = as_of.split(",")
    args = [
        "build",
        "--vars",
        json.dumps({"as_of": now, "moments": moments}),
        *left_out,
        *where,
        "--no-use-colors",
    ]
    return bool(dbtRunner().invoke(args).success)


def keep(spark: SparkSession, out: Path, folder: Path) -> None:
    """Copy the files of the tables that are compared; a view has none, so its rows are written."""
    for schema in COMPARED:
        shutil.copytree(out / "warehouse" / f"{schema}.db", folder / f"{schema}.db")
        views = spark.sql(f"show views in {schema}").filter("not isTemporary").select("viewName").collect()
        for (view,) in views:
            spark.table(f"{schema}.{view}").write.parquet(str(folder / f"{schema}.db" / view))


def main(project: Path, out: Path, rounds: list[tuple[Path, str]]) -> int:
    """Build every round; the exit code."""
    spark = session(out)
    for number, (raw, as_of) in enumerate(rounds, 1):
        register(spark, raw)
        if not build(project, out, as_of, reports=number == len(rounds)):
            return 1
        keep(spark, out, out / str(number))
    return 0


if __name__ == "__main__":
    pairs = list(zip(map(Path, sys.argv[3::2]), sys.argv[4::2], strict=True))
    code = main(Path(sys.argv[1]), Path(sys.argv[2]), pairs)
    sys.stdout.flush()
    os._exit(code)  # the Java process ends with its pipe; Spark's own shutdown takes seconds
