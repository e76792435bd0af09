"""Brings tables of an older version into the shape of this one, where they hold what cannot be made again.

dbt makes every other table anew, and adds a column to a log by itself; it neither moves, renames nor retypes. Steps are
taken in order, each once in its own transaction, and are noted in `ops.migrations`; a home that is made now has none of
them to take and notes them all. Append to `STEPS`, never change one that was released.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError, FatalError
from leadwright.settings import Settings

_COLUMNS = (("step", "varchar"), ("taken_at", "timestamptz"))


class Step(Protocol):
    """A change of one table; it does nothing where the table is not there, or has that shape already."""

    def take(self, db: warehouse.Connection) -> None:
        """Change the table."""


@dataclass(frozen=True, slots=True)
class Move:
    """Move a table to another schema, or give it another name."""

    schema: str
    table: str
    to_schema: str
    to_table: str

    def take(self, db: warehouse.Connection) -> None:
        """Copy the table and drop the old one: DuckDB moves no table between schemas."""
        if not _is_table(db, self.schema, self.table):
            return
        db.execute(f'create schema if not exists "{self.to_schema}"')
        old = f'"{self.schema}"."{self.table}"'
        db.execute(f'create table "{self.to_schema}"."{self.to_table}" as from {old}')
        db.execute(f"drop table {old}")

    def require_one(self, db: warehouse.Connection) -> None:
        """Raise ConfigError where both tables are there: no run can tell which of them goes on."""
        old, new = (self.schema, self.table), (self.to_schema, self.to_table)
        if _is_table(db, *old) and _is_table(db, *new):
            raise ConfigError(
                f"This home has both {'.'.join(old)}, where an older version of Leadwright keeps it, and "
                f"{'.'.join(new)}: an older version has run on it since. Nothing was changed. Restore a backup "
                "(`leadwright restore`), or drop the one that is not to go on."
            )


@dataclass(frozen=True, slots=True)
class Add:
    """Add a column whose value in earlier rows is not null: `value` is SQL over the table's other columns."""

    schema: str
    table: str
    column: str
    type: str
    value: str

    def take(self, db: warehouse.Connection) -> None:
        """Add and fill the column."""
        there = warehouse.columns(db, self.schema, self.table)
        if there and self.column not in there:
            table = f'"{self.schema}"."{self.table}"'
            db.execute(
                f"create or replace table {table} as "
                f'select *, cast({self.value} as {self.type}) as "{self.column}" from {table}'
            )


@dataclass(frozen=True, slots=True)
class Rename:
    """Rename a column."""

    schema: str
    table: str
    column: str
    to: str

    def take(self, db: warehouse.Connection) -> None:
        """Rename the column."""
        there = warehouse.columns(db, self.schema, self.table)
        if self.column in there and self.to not in there:
            db.execute(
                f'alter table "{self.schema}"."{self.table}" rename column "{self.column}" to "{self.to}"'
            )


@dataclass(frozen=True, slots=True)
class Retype:
    """Give a column another type; `using` is SQL for its value, where a cast will not do."""

    schema: str
    table: str
    column: str
    type: str
    using: str = ""

    def take(self, db: warehouse.Connection) -> None:
        """Retype the column."""
        if self.column in warehouse.columns(db, self.schema, self.table):
            using = self.using or f'cast("{self.column}" as {self.type})'
            db.execute(
                f'alter table "{self.schema}"."{self.table}" alter column "{self.column}" '
                f"set data type {self.type} using {using}"
            )


@dataclass(frozen=True, slots=True)
class DropLoads:
    """Drop what the loader of earlier versions kept beside the rows: its tables, columns, and schemas in between."""

    def take(self, db: warehouse.Connection) -> None:
        """Drop them; the rows stay."""
        here = "from duckdb_columns() where database_name = current_database() and starts_with(schema_name, 'raw_')"
        for schema, table, column in db.execute(
            f"select schema_name, table_name, column_name {here} and starts_with(column_name, '_dlt_') "
            "and not starts_with(table_name, '_dlt_') and not ends_with(schema_name, '_staging')"
        ).fetchall():
            db.execute(f'alter table "{schema}"."{table}" drop column "{column}"')
        for schema, table in db.execute(
            f"select distinct schema_name, table_name {here} and starts_with(table_name, '_dlt_')"
        ).fetchall():
            db.execute(f'drop table "{schema}"."{table}"')
        for (schema,) in db.execute(
            f"select distinct schema_name {here} and ends_with(schema_name, '_staging')"
        ).fetchall():
            db.execute(f'drop schema "{schema}" cascade')


@dataclass(frozen=True, slots=True)
class Clear:
    """Drop the tables and views of a schema that builds made anew, but those whose names have `keep` in them.

    What no model makes any more would stay for ever, with people in it whom no erasure finds.
    """

    schema: str
    keep: str

    def take(self, db: warehouse.Connection) -> None:
        """Drop them."""
        found = db.execute(
            "select table_name, table_type from information_schema.tables "
            "where table_catalog = current_database() and table_schema = ?",
            [self.schema],
        )
        for name, kind in found.fetchall():
            if self.keep not in name:
                db.execute(f'drop {"view" if kind == "VIEW" else "table"} "{self.schema}"."{name}"')


_INTO_MEMORY = {
    ("intermediate", "int_"): (
        "account_decisions",
        "assignment_decisions",
        "contact_events",
        "due_times",
        "engagement_withdrawals",
        "identity_decisions",
        "lead_account_choices",
        "lead_trait_versions",
        "owner_sightings",
        "response_promises",
        "return_promises",
        "routing_sets",
        "score_judgements",
        "score_thresholds",
        "stage_sightings",
        "touch_withdrawals",
    ),
    ("marts", "fct_"): (
        "lead_assignment_alternatives",
        "lead_score_history",
        "lead_score_line_changes",
        "lead_segment_changes",
        "rule_sets",
    ),
}
"""Where logs lay and how their names began, before they had a schema of their own -> the rest of their names."""

STEPS: Mapping[str, Step] = {
    **{
        f"log_{name} is in memory": Move(schema, begin + name, "memory", f"log_{name}")
        for (schema, begin), names in _INTO_MEMORY.items()
        for name in names
    },
    "contact events have record keys": Add(
        "memory", "log_contact_events", "record_key", "varchar", "'hubspot:contacts:' || contact_id"
    ),
    # No logs, but a build reads what the one before left in them.
    "engagement versions have their subject's name": Move(
        "intermediate", "int_engagement_versions", "intermediate", "int_engagement__versions"
    ),
    "touch versions have their subject's name": Move(
        "intermediate", "int_touch_versions", "intermediate", "int_engagement__touch_versions"
    ),
    # int_<subject>__<what>: nothing of before has two underscores
    "models have their subject's name": Clear("intermediate", keep="__"),
    "raw tables hold rows alone": DropLoads(),
}
"""Name -> what is changed, oldest first."""


def migrate(settings: Settings, steps: Mapping[str, Step] = STEPS) -> list[str]:
    """Take the steps that this home has not taken; the names of those.

    Raises:
        ConfigError: a table that was moved is there under its old name, too.
        FatalError: a step cannot be taken; those before it stay, and nothing of it does.
        LockedError: another process holds the warehouse.
    """
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        is_new = warehouse.is_empty(db)
        warehouse.ensure_table(db, "ops", "migrations", _COLUMNS)
        for step in steps.values():
            if isinstance(step, Move):
                step.require_one(db)
        known = {name for (name,) in db.execute("select step from ops.migrations").fetchall()}
        due = [name for name in steps if name not in known]
        for name in due:
            _take(db, name, None if is_new else steps[name])
    return [] if is_new else due


def _is_table(db: warehouse.Connection, schema: str, name: str) -> bool:
    """Whether there is such a table; a view may show under the old name what was moved."""
    found = db.execute(
        "select 1 from duckdb_tables() where database_name = current_database() and schema_name = ? and table_name = ?",
        [schema, name],
    )
    return found.fetchone() is not None


def _take(db: warehouse.Connection, name: str, step: Step | None) -> None:
    db.execute("begin")
    try:
        if step:
            step.take(db)
        db.execute("insert into ops.migrations values (?, now())", [name])
        db.execute("commit")
    except warehouse.Error as error:
        db.execute("rollback")
        raise FatalError(f"The warehouse cannot be brought to this version: {name}: {error}") from error
