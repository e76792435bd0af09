"""What must hold for a row of the feature catalogue, so that some model computes what it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from leadwright.rules.within import Finding, Row, Rows


def faults(
    rows: Rows, patterns: Rows, computed: Mapping[str, Sequence[str]], signals: Sequence[str]
) -> Iterator[Finding]:
    """Features that no model would compute.

    Args:
        rows: the feature catalogue.
        patterns: rows of signal_patterns, which name signals.
        computed: by kind, the features that models compute by themselves.
        signals: the signals that activities are without a pattern.
    """
    known = {"*", *signals, *(row["signal"].strip() for _, row in patterns)}
    for line, row in rows:
        cells = {column: cell.strip() for column, cell in row.items()}
        kind = cells["kind"]
        if kind in computed:
            if cells["feature"] not in computed[kind]:
                yield (
                    line,
                    "feature",
                    f"no model computes {cells['feature']!r} as a feature of the kind {kind}; {_OWN}",
                )
            for column in ("signal", "measure", "window_days"):
                if cells[column]:
                    yield (
                        line,
                        column,
                        f"a feature of the kind {kind} is not taken from signals; leave it empty",
                    )
            if cells["decays"].lower() == "true":
                yield (
                    line,
                    "decays",
                    f"only points for signals halve with age, and the feature is of the kind {kind}",
                )
        elif kind in _OF_SIGNALS:
            yield from ((line, *fault) for fault in _signal_faults(cells, known))
        if cells["is_hand_raise"].lower() == "true" and (kind, cells["signal"]) != (
            "signal",
            cells["feature"],
        ):
            yield (
                line,
                "is_hand_raise",
                "only a feature of the kind signal with the name of its signal can be one",
            )


def _signal_faults(cells: Row, known: set[str]) -> Iterator[tuple[str, str]]:
    kind, signal, measure, window = (cells[c] for c in ("kind", "signal", "measure", "window_days"))
    if signal not in known:
        yield "signal", f"{signal!r} is no signal; one of: {', '.join(sorted(known))}"
    if measure not in _OF_SIGNALS[kind]:
        yield "measure", f"{measure!r} is not allowed for {kind}; one of: {', '.join(_OF_SIGNALS[kind])}"
    if (kind == "signal_window") != bool(window):
        needs = "needs its days" if kind == "signal_window" else "has no window; leave it empty"
        yield "window_days", f"a feature of the kind {kind} {needs}"
    if cells["value_type"] not in ("count", "number"):
        yield "value_type", f"{cells['value_type']!r} is not allowed for {kind}; one of: count, number"


_OWN = "features of your own are of the kinds signal, signal_window and recency"
_OF_SIGNALS = {
    "signal": ("count", "active_days"),
    "signal_window": ("count", "active_days"),
    "recency": ("days_since",),
}
