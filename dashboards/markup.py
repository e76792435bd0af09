"""The little HTML that the pages write themselves.

Names, companies and ids come from a CRM, and often from a form that anyone may fill in. Streamlit reads most text as
Markdown, where a name can be an image that a manager's browser then fetches from a stranger. So text about a
lead goes through this module, which shows text as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from leadwright.dashboards import palette

_RULES = f"""
.lw-name {{ font-size: 1.35rem; font-weight: 600; margin: 0.4rem 0 0; padding: 0; }}
.lw-heading {{ font-size: 1.1rem; font-weight: 600; margin: 0.4rem 0 0; padding: 0; }}
.lw-note {{ color: {palette.QUIET}; margin: 0; }}
.lw-table {{ width: 100%; border-collapse: collapse; font-size: 0.93rem; line-height: 1.45; }}
.lw-table th, .lw-table td {{ text-align: left; vertical-align: top; padding: 0.38rem 0.6rem;
  border: 0; border-bottom: 1px solid {palette.LINE}; overflow-wrap: anywhere; }}
.lw-table td:first-child {{ overflow-wrap: break-word; }}
.lw-table th {{ color: {palette.QUIET}; font-weight: 400; }}
.lw-table thead th {{ white-space: nowrap; }}
.lw-table tbody th {{ width: 34%; }}
.lw-table .lw-number {{ text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }}
.lw-table .lw-sum td {{ font-weight: 600; background: {palette.SOFT}; }}
"""


def style() -> str:
    """Give the rules that the other functions' HTML needs."""
    return f"<style>{_RULES}</style>"


def edge(key: str, colour: str) -> str:
    """Give the rule that draws a grade's colour as the edge of its card, in the container `key`."""
    return f'<style>.st-key-{key} [data-testid="stMetric"] {{ border-left: 6px solid {colour}; }}</style>'


def heading(text: str) -> str:
    """Write the heading of a part of a page that quotes a name."""
    return f'<h3 class="lw-heading">{escape(text)}</h3>'


def name(title: str, note: str) -> str:
    """Write who a page is about, and a line below it."""
    return f'<h2 class="lw-name">{escape(title)}</h2><p class="lw-note">{escape(note)}</p>'


def pairs(rows: Sequence[tuple[str, str]]) -> str:
    """Write a two-column table of the named values that are known."""
    body = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>'
        for label, value in rows
        if value
    )
    return f'<table class="lw-table"><tbody>{body}</tbody></table>'


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: frozenset[int] = frozenset(),
    sums: frozenset[int] = frozenset(),
) -> str:
    """Write a table; `numbers` are the columns aligned as numbers, `sums` the rows set off as sums."""

    def cells(tag: str, values: Sequence[str]) -> str:
        kinds = [' class="lw-number"' if i in numbers else "" for i in range(len(values))]
        return "".join(
            f"<{tag}{kind}>{escape(value)}</{tag}>" for kind, value in zip(kinds, values, strict=True)
        )

    marks = [' class="lw-sum"' if i in sums else "" for i in range(len(rows))]
    body = "".join(f"<tr{mark}>{cells('td', row)}</tr>" for mark, row in zip(marks, rows, strict=True))
    head = f"<thead><tr>{cells('th', header)}</tr></thead>"
    return f'<table class="lw-table">{head}<tbody>{body}</tbody></table>'
