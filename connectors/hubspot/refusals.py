"""Why HubSpot refuses a record: in the words of the rule, and with the properties that it names.

What is wrong with values stands as JSON in the text of the message, also where a list of single errors is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadwright.connectors.errors import brief

_INVALID = "Property values were not valid: "


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a record was refused.

    Attributes:
        properties: those whose values HubSpot names as the cause.
    """

    code: str
    message: str
    properties: tuple[str, ...] = ()


def reason(errors: Sequence[Mapping[str, Any]]) -> Reason:
    """What the errors of one record say together; there is one at least."""
    first = errors[0]
    code = str(first.get("category") or first.get("code") or first.get("subCategory") or "REFUSED")
    said = [part for error in errors for part in _said(error)]
    words = "; ".join(dict.fromkeys(text for text, _ in said if text)) or code
    names = dict.fromkeys(name for _, names in said for name in names)
    return Reason(code, brief(words), tuple(names))


def _said(error: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The words of an error, or of each value that it names, with the properties."""
    message = str(error.get("message") or "")
    if problems := _problems(message):
        for problem in problems:
            name = str(problem.get("name") or "")
            text = str(problem.get("message") or problem.get("error") or "not valid")
            yield f"{name}: {text}" if name else text, [name] if name else []
        return
    context = error.get("context")
    names = context.get("propertyName") if isinstance(context, Mapping) else None
    yield message, [str(name) for name in (names if isinstance(names, list) else [names]) if name]


def _problems(message: str) -> list[Mapping[str, Any]]:
    if not message.startswith(_INVALID):
        return []
    try:
        found = json.loads(message.removeprefix(_INVALID))
    except ValueError:
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


REMEDIES = {
    "VALIDATION_ERROR": (
        "A value is no option of the property, or a validation rule of the account wants another property filled in. "
        "Add the option, or fill in what the rule names."
    ),
    "INVALID_OWNER_ID": "The owner is no user of the account. Add him, or take him out of routing_pool.csv.",
    "LIST_NOT_FOUND": "Correct the name or id in rules/nurture.csv, or make a static list of contacts of that name.",
    "LIST_IS_DYNAMIC": "Name a static list in rules/nurture.csv; HubSpot alone decides who is on this one.",
    "LIST_OF_OTHERS": "Name a list of contacts in rules/nurture.csv.",
    "RECORD_MISSING": "The contact was merged or deleted. The next pull sees that.",
    "OBJECT_NOT_FOUND": "The record was deleted. The next pull sees that.",
}
"""What to do, by HubSpot's category of a refusal."""
