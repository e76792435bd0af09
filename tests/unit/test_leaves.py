"""Rows of leaves are added and taken out, and no other byte of the file changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leadwright.connectors.errors import ConfigError
from leadwright.rules import leaves
from leadwright.rules.cells import Column
from leadwright.rules.files import RuleFile
from leadwright.rules.leaves import Leave

_TEXT = (
    'email,first_on,last_on,gives_to,reason\r\nAna@acme.com,2026-08-03,2026-08-14,,"Summer,\r\nas ever"\r\n'
    "\r\nbob@acme.com,2026-09-01,,ana@acme.com,Has left"
)
_ANA = Leave("ana@acme.com", date(2026, 8, 3), date(2026, 8, 14), "", "Summer,\r\nas ever")
_BOB = Leave("bob@acme.com", date(2026, 9, 1), None, "ana@acme.com", "Has left")


def _table(folder: Path, text: str) -> RuleFile:
    file = folder / "rep_leaves.csv"
    file.write_bytes(text.encode())
    names = ("email", "first_on", "last_on", "gives_to", "reason")
    return RuleFile("rep_leaves", file, [Column(name, "string") for name in names])


def test_rows_are_read_as_they_are_meant(tmp_path: Path) -> None:
    assert leaves.read(_table(tmp_path, _TEXT)) == [_ANA, _BOB]
    assert _ANA.is_over(date(2026, 8, 15)) and not _ANA.is_over(date(2026, 8, 14))
    assert not _BOB.is_over(date(2099, 1, 1))


def test_a_row_is_added_below_the_others_with_the_line_ends_of_the_file(tmp_path: Path) -> None:
    cy = Leave("cy@acme.com", date(2026, 10, 1), date(2026, 10, 9), reason="Leave, paid")
    table = _table(tmp_path, _TEXT)
    text = leaves.with_row(table, cy)
    assert text == _TEXT + '\r\ncy@acme.com,2026-10-01,2026-10-09,,"Leave, paid"\r\n'
    table.path.write_bytes(text.encode())
    assert leaves.without(table, [cy]) == _TEXT + "\r\n"
    assert leaves.without(table, [_ANA]).startswith("email,first_on,last_on,gives_to,reason\r\n\r\nbob@")


def test_cells_stand_where_the_header_has_their_columns(tmp_path: Path) -> None:
    table = _table(tmp_path, "reason,last_on,first_on,email\n")
    row = Leave("cy@acme.com", date(2026, 10, 1), None, reason="Has left")
    assert leaves.with_row(table, row) == "reason,last_on,first_on,email\nHas left,,2026-10-01,cy@acme.com\n"
    with pytest.raises(ConfigError, match=r"no column gives_to.*leadwright upgrade"):
        leaves.with_row(table, Leave("cy@acme.com", date(2026, 10, 1), None, "ana@acme.com"))
