"""HubSpot, through the SDK hubspot-api-client (CRM v3, associations v4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice

import pyarrow as pa

from leadwright.connectors.base import (
    Change,
    FieldInfo,
    FieldSpec,
    Finding,
    ObjectShape,
    Outcome,
    SetAside,
    refuse,
)
from leadwright.connectors.batches import Row, batches, columns
from leadwright.connectors.hubspot import catalogue, health, links, reading, writing
from leadwright.connectors.hubspot.credentials import Credentials
from leadwright.connectors.hubspot.fields import described, ensure
from leadwright.connectors.hubspot.shapes import LINKS, RECORDS, shape
from leadwright.connectors.hubspot.signin import SignIn
from leadwright.connectors.hubspot.transport import Transport
from leadwright.connectors.tokens import InMemory, TokenKeeper

_OWN = {"archived", "archived_at", "hs_object_id"}  # of the record, not properties to ask for


class HubSpot:
    """A HubSpot account that can be read, written and checked."""

    name = "hubspot"

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self.tokens: TokenKeeper = InMemory()

    @cached_property
    def _sign_in(self) -> SignIn:
        return SignIn(self._credentials, self.tokens)

    @cached_property
    def _transport(self) -> Transport:
        return Transport(self._credentials.url, self._sign_in)

    def shape(self, object_name: str) -> ObjectShape:
        """How `object_name` is read."""
        return shape(object_name)

    def pull(
        self,
        object_name: str,
        fields: Sequence[str],
        since: datetime | None,
        set_aside: SetAside = refuse,
    ) -> Iterator[pa.RecordBatch]:
        """Yield batches of rows changed at or after `since`; see `connectors.base.LeadSource`."""
        rows = self._rows(object_name, fields, since)
        yield from batches(rows, self.shape(object_name), fields, set_aside)

    def _rows(self, object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[Row]:
        if object_name in RECORDS:
            wanted = [c for c in columns(shape(object_name), fields) if c not in _OWN]
            return reading.read(self._transport, object_name, wanted, since)
        if object_name in LINKS:
            return links.read(self._transport, object_name, since)
        return (
            catalogue.owners(self._transport)
            if object_name == "owners"
            else catalogue.deal_stages(self._transport)
        )

    def ensure_fields(self, object_name: str, fields: Sequence[FieldSpec]) -> list[str]:
        """Create the properties that are missing; return their names."""
        return ensure(self._transport, object_name, fields)

    def push(self, object_name: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Send `changes` in batches of 100; yield one outcome per change."""
        yield from writing.push(self._transport, object_name, changes)

    def fields(self, object_name: str) -> list[FieldInfo]:
        """The properties of an object that people may see."""
        return described(self._transport, object_name)

    def sample(self, object_name: str, fields: Sequence[str], count: int) -> list[Row]:
        """The values of `fields` in the first `count` records of the list."""
        rows = islice(reading.live(self._transport, object_name, fields, None), count)
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
