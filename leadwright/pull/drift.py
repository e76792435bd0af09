"""What keeps one object, or what is left of a pull, from being read, while the rest goes on.

An object whose fields are no longer what they were stops alone: what was read of it before stays. Where the calls of
the day are used up, what is left waits for the next run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from leadwright import warehouse
from leadwright.connectors.errors import DailyLimitError, GuardrailError, SchemaDriftError
from leadwright.pull import landing
from leadwright.pull.sources import Source
from leadwright.settings import Settings

_FEW = 50
"""Records of an object that may always be gone: a share of a small CRM is some single person."""


@dataclass(slots=True)
class Stops:
    """What of one CRM could not be read.

    Attributes:
        objects: objects that stopped, and why.
        put_off: why nothing more is read for now; None while reading goes on.
    """

    objects: dict[str, str] = field(default_factory=dict)
    put_off: DailyLimitError | None = None

    @contextmanager
    def reading(self, name: str) -> Iterator[None]:
        """Read an object: a fault that is its alone, or that is no fault, ends with it."""
        try:
            yield
        except SchemaDriftError as error:
            self.objects[name] = str(error)
        except DailyLimitError as limit:
            self.put_off = limit


def require_known(source: Source, name: str, unknown: Collection[str], settings: Settings) -> None:
    """Raise where the CRM no longer shows a field of which there are values: they would all be lost.

    Raises:
        SchemaDriftError: names the fields.
    """
    if not unknown:
        return
    table = source.tables[name]
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        lost = [each for each in sorted(unknown) if landing.has_values(db, table, each)]
    if lost:
        raise SchemaDriftError(
            f"{source.name} no longer shows {', '.join(lost)} on {name}, and there are values of it. Either it is "
            "hidden from the API user: give read access. Or it was deleted or renamed: take it out of fields.csv, or "
            "put the new name there."
        )


def is_shrunk(lost: int, before: int, settings: Settings) -> bool:
    """Whether so many records are gone that it may be a permission: a user who may see fewer is shown fewer."""
    return lost > max(_FEW, settings.shrink_at_most * before)


def shrunk(said: str) -> GuardrailError:
    """What to tell of records that are gone, after the sentence that says which."""
    return GuardrailError(
        f"{said} The API user may be shown only a part of them (sharing, teams, scopes). Give him the permission "
        "back; or, where they are gone for good, run once with LEADWRIGHT_SHRINK_AT_MOST=1."
    )
