"""A preview as a file to send on: a page that needs nothing else, or a table of every change."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from leadwright.connectors.errors import ConfigError
from leadwright.formatting import count, duration, no_formula
from leadwright.settings import Settings
from leadwright.writeback import previews
from leadwright.writeback.plans import Plan
from leadwright.writeback.previews import Preview

_KINDS = (".html", ".csv")
_COLUMNS = ("crm", "object", "record_id", "lead_or_account_id", "name", "grade", "field", "before", "after")


def require_writable(file: Path) -> None:
    """Raise ConfigError where `file` is no page and no table, or cannot be written: before a run of minutes."""
    if file.suffix.lower() not in _KINDS:
        raise ConfigError(f"{file.name} is neither .html (a page) nor .csv (every change). Name such a file.")
    if not file.parent.is_dir():
        raise ConfigError(f"There is no folder {file.parent}. Make it, or name another.")


def write(file: Path, preview: Preview, plan: Plan, settings: Settings) -> None:
    """Write a preview to `file`, in place of what is there; by its ending a page or a table.

    Raises:
        ConfigError: it cannot be written.
    """
    put = (
        partial(_write_page, preview)
        if file.suffix.lower() == ".html"
        else partial(_write_table, plan, settings)
    )
    draft = file.with_name(f"{file.name}.draft")
    try:
        put(draft)
        draft.replace(file)
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror or error}") from None
    finally:
        draft.unlink(missing_ok=True)


def _write_page(preview: Preview, file: Path) -> None:
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"count": count, "minutes": lambda seconds: duration(seconds / 60)}
    file.write_text(pages.get_template("preview.html").render(preview=preview), encoding="utf-8")


def _write_table(plan: Plan, settings: Settings, file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8-sig") as text:  # spreadsheets know it by the mark
        table = csv.writer(text)
        table.writerow(_COLUMNS)
        for change in previews.changes(plan, settings):
            record = (
                change.crm,
                change.object,
                change.record_id,
                change.subject_id,
                change.who,
                change.grade,
            )
            table.writerows(
                [no_formula(cell) for cell in (*record, each.field, each.before, each.after)]
                for each in change.fields
            )
