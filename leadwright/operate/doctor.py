"""Looks at everything a run needs and says what to fix, before a run finds out the hard way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import metadata
from typing import Any

from packaging.requirements import Requirement

from leadwright import extras, warehouse
from leadwright.connectors.base import MEMBERSHIPS, FieldSpec, Finding, KeepsLists
from leadwright.connectors.errors import ConfigError, LeadwrightError, LockedError
from leadwright.formatting import count, moment
from leadwright.notices.findings import findings as of_notices
from leadwright.operate import erasure, gradeshapes, runs, sight, unfitting
from leadwright.operate import records as records_of
from leadwright.settings import Settings
from leadwright.transform import reports
from leadwright.transform.project import Transform
from leadwright.writeback import limits, pausing


def diagnose(settings: Settings) -> Iterator[Finding]:
    """Yield findings on versions, warehouse, the last runs, workspace, rules and every connected CRM."""
    yield from _versions()
    yield from _names(settings)
    try:
        settings.make_home()
    except ConfigError as error:
        yield Finding("warehouse", False, str(error), "See the message.")
        return  # nothing below can be looked at without a place for the parsed project
    yield from _home(settings)
    yield from _writing(settings)
    yield from of_notices(settings)
    yield _workspace(settings)
    transform = Transform(settings)
    try:
        faults = transform.rule_faults()
    except ConfigError as error:
        yield Finding("rules", False, str(error), "Mend the dbt project and run `leadwright doctor` again.")
        return
    yield from (Finding("rules", False, str(f), "Mend that cell.") for f in faults)
    if not faults:
        yield Finding("rules", True, "every rule file is well formed")
    if not settings.warehouse_file.exists():
        yield from unfitting.nobody_yet(transform.rule_files(), settings)
    yield from _crms(settings, transform)


def _writing(settings: Settings) -> Iterator[Finding]:
    """Whether anything may be written, and whether the limits of that can be read."""
    if paused := pausing.state(settings):
        yield Finding("writing", False, str(paused), paused.way_out)
    try:
        limits.read(settings.rules_folder)
    except ConfigError as error:
        yield Finding("writing", False, str(error), "Correct that table.")


def _workspace(settings: Settings) -> Finding:
    if settings.workspace is None:
        said = f"there is none here: the rules to begin with count ({settings.rules_folder.name})"
        return Finding("workspace", True, said, "`leadwright init FOLDER` makes one, with rules of your own.")
    return Finding("workspace", True, str(settings.workspace))


def _versions() -> Iterator[Finding]:
    parts = [{"extra": part} for part in extras.MODULES]
    wanted = [Requirement(text) for text in metadata.requires("leadwright") or []]
    for requirement in wanted:
        marker = requirement.marker
        needed = marker is None or marker.evaluate({"extra": ""})
        if marker and not needed and not any(marker.evaluate(part) for part in parts):
            continue
        try:
            installed = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            if not needed:
                continue
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


def _names(settings: Settings) -> Iterator[Finding]:
    if unknown := settings.unknown():
        fix = "Correct or remove them; .env.example lists what there is."
        yield Finding("settings", False, f"not known: {', '.join(unknown)}", fix)


def _home(settings: Settings) -> Iterator[Finding]:
    """Findings on the warehouse and on the last runs, which are noted in it."""
    file = settings.warehouse_file
    if not file.exists() and not warehouse.is_locked(file.with_suffix(".lock")):
        yield Finding("warehouse", True, f"none yet; the first run makes it in {settings.home}")
        yield Finding("last run", True, "none yet")
        return
    try:
        with warehouse.writer(file, wait_seconds=1) as db:
            found, routing = runs.last(db), list(_routing(db, settings))
            records = list(records_of.findings(db))
            withheld = erasure.waiting(db)
            stopped = reports.stopped(db)
            misfits = [*unfitting.findings(db, settings), *gradeshapes.findings(db)]
    except LockedError:
        yield Finding("warehouse", True, "a run is under way and has it open; ask again when it has ended")
        return
    except LeadwrightError as error:
        yield Finding("warehouse", False, str(error), "See the message.")
        return
    yield Finding("warehouse", True, f"{file} can be written")
    if not found:
        yield Finding("last run", True, "none yet")
    for run in found:
        yield _last_run(run, settings)
    for row in stopped:
        fix = "Mend what the test names, in the CRM or in the models; the next run builds it again."
        yield Finding("reports", False, reports.told(row), fix)
    for name, number in withheld.items():
        fix = "Give the permission back, or see Privacy in docs/operations.md."
        yield Finding(
            "erasure", False, f"{name}: {count(number)} that were there are shown by the CRM no more", fix
        )
    yield from routing
    yield from misfits
    yield from records


_NOBODY = {"unknown": "whom no CRM knows", "left": "who is not active"}


def _routing(db: warehouse.Connection, settings: Settings) -> Iterator[Finding]:
    """Who takes leads and who should not have any, as the last build found it; nothing before the first one."""
    if "is_demo" in warehouse.columns(db, "marts", "rpt_unmatched_addresses"):
        yield from _addresses(records_of.reported(db, "rpt_unmatched_addresses", "rule_file, email_pattern"))
    if owners := records_of.reported(db, "rpt_lead_owners", "lead_count desc, email"):
        (waiting,) = warehouse.rows(
            db,
            "select count(*) as leads from marts.fct_lead_assignments where reason_code = 'nobody_takes_leads'",
        )
        yield _takers(owners, waiting["leads"], settings)
        yield from (_login(owner) for owner in owners if owner["may_be_login"])


def _addresses(rows: list[dict[str, Any]]) -> Iterator[Finding]:
    for row in (r for r in rows if not r["is_demo"]):
        yield Finding(
            "addresses",
            False,
            f"{row['rule_file']}.csv names {row['email_pattern']}, {_NOBODY[row['problem']]}: as of the last run that "
            "row does nothing",
            "Correct or remove it; the next run looks again.",
        )
    if demo := sum(row["is_demo"] for row in rows):
        yield Finding(
            "addresses", True, f"{demo} in the routing files are of the demo's people; they do nothing here"
        )


def _takers(owners: list[dict[str, Any]], waiting: int, settings: Settings) -> Finding:
    """Whether anybody is named to take leads; a fault where leads wait for that, and owners are to be written."""
    if takers := sum(owner["takes_leads"] for owner in owners):
        return Finding("routing", True, f"{takers} of {len(owners)} users take leads")
    people = (o for o in owners if o["is_active"] and not o["may_be_login"])
    sellers = [o["email"] for o in people if o["touch_count"] or o["opportunity_count"]]
    known = f" Who was in touch with leads: {', '.join(filter(None, sellers[:5]))}." if sellers else ""
    return Finding(
        "routing",
        waiting == 0 or not settings.write_owners,
        f"nobody takes leads: {count(waiting)} open leads have no owner and get none",
        f"Put who takes leads into {settings.rules_folder / 'rules'}: routing_pool.csv (pool everyone), and "
        f"routing_fallback.csv for who gets what nobody has room for.{known} Or write no owners: "
        "LEADWRIGHT_WRITE_OWNERS=false.",
    )


def _login(owner: dict[str, Any]) -> Finding:
    return Finding(
        "owners",
        True,
        f"{owner['full_name']} ({owner['email']}) owns {count(owner['lead_count'])} leads and may be no "
        "person: called like a program, or never had a call, an e-mail, a meeting or an opportunity. The login of an "
        "integration belongs into routing_from.csv: its leads are routed then; somebody who sells belongs into "
        "routing_pool.csv",
    )


def _last_run(run: Mapping[str, Any], settings: Settings) -> Finding:
    check = "last linkage" if run["flow"] == "link" else "last run"
    began = f"{run['flow']} began {moment(run['started_at'])}"
    again = (
        f"Run `leadwright {'run' if run['flow'] == 'qualify' else run['flow']}` again; nothing is sent twice."
    )
    if run["status"] in ("stopped", "paused"):
        fix = "Do what it says; until then nothing is sent. Pulling, scoring and publishing go on."
        return Finding(check, False, f"{began} and ended {moment(run['ended_at'])}: {run['reason']}", fix)
    if run["status"] == "completed":
        return Finding(check, True, f"{began} and was done {moment(run['ended_at'])}")
    if run["status"] == "put off":
        return Finding(check, True, f"{began} and goes on with the next run: {run['reason']}")
    if run["status"] == "failed":
        detail = (
            f"{began} and failed {moment(run['ended_at'])}: {run['reason']} {runs.consequence(run)}".rstrip()
        )
        return Finding(check, False, detail, f"Mend what the reason names. {again}")
    if run["status"] == "running" and warehouse.is_locked(settings.run_lock):
        return Finding(check, True, f"{began} and is under way")
    return Finding(check, False, f"{began} and was killed before its end", again)


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
                written = model if settings.write_owners else model.without_owners()
                writes.setdefault(model.object, []).extend(written.owned)
        try:
            connector = settings.connect(crm)
            found = connector.check(reads, writes)
            yield from (_of_account(finding, crm, settings) for finding in found)
            if MEMBERSHIPS in writes and isinstance(connector, KeepsLists):
                lists = connector.check_lists(transform.lists(crm))
                yield from (_of_account(finding, crm, settings) for finding in lists)
            yield from sight.findings(
                connector, [t for t in transform.raw_tables() if t.crm == crm], settings
            )
        except LeadwrightError as error:
            yield Finding(crm, False, _one_line(str(error)), "See the message.")


def _of_account(finding: Finding, crm: str, settings: Settings) -> Finding:
    """The finding, under the account's name where its system has another one."""
    return finding if settings.accounts[crm] == crm else replace(finding, check=f"{crm}, {finding.check}")


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
