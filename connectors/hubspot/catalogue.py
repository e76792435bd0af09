"""Reads HubSpot's small tables, always whole: owners and the stages of the deal pipelines."""

from __future__ import annotations

from collections.abc import Iterator

from leadwright.connectors.batches import Row, spelled
from leadwright.connectors.hubspot import answers
from leadwright.connectors.hubspot.listing import pages
from leadwright.connectors.hubspot.transport import Transport


def owners(hubspot: Transport) -> Iterator[Row]:
    """Owners, archived ones too: closed deals still name them."""
    for archived in (False, True):
        method = hubspot.owners.get_page
        for page in pages("listing owners", hubspot, answers.listing, method, limit=100, archived=archived):
            for owner in page["results"]:
                yield {**owner, "id": owner.get("id"), "archived": "true" if archived else "false"}


def deal_stages(hubspot: Transport) -> Iterator[Row]:
    """One row per stage of each deal pipeline."""
    answer = hubspot.read("listing deal pipelines", answers.pipelines, hubspot.pipelines.get_all, "deals")
    for pipeline in answer["results"]:
        for stage in pipeline["stages"]:
            metadata = stage.get("metadata") or {}
            yield {
                "pipeline_id": str(pipeline["id"]),
                "pipeline_label": pipeline.get("label"),
                "stage_id": str(stage["id"]),
                "stage_label": stage.get("label"),
                "display_order": spelled(stage.get("displayOrder")),
                "is_closed": spelled(metadata.get("isClosed")),
                "probability": spelled(metadata.get("probability")),
            }
