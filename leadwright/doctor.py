"""Looks at everything a run needs and says what to fix, before a run finds out the hard way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement

from connectors.base import FieldSpec, Finding
from connectors.errors import ConfigError, LeadwrightError
from leadwright import rules, warehouse
from leadwright.settings import Settings
from leadwright.transform import Transform


def diagnose(settings: Settings) -> Iterator[Finding]:
    """Yield findings on versions, settings, rules, warehouse and every connected CRM."""
    yield from _versions()
    yield _home(settings)
    transform = Transform(settings)
    try:
        faults = rules.check(transform)
    except ConfigError as error:
        yield Finding("rules", False, str(error), "Mend the dbt project and run `leadwright doctor` again.")
        return
    yield from (Finding("rules", False, str(f), "Mend that cell.") for f in faults)
    if not faults:
        yield Finding("rules", True, "every rule file is well formed")
    yield from _crms(settings, transform)


def _versions() -> Iterator[Finding]:
    wanted = [Requirement(text) for text in metadata.requires("leadwright") or []]
    for requirement in (r for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})):
        try:
            installed = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            yield Finding("versions", False, f"{requirement.name} is not installed", _REINSTALL)
            continue
        if installed not in requirement.specifier:
            yield Finding(
                "versions",
                False,
                f"{requirement.name} is {installed}, not {requirement.specifier}",
                _REINSTALL,
            )
    yield Finding(
        "versions", True, f"Leadwright {metadata.version('leadwright')}, {len(wanted)} packages looked at"
    )


_REINSTALL = "Install from requirements.lock again."


def _home(settings: Settings) -> Finding:
    try:
        with warehouse.writer(settings.warehouse_file, wait_seconds=1):
            pass
    except (LeadwrightError, OSError) as error:
        return Finding("warehouse", False, str(error), "Set LEADWRIGHT_HOME to a directory you may write.")
    return Finding("warehouse", True, f"{settings.warehouse_file} can be written")


def _crms(settings: Settings, transform: Transform) -> Iterator[Finding]:
    try:
        crms = settings.require_crms()
    except ConfigError as error:
        yield Finding("credentials", False, str(error), "Connect at least one CRM.")
        return
    for crm in crms:
        reads = {t.name: [name for name, _ in t.columns] for t in transform.raw_tables() if t.crm == crm}
        writes: dict[str, list[FieldSpec]] = {}
        for model in transform.sync_models():
            if model.crm == crm:
                writes.setdefault(model.object, []).extend(model.owned)
        try:
            yield from settings.connect(crm).check(reads, writes)
        except LeadwrightError as error:
            yield Finding(crm, False, _one_line(str(error)), "See the message.")


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
