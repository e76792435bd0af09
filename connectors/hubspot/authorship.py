"""Who changed a property last, by the history that HubSpot keeps of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadwright.connectors.hubspot import answers
from leadwright.connectors.hubspot.transport import Transport

_BATCH = 50  # HubSpot takes half as many ids where history is asked for


def authors(
    hubspot: Transport, object_name: str, properties: Sequence[str], ids: Sequence[str]
) -> dict[tuple[str, str], str]:
    """Who changed each property of each record last, by record id and property."""
    found: dict[tuple[str, str], str] = {}
    what = f"reading the history of {object_name}"
    for start in range(0, len(ids), _BATCH):
        body = {
            "properties": [],
            "propertiesWithHistory": list(properties),
            "inputs": [{"id": record_id} for record_id in ids[start : start + _BATCH]],
        }
        answer = hubspot.read(what, answers.identified, hubspot.batches.read, object_name, body)
        for record in answer["results"]:
            found |= {(str(record["id"]), name): said for name, said in _latest(record)}
    return found


def _latest(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    history = record.get("propertiesWithHistory")
    for name, versions in history.items() if isinstance(history, dict) else ():
        listed = [each for each in versions or () if isinstance(each, dict)]
        if listed:
            # which way round they come is not documented; moments are spelled alike, so their texts are in order
            yield name, _named(max(listed, key=lambda each: str(each.get("timestamp") or "")))


def _named(version: Mapping[str, Any]) -> str:
    """How HubSpot names the source of a change: a label or a kind, and the user or the app."""
    kind = version.get("sourceLabel") or version.get("sourceType") or "unknown"
    user = version.get("updatedByUserId")
    return " ".join(map(str, filter(None, (kind, f"userId:{user}" if user else version.get("sourceId")))))
