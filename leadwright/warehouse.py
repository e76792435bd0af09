"""The warehouse file: who may open it, when, and how a copy gets to its readers. The only importer of DuckDB.

DuckDB allows one writing process, and even a read-only open fails while a writer is open. So every stage that
writes takes one lock beside the file first, and dashboards read a published copy. The lock is a file lock and
not a Prefect concurrency slot because it also holds for runs outside Prefect, and because the kernel lets go of
it when a process is killed.

DuckDB is imported when the first file is opened: most commands import this module and many open none.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from filelock import FileLock, Timeout

from leadwright.connectors.errors import ConfigError, LockedError

if TYPE_CHECKING:
    import duckdb

    Connection = duckdb.DuckDBPyConnection
    Error = duckdb.Error
else:  # a checker that saw this would take any name for one of ours

    def __getattr__(name: str) -> Any:
        """`Connection` and `Error`, which are DuckDB's own."""
        if name not in ("Connection", "Error"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import duckdb

        return {"Connection": duckdb.DuckDBPyConnection, "Error": duckdb.Error}[name]


# Two pulls of one run take turns however long a load takes; only another process is given up on.
_IN_THIS_PROCESS = Lock()

# Files that several threads of this process write at the same time, each on a connection of its own to this instance.
_shared: dict[Path, Connection] = {}

# Between two stages a run lets go for less than a tenth of a second; a backup must not miss that.
_POLL_SECONDS = 0.005


@contextmanager
def exclusive(file: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the right to write `file`; every stage that opens it takes this first.

    Raises:
        LockedError: another process still held it after `wait_seconds`.
    """
    with _IN_THIS_PROCESS, locked(file.with_suffix(".lock"), wait_seconds, f"has been writing {file.name}"):
        yield


@contextmanager
def locked(lock_file: Path, wait_seconds: float, what: str) -> Iterator[None]:
    """Hold `lock_file` against other processes. Raises LockedError, saying `what` the other one does."""
    lock = FileLock(lock_file)
    try:
        lock_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # a home, as in Settings.make_home
        lock.acquire(timeout=wait_seconds, poll_interval=_POLL_SECONDS)
    except Timeout:
        raise LockedError(
            f"Another process {what} for more than {wait_seconds:g} seconds. "
            "Wait for that run to end, or raise LEADWRIGHT_LOCK_WAIT_SECONDS."
        ) from None
    except OSError as error:
        raise ConfigError(
            f"{lock_file} cannot be written ({error.strerror}). Set LEADWRIGHT_HOME to a directory that you may write."
        ) from None
    try:
        yield
    finally:
        lock.release()


def is_locked(lock_file: Path) -> bool:
    """Tell whether another process holds `lock_file`."""
    try:
        with locked(lock_file, 0, ""):
            return False
    except LockedError:
        return True


@contextmanager
def writer(file: Path, wait_seconds: float) -> Iterator[Connection]:
    """A connection that may write `file`; the caller must not hold `exclusive` already."""
    if instance := _shared.get(file):
        own = instance.cursor()
        try:
            own.execute("set TimeZone = 'UTC'")
            yield own
        finally:
            own.close()
        return
    with exclusive(file, wait_seconds), _open(file) as db:
        yield db


@contextmanager
def shared_writer(file: Path, wait_seconds: float) -> Iterator[None]:
    """Hold `file` for several threads of this process: each `writer` that they open is a connection of its own.

    They may write the same tables, but not the same rows. Raises LockedError as `exclusive` does.
    """
    with exclusive(file, wait_seconds), _open(file) as db:
        _shared[file] = db
        try:
            yield
        finally:
            del _shared[file]


def is_shared(file: Path) -> bool:
    """Whether this process holds `file` for several threads at the moment."""
    return file in _shared


@contextmanager
def reader(file: Path) -> Iterator[Connection]:
    """A read-only connection to the newest published copy, whoever else reads an older one in this process.

    DuckDB keeps one instance per path and process: a second one who connects to the path is given what the first one
    has open. So each reader has an instance of its own and attaches the file to it.

    Raises:
        ConfigError: nothing is published yet, or the file is no DuckDB file.
    """
    if not file.exists():
        raise ConfigError(
            f"There is no published data yet ({file.name} is missing). Run `leadwright run` first, "
            "or point LEADWRIGHT_HOME at the directory of an installation that has run."
        )
    with in_memory() as db:
        db.execute("set TimeZone = 'UTC'")
        while True:
            found = _version(file)
            _attach_published(db, file)
            if _version(file) == found:
                break
            db.execute("detach published")  # replaced in between: the time would be that of another copy
        db.execute(
            "set variable published_at = ?::timestamptz", [datetime.fromtimestamp(found[1] / 1e9, UTC)]
        )
        db.execute("use published")
        yield db


def published_at(db: Connection) -> datetime:
    """When the copy that a reader has open was put in place."""
    (moment,) = db.execute("select getvariable('published_at')").fetchone() or (None,)
    return cast(datetime, moment).astimezone(UTC)


def _version(file: Path) -> tuple[int, int]:
    """What tells a published copy from the next one: its inode, and the nanosecond in which it was last written."""
    stat = file.stat()
    return stat.st_ino, stat.st_mtime_ns


def _attach_published(db: Connection, file: Path) -> None:
    import duckdb

    try:
        db.execute(f"attach '{sql_text(file)}' as published (read_only)")
    except duckdb.IOException as error:
        raise ConfigError(f"{file} cannot be opened as a DuckDB file: {error}") from error


@contextmanager
def in_memory() -> Iterator[Connection]:
    """A database of its own that is gone afterwards, for work that needs no lock."""
    import duckdb

    db = duckdb.connect()
    try:
        yield db
    finally:
        db.close()


@contextmanager
def unshared(file: Path) -> Iterator[Connection]:
    """A connection that may write a file which only this thread knows, and so needs no lock."""
    with _open(file) as db:
        yield db


@contextmanager
def _open(file: Path) -> Iterator[Connection]:
    import duckdb

    try:
        db = duckdb.connect(str(file))
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            raise ConfigError(f"{file} cannot be opened as a DuckDB file: {error}") from error
        raise LockedError(f"Another program has {file.name} open. Close it and run again.") from error
    try:
        db.execute("set TimeZone = 'UTC'")
        yield db
    finally:
        db.close()


def statement(module: str, name: str) -> str:
    """The SQL of the file `sql/<name>.sql` beside the Python file `module`."""
    return (Path(module).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def rows(
    db: Connection, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
) -> list[dict[str, Any]]:
    """Rows of a query, column name -> value."""
    cursor = db.execute(sql, parameters)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def columns(db: Connection, schema: str, table: str) -> list[str]:
    """Names of the columns of a table; none where it does not exist."""
    found = db.execute(
        "select column_name from information_schema.columns where table_catalog = current_database() "
        "and table_schema = ? and table_name = ? order by ordinal_position",
        [schema, table],
    )
    return [name for (name,) in found.fetchall()]


def is_empty(db: Connection) -> bool:
    """Whether there is no table yet."""
    found = db.execute("select 1 from duckdb_tables() where database_name = current_database() limit 1")
    return found.fetchone() is None


@contextmanager
def compared(before: Path, after: Path) -> Iterator[Connection]:
    """A read-only connection to two files at once, as the catalogues `before` and `after`."""
    with in_memory() as db:
        db.execute("set TimeZone = 'UTC'")
        for name, file in (("before", before), ("after", after)):
            db.execute(f"attach '{sql_text(file)}' as {name} (read_only)")
        yield db


def ensure_table(db: Connection, schema: str, table: str, columns: Sequence[tuple[str, str]]) -> None:
    """Create `schema.table` with `columns` (name, type), or add those that it lacks."""
    db.execute(f'create schema if not exists "{schema}"')
    body = ", ".join(f'"{name}" {kind}' for name, kind in columns)
    db.execute(f'create table if not exists "{schema}"."{table}" ({body})')
    there = {str(row[0]).lower() for row in db.execute(f'describe "{schema}"."{table}"').fetchall()}
    for name, kind in columns:
        if name.lower() not in there:
            db.execute(f'alter table "{schema}"."{table}" add column if not exists "{name}" {kind}')


def replace_tables(
    target: Path, source: Path, schema: str, wait_seconds: float, *, keep: Collection[str] = ()
) -> None:
    """Put all tables of `schema` in `source` in place of those in `target`, in one transaction.

    Args:
        target: the file that readers know.
        source: a file that nobody has open.
        schema: the schema's name in both.
        wait_seconds: how long to wait for another process to let go of `target`.
        keep: tables of `target` that stay as they are.
    """
    with writer(target, wait_seconds) as db:
        db.execute(f"attach '{sql_text(source)}' as incoming (read_only)")
        old, new = tables(db, "current_database()", schema), tables(db, "'incoming'", schema)
        db.execute("begin")
        db.execute(f'create schema if not exists "{schema}"')
        for table in old - set(keep):
            db.execute(f'drop table "{schema}"."{table}"')
        for table in new - set(keep):
            db.execute(f'create table "{schema}"."{table}" as from incoming."{schema}"."{table}"')
        db.execute("commit")


def carry_over(
    source: Path,
    target: Path,
    schema: str,
    table: str,
    key: Sequence[str],
    ids: Sequence[str] | None,
    wait_seconds: float,
) -> None:
    """Copy rows of a table in `source` that the same table in `target`, a file that nobody has open, lacks.

    Args:
        key: the columns that name a row.
        ids: of the rows to copy, parts joined by `/`; None: of all.
    """
    with writer(source, wait_seconds) as db:
        db.execute(f"attach '{sql_text(target)}' as incoming")
        there = [
            name
            for (name,) in db.execute(
                "select column_name from information_schema.columns where table_catalog = 'incoming' "
                "and table_schema = ? and table_name = ?",
                [schema, table],
            ).fetchall()
        ]
        shared = ", ".join(f'"{name}"' for name in columns(db, schema, table) if name in there)
        if shared:
            identity = " || '/' || ".join(f'"{name}"' for name in key)
            same = " and ".join(f'n."{name}" = o."{name}"' for name in key)
            db.execute(
                f'insert into incoming."{schema}"."{table}" by name select {shared} from "{schema}"."{table}" o '
                f'where not exists (select 1 from incoming."{schema}"."{table}" n where {same}) '
                f"and ($ids is null or list_contains($ids::varchar[], {identity}))",
                {"ids": ids},
            )
        db.execute("detach incoming")


def tables(db: Connection, catalog: str, schema: str) -> set[str]:
    """Names of the tables of a schema, views left out; `catalog` is SQL."""
    found = db.execute(
        f"select table_name from information_schema.tables where table_catalog = {catalog} "
        "and table_schema = ? and table_type = 'BASE TABLE'",
        [schema],
    )
    return {table for (table,) in found.fetchall()}


def rewrite(file: Path, wait_seconds: float) -> None:
    """Put a copy of `file` in its place that holds what can be read in it and nothing else: no free blocks, no log."""
    draft = file.with_suffix(".rewritten")
    with exclusive(file, wait_seconds):
        draft.unlink(missing_ok=True)
        with _open(file) as db:
            db.execute(f"attach '{sql_text(draft)}' as rewritten")
            db.execute(f'copy from database "{file.stem}" to rewritten')
            db.execute("detach rewritten")
        shutil.copymode(file, draft)
        draft.replace(file)


def sql_text(path: Path) -> str:
    """`path` as it stands between single quotes in SQL."""
    return str(path).replace("'", "''")
