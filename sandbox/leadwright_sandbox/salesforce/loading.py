"""Filling the org from rows: any export of an org, or a made population."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from leadwright_sandbox.salesforce.errors import LoadError
from leadwright_sandbox.salesforce.fields import ID_KINDS, TEXT_KINDS, Field, ObjectType
from leadwright_sandbox.salesforce.org import Filler, Org
from leadwright_sandbox.salesforce.standard import AUDIT, DELETABLE, Spec, read_object
from leadwright_sandbox.salesforce.tooling import register
from leadwright_sandbox.salesforce.values import BadValueError, Stored, parse_datetime, to_stored

CHUNK = 5000
LONGEST_TEXT = 255


def object_to_load(org: Org, name: str) -> ObjectType:
    """The object called `name`; a name that ends in `__c` makes a custom object where there is none."""
    found = org.schema.find(name)
    if found is not None and not found.tooling:
        return found
    if not name.endswith("__c"):
        known = ", ".join(sorted(o.name for o in org.schema.objects.values() if not o.tooling))
        raise ValueError(
            f"Salesforce has no object {name}; it has {known}, and custom objects that end in __c"
        )
    lines = f"{DELETABLE}, Name string(80), OwnerId reference(Group|User), {AUDIT}"
    number = sum(each.custom for each in org.schema.objects.values())
    made = read_object(Spec(name, f"a{number:02d}", f"{name.removesuffix('__c')}s", lines))
    made.custom = True
    org.schema.add_object(made)
    return made


def _kind_of(values: Iterable[Any]) -> str:
    """The type of a custom field that has only its values to go by: texts stay texts."""
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {bool}:
        return "boolean"
    return "double" if kinds and kinds <= {int, float} else "string"


def _add_columns(
    org: Org, object_type: ObjectType, rows: list[Mapping[str, Any]], names: Iterable[str]
) -> None:
    """Columns the object does not know become custom fields that everybody sees."""
    for name in names:
        if object_type.get(name) is None:
            kind = _kind_of(row.get(name) for row in rows)
            register(org, object_type, Field(name, kind, length=LONGEST_TEXT, custom=True, label=name))


def problem(org: Org, object_name: str, column: str, text: str) -> str | None:
    """What is wrong with a text as a value of a column, or None: for checking a file before loading any of it."""
    object_type = org.schema.find(object_name)
    field = object_type.get(column) if object_type else None
    if field is None:
        return None
    try:
        to_stored(field, text)
    except BadValueError as error:
        return str(error)
    return None


def load(org: Org, object_name: str, rows: Iterable[Mapping[str, Any]]) -> int:
    """Store `rows` (field -> value, text or native) as they are: ids, dates and owners are kept. Their count."""
    object_type = object_to_load(org, object_name)
    left, count = iter(rows), 0
    while chunk := list(islice(left, CHUNK)):
        _load_chunk(org, object_type, chunk, count)
        count += len(chunk)
    return count


def _load_chunk(org: Org, object_type: ObjectType, chunk: list[Mapping[str, Any]], before: int) -> None:
    names = dict.fromkeys(name for row in chunk for name in row)
    _add_columns(org, object_type, chunk, names)
    fields = [(name, field) for name in names if (field := object_type.fields[name.lower()]).stored]
    readers = [(name, field.name, _reader(field)) for name, field in fields]
    _add_choices(fields, chunk)
    filler = Filler(org, object_type)
    rows = [
        filler.fill(_read(object_type, readers, row, number)) for number, row in enumerate(chunk, before + 1)
    ]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    org.store.insert(object_type.table, columns, ([row.get(column) for column in columns] for row in rows))


def _add_choices(fields: Iterable[tuple[str, Field]], rows: list[Mapping[str, Any]]) -> None:
    """Values that a picklist does not know become choices of it."""
    for name, field in fields:
        if field.picklist and not field.restricted:
            used = {value for row in rows if (value := row.get(name))} - set(field.picklist)
            field.picklist += tuple(sorted(map(str, used)))


def _reader(field: Field) -> Callable[[Any], Stored]:
    if field.kind in TEXT_KINDS or field.kind in ID_KINDS:
        return lambda value: (value if isinstance(value, str) else to_stored(field, value)) or None
    if field.kind == "datetime":
        return lambda value: (
            parse_datetime(value, lenient=True)
            if isinstance(value, str) and value
            else to_stored(field, value)
        )
    return lambda value: to_stored(field, value)


def _read(
    object_type: ObjectType,
    readers: list[tuple[str, str, Callable[[Any], Stored]]],
    row: Mapping[str, Any],
    number: int,
) -> dict[str, Stored]:
    values: dict[str, Stored] = {}
    for given, name, read in readers:
        if given not in row:
            continue
        try:
            values[name] = read(row[given])
        except BadValueError as error:
            raise LoadError(number, given, f"{object_type.name}.{name}: {error}") from error
    return values
