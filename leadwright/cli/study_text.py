"""A study as lines of text, for a person who knows the company and no statistics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadwright.cli.terminal import plain
from leadwright.formatting import count
from leadwright.study import jumps
from leadwright.study.company import Owner
from leadwright.study.evidence import percent
from leadwright.study.judging import Judged
from leadwright.study.report import Report
from leadwright.study.suggesting import Suggested

_MOST = 8
_CLEAR = ("supported", "moved", "points_the_wrong_way")
_ROLES = {
    "sells": "sells",
    "sold": "did, and does no more or seldom",
    "login": "probably the login of a program",
    "other": "does not answer leads",
}


def lines(found: Report, *, everything: bool = False) -> Iterator[str]:
    """The report, line by line, with mark-up.

    Args:
        found: the study.
        everything: show all rows of the longer parts.
    """
    most = 10_000 if everything else _MOST
    yield from _outcomes(found)
    yield from _stages(found)
    yield from _owners(found, most)
    yield from _sources(found, most)
    yield from _fields(found, most)
    yield from _dates(found)
    yield from _changes(found, most)
    yield from _rules(found, most)
    yield from _grades(found)
    yield from _files(found)


def _title(text: str) -> str:
    return f"\n[bold]{text}[/]"


def _outcomes(found: Report) -> Iterator[str]:
    outcome = found.outcome
    name = "won" if outcome.stage == "won" else outcome.stage.upper()
    yield f"[bold]{count(found.leads)} leads[/], as of {found.as_of:%Y-%m-%d}"
    others = ", ".join(
        f"{count(o.count)} {'won' if o.stage == 'won' else o.stage.upper()}"
        for o in {o.stage: o for o in reversed(found.outcomes)}.values()
    )
    yield _title("Outcomes")
    yield f"  {others}, as far as the CRMs show."
    if not found.looked_at:
        yield "  No lead came long enough ago that its outcome could be known."
        return
    how = (
        "most have no date, so that the final state counts"
        if outcome.basis == "cohort"
        else f"within {outcome.horizon_days} days"
    )
    span = f"{found.first_at:%Y-%m} to {found.last_at:%Y-%m}" if found.first_at and found.last_at else ""
    rate = percent(found.converted / found.looked_at)
    yield (
        f"  Of {count(found.looked_at)} leads that came from {span} and whose outcome is known, "
        f"{count(found.converted)} ({rate}) came to {name} ({how})."
    )
    if found.too_few:
        yield f"  [yellow]{found.too_few}.[/]"


def _stages(found: Report) -> Iterator[str]:
    yield _title("Stages and statuses")
    for each in found.meanings:
        word = each.word
        means = each.stage or "[yellow]not known: say it in reference/lead_stages.csv[/]"
        because = "" if word.known_as else f": {plain(each.because)}"
        mark = "" if word.known_as else " (proposed)" if each.stage else ""
        yield f"  {word.field} {plain(word.value)}: {count(word.leads)} leads, {means}{mark}{because}"
    if not found.meanings:
        yield "  No CRM has a value in any of them."


def _owners(found: Report, most: int) -> Iterator[str]:
    yield _title("Who answers leads")
    shown = [o for o in found.owners if o.leads or o.touches or o.sales or o.is_active]
    for role, title in _ROLES.items():
        some = [o for o in shown if o.role == role]
        if some:
            yield f"  {title}:"
            yield from (f"    {_owner(o)}" for o in some[:most])
            if len(some) > most:
                yield f"    and {len(some) - most} more"
    for row in found.domains:
        known = " (known)" if row["known_as"] else ""
        yield f"  Own domain: {plain(row['domain'])}, {row['owners']} owners, {count(row['leads'])} leads{known}"


def _owner(owner: Owner) -> str:
    left = "" if owner.is_active else " (left)"
    return f"{plain(owner.full_name or owner.email)}{left}: {owner.said}"


def _sources(found: Report, most: int) -> Iterator[str]:
    yield _title("Sources")
    for row in found.sources[:most]:
        rate = (
            f"{percent(row['rate'])} of {count(row['known'])} ({percent(row['low'])} to {percent(row['high'])})"
            if row["rate"] is not None
            else "outcome not known yet"
        )
        yield f"  {plain(row['source'])}: {count(row['leads'])} leads, {rate}"
    if len(found.sources) > most:
        yield f"  and {len(found.sources) - most} more"


def _fields(found: Report, most: int) -> Iterator[str]:
    yield _title("What tells leads apart")
    best: dict[str, Judged] = {}
    for each in found.judged:
        if each.effect and each.effect.is_clear and each.finding in _CLEAR:
            feature = each.row["feature"]
            if feature not in best or _clearness(each) > _clearness(best[feature]):
                best[feature] = each
    fills = {row["feature"]: row["leads"] for row in found.fills}
    ranked = sorted(best.items(), key=lambda item: -_clearness(item[1]))
    for feature, each in ranked[:most]:
        filled = percent(fills.get(feature, 0) / max(1, found.leads))
        yield f"  {plain(feature)} ({filled} of leads have it): {plain(each.row['label'])}: {_evidence(each)}"
    if not found.is_enough:
        yield "  With so few outcomes nothing can be told from chance."
    elif not best:
        yield "  Nothing that the CRMs hold does so beyond chance."
    elif len(ranked) > most:
        yield f"  and {len(ranked) - most} more"
    if found.not_asked:
        yield f"  [yellow]{plain(found.not_asked)}[/]"
    if found.doubted:
        yield "  Left out, and to be confirmed by somebody who knows when they are filled in:"
        yield from (f"    {plain(name)}: {plain(why)}" for name, why in sorted(found.doubted.items()))


def _clearness(each: Judged) -> float:
    assert each.effect
    return abs(each.effect.log_odds) / each.effect.error


def _evidence(each: Judged) -> str:
    assert each.counts
    low, high = each.counts.interval
    lift = f", {each.counts.lift:.1f} times the rate" if each.counts.lift else ""
    return (
        f"{percent(each.counts.rate)} of {count(each.counts.leads)} ({percent(low)} to {percent(high)}), "
        f"without {percent(each.counts.other_rate)} of {count(each.counts.other_leads)}{lift}"
    )


def _dates(found: Report) -> Iterator[str]:
    if found.dates:
        yield _title("Dates that cannot be trusted")
        yield from (f"  {plain(said)}" for said in found.dates)


def _changes(found: Report, most: int) -> Iterator[str]:
    if not found.jumps:
        return
    yield _title("What changed")
    for month, number in jumps.months_named(found.jumps):
        yield (
            f"  [bold]{month:%B %Y}: {number} things changed at once.[/] What leads before it show may count no more; "
            f"`--since {month:%Y-%m-%d}` learns from later ones alone."
        )
    yield from (f"  {plain(jump.said)}" for jump in found.jumps[:most])


def _rules(found: Report, most: int) -> Iterator[str]:
    if not found.is_enough:
        return
    yield _title("Rules proposed")
    new = sorted(
        (j for j in found.judged if j.before is None and j.points is not None),
        key=lambda j: -abs(j.points or 0),
    )
    for each in new[:most]:
        yield f"  {each.points:+g} {plain(each.row['label'])}: {_evidence(each)}"
    if len(new) > most:
        yield f"  and {len(new) - most} more"
    moved = [j for j in found.judged if j.before is not None and j.points != j.before]
    yield from (
        f"  {each.before:g} → {each.points:g} {plain(each.row['label'])}: {_evidence(each)}" for each in moved
    )
    tried = sum(j.before is None for j in found.judged)
    yield f"  {tried} were tried; those left out are within chance."
    if found.unused:
        yield f"  {len(found.unused)} rules look at what no lead has, and go."


def _grades(found: Report) -> Iterator[str]:
    yield _title("Grades")
    yield f"  by the rules that stand: {_shape(found.grades_before)}"
    if found.grades_after is not None:
        yield f"  by the rules proposed:   {_shape(found.grades_after)}"


def _shape(grades: Sequence[dict[str, object]]) -> str:
    whole = sum(int(str(row["leads"])) for row in grades)
    parts = []
    for row in grades:
        leads, won = int(str(row["leads"])), int(str(row["won"]))
        rate = f", {percent(won / leads)} won" if leads else ""
        parts.append(f"{plain(row['grade'])} {count(leads)} ({percent(leads / max(1, whole))}{rate})")
    return "; ".join(parts)


def _files(found: Report) -> Iterator[str]:
    yield _title("Proposed tables")
    if not found.files:
        yield "  none"
        return
    yield f"  in {plain(found.folder)}: {plain(', '.join(found.files))}"
    if found.accepted:
        yield "  They count from the next run on. `leadwright run --dry-run` shows what it would do."
        return
    yield (
        f"  `leadwright rules diff live {plain(found.folder)}` shows who would get another grade or owner; fields of "
        "your own count there once a run has pulled them."
    )
    yield "  `leadwright study --accept` takes them into the workspace."


_FINDINGS = {
    "points_the_wrong_way": "Point the wrong way",
    "moved": "Should have other points",
    "never_holds": "Held for no lead",
    "holds_for_all": "Hold for next to everybody, so that they tell nobody apart",
}


def suggested(found: Suggested, *, accepted: bool = False) -> Iterator[str]:
    """Advice on the rules, line by line, with mark-up."""
    name = "won" if found.outcome.stage == "won" else found.outcome.stage.upper()
    yield (
        f"{count(len(found.judged))} rules, {count(found.looked_at)} leads whose outcome is known, of which "
        f"{count(found.converted)} came to {name}"
    )
    if found.too_few:
        yield f"[yellow]{found.too_few}.[/]"
    for finding, title in _FINDINGS.items():
        some = [j for j in found.judged if j.finding == finding]
        if some:
            yield _title(title)
            yield from (f"  {_advice(each)}" for each in some)
    past = sum(j.finding == "past_unknown" for j in found.judged)
    if past:
        yield f"\n{past} rules look at what a CRM keeps only the value of today of: nothing can be said of them yet."
    if not found.diff:
        yield "\nNothing in score_rules.csv should change."
        return
    yield _title("The change of score_rules.csv" + (", which was made" if accepted else ""))


def _advice(each: Judged) -> str:
    label = plain(f"{each.row['rule_id']} ({each.row['label']})")
    if each.counts is None or each.effect is None:
        return label
    return f"{label}: {each.before:g} → {each.points:g}; {_evidence(each)}"
