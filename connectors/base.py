"""What a CRM connector is: three small Protocols and the values that cross them.

A connector knows one CRM's API and nothing else: it turns API pages into Arrow batches and change sets into
API calls. It holds no rule of the business, no cursor and no state that outlives the process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol, get_args, runtime_checkable

from leadwright.connectors.errors import RecordError

if TYPE_CHECKING:
    import pyarrow as pa  # not at run time: every command imports this module, and few pull

Value = str | int | float | bool | datetime | None
FieldType = Literal["string", "text", "number", "date", "datetime", "boolean", "picklist"]
OutcomeStatus = Literal["accepted", "rejected", "skipped", "deferred", "unknown"]
STATUSES: tuple[OutcomeStatus, ...] = get_args(OutcomeStatus)


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """How one CRM object is read.

    Attributes:
        key: columns that identify a row; loads merge by them.
        cursor: the column that says when a row last changed, a UTC timestamp; None means that the object is
            always read whole.
        overlap: how far before the newest row seen the next read starts again, because the CRM may show a row
            late.
        always: columns that every batch carries besides the fields asked for.
        group: columns of the key that name rows which are read together; what a group no longer holds goes.
        comes_with: the object whose rows bring those of this one along; None: it is read alone.
        deleted: the column that says `true` of a deleted row; None where rows that are gone do not come.
    """

    key: tuple[str, ...]
    cursor: str | None = None
    overlap: timedelta = timedelta(minutes=10)
    always: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    comes_with: str | None = None
    deleted: str | None = None


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A CRM field that Leadwright writes and creates where it is missing.

    Attributes:
        options: the values of a picklist, in the order in which the CRM offers them.
        is_unique: no two records may have the same value.
    """

    name: str
    label: str
    type: FieldType
    description: str = ""
    options: tuple[str, ...] = ()
    is_unique: bool = False


@dataclass(frozen=True, slots=True)
class Ours:
    """When we put somebody on a list, so that our membership is told from one that a person made before or later.

    Attributes:
        stored_by: by the CRM's clock, when it had stored the last one that it accepted; None: it accepted none.
        tried: by our clock, the first and the last try of which nobody knows what became; None: there is none.
    """

    stored_by: datetime | None = None
    tried: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """New values for one CRM record.

    Attributes:
        record_id: the CRM's id.
        values: field name -> new value; only the fields that differ.
        expected: field name -> value that the CRM must still show just before the write; a field that shows
            another value is left out of the write (a person was faster).
        ours: of a membership (`KeepsLists`), by what one that we made is known; None: we made none.
    """

    record_id: str
    values: Mapping[str, Value]
    expected: Mapping[str, Value] = field(default_factory=dict)
    ours: Ours | None = None


MEMBERSHIPS = "memberships"
"""The object whose records are people on lists or in campaigns. Such a record is there whether or not somebody is on
the list: its id is the person's record id, `/` and what a rule names the list by, and its one field is `IS_MEMBER`."""

IS_MEMBER = "is_member"


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be made.

    Attributes:
        key: of ours, for ever the same; the CRM keeps it in the field `key_field`, which is among `values`.
        person_id: the CRM's id of the person's record that the task stands beside.
    """

    key: str
    key_field: str
    person_id: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Values of a record that its CRM refused, and named, while it took the others."""

    values: Mapping[str, Value]
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one `Change`.

    Attributes:
        status: accepted; rejected for what the record is (the same values are refused again); skipped, because the
            CRM shows something else than was expected; deferred, because the CRM could not take it at the moment;
            unknown, because its answer does not say.
        sent: the values that went out (without those that a person's edit made void).
        code: the service's code for a rejection or a deferral, or ours for the rest.
        updated_at: when the CRM says that it stored the values, where it says so.
        changed_before: when the record was last changed before that, as the CRM showed just before, where it does.
        stored: the values as the CRM spells them when it is read, where the connector can tell.
        named: of a rejection, the fields of `sent` for which the CRM says that it refused them.
        refused: of what was accepted, the values that were left out because the CRM had refused and named them.
    """

    record_id: str
    status: OutcomeStatus
    sent: Mapping[str, Value] = field(default_factory=dict)
    code: str | None = None
    message: str | None = None
    updated_at: datetime | None = None
    changed_before: datetime | None = None
    stored: Mapping[str, str | None] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a health check: what was looked at, whether it is fine, and what to do where it is not."""

    check: str
    ok: bool
    detail: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field that a CRM object has.

    Attributes:
        name: as the API names it.
        label: as people see it.
        type: the nearest of text, number, date, flag, picklist and multi_select.
        is_custom: whether the company made it.
        is_calculated: whether the CRM works it out, so that its value may change and the record's date does not.
    """

    name: str
    label: str
    type: str
    is_custom: bool
    is_calculated: bool = False


SetAside = Callable[[RecordError], None]
"""Told of each record that cannot be read, and why; the others go on."""


def refuse(error: RecordError) -> None:
    """Set no record aside: raise the error."""
    raise error


class LeadSource(Protocol):
    """A CRM that can be read.

    Attributes:
        name: what its account is called: like its system, unless there are several; `connectors.connect` sets it.
    """

    name: str

    def shape(self, object_name: str) -> ObjectShape:
        """How `object_name` is read. Raises ConfigError for an object that the connector does not know."""

    def pull(
        self,
        object_name: str,
        fields: Sequence[str],
        since: datetime | None,
        set_aside: SetAside = refuse,
    ) -> Iterator[pa.RecordBatch]:
        """Yield batches of rows changed at or after `since` (None: all), deleted rows included.

        A record without an id, with a text that is none, or whose date of change cannot be read is in no batch;
        `set_aside` is told of it.

        Columns: `fields`, and the shape's key, cursor and `always` columns. All are strings as the API spells
        them, null where empty, except the cursor, a UTC timestamp in microseconds. At least one batch comes,
        with no rows where nothing changed, so that the columns are known.
        """


@dataclass(frozen=True, slots=True)
class Query:
    """What to read of one object.

    Attributes:
        object_name, fields, since: as `LeadSource.pull` takes them.
        links: the objects that are to come with it, of those whose shapes name it in `comes_with`.
        known: dates of change at or after `since`, oldest first, whose rows need not come again.
        place: where an earlier read of the same query got to; None: nowhere.
    """

    object_name: str
    fields: Sequence[str]
    since: datetime | None = None
    links: tuple[str, ...] = ()
    known: Sequence[datetime] = ()
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A batch of a read, as `LeadSource.pull` yields them, and what belongs to it.

    Attributes:
        links: batches of the objects that came with it; all rows of each group that is named in one.
        place: where a later read can go on after these rows; None: at the beginning.
        settled_before: a row changed at or after this moment may change again without another date; None: none may.
        unknown: fields that were asked for and that the CRM does not have, or does not show; their columns are null.
    """

    rows: pa.RecordBatch
    links: Mapping[str, pa.RecordBatch] = field(default_factory=dict)
    place: str | None = None
    settled_before: datetime | None = None
    unknown: frozenset[str] = frozenset()


@runtime_checkable
class Clocked(Protocol):
    """A CRM that says what time it is where records are changed."""

    @property
    def now(self) -> datetime | None:
        """The time that its last answer named, rounded down; None before the first."""


@runtime_checkable
class ResumableSource(Protocol):
    """A CRM whose reads can go on where they stopped, bring links along, and leave out what is known."""

    def read(self, query: Query, set_aside: SetAside = refuse) -> Iterator[Piece]:
        """Yield the rows of `query` in pieces, at least one; see `LeadSource.pull`.

        Where `query.known` is given, rows of these dates may be left out, whoever changed them.
        """


@runtime_checkable
class SideBySide(Protocol):
    """A CRM of which several objects can be read at the same time, by threads that share the connector.

    Attributes:
        at_once: how many.
    """

    at_once: int


@runtime_checkable
class Linking(Protocol):
    """A CRM that says what single records are linked to, whether they changed or not."""

    def links(self, object_name: str, records: Sequence[Mapping[str, str | None]]) -> pa.RecordBatch:
        """The rows of `object_name`, which comes with another object, for records of that: its key and its cursor."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an object's records that are not deleted.

    Attributes:
        before, at: those changed before a moment, or at one of these; all where neither is given.
        after_id, up_to_id: of these, those with an id after the one and not after the other, in the CRM's order.
    """

    before: datetime | None = None
    at: Sequence[datetime] = ()
    after_id: str | None = None
    up_to_id: str | None = None


@runtime_checkable
class Countable(Protocol):
    """A CRM that counts records without listing them, so that those which vanished without a trace are found."""

    def count(self, object_name: str, section: Section) -> int | None:
        """How many records of `section` the CRM has; None where it cannot say."""

    def section(self, object_name: str, fields: Sequence[str], section: Section) -> Iterator[pa.RecordBatch]:
        """Yield the records of a small section."""

    def gone(self, object_name: str, fields: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows that the CRM shows as deleted, where reading what changed does not bring them."""

    def absent(self, object_name: str, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that the CRM shows neither as records nor as deleted ones."""

    def place_of(self, record_id: str) -> tuple[object, ...]:
        """What orders ids as the CRM does."""


@runtime_checkable
class ReadsBack(Protocol):
    """A CRM that shows records by their ids."""

    def read_back(self, object_name: str, fields: Sequence[str], ids: Sequence[str]) -> Iterator[Piece]:
        """Yield the records of `ids` as they are now, after the latest write has settled."""


@dataclass(frozen=True, slots=True)
class Automation:
    """Something of the company's own in the CRM that a write may set off.

    Attributes:
        kind: what the CRM calls such things: workflow, flow, Apex trigger.
        name: as people see it.
        fields: those of the fields asked about that it watches; empty: any change of a record may set it off.
    """

    kind: str
    name: str
    fields: tuple[str, ...] = ()


@runtime_checkable
class Automated(Protocol):
    """A CRM that says which automations look at the records that we write."""

    def automations(self, object_name: str, fields: Sequence[str]) -> list[Automation]:
        """What a write of `fields` may set off, and is switched on.

        Raises:
            LeadwrightError: the CRM does not tell, or not this user; the message says why.
        """


@dataclass(frozen=True, slots=True)
class Cost:
    """What a write would take.

    Attributes:
        calls: where none is refused, and a job has ended when it is asked for the first time.
        seconds: by what calls usually take and the limits that the CRM has told.
        calls_left: that the account may make today; None where the CRM does not say.
    """

    calls: int
    seconds: float
    calls_left: int | None = None


@runtime_checkable
class Estimates(Protocol):
    """A CRM of which can be told beforehand what a write takes."""

    def cost(self, object_name: str, changes: Sequence[Change], tasks: int = 0) -> Cost:
        """What pushing `changes` and making so many tasks would take, where every call does what it is to do.

        May make a call to learn what is left of the day's.
        """


@runtime_checkable
class NamesAuthors(Protocol):
    """A CRM that says who changed a record."""

    def authors(
        self, object_name: str, fields: Sequence[str], ids: Sequence[str]
    ) -> Mapping[tuple[str, str], str]:
        """Who changed each field of each record last, as the CRM names him; else who changed the record last."""


class LeadSink(Protocol):
    """A CRM that can be written."""

    name: str

    def ensure_fields(self, object_name: str, fields: Sequence[FieldSpec]) -> list[str]:
        """Create the fields that are missing; return their names.

        Raises:
            AuthError: a permission is missing to create them or to write records of the object; it is named.
        """

    def push(self, object_name: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Send `changes` in the API's largest batches; yield one outcome per change as each batch is answered."""


@runtime_checkable
class TakesMany(Protocol):
    """A CRM that takes thousands of changes faster together than call by call."""

    def at_a_time(self, records: int) -> int:
        """How many changes to hand over to `push` at a time, where there are so many."""


@runtime_checkable
class MakesTasks(Protocol):
    """A CRM in which tasks can be made, none of them twice."""

    def make_tasks(self, object_name: str, new: Sequence[NewTask]) -> Iterator[Outcome]:
        """Make those of `new` whose keys the CRM does not have; yield one outcome each, under its key.

        The CRM is asked for the keys before, and again after an answer that was cut off. A task that is there already
        is accepted, and left as it is.
        """


@runtime_checkable
class KeepsLists(Protocol):
    """A CRM with lists of people, or campaigns, that people can be put on and taken off.

    It takes changes of `MEMBERSHIPS` in `push`, and shows them in `read_back`. Only a membership that we made is ended,
    and one that is there already is nobody's to make: see `connectors.memberships`.
    """

    def check_lists(self, names: Sequence[str]) -> Iterator[Finding]:
        """Yield a finding for each list or campaign: whether it is there and takes members."""


@runtime_checkable
class Checkable(Protocol):
    """A connector that can say which account it reaches and whether it is set up well."""

    def account(self) -> str:
        """A name of the account that never changes and that no other account of this CRM has."""

    def check(
        self, reads: Mapping[str, Sequence[str]], writes: Mapping[str, Sequence[FieldSpec]]
    ) -> Iterator[Finding]:
        """Yield findings on address, credentials and permissions.

        Args:
            reads: object -> the fields that are pulled.
            writes: object -> the fields that are created and written.
        """


@runtime_checkable
class Describable(Protocol):
    """A connector that can say which fields there are, and show what stands in them."""

    def fields(self, object_name: str) -> list[FieldInfo]:
        """The fields of an object that can be read."""

    def sample(self, object_name: str, fields: Sequence[str], count: int) -> list[Mapping[str, str | None]]:
        """The values of `fields` in at most `count` records, as the API spells them, null where empty."""


class Connector(LeadSource, LeadSink, Checkable, Protocol):
    """A CRM that can be read, written and checked."""
