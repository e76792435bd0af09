"""What must hold between rule files, and rows that the models would pass over without a word, or break on.

What a declaration beside the seeds can say is said there; see `rulerows`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from leadwright.cells import as_words
from leadwright.rulerows import Finding, Row, Rows, number

Tables = Mapping[str, Rows]
"""The rows of every rule file by its name."""

Check = Callable[[Rows, Tables], Iterator[Finding]]


def faults(name: str, tables: Tables) -> Iterator[Finding]:
    """What is wrong with the rows of the file `name`, beside those of the others."""
    for check in _CHECKS.get(name, ()):
        yield from check(tables[name], tables)


def _rules_of_dimensions(rows: Rows, tables: Tables) -> Iterator[Finding]:
    """Account rules see accounts alone; who is disqualified gets no points for it."""
    kinds = {row["feature"].strip(): row["kind"].strip() for _, row in tables["feature_catalogue"]}
    for line, row in rows:
        dimension, feature = row["dimension"].strip(), row["feature"].strip()
        if (
            dimension == "account"
            and feature in kinds
            and (kinds[feature] != "account" or feature in _OF_LEADS)
        ):
            yield (
                line,
                "feature",
                f"{feature} is not known of an account; only features of the kind account are",
            )
        if dimension == "disqualify" and (number(row["points"]) or 0) != 0:
            yield line, "points", "a rule that disqualifies gives no points; write 0"
        if dimension == "disqualify" and row["half_life_days"].strip():
            yield (
                line,
                "half_life_days",
                "a rule that disqualifies has no points that could halve; leave it empty",
            )


_OF_LEADS = ("active_colleagues_count",)  # the others of the company: one number for each lead


def _limits(rows: Rows, tables: Tables) -> Iterator[Finding]:
    for line, row in rows:
        medium, high = number(row["medium_from"]), number(row["high_from"])
        for column in ("min_points", "max_points"):
            limit = number(row[column])
            if limit is not None and limit != limit.to_integral_value():
                yield line, column, f"{row[column].strip()!r} is no whole number, and scores are whole points"
        if row["threshold_kind"].strip() == "percentile":
            if row["dimension"].strip() == "account":
                yield line, "threshold_kind", "accounts are banded by points alone; write points"
            for column, share in (("medium_from", medium), ("high_from", high)):
                if share is not None and not 0 <= share <= 100:
                    yield line, column, f"{row[column].strip()!r} is no percentile from 0 to 100"
        elif high is not None and (most := number(row["max_points"])) is not None and high > most:
            yield (
                line,
                "high_from",
                f"{row['high_from'].strip()!r} is above max_points, which is {most}: never reached",
            )


def _placeholders(rows: Rows, tables: Tables) -> Iterator[Finding]:
    for line, row in rows:
        for name in set(re.findall(r"\{[^}]*\}?|\}", row["next_action"])) - {"{question}"}:
            yield line, "next_action", f"{name!r} stands for nothing; only {{question}} is replaced"


def _actions_reached(rows: Rows, tables: Tables) -> Iterator[Finding]:
    def covers(first: Row, later: Row) -> bool:
        same = all(first[c].strip() == later[c].strip() for c in ("feature", "operator", "value"))
        return same and first["grade"].strip() in ("", later["grade"].strip())

    return _reached(rows, "feature", covers)


def _roles_reached(rows: Rows, tables: Tables) -> Iterator[Finding]:
    def covers(first: Row, later: Row) -> bool:
        return all(first[c].strip() in ("", later[c].strip()) for c in ("job_level", "job_function"))

    return _reached(rows, "job_level", covers)


def _patterns_reached(rows: Rows, tables: Tables) -> Iterator[Finding]:
    def covers(first: Row, later: Row) -> bool:
        word = first["word"].strip()
        fits = word == "*" or f" {word} " in f" {later['word'].strip()} "
        return fits and first["kind"].strip() == later["kind"].strip()

    return _reached(rows, "word", covers)


def _reached(rows: Rows, column: str, covers: Callable[[Row, Row], bool]) -> Iterator[Finding]:
    """Rows that never count, since one of a lower priority fits whenever they do."""
    ranked = sorted(
        ((priority, line, row) for line, row in rows if (priority := number(row["priority"])) is not None),
        key=lambda ranked_row: ranked_row[:2],
    )
    for place, (_, line, row) in enumerate(ranked):
        first = next((other for _, other, earlier in ranked[:place] if covers(earlier, row)), None)
        if first is not None:
            yield (
                line,
                column,
                f"never reached: line {first} is tried before it and fits whenever this one does",
            )


def _pattern_signals(rows: Rows, tables: Tables) -> Iterator[Finding]:
    kinds = {row["feature"].strip(): row["kind"].strip() for _, row in tables["feature_catalogue"]}
    for line, row in rows:
        signal = row["signal"].strip()
        if kinds.get(signal, "signal") != "signal":
            yield (
                line,
                "signal",
                f"{signal!r} is a feature, but no signal (column kind of feature_catalogue.csv)",
            )


def _first_words(rows: Rows, tables: Tables) -> Iterator[Finding]:
    for line, row in rows:
        if row["kind"].strip() == "reply" and " " in as_words(row["word"]):
            yield (
                line,
                "word",
                f"{row['word'].strip()!r} is more than one word; a reply is told by the first one",
            )


def _title_ties(rows: Rows, tables: Tables) -> Iterator[Finding]:
    """Two values of one priority: for a title that has both words chance would decide."""
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    for line, row in rows:
        name, value = (row["kind"].strip(), row["priority"].strip()), row["value"].strip()
        first_line, first = seen.setdefault(name, (line, value))
        if value != first:
            yield (
                line,
                "priority",
                f"{name[1]!r} is the priority of {first!r} already (line {first_line}); take another",
            )


def _regions(rows: Rows, tables: Tables) -> Iterator[Finding]:
    regions = {row["region"].strip() for _, row in tables["countries"]}
    worked = {row["calendar"].strip() for _, row in tables["business_hours"]}
    for line, row in rows:
        region, calendar = row["region"].strip(), row["calendar"].strip()
        if region and region not in regions:
            yield (
                line,
                "region",
                f"{region!r} is the region of no country; one of: {', '.join(sorted(regions))}",
            )
        if calendar and calendar not in worked:
            yield (
                line,
                "calendar",
                f"there is no row for {calendar!r} in business_hours.csv; nobody would be at work",
            )


def _hours(rows: Rows, tables: Tables) -> Iterator[Finding]:
    for line, row in rows:
        opens, closes = number(row["opens_minute"]), number(row["closes_minute"])
        if opens is not None and closes is not None and closes <= opens:
            yield line, "closes_minute", f"{closes} is not after opens_minute, which is {opens}"


def _cadences(rows: Rows, tables: Tables) -> Iterator[Finding]:
    """The n-th later touch does the n-th step, so steps are counted from 1 and follow one another."""
    plays: dict[str, list[tuple[int, Row]]] = {}
    for line, row in rows:
        plays.setdefault(row["play"].strip(), []).append((line, row))
    for play, of_play in plays.items():
        earlier = 0
        for place, (line, row) in enumerate(sorted(of_play, key=lambda r: number(r[1]["step"]) or 0), 1):
            step, days = number(row["step"]), number(row["after_days"])
            if step != place:
                yield (
                    line,
                    "step",
                    f"{row['step'].strip()!r} where {place} comes next for {play!r}; count from 1",
                )
                break
            if days is not None and days <= earlier:
                yield line, "after_days", f"{days} is not after the step before, which is due after {earlier}"
            earlier = int(days or 0)


def _stage_codes(rows: Rows, tables: Tables) -> Iterator[Finding]:
    for line, row in rows:
        stage, code = row["stage"].strip(), row["reason_code"].strip()
        if stage in ("disqualified", "recycled") and not code:
            yield (
                line,
                "reason_code",
                "a value is needed for this stage; not_said where the CRM's value says none",
            )
        elif code and stage not in ("disqualified", "recycled"):
            yield line, "reason_code", f"{code!r} is read for disqualified and recycled alone; leave it empty"
        if row["field"].strip() in ("dealstage", "StageName") and stage not in (
            "opportunity",
            "customer",
            "lost",
        ):
            yield line, "stage", f"{stage!r} is no stage of a sale; one of: opportunity, customer, lost"


def _stage_flags(rows: Rows, tables: Tables) -> Iterator[Finding]:
    for line, row in rows:
        for flag, before in (("is_sql", "is_sal"), ("is_sal", "is_mql")):
            if row[flag].strip().lower() == "true" and row[before].strip().lower() == "false":
                yield line, before, f"a stage with {flag} has been through {before} too; write true"


def _weights(rows: Rows, tables: Tables) -> Iterator[Finding]:
    for line, row in rows:
        if row["kind"].strip() != "opportunity" and number(row["weight"]) == 0:
            yield line, "weight", "a lead that weighs nothing cannot be shared out fairly; take more than 0"


def _policies(rows: Rows, tables: Tables) -> Iterator[Finding]:
    for line, row in rows:
        low, high = {"fair_days": (1, 365), "reassign_after_breach": (0, 1), "reroute_emptied": (0, 1)}.get(
            row["policy"].strip(), (0, 100000)
        )
        value = number(row["value"])
        if value is not None and not low <= value <= high:
            yield line, "value", f"{row['value'].strip()!r} is not between {low} and {high}"


def _pools(rows: Rows, tables: Tables) -> Iterator[Finding]:
    for line, row in rows:
        if row["pool"].strip() == "everyone":
            yield line, "pool", "everyone is the pool of leads that no rule fits; leave the rule out"


def _matured(rows: Rows, tables: Tables) -> Iterator[Finding]:
    days = {row["kpi_id"].strip(): (line, row["maturity_days"].strip()) for line, row in rows}
    for kpi, (line, value) in days.items():
        if kpi in _KNOWN_AT_ONCE and value:
            yield line, "maturity_days", f"{kpi} is known at once; leave it empty"
        elif kpi not in _KNOWN_AT_ONCE and not value:
            yield line, "maturity_days", f"a value is needed: {kpi} is known after some time only"
    (first, missed), (line, alarms) = (days.get(kpi, (1, "")) for kpi in ("missed_winners", "false_alarms"))
    if missed and alarms and missed != alarms:
        yield (
            line,
            "maturity_days",
            f"{alarms!r} where missed_winners has {missed!r} (line {first}); both are one outcome",
        )


_KNOWN_AT_ONCE = (
    *(
        "qualified_pipeline",
        "qualified_revenue",
        "attributed_revenue",
        "response_minutes",
        "response_p90_minutes",
    ),
    *(
        "sla_kept",
        "returns_kept",
        "follow_ups_done",
        "load_off_balance",
        "rejected_without_touch",
        "data_gaps",
        "accepted_writes",
    ),
)


def _instead(rows: Rows, tables: Tables) -> Iterator[Finding]:
    """What is done instead must not need the same thing again, or people are mailed who cannot be."""
    plays = {row["play"].strip(): row for _, row in rows}
    for line, row in rows:
        for column, need in (("without_email", "e-mail"), ("without_request", "a request")):
            other = plays.get(row[column].strip())
            if other is not None and other[column].strip():
                yield line, column, f"{row[column].strip()!r} needs {need} itself; name a play that does not"


def _stage_plays(rows: Rows, tables: Tables) -> Iterator[Finding]:
    for line, row in rows:
        if row["next_action"].strip() and not row["play"].strip():
            yield line, "play", "a value is needed: the play says whether the next action mails"


_CHECKS: dict[str, tuple[Check, ...]] = {
    "business_hours": (_hours,),
    "buying_roles": (_roles_reached,),
    "calendars": (_regions,),
    "follow_up_cadences": (_cadences,),
    "grades": (_placeholders,),
    "job_titles": (_title_ties,),
    "kpis": (_matured,),
    "lead_stages": (_stage_codes,),
    "load_weights": (_weights,),
    "next_actions": (_placeholders, _actions_reached),
    "plays": (_instead, _placeholders),
    "routing_policies": (_policies,),
    "routing_rules": (_pools,),
    "score_dimensions": (_limits,),
    "score_rules": (_rules_of_dimensions,),
    "signal_patterns": (_pattern_signals, _patterns_reached),
    "stages": (_stage_flags, _stage_plays, _placeholders),
    "subject_patterns": (_first_words,),
}
