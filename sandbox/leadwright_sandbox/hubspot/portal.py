"""The HubSpot half of the sandbox: one portal with its records, and the application that serves it."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot.associations import PRIMARY, Associations, LinkType
from leadwright_sandbox.hubspot.derived import Derived
from leadwright_sandbox.hubspot.flows import Flow
from leadwright_sandbox.hubspot.forms import Forms
from leadwright_sandbox.hubspot.history import History
from leadwright_sandbox.hubspot.lag import SearchLag
from leadwright_sandbox.hubspot.limits import Limits
from leadwright_sandbox.hubspot.lists import Lists
from leadwright_sandbox.hubspot.loading import Loader
from leadwright_sandbox.hubspot.oauth import OAuthApp
from leadwright_sandbox.hubspot.objects import ObjectType, ObjectTypes
from leadwright_sandbox.hubspot.owners import Owners
from leadwright_sandbox.hubspot.pipelines import Pipelines
from leadwright_sandbox.hubspot.primaries import Primaries
from leadwright_sandbox.hubspot.properties import PROPERTY_NAME, Property
from leadwright_sandbox.hubspot.records import Records
from leadwright_sandbox.hubspot.rules import ValidationRule
from leadwright_sandbox.hubspot.scopes import ALL_SCOPES
from leadwright_sandbox.hubspot.search import contains_token
from leadwright_sandbox.hubspot.sharing import Sight
from leadwright_sandbox.hubspot.values import wire_id
from leadwright_sandbox.hubspot.versions import Versions
from leadwright_sandbox.hubspot.webhooks import APP_ID, Webhooks
from leadwright_sandbox.store import Store

CLIENT_SECRET = str(uuid.uuid5(uuid.NAMESPACE_URL, "sandbox-app"))  # signs webhooks
LINKS_AT_ONCE = 20_000
MOMENTS = {
    ("history", "changed_at"),
    ("forms", "created_at"),
    ("form_submissions", "submitted_at"),
    ("list_members", "added_at"),
}
PORTAL_ID = 7100100  # of the first portal; each other one has its own


class HubSpot:
    """One portal. `app.build_app` serves it; `.load` and `.load_associations` fill it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        limits: bool = True,
        scopes: Iterable[str] | None = None,
        number: int = 0,
    ) -> None:
        """`number` tells several portals apart: each has another id."""
        self.store = store
        self.clock = clock
        self.portal_id = PORTAL_ID + number
        self.types = ObjectTypes()
        self.history = History(store)
        self.pipelines = Pipelines(clock)
        self.search_lag = SearchLag(store, clock)
        derived = Derived(self.pipelines)
        self.records = Records(store, clock, self.types, self.history, derived, self.search_lag)
        self._loader = Loader(store, clock, self.records, derived, self.search_lag)
        self.associations = Associations(store)
        self.primaries = Primaries(store, self.associations)
        self.owners = Owners(store, clock)
        self.rules: list[ValidationRule] = []
        self.flows: list[Flow] = []
        self.lists = Lists(clock)
        self.webhooks = Webhooks(clock, self.portal_id, CLIENT_SECRET, lambda: self.history.source)
        self.forms = Forms(self)
        self.limits = Limits(limits)
        self.versions = Versions()
        self.tokens: dict[str, frozenset[str]] = {}
        self.sights: dict[str, Sight] = {}  # of the tokens that do not see all records
        self._made_tokens = itertools.count()
        self.token = self.make_token(ALL_SCOPES if scopes is None else scopes)
        self.app = OAuthApp(clock, CLIENT_SECRET, lambda: self.make_token(self.tokens.get(self.token, ())))
        self._groups: dict[str, dict[str, str]] = {}
        self._correlations = itertools.count(1)
        store.db.create_function("contains_token", 2, contains_token, deterministic=True)

    def credentials(self) -> dict[str, Any]:
        """What callers need: the token, and the app's ids, its secret (for webhooks, too) and its refresh token."""
        return {
            "token": self.token,
            "app_id": APP_ID,
            "client_id": self.app.client_id,
            "client_secret": self.webhooks.secret,
            "refresh_token": self.app.refresh_token,
        }

    def make_token(self, scopes: Iterable[str]) -> str:
        """A new token that may do what `scopes` say."""
        token = f"pat-na1-{uuid.uuid5(uuid.NAMESPACE_URL, f'sandbox-{next(self._made_tokens)}')}"
        self.tokens[token] = frozenset(scopes)
        return token

    def granted(self, token: str) -> frozenset[str] | None:
        """What a token may do; None where it is not known or has ended."""
        return None if self.app.has_ended(token) else self.tokens.get(token)

    def expire(self, token: str) -> None:
        """End a token."""
        self.tokens.pop(token, None)

    def correlation_id(self) -> str:
        """An id for one error answer; the same run gives the same ids."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, str(next(self._correlations))))

    @property
    def _loaders(self) -> dict[str, Callable[[Iterable[Mapping[str, Any]]], int]]:
        return {
            "owners": self.owners.load,
            "deal_stages": lambda rows: self._load_stages("deals", rows),
            "lead_stages": lambda rows: self._load_stages("leads", rows),
            "history": self.history.load,
            "forms": self.forms.load,
            "form_submissions": self.forms.load_submissions,
            "list_members": self.lists.load,
        }

    def object_names(self) -> set[str]:
        """What `load` takes."""
        return {kind.name for kind in self.types} | set(self._loaders)

    def load(self, object_name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Fill `object_name` with rows of field -> value; unknown fields become custom text properties."""
        loader = self._loaders.get(object_name)
        if loader is not None:
            return loader(rows)
        return self._loader.load(self.object_type(object_name), rows)

    def _load_stages(self, object_name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        loaded = self.pipelines.load(object_name, rows)
        for pipeline in self.pipelines.all(object_name).values():
            for stage in pipeline.stages:
                self.track_stage(self.object_type(object_name), stage)
        return loaded

    def track_stage(self, kind: ObjectType, stage: str) -> None:
        """Give `kind` the dates of entering and leaving `stage`."""
        for way in ("entered", "exited"):
            name = f"hs_v2_date_{way}_{stage}"
            if name not in kind.properties and PROPERTY_NAME.fullmatch(name):
                label = f"Date {way} {stage}"
                dated = Property(
                    name, label, "datetime", "date", f"{kind.singular}information", read_only=True
                )
                self.records.tables.add_property(kind, dated)

    def load_associations(self, rows: Iterable[tuple[str, str, str, str]]) -> None:
        """Link records: rows of from object, from id, to object, to id."""
        rows = iter(rows)
        while some := list(itertools.islice(rows, LINKS_AT_ONCE)):
            with self.store.transaction():
                self.primaries.link(
                    (
                        from_id,
                        to_id,
                        self.associations.default(self.object_type(one), self.object_type(other)),
                    )
                    for one, from_id, other, to_id in some
                )

    def key(self, object_name: str) -> tuple[str, ...]:
        """The columns that tell the rows of `object_name` apart when it is loaded."""
        keys = {
            "owners": ("id",),
            "deal_stages": ("pipeline_id", "stage_id"),
            "lead_stages": ("pipeline_id", "stage_id"),
            "history": ("object", "record_id", "property", "changed_at"),
            "forms": ("name",),
            "form_submissions": ("form", "contact_id", "submitted_at"),
            "list_members": ("list", "contact_id"),
        }
        return keys.get(object_name, ("hs_object_id",))

    def unique(self, object_name: str) -> tuple[str, ...]:
        """The properties that no two records of `object_name` share a value of."""
        kind = self.types.find(object_name)
        return tuple(name for name, known in kind.properties.items() if known.unique) if kind else ()

    def problem(self, object_name: str, field: str, value: str) -> str | None:
        """What is wrong with `value` as text of `field` in an import; None where it is fine."""
        if object_name in ("deal_stages", "lead_stages") and field == "display_order":
            return None if value == "" or value.isdigit() else f"{value} is not a whole number"
        if (object_name, field) in MOMENTS:
            object_name, field = "contacts", "createdate"  # any moment will do
        if (object_name, field) == ("history", "object") and self.types.find(value) is None:
            return f"{value} is not an object of this CRM"
        kind = self.types.find(object_name)
        return kind.loading_problem(field, value) if kind else None

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All record changes inside are kept and told, or none."""
        waiting = len(self.webhooks.queue)
        try:
            with self.store.transaction():
                yield
        except BaseException:
            del self.webhooks.queue[waiting:]
            raise

    def changed(
        self, kind: ObjectType, record_id: str, event: str, name: str | None = None, value: str = ""
    ) -> None:
        """Tell subscribers that a record changed."""
        details: dict[str, Any] = {"objectId": wire_id(record_id)}
        if name is not None:
            details["propertyValue"] = value
        self.webhooks.tell(kind, event, name, **details)

    def merged(self, kind: ObjectType, gone: Sequence[str], there: str, moved: int) -> None:
        """Tell subscribers that two records became one; the primary one is the first of `gone`."""
        primary, *others = map(wire_id, gone)
        self.webhooks.tell(
            kind,
            "merge",
            objectId=primary,
            primaryObjectId=primary,
            mergedObjectIds=others,
            newObjectId=wire_id(there),
            numberOfPropertiesMoved=moved,
        )

    def _tell_link(self, from_id: str, to_id: str, kind: LinkType, removed: bool) -> None:
        one, other = self.object_type(kind.from_object), self.object_type(kind.to_object)
        for start, first, end, second in ((one, from_id, other, to_id), (other, to_id, one, from_id)):
            self.webhooks.tell(
                start,
                "associationChange",
                associationType=f"{start.singular}_to_{end.singular}".upper(),
                fromObjectId=wire_id(first),
                toObjectId=wire_id(second),
                associationRemoved=removed,
                isPrimaryAssociation=kind.label == PRIMARY,
            )

    def link(self, links: Iterable[tuple[str, str, LinkType]]) -> None:
        """Link records as (from id, to id, type), and tell subscribers."""
        links = list(links)
        self.primaries.link(links)
        for from_id, to_id, kind in links:
            self._tell_link(from_id, to_id, kind, removed=False)

    def unlink(
        self, one: ObjectType, from_id: str, other: ObjectType, to_id: str, kinds: Sequence[LinkType] = ()
    ) -> None:
        """Remove the links between two records, all of them or those of some types, and tell subscribers."""
        for kind in kinds or self.associations.types(one, other):
            self.associations.unlink(from_id, to_id, kind)
        if {one.name, other.name} == {"contacts", "companies"}:
            self.primaries.mirror([from_id if one.name == "contacts" else to_id])
        if not kinds:
            self._tell_link(from_id, to_id, self.associations.default(one, other), removed=True)

    def groups(self, kind: ObjectType) -> dict[str, str]:
        """The property groups of `kind`: name -> label."""
        if kind.name not in self._groups:
            names = dict.fromkeys(known.group for known in kind.properties.values())
            self._groups[kind.name] = {name: name.replace("_", " ").capitalize() for name in names}
        return self._groups[kind.name]

    def object_type(self, name: str) -> ObjectType:
        """The object type called `name`."""
        kind = self.types.find(name)
        if kind is None:
            raise ValueError(f"HubSpot has no object {name}")
        return kind
