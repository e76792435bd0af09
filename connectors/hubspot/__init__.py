"""HubSpot, through the SDK hubspot-api-client; see `paths` for the version that is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
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
from leadwright.connectors.batches import Page, Row, batches, columns, instant_or_none, one_batch, pieces, utc
from leadwright.connectors.hubspot import (
    authorship,
    automations,
    catalogue,
    health,
    listing,
    lists,
    searching,
    tasks,
    writing,
)
from leadwright.connectors.hubspot.credentials import Credentials
from leadwright.connectors.hubspot.errors import RefusedError
from leadwright.connectors.hubspot.fields import described, ensure
from leadwright.connectors.hubspot.links import of as links_of
from leadwright.connectors.hubspot.refusals import REMEDIES as REMEDIES
from leadwright.connectors.hubspot.rows import row
from leadwright.connectors.hubspot.scopes import demand
from leadwright.connectors.hubspot.shapes import LINKS, RECORDS, cursor, shape
from leadwright.connectors.hubspot.signin import SignIn
from leadwright.connectors.hubspot.transport import Transport
from leadwright.connectors.hubspot.unknown import Unknown
from leadwright.connectors.tokens import InMemory, TokenKeeper

_SECONDS_A_CALL = 0.5
"""What a batch of a hundred takes, as people report it."""

_OWN = {"archived", "archived_at", "hs_object_id"}  # of the record, not properties to ask for


class HubSpot:
    """A HubSpot account that can be read, written and checked."""

    name = "hubspot"
    at_once = 4  # with answers after 0.4 s these use what the limit allows: 100 calls in 10 s

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self.tokens: TokenKeeper = InMemory()

    @cached_property
    def _sign_in(self) -> SignIn:
        return SignIn(self._credentials, self.tokens)

    @cached_property
    def _transport(self) -> Transport:
        return Transport(self._credentials.url, self._sign_in)

    @cached_property
    def _lists(self) -> lists.Lists:
        return lists.Lists(self._transport)

    @property
    def now(self) -> datetime | None:
        """What time it was in HubSpot when it last answered."""
        return self._transport.now

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
        if since is not None and object_name in RECORDS:
            yield from self._archived(object_name, fields, since, set_aside)

    def read(self, query: Query, set_aside: SetAside = refuse) -> Iterator[Piece]:
        """Yield the rows of `query` in pieces, archived records only where all are read; see `ResumableSource`."""
        name = query.object_name
        if name in LINKS:
            whole = replace(query, object_name=LINKS[name][0], fields=(), links=(name,), known=())
            for piece in self.read(whole, lambda _: None):
                yield Piece(piece.links[name], place=piece.place)
            return
        asked = self._asked(name, query.fields) if name in RECORDS else []
        unknown = Unknown(self._transport, name, asked)
        pages, links = unknown.watching(self._pages(query)), {n: shape(n) for n in query.links}
        for piece in pieces(pages, self.shape(name), query.fields, links, set_aside):
            yield replace(piece, unknown=unknown.found)

    def _pages(self, query: Query) -> Iterator[Page]:
        name = query.object_name
        if name not in RECORDS:
            rows = catalogue.owners if name == "owners" else catalogue.deal_stages
            yield Page(list(rows(self._transport)))
            return
        wanted = self._asked(name, query.fields)
        if query.since is None:
            yield from listing.whole(self._transport, name, wanted, query.links, query.place)
        else:
            yield from searching.changed(self._transport, name, wanted, query.since, query.known, query.links)

    def _all_asked(self, object_name: str, fields: Sequence[str]) -> list[str]:
        return [cursor(object_name), *self._asked(object_name, fields)]

    def _asked(self, object_name: str, fields: Sequence[str]) -> list[str]:
        return [name for name in columns(shape(object_name), fields) if name not in _OWN]

    def count(self, object_name: str, section: Section) -> int | None:
        """How many records the search counts; None of what it does not hold or cannot count."""
        if object_name not in RECORDS:
            return None
        try:
            return searching.count(self._transport, object_name, section)
        except RefusedError:
            return None

    def section(self, object_name: str, fields: Sequence[str], section: Section) -> Iterator[pa.RecordBatch]:
        """Yield the records between two ids."""
        rows = searching.between(self._transport, object_name, self._asked(object_name, fields), section)
        yield from batches(rows, self.shape(object_name), fields, lambda _: None)

    def gone(self, object_name: str, fields: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the archived records."""
        rows = listing.archived(self._transport, object_name, self._asked(object_name, fields))
        yield from batches(rows, self.shape(object_name), fields, lambda _: None)

    def _archived(
        self, object_name: str, fields: Sequence[str], since: datetime, set_aside: SetAside
    ) -> Iterator[pa.RecordBatch]:
        column = cursor(object_name)
        rows = listing.archived(self._transport, object_name, self._asked(object_name, fields))
        late = (row for row in rows if (at := instant_or_none(row[column])) is None or at >= utc(since))
        yield from batches(late, self.shape(object_name), fields, set_aside)

    def links(self, object_name: str, records: Sequence[Row]) -> pa.RecordBatch:
        """The links of records, which are asked for by their ids."""
        return one_batch(links_of(self._transport, object_name, records), shape(object_name), [])

    def read_back(self, object_name: str, fields: Sequence[str], ids: Sequence[str]) -> Iterator[Piece]:
        """Yield the records of `ids` as they are now."""
        if object_name == MEMBERSHIPS:
            yield from memberships.read_back(self._lists, ids)
            return
        records = listing.by_id(self._transport, object_name, ids, self._all_asked(object_name, fields))
        rows = [row(record, object_name) for record in records]
        yield Piece(one_batch(rows, self.shape(object_name), fields))

    def authors(
        self, object_name: str, fields: Sequence[str], ids: Sequence[str]
    ) -> Mapping[tuple[str, str], str]:
        """Who changed each field of each record last; see `connectors.base.NamesAuthors`."""
        if object_name == MEMBERSHIPS:
            return {}  # HubSpot does not say who put somebody on a list
        return authorship.authors(self._transport, object_name, fields, ids)

    def absent(self, object_name: str, ids: Sequence[str]) -> set[str]:
        """Those of `ids` under which HubSpot has neither a record nor an archived one."""
        found = {
            str(record["id"])
            for archived in (False, True)
            for record in listing.by_id(self._transport, object_name, ids, [], archived=archived)
        }
        return set(ids) - found

    def place_of(self, record_id: str) -> tuple[object, ...]:
        """Ids are in the order of numbers."""
        return searching.place(record_id)

    def ensure_fields(self, object_name: str, fields: Sequence[FieldSpec]) -> list[str]:
        """Create the properties that are missing; return their names."""
        if object_name == MEMBERSHIPS:
            demand(self._transport, "putting contacts on lists", (lists.READ, lists.WRITE))
            return []
        return ensure(self._transport, object_name, fields)

    def push(self, object_name: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Send `changes` in batches of 100; yield one outcome per change."""
        if object_name == MEMBERSHIPS:
            yield from memberships.push(self._lists, changes)
            return
        yield from writing.push(self._transport, object_name, changes)

    def make_tasks(self, object_name: str, new: Sequence[NewTask]) -> Iterator[Outcome]:
        """Make those of `new` that are not there, in batches of 100; see `connectors.base.MakesTasks`."""
        yield from tasks.make(self._transport, object_name, new)

    def check_lists(self, names: Sequence[str]) -> Iterator[Finding]:
        """Yield a finding for each list: whether it is there and takes members."""
        once = lists.Lists(Transport(self._credentials.url, self._sign_in, tries=1))
        yield from memberships.findings(once, names, lists.FIX)

    def automations(self, object_name: str, fields: Sequence[str]) -> list[Automation]:
        """The workflows that look at `fields`."""
        return automations.watching(self._transport, object_name, fields)

    def cost(self, object_name: str, changes: Sequence[Change], tasks: int = 0) -> Cost:
        """Two calls for a hundred records or tasks: one reads them, one writes them."""
        calls = sum(2 * ceil(count / writing.BATCH) for count in (len(changes), tasks))
        a_second, left = self._transport.budget()
        return Cost(calls, calls * max(_SECONDS_A_CALL, 1 / a_second), left)

    def fields(self, object_name: str) -> list[FieldInfo]:
        """The properties of an object that people may see."""
        return described(self._transport, object_name)

    def sample(self, object_name: str, fields: Sequence[str], count: int) -> list[Row]:
        """The values of `fields` in the first `count` records of the list."""
        rows = listing.sample(self._transport, object_name, fields, count)
        return [{name: row.get(name) for name in fields} for row in rows]

    def account(self) -> str:
        """The number of the account (portal id)."""
        return self._transport.account()

    def check(
        self, reads: Mapping[str, Sequence[str]], writes: Mapping[str, Sequence[FieldSpec]]
    ) -> Iterator[Finding]:
        """Yield findings on address, token, scopes, objects and properties."""
        once = Transport(self._credentials.url, self._sign_in, tries=1)
        yield from health.check(once, self._sign_in, reads, writes)


def connect(credentials: Credentials) -> HubSpot:
    """A connector for the account; no call is made yet."""
    return HubSpot(credentials)
