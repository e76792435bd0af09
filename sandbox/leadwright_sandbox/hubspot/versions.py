"""The versions in a path: dated ones (`/crm/objects/2026-09/…`) and the older v1 to v4; either can be switched off."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DATED_PATH = re.compile(
    r"/(?P<area>crm/[a-z-]+|account-info|crm-object-schemas|webhooks|marketing/forms|oauth)/(?P<version>(?:2026-03|2026-09)(?:-beta)?)(?P<rest>/.*|$)"
)
_V4_AREAS = re.compile(r"/crm/(associations/|objects/[^/]+/[^/]+/associations/)")
_DATE = re.compile(r"20\d\d-\d\d(?:-beta)?")
# What has no dated path, so that switching the older ones off leaves it.
_WITHOUT_DATE = ("/automation/", "/oauth/", "/form-integrations/", "/submissions/")


def undated(path: str) -> tuple[str, str]:
    """`path` in the v3/v4 form that the routes know, and the version that the caller wrote."""
    path = path.rstrip("/") or "/"
    match = _DATED_PATH.fullmatch(path)
    if match is None:
        parts = re.findall(r"/(v[1-4])(?=/|$)", path)
        return path, parts[0] if parts else ""
    area, _, name = match["area"].partition("/")
    plain = f"/{match['area']}{match['rest']}/"
    version = "v4" if _V4_AREAS.match(plain) else "v3"
    tail = f"/{name}{match['rest']}" if name else match["rest"]
    return f"/{area}/{version}{tail}", match["version"]


def is_dated(version: str) -> bool:
    """Whether `version`, as a caller wrote it, is a date."""
    return _DATE.fullmatch(version) is not None


@dataclass(slots=True)
class Versions:
    """Which paths the portal answers: `dated` ones, and `older` ones where there is a dated one as well."""

    dated: bool = True
    older: bool = True

    def serve(self, path: str, version: str) -> bool:
        """Whether `path`, in the form of the routes, is answered to who wrote `version`."""
        if is_dated(version):
            return self.dated
        return self.older or not version or path.startswith(_WITHOUT_DATE)
