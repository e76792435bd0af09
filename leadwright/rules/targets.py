"""What `targets.csv` says must be written in the unit of its figure: 25% for a share, a plain number for others.

Without the sign nobody knows whether 0.25 is a quarter or a quarter of one percent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from leadwright.rules.within import Finding, Rows, number

TABLE = "targets"


def faults(rows: Rows, kpis: Sequence[Mapping[str, str]]) -> Iterator[Finding]:
    """Targets that cannot be read as their figure's unit; `kpis` are the figures."""
    units = {row["kpi_id"].strip(): row["unit"].strip() for row in kpis}
    for line, row in rows:
        unit, target = units.get(row["kpi_id"].strip()), row["target"].strip()
        if unit is None or not target:
            continue  # a fault of its own
        value = number(target.removesuffix("%"))
        if unit == "share":
            if not target.endswith("%") or value is None or not 0 <= value <= 100:
                yield line, "target", f"{target!r} is no percentage such as 25%, as {row['kpi_id']} needs"
        elif target.endswith("%") or value is None or value < 0:
            yield line, "target", f"{target!r} is no number ({_MEANING[unit]}), as {row['kpi_id']} needs"


_MEANING = {"amount": "money", "times": "how many times", "days": "days", "minutes": "minutes"}
