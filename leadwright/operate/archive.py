"""The file of a backup: a zip of one Parquet file per table and of `about.json`, which says what is in it.

Parquet and not a DuckDB file, because a backup outlives versions of DuckDB. Every table has a SHA-256 that is checked
before anything is restored. The file holds personal data: it is made for its owner alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError

FORMAT = 1
_ABOUT = "about.json"
_BLOCK = 1 << 20
# Parquet has no whole number of 128 bits
_AS_TEXT = {"HUGEINT", "UHUGEINT"}


@dataclass(frozen=True, slots=True)
class Stored:
    """A table of a backup: its columns (name, type), how many rows, and the hash of its Parquet file."""

    schema: str
    table: str
    columns: tuple[tuple[str, str], ...]
    rows: int
    sha256: str

    @property
    def member(self) -> str:
        """Its name in the zip."""
        return f"{self.schema}.{self.table}.parquet"


@dataclass(frozen=True, slots=True)
class About:
    """What a backup is: when its tables were as they are in it, by which version of Leadwright, and which they are."""

    made_at: str
    version: str
    tables: tuple[Stored, ...]
    format: int = FORMAT


def unload(db: warehouse.Connection, schema: str, table: str, folder: Path) -> Stored:
    """Write a table to `folder`."""
    found = db.execute(
        "select column_name, data_type from duckdb_columns() where database_name = current_database() "
        "and schema_name = ? and table_name = ? order by column_index",
        [schema, table],
    ).fetchall()
    columns = tuple((name, kind) for name, kind in found)
    selected = ", ".join(f'"{n}"::varchar as "{n}"' if k in _AS_TEXT else f'"{n}"' for n, k in columns)
    (rows,) = db.execute(f'select count(*) from "{schema}"."{table}"').fetchone() or (0,)
    stored = Stored(schema, table, columns, rows, "")
    file = folder / stored.member
    db.execute(
        f'copy (select {selected} from "{schema}"."{table}") to \'{warehouse.sql_text(file)}\' '
        "(format parquet, compression zstd)"
    )
    with file.open("rb") as content:
        return Stored(schema, table, columns, rows, _sha256(content))


def load(db: warehouse.Connection, stored: Stored, folder: Path) -> None:
    """Make a table again from its file in `folder`."""
    warehouse.ensure_table(db, stored.schema, stored.table, stored.columns)
    file = warehouse.sql_text(folder / stored.member)
    db.execute(f'insert into "{stored.schema}"."{stored.table}" by name from read_parquet(\'{file}\')')


def pack(target: Path, about: About, folder: Path) -> None:
    """Put the tables in `folder` into one file at `target`, which is whole or is not there."""
    draft = target.with_name(f"{target.name}.part")
    try:
        with (
            open(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file,  # noqa: PTH123
            zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed,
        ):
            packed.writestr(_ABOUT, json.dumps(asdict(about), indent=1))
            for stored in about.tables:
                packed.write(folder / stored.member, stored.member)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def unpack(source: Path, folder: Path) -> About:
    """Check a backup and lay out its tables in `folder`. Raises ConfigError where it is none, or not whole."""
    try:
        with zipfile.ZipFile(source) as packed:
            about = _read(packed, source)
            for stored in about.tables:
                with packed.open(stored.member) as content:
                    if _sha256(content) != stored.sha256:
                        raise _broken(source)
                packed.extract(stored.member, folder)
    except OSError as error:
        raise ConfigError(f"{source} cannot be read: {error.strerror or error}") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise _broken(source) from error
    return about


def _read(packed: zipfile.ZipFile, source: Path) -> About:
    told: dict[str, Any] = json.loads(packed.read(_ABOUT))
    if told["format"] > FORMAT:
        raise ConfigError(
            f"{source} was made by Leadwright {told['version']}, which is newer. Upgrade, then restore."
        )
    tables = tuple(
        Stored(**{**each, "columns": tuple((name, kind) for name, kind in each["columns"])})
        for each in told.pop("tables")
    )
    return About(tables=tables, **told)


def _broken(source: Path) -> ConfigError:
    return ConfigError(f"{source} is no backup of Leadwright, or not whole. Nothing was changed.")


def _sha256(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for block in _blocks(content):
        digest.update(block)
    return digest.hexdigest()


def _blocks(content: IO[bytes]) -> Iterable[bytes]:
    while block := content.read(_BLOCK):
        yield block
