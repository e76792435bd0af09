"""What the API user must be allowed to do with an object, and what to say where he is not.

Salesforce hides what a user may not see: a right that was taken away looks like an object or a field that never was,
and one to change like something wrong with each record. So the description of the object is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from leadwright.connectors.errors import AuthError
from leadwright.connectors.salesforce.errors import RefusedError
from leadwright.connectors.salesforce.transport import Transport


def require_readable(org: Transport, object_name: str) -> tuple[bool, dict[str, dict[str, Any]]]:
    """Whether the API user may change records of the object, and the fields that he sees, by name.

    Raises:
        AuthError: he does not see the object.
    """
    try:
        return org.described(object_name)
    except RefusedError as refusal:
        if refusal.status != 404:
            raise
        raise AuthError(
            f"Salesforce shows its user no object {object_name}. Give him the object permission 'Read' on "
            f"{object_name} in a permission set; an object that the org has not, take out of the sources.",
            missing=(f"Read on {object_name}",),
        ) from None


def require_writable(
    org: Transport, object_name: str, fields: Collection[str] = ()
) -> dict[str, dict[str, Any]]:
    """The fields of the object that the API user sees, by name.

    Raises:
        AuthError: he may not change records of the object, or not see or change one of `fields`.
    """
    editable, there = require_readable(org, object_name)
    if not editable:
        raise AuthError(
            f"Salesforce's user may not change any {object_name}. Give him the object permission 'Edit' on "
            f"{object_name} in a permission set.",
            missing=(f"Edit on {object_name}",),
        )
    if hidden := [name for name in fields if name not in there]:
        raise AuthError(
            f"Salesforce shows its user no field {', '.join(hidden)} on {object_name}. It was deleted, or it is "
            "hidden from him: then give him read and edit access to it in a permission set.",
            missing=tuple(f"Edit on {object_name}.{name}" for name in hidden),
        )
    require_editable(object_name, fields, there)
    return there


def require_editable(
    object_name: str, fields: Collection[str], there: Mapping[str, Mapping[str, Any]]
) -> None:
    """Raise AuthError naming those of `fields` that the API user sees (`there`) and may not change."""
    if locked := [name for name in fields if not there[name].get("updateable", True)]:
        raise AuthError(
            f"Salesforce's user may not change these fields of {object_name}: {', '.join(locked)}. Give him edit "
            "access to them in a permission set.",
            missing=tuple(f"Edit on {object_name}.{name}" for name in locked),
        )
