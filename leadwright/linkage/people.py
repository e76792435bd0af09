"""The linkage of people as a step of its own: reads the person records of the warehouse, writes `ops.identity_links`.

It runs nightly and not in each run, because it compares everybody with everybody else. The next build takes the
links that are probable enough; see `linkage_thresholds` and `int_identity__links`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadwright import extras, warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.settings import Settings

if TYPE_CHECKING:
    from leadwright.linkage.links import Kind

_KEEP_LINKS = warehouse.statement(__file__, "people_keep_links")

_KINDS: Mapping[str, Kind] = {
    "first_name": "given_name",
    "last_name": "family_name",
    "email": "email",
    "phone": "phone",
    "employer": "employer",
    "city": "place",
}
_COLUMNS = (
    ("left_key", "varchar"),
    ("right_key", "varchar"),
    ("probability", "double"),
    ("found_at", "timestamptz"),
)


@dataclass(frozen=True, slots=True)
class Linked:
    """How many records were compared and how many pairs of them are probably one person."""

    records: int
    links: int


def link_people(settings: Settings) -> Linked:
    """Find the person records that are one person and keep the pairs in place of those of the last time.

    Raises:
        ConfigError: nothing has been built yet, or splink is not installed.
        LockedError: another process holds the warehouse.
    """
    extras.require("linkage")
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        _require_built(db)
        people = db.sql("select * from intermediate.int_accounts__linkage_records").to_arrow_table()
    from leadwright.linkage.links import find_links  # splink takes a second to import

    links = find_links(people, _KINDS)
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        warehouse.ensure_table(db, "ops", "identity_links", _COLUMNS)
        db.register("links", links)
        db.execute("begin")
        db.execute("delete from ops.identity_links")
        db.execute(_KEEP_LINKS)
        db.execute("commit")
    return Linked(people.num_rows, links.num_rows)


def _require_built(db: warehouse.Connection) -> None:
    built = "select 1 from information_schema.tables where table_name = 'int_accounts__linkage_records'"
    if not warehouse.rows(db, built):
        raise ConfigError(
            "There are no people to link yet: run `leadwright run` or `leadwright transform` first."
        )
