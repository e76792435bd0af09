"""Rule files of an older version, edited in the package, become a workspace: no rule is lost, and ours get no copy."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from leadwright.connectors.errors import ConfigError
from leadwright.rules import files
from leadwright.rules.cells import Column
from leadwright.rules.files import RuleFile
from leadwright.starters import make, takeover
from tests.installation import ROOT

SHIPPED = ROOT / "dbt_project" / "seeds"
_HOSTS = [Column("domain", "string", is_required=True, is_unique=True), Column("reason", "string")]
_PLAYS = [Column(c, "string") for c in ("play", "without_email", "without_request", "next_action", "reason")]


def _tables() -> list[RuleFile]:
    return [
        RuleFile("shared_hosts", SHIPPED / "reference" / "shared_hosts.csv", _HOSTS),
        RuleFile("role_addresses", SHIPPED / "reference" / "role_addresses.csv", _HOSTS),
        RuleFile("plays", SHIPPED / "rules" / "plays.csv", _PLAYS),
    ]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    shutil.copy(SHIPPED / "reference" / "role_addresses.csv", folder)
    hosts = (SHIPPED / "reference" / "shared_hosts.csv").read_text().splitlines()
    changed = hosts[1].split(",")[0]
    (folder / "shared_hosts.csv").write_text(
        "\n".join([hosts[0], f"{changed},Ours", *hosts[3:], "portal.example,Our portal"]) + "\n"
    )
    (folder / "plays.csv").write_text(
        'play,without_email,without_request,next_action,reason\n"B",,,x,"Kept, quoted"\n'
    )
    (folder / "load_weights.csv").write_text("grade,weight\nHot,3\n")
    return folder


def test_every_row_counts_as_before(old: Path, tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    make.create(folder, make.Answers("empty"), SHIPPED)
    taken = takeover.take_over(old, folder, _tables())
    assert (taken.whole, taken.as_shipped, taken.unknown) == (
        ("plays",),
        ("role_addresses",),
        ("load_weights",),
    )
    assert taken.added == {"shared_hosts": 2}
    assert (folder / "rules" / "plays.csv").read_bytes() == (old / "plays.csv").read_bytes()
    assert not (folder / "reference" / "role_addresses.csv").exists()
    own = folder / "reference" / "shared_hosts.csv"
    table = RuleFile("shared_hosts", own, _HOSTS, {}, SHIPPED / "reference" / "shared_hosts.csv")
    assert list(files.read(table)) == []
    counted = {row["domain"]: row["reason"] for _, row in table.rows}
    with (old / "shared_hosts.csv").open(newline="") as text:
        before = {row["domain"]: row["reason"] for row in csv.DictReader(text)}
    assert before.items() <= counted.items()
    assert len(own.read_text().splitlines()) == 3, "a header and the two rows that differ"


def test_a_folder_without_rules_and_one_that_cannot_be_read_are_said(old: Path, tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    make.create(folder, make.Answers("empty"), SHIPPED)
    with pytest.raises(ConfigError, match="There are no rule files in"):
        takeover.take_over(tmp_path / "acme" / "ci", folder, _tables())
    (old / "plays.csv").write_bytes(b"play\n\xff\xfe\n")
    with pytest.raises(ConfigError, match=r"plays\.csv cannot be read"):
        takeover.take_over(old, folder, _tables())
    assert not (folder / "reference" / "shared_hosts.csv").exists(), "nothing was written"
