"""What must hold between the cells of a rule row: does the operator fit the feature, and the value the operator?

Column types and lists of allowed values are declared beside the seeds; this is what such a declaration cannot say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal

from leadwright.rules.cells import as_words
from leadwright.rules.patterns import PatternError, require_portable
from leadwright.rules.within import Finding, Row, Rows

BANDS = ("high", "medium", "low")
MOST_ALTERNATIVES = 40  # as many as the macro conditions_of takes apart
_OF_NUMBERS = ("gte", "lte", "between")
_OF_TEXTS = ("contains_word", "regex")
_WITHOUT_VALUE = ("exists", "is_true")
_A_NUMBER = "a number such as 12 or -2.5, with at most two digits after the point"
_OPERATORS = (*_OF_NUMBERS, *_OF_TEXTS, *_WITHOUT_VALUE, "equals", "in")


def faults(
    rows: Rows, catalogue: Mapping[str, Row], known: Mapping[str, Collection[str]]
) -> Iterator[Finding]:
    """What is wrong with rows that have the columns feature, operator and value.

    Args:
        rows: rows of a seed by line.
        catalogue: rows of the feature catalogue by name.
        known: for features that have a closed list of values, those values in lower case.
    """
    for line, row in rows:
        operator, value = row["operator"].strip(), row["value"].strip()
        feature = catalogue.get(row["feature"].strip())
        value_type = feature["value_type"].strip() if feature else ""
        if operator not in _OPERATORS:
            continue  # said already, as a value that is not allowed
        if feature and feature["kind"].strip() == "outcome" and "segment_id" not in row:
            yield line, "feature", f"{row['feature']} comes of the rules; only segments can look at it"
        elif feature and (message := _misfit(operator, value_type)):
            yield line, "operator", message
        elif message := _value_fault(operator, value, value_type, known.get(row["feature"].strip())):
            yield line, "value", message
        if feature and row.get("half_life_days", "").strip() and feature["decays"].strip().lower() != "true":
            yield (
                line,
                "half_life_days",
                f"{row['feature']} does not decay (column decays of feature_catalogue.csv)",
            )


def group_faults(rows: Rows, groups: Iterable[Row]) -> Iterator[Finding]:
    """Rules that give points in a group without a cap."""
    known = {(group["dimension"].strip(), group["signal_group"].strip()) for group in groups}
    for line, row in rows:
        dimension, group = row["dimension"].strip(), row["signal_group"].strip()
        if dimension != "disqualify" and (dimension, group) not in known:
            yield line, "signal_group", f"{group!r} has no cap for {dimension}; add it to score_groups.csv"


def answer_field_faults(
    rows: Rows, declared: Collection[tuple[str, str, str]], systems: Mapping[str, str]
) -> Iterator[Finding]:
    """Fields of answers that are not pulled.

    Args:
        rows: those of answer_fields.
        declared: schema, object and field of those marked is_answer.
        systems: CRM account -> its system.
    """
    for line, row in rows:
        crm, table, field = (row[name].strip() for name in ("crm", "object", "field"))
        system = systems.get(crm, crm)
        if (f"raw_{system}", table, field) not in declared:
            yield (
                line,
                "field",
                f"{field!r} is not declared with is_answer for {table} in _{system}__sources.yml",
            )


def grid_faults(rows: Rows) -> Iterator[Finding]:
    """Cells of the grid that are missing: a lead would get no grade. One that stands twice is a fault of the key."""
    seen = {(row["fit_band"].strip(), row["intent_band"].strip()) for _, row in rows}
    last = rows[-1][0] if rows else 1
    for fit in BANDS:
        for intent in BANDS:
            if (fit, intent) not in seen:
                yield last, "fit_band", f"there is no row for fit {fit}, intent {intent}; all nine are needed"


def _unknown_value(operator: str, value: str, known: Collection[str] | None) -> str | None:
    if known is None:
        return None
    for item in value.split("|") if operator == "in" else [value]:
        if item.strip().lower() not in known:
            return (
                f"{item.strip()!r} is no value that the feature can have; one of: {', '.join(sorted(known))}"
            )
    return None


def _misfit(operator: str, value_type: str) -> str | None:
    if operator in _OF_NUMBERS and value_type in ("text", "flag"):
        return f"{operator} compares numbers, and the feature is a {value_type}"
    if operator in _OF_TEXTS and value_type not in ("text", "answer"):
        return f"{operator} looks into a text, and the feature is a {value_type}"
    if operator == "is_true" and value_type != "flag":
        return f"is_true asks for a flag, and the feature is a {value_type}; use exists"
    if operator in ("equals", "in") and value_type == "flag":
        return f"{operator} compares texts, and the feature is a flag; use is_true"
    if operator == "in" and value_type in ("number", "count"):
        return (
            f"in compares texts, and the feature is a {value_type}; use between, or equals in a row for each"
        )
    return None


def _value_fault(operator: str, value: str, value_type: str, known: Collection[str] | None) -> str | None:
    if operator in _WITHOUT_VALUE:
        return f"{operator} takes no value; leave the cell empty" if value else None
    if not value:
        return f"{operator} needs a value"
    if operator in ("gte", "lte") or (operator == "equals" and value_type in ("number", "count")):
        return None if _number(value) is not None else f"{value!r} is not {_A_NUMBER}"
    if operator == "between":
        return _range_fault(value)
    if operator == "regex":
        return _pattern_fault(value)
    if operator == "contains_word":
        return _list_fault(value) or _words_fault(value)
    return (_list_fault(value) if operator == "in" else None) or _unknown_value(operator, value, known)


def _range_fault(value: str) -> str | None:
    ends = [_number(end) for end in value.split("|")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return f"{value!r} is not a range such as 51|200"
    return f"the range {value!r} runs backwards" if ends[1] < ends[0] else None


def _list_fault(value: str) -> str | None:
    words = [word.strip() for word in value.split("|")]
    if not all(words):
        return f"{value!r} has an empty alternative; write words with one | between two"
    if len(words) > MOST_ALTERNATIVES:
        return f"{len(words)} alternatives; at most {MOST_ALTERNATIVES} are allowed. Write a second row"
    return None


def _words_fault(value: str) -> str | None:
    for word in (word.strip() for word in value.split("|")):
        if as_words(word) != word.lower():
            return f"{word!r} is found nowhere, as words are compared without signs; write {as_words(word)!r}"
    return None


def _pattern_fault(value: str) -> str | None:
    try:
        require_portable(value)
    except PatternError as error:
        return str(error)
    return None


def _number(text: str) -> Decimal | None:
    """A number as both engines read it."""
    found = re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,2})?", text.strip())
    return Decimal(found[0]) if found else None
