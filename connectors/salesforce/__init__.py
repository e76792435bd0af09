"""Salesforce, through the SDK simple-salesforce (REST, sObject collections, Bulk 2.0 query, Tooling)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from math import ceil

import pyarrow as pa

from leadwright.connectors import memberships
from leadwright.connectors.base import (
    MEMBERSHIPS,
    Automation,
    Change,
    Cost,
    FieldInfo,
    FieldSpec,
    Finding,
    NewTask,
    ObjectShape,
    Outcome,
    Piece,
    Query,
    Section,
    SetAside,
    refuse,
)
from leadwright.connectors.batches import Row
from leadwright.connectors.salesforce import (
    authorship,
    automations,
    campaigns,
    health,
    reading,
    writing,
)
from leadwright.connectors.salesforce import tasks as task_writing
from leadwright.connectors.salesforce.credentials import Credentials
from leadwright.connectors.salesforce.fields import ensure, listed
from leadwright.connectors.salesforce.refusals import REMEDIES
from leadwright.connectors.salesforce.shapes import shape
from leadwright.connectors.salesforce.transport import Transport
from leadwright.connectors.tokens import InMemory, TokenKeeper

__all__ = ["REMEDIES", "Credentials", "Salesforce", "connect"]

_SECONDS_A_CALL = 1.0
"""What a collection of two hundred takes on average, as people report it; triggers decide."""


class Salesforce:
    """A Salesforce org that can be read, written and checked."""

    name = "salesforce"

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self.tokens: TokenKeeper = InMemory()
        self._sizes = writing.Sizes()

    @cached_property
    def _org(self) -> Transport:
        return Transport(self._credentials, self.tokens)

    @cached_property
    def _campaigns(self) -> campaigns.Campaigns:
        return campaigns.Campaigns(self._org)

    @property
    def now(self) -> datetime | None:
        """What time it was in Salesforce when it last answered."""
        return self._org.now

    def shape(self, object_name: str) -> ObjectShape:
        """How `object_name` is read."""
        return memberships.SHAPE if object_name == MEMBERSHIPS else shape(object_name)

    def pull(
        self,
        object_name: str,
        fields: Sequence[str],
        since: datetime | None,
        set_aside: SetAside = refuse,
    ) -> Iterator[pa.RecordBatch]:
        """Yield batches of rows changed at or after `since`; see `connectors.base.LeadSource`."""
        yield from (piece.rows for piece in self.read(Query(object_name, fields, since), set_aside))

    def read(self, query: Query, set_aside: SetAside = refuse) -> Iterator[Piece]:
        """Yield the rows of `query` in pieces, deleted ones included; see `ResumableSource`."""
        yield from reading.read(self._org, query, self.shape(query.object_name), set_aside)

    def count(self, object_name: str, section: Section) -> int | None:
        """How many records there are that are not deleted."""
        return reading.count(self._org, object_name, self.shape(object_name), section)

    def section(self, object_name: str, fields: Sequence[str], section: Section) -> Iterator[pa.RecordBatch]:
        """Yield the records between two ids."""
        yield from reading.between(self._org, object_name, self.shape(object_name), fields, section)

    def gone(self, object_name: str, fields: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield nothing: deleted rows come with those that changed."""
        yield from ()

    def read_back(self, object_name: str, fields: Sequence[str], ids: Sequence[str]) -> Iterator[Piece]:
        """Yield the records of `ids` as they are now."""
        if object_name == MEMBERSHIPS:
            yield from memberships.read_back(self._campaigns, ids)
            return
        yield from reading.read_back(self._org, object_name, self.shape(object_name), fields, ids)

    def authors(
        self, object_name: str, fields: Sequence[str], ids: Sequence[str]
    ) -> Mapping[tuple[str, str], str]:
        """Who changed each field of each record last; see `connectors.base.NamesAuthors`."""
        if object_name == MEMBERSHIPS:
            return {}
        return authorship.authors(self._org, object_name, fields, ids)

    def absent(self, object_name: str, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that are not even in the recycle bin."""
        return reading.absent(self._org, object_name, ids)

    def place_of(self, record_id: str) -> tuple[object, ...]:
        """Ids are in the order of their characters."""
        return (record_id,)

    def ensure_fields(self, object_name: str, fields: Sequence[FieldSpec]) -> list[str]:
        """Create the fields that are missing, open them to the API user, see that he may write; return their names."""
        if object_name == MEMBERSHIPS:
            campaigns.require_rights(self._org)
            return []
        return ensure(self._org, object_name, fields)

    def push(self, object_name: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Send `changes` in collections of 200, fewer where triggers break, thousands in jobs; one outcome each."""
        if object_name == MEMBERSHIPS:
            yield from memberships.push(self._campaigns, changes)
            return
        yield from writing.push(self._org, object_name, changes, self._sizes)

    def at_a_time(self, records: int) -> int:
        """What a job takes, where there are enough changes for one."""
        return writing.at_a_time(records)

    def make_tasks(self, object_name: str, new: Sequence[NewTask]) -> Iterator[Outcome]:
        """Make those of `new` that are not there, in collections of 50; see `connectors.base.MakesTasks`."""
        yield from task_writing.make(self._org, object_name, new)

    def check_lists(self, names: Sequence[str]) -> Iterator[Finding]:
        """Yield a finding for each campaign: whether it is there and active."""
        once = campaigns.Campaigns(Transport(self._credentials, self.tokens, tries=1))
        yield from memberships.findings(once, names, campaigns.FIX)

    def automations(self, object_name: str, fields: Sequence[str]) -> list[Automation]:
        """The flows and Apex triggers that run when a record is saved, whichever fields they look at."""
        return automations.at_save(self._org, object_name)

    def cost(self, object_name: str, changes: Sequence[Change], tasks: int = 0) -> Cost:
        """Two calls for two hundred records, or eight for the thousands of a job; two for fifty tasks."""
        effort, of_tasks = writing.effort(changes), 2 * ceil(tasks / task_writing.BATCH)
        self._org.account()  # a call whose answer tells how many are left
        used, allowed = self._org.usage
        calls = effort.calls + of_tasks
        seconds = (calls + effort.job_batches) * _SECONDS_A_CALL
        return Cost(calls, seconds, allowed - used if allowed else None)

    def fields(self, object_name: str) -> list[FieldInfo]:
        """The fields of an object that the API user may read."""
        return listed(self._org, object_name)

    def sample(self, object_name: str, fields: Sequence[str], count: int) -> list[Row]:
        """The values of `fields` in the `count` records that were changed last."""
        return reading.sample(self._org, object_name, fields, count)

    def account(self) -> str:
        """The org's id."""
        return self._org.account()

    def check(
        self, reads: Mapping[str, Sequence[str]], writes: Mapping[str, Sequence[FieldSpec]]
    ) -> Iterator[Finding]:
        """Yield findings on address, login, version, calls left, objects and fields."""
        once = Transport(self._credentials, self.tokens, tries=1)
        yield from health.check(once, self._credentials, reads, writes)


def connect(credentials: Credentials) -> Salesforce:
    """A connector for the org; no call is made yet."""
    return Salesforce(credentials)
