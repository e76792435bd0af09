"""Finds properties that a portal has no more: HubSpot answers without them and says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leadwright.connectors.batches import Page
from leadwright.connectors.errors import AuthError
from leadwright.connectors.hubspot.errors import RefusedError
from leadwright.connectors.hubspot.fields import types
from leadwright.connectors.hubspot.transport import Transport

_OURS = "leadwright_"  # made by the next write where they are missing


class Unknown:
    """The properties of one read that the portal does not know.

    Attributes:
        found: their names, once a page with rows was seen.
    """

    def __init__(self, hubspot: Transport, object_name: str, asked: Sequence[str]) -> None:
        self.found: frozenset[str] = frozenset()
        self._hubspot = hubspot
        self._object = object_name
        self._asked = [name for name in asked if not name.startswith(_OURS)]
        self._looked = False

    def watching(self, pages: Iterable[Page]) -> Iterator[Page]:
        """The pages, as they come; the first one with rows tells."""
        for page in pages:
            if page.rows and not self._looked:
                self._looked = True
                self.found = self._confirmed(page)
            yield page

    def _confirmed(self, page: Page) -> frozenset[str]:
        """Properties that no row of a page names and the portal does not list: an empty one may be left out, too."""
        absent = {name for name in self._asked if all(name not in row for row in page.rows)}
        if not absent:
            return frozenset()
        try:
            return frozenset(absent - types(self._hubspot, self._object).keys())
        except (AuthError, RefusedError):  # the token may not see which there are
            return frozenset()
