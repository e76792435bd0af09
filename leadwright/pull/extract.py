"""Pulls a CRM's records into its raw schema. dlt keeps the cursors, merges by key and saves a cursor only with
the rows it stands for, so a run that is killed starts again where the last whole load ended.

Whenever it is killed, each raw table holds its old rows or its new ones: what changed is merged table by table, each
in one transaction, and a load that was cut off is finished before anything is built on it; a full pull is loaded into
a file of its own, whose tables then take the place of the old ones in one transaction.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import pandas  # noqa: F401 - dlt imports it half-way through an extract; two at once would meet it half imported
import pyarrow as pa
from dlt.pipeline.exceptions import PipelineStepFailed

from leadwright import tenants, warehouse
from leadwright.connectors.base import Connector
from leadwright.connectors.errors import LeadwrightError
from leadwright.pull import backfill, forgotten, setaside
from leadwright.pull.setaside import Sift
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable

dlt.config["schema.naming"] = "direct"  # columns keep the CRM's own field names
# else each page stays on disk, and in the schema that rows are merged from, deleted people included
dlt.config["load.delete_completed_jobs"] = True
dlt.config["load.truncate_staging_dataset"] = True

_PULLS = (("crm", "varchar"), ("object", "varchar"), ("pulled_at", "timestamptz"), ("row_count", "bigint"))

OnRows = Callable[[str, int], None]
"""Called with a table's name and the number of rows as each batch arrives."""


@dataclass(slots=True)
class Pulled:
    """Rows pulled from one CRM, by table."""

    crm: str
    rows: dict[str, int] = field(default_factory=dict)
    sifts: dict[str, Sift] = field(default_factory=dict)
    filled: dict[str, int] = field(default_factory=dict)
    """Records whose own fields were fetched because these are new, by table."""

    @property
    def set_aside(self) -> dict[str, int]:
        """Records that could not be read, by table, where there are any."""
        return {name: len(sift.broken) for name, sift in self.sifts.items() if sift.broken}

    @property
    def total(self) -> int:
        """Rows of all tables."""
        return sum(self.rows.values())


def pull(
    connector: Connector,
    tables: Sequence[RawTable],
    settings: Settings,
    *,
    full: bool = False,
    on_rows: OnRows | None = None,
) -> Pulled:
    """Bring the connector's raw schema up to date.

    Args:
        connector: the CRM.
        tables: all declared raw tables; those of other CRMs are left alone.
        full: read everything again instead of what changed; rows that are gone from the CRM go too.
        on_rows: called as batches arrive.

    Raises:
        GuardrailError: the warehouse holds the records of another account.
        LeadwrightError: as the connector raises them; nothing of an object that failed is loaded.
        LockedError: another process holds the warehouse.
    """
    crm = connector.name
    tenants.require_same(connector, settings)
    result, began = Pulled(crm), datetime.now(UTC)
    own = [t for t in tables if t.crm == crm]
    watched = setaside.watched(crm, settings)
    resources = [
        _resource(connector, table, result, on_rows, watched.get(table.name, frozenset()), settings)
        for table in own
    ]
    shutil.rmtree(_aside(settings, crm), ignore_errors=True)  # of a full pull that was killed
    with _our_errors():
        finish_load(crm, settings)
        if full:
            try:
                _pull_aside(crm, resources, settings)
                setaside.carry_over(result.sifts.values(), _aside(settings, crm) / _FILE, settings)
                _take_over(crm, {t.name for t in own} - result.rows.keys(), settings)
            finally:
                shutil.rmtree(_aside(settings, crm), ignore_errors=True)
        else:
            pipeline = _pipeline(crm, settings.warehouse_file, settings.home / "dlt")
            pipeline.extract(resources)
            pipeline.normalize()
            with warehouse.exclusive(settings.warehouse_file, settings.lock_wait_seconds):
                pipeline.load(raise_on_failed_jobs=True)
    _note(result, began, settings)
    whole = [name for name, sift in result.sifts.items() if full or sift.whole]
    result.filled = backfill.fill(connector, own, settings, whole)
    return result


def _pipeline(crm: str, file: Path, folder: Path) -> Any:
    return dlt.pipeline(
        pipeline_name=f"leadwright_{crm}",
        # rows that replace others wait in a schema beside until they are whole
        destination=dlt.destinations.duckdb(str(file), replace_strategy="insert-from-staging"),
        dataset_name=f"raw_{crm}",
        pipelines_dir=str(folder),
    )


def finish_load(crm: str, settings: Settings) -> None:
    """Load what a run that was cut off while it loaded has left, so that tables of one pull are of one moment."""
    pipeline = _pipeline(crm, settings.warehouse_file, settings.home / "dlt")
    with _our_errors(), warehouse.exclusive(settings.warehouse_file, settings.lock_wait_seconds):
        pipeline.sync_destination()  # cursors and loads of a warehouse that was deleted must not outlive it
        if pipeline.list_normalized_load_packages():
            pipeline.load(raise_on_failed_jobs=True)
    _forget_loads(Path(pipeline.working_dir))


_FILE = "warehouse.duckdb"


def _aside(settings: Settings, crm: str) -> Path:
    """The folder of a full pull under way."""
    return settings.home / "full" / crm


def _pull_aside(crm: str, resources: Sequence[Any], settings: Settings) -> None:
    """Pull everything into a new file, with cursors of its own; the old rows stay where they are."""
    folder = _aside(settings, crm)
    folder.mkdir(mode=0o700, parents=True)
    pipeline = _pipeline(crm, folder / _FILE, folder)
    pipeline.extract(resources)
    pipeline.normalize()
    pipeline.load(raise_on_failed_jobs=True)


def _take_over(crm: str, keep: Collection[str], settings: Settings) -> None:
    """Put the tables of a full pull, with their cursors, in place of the old ones.

    The cursors are in the tables too; without a folder of its own dlt takes them from there. A run that is killed
    before the folder is gone goes on from the old cursors, which are earlier.
    """
    folder = _aside(settings, crm)
    warehouse.replace_tables(
        settings.warehouse_file,
        folder / _FILE,
        f"raw_{crm}",
        settings.lock_wait_seconds,
        keep=keep,
    )
    shutil.rmtree(settings.home / "dlt" / f"leadwright_{crm}", ignore_errors=True)


@contextmanager
def _our_errors() -> Iterator[None]:
    """Raise the error of ours that dlt wrapped."""
    try:
        yield
    except PipelineStepFailed as failed:
        raise _ours(failed) from failed


def _forget_loads(folder: Path) -> None:
    """Remove what dlt keeps of loads that have ended: a folder for each, and in homes of older versions its rows."""
    for package in folder.glob("load/loaded/*"):
        shutil.rmtree(package)


def _note(pulled: Pulled, began: datetime, settings: Settings) -> None:
    """Keep when each object was last pulled, because rows that did not change say nothing about that, and which records
    could not be read."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        warehouse.ensure_table(db, "ops", "pulls", _PULLS)
        db.execute("begin")
        for name, count in pulled.rows.items():
            db.execute("delete from ops.pulls where crm = ? and object = ?", [pulled.crm, name])
            db.execute("insert into ops.pulls values (?, ?, ?, ?)", [pulled.crm, name, began, count])
        setaside.note(db, list(pulled.sifts.values()), began)
        db.execute("commit")


def _ours(error: BaseException) -> BaseException:
    """The error of ours that dlt wrapped, else dlt's own."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, LeadwrightError):
            return cause
        cause = getattr(cause, "exception", None) or cause.__cause__ or cause.__context__
    return error


def ensure_tables(tables: Sequence[RawTable], settings: Settings) -> None:
    """Make the declared raw tables ready to build on: loads that were cut off are finished, missing tables created."""
    for crm in sorted({table.crm for table in tables if table.crm}):
        if _has_unfinished_load(crm, settings):
            finish_load(crm, settings)
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        for table in tables:
            warehouse.ensure_table(db, table.schema, table.name, table.columns)


def _has_unfinished_load(crm: str, settings: Settings) -> bool:
    return any((settings.home / "dlt" / f"leadwright_{crm}").glob("load/normalized/*"))


def _with_required_keys(schema: pa.Schema, keys: Sequence[str]) -> pa.Schema:
    """`schema` with key columns that cannot be null: dlt says so of them, and warns where Arrow does not."""
    return pa.schema([f.with_nullable(f.name not in keys) for f in schema])


def _resource(
    connector: Connector,
    table: RawTable,
    result: Pulled,
    on_rows: OnRows | None,
    watched: frozenset[str],
    settings: Settings,
) -> Any:
    shape = connector.shape(table.name)
    own = {*shape.key, *shape.always, shape.cursor}
    fields = [name for name, _ in table.columns if name not in own]

    def read(since: datetime | None) -> Iterator[pa.Table]:
        sift = Sift(connector.name, table.name, shape, since is None, watched)
        result.sifts[table.name] = sift
        result.rows.setdefault(table.name, 0)
        schema = None
        pulled = connector.pull(table.name, fields, since, sift.set_aside)
        for batch in forgotten.without(pulled, table, settings):
            schema = _with_required_keys(batch.schema, shape.key)
            sift.see(batch)
            result.rows[table.name] += batch.num_rows
            if on_rows:
                on_rows(table.name, batch.num_rows)
            yield pa.Table.from_batches([batch]).cast(schema)
        sift.require_few()
        if schema is not None and shape.cursor is None:
            yield from (
                pa.Table.from_batches([b]).cast(schema) for b in setaside.kept(sift, schema, settings)
            )

    def whole() -> Iterator[pa.Table]:
        yield from read(None)

    if shape.cursor is None:
        return dlt.resource(whole, name=table.name, primary_key=shape.key, write_disposition="replace")

    cursor = dlt.sources.incremental(
        shape.cursor, lag=shape.overlap.total_seconds(), on_cursor_value_missing="include"
    )

    def changed(since: Any = cursor) -> Iterator[pa.Table]:
        yield from read(since.start_value)

    return dlt.resource(
        changed,
        name=table.name,
        primary_key=shape.key,
        merge_key=shape.group or None,
        write_disposition="merge",
    )
