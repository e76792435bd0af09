"""Sets of rules that can be tried: what is live in the warehouse, a folder of seeds, or a revision in git.

Each becomes a project folder of its own with the seeds in it; the models are the same for all.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.errors import ConfigError
from leadwright import rules, warehouse
from leadwright.settings import Settings
from leadwright.transform import Transform

LIVE = "live"
"""The rules that the last run scored with, as they stand in the warehouse."""

_PROJECT_FILES = ("dbt_project.yml", "profiles.yml")
_WITHIN = (".", "seeds", "dbt_project/seeds")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One set of rules.

    Attributes:
        name: as the user named it, or where it is.
        project: a folder with the dbt project's settings and, in `seeds/`, this set's files.
        borrowed: files that it lacks and that are taken from the working copy.
    """

    name: str
    project: Path
    borrowed: tuple[str, ...] = ()


def lay_out(name: str | None, config: Settings, transform: Transform, folder: Path) -> RuleSet:
    """Put the rules that `name` stands for into `folder`.

    Args:
        name: `live`, a folder, or a revision in git; the seeds of the project where None.
        config: says where the project and the warehouse are.
        transform: declares the seeds.
        folder: where to put them; made.

    Raises:
        ConfigError: `name` is none of these, or its rules have faults; every one is named.
    """
    seeds = folder / "seeds"
    seeds.mkdir(parents=True)
    for file in _PROJECT_FILES:
        shutil.copy2(config.dbt_project / file, folder / file)
    label = name or f"the rules in {_shown(config.dbt_project / 'seeds')}"
    if name == LIVE:
        _from_warehouse(config, transform, seeds)
        label = "the live rules"
    elif name is None:
        _copy_files(config.dbt_project / "seeds", seeds)
    elif Path(name).expanduser().is_dir():
        _copy_files(_with_seeds(Path(name).expanduser()), seeds)
    else:
        _from_git(name, config, seeds)
        _add_missing_columns(transform, seeds)
    borrowed = _borrow(config.dbt_project / "seeds", seeds)
    rule_set = RuleSet(label, folder, borrowed)
    if faults := rules.check(transform, folder):
        shown = "\n".join(f"  {fault}" for fault in faults)
        raise ConfigError(f"{label} have {len(faults)} fault(s); nothing was tried.\n{shown}")
    return rule_set


def _shown(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)


def _copy_files(source: Path, seeds: Path) -> None:
    for file in sorted(source.glob("*.csv")):
        shutil.copy2(file, seeds / file.name)


def _with_seeds(folder: Path) -> Path:
    """The folder with the rule files, given it or the project around it."""
    for place in _WITHIN:
        if (folder / place / "score_rules.csv").exists() or any((folder / place).glob("*_rules.csv")):
            return folder / place
    raise ConfigError(f"There are no rule files in {folder} (looked for score_rules.csv and seeds/).")


def _from_git(revision: str, config: Settings, seeds: Path) -> None:
    """Take the seeds out of a revision of the repository that the project is in."""
    git = ["git", "-C", str(config.dbt_project)]
    try:
        named = subprocess.run(
            [*git, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"],
            capture_output=True,
            text=True,
        )
        commit = named.stdout.strip()
        done = subprocess.run([*git, "archive", "--format=tar", commit, "seeds"], capture_output=True)
    except FileNotFoundError:
        raise ConfigError(f"{revision!r} is no folder, and git is not installed to look it up.") from None
    if not commit or done.returncode:
        raise ConfigError(
            f"{revision!r} is neither {LIVE!r}, nor a folder of rule files, nor a revision in git that has them."
        )
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        for member in archive:
            text = archive.extractfile(member) if member.name.endswith(".csv") else None
            if text:
                (seeds / Path(member.name).name).write_bytes(text.read())


def _from_warehouse(config: Settings, transform: Transform, seeds: Path) -> None:
    """Write the seeds as the last run loaded them."""
    with warehouse.writer(config.warehouse_file, config.lock_wait_seconds) as db:
        for file in rules.files(transform):
            found = warehouse.columns(db, "seeds", file.name)
            if found:
                rows = warehouse.rows(db, f'select * from seeds."{file.name}"')
                write_rows(seeds / f"{file.name}.csv", [c.name for c in file.columns], rows)


def _add_missing_columns(transform: Transform, seeds: Path) -> None:
    """Give old files the columns that were added later, empty."""
    for file in rules.files(transform, seeds.parent):
        if not file.path.exists():
            continue
        with file.path.open(newline="", encoding="utf-8-sig") as text:
            reader = csv.DictReader(text)
            header, rows = reader.fieldnames or [], list(reader)
        if missing := [c.name for c in file.columns if c.name not in header]:
            write_rows(file.path, [*header, *missing], rows)


def _borrow(source: Path, seeds: Path) -> tuple[str, ...]:
    missing = [file for file in sorted(source.glob("*.csv")) if not (seeds / file.name).exists()]
    for file in missing:
        shutil.copy2(file, seeds / file.name)
    return tuple(file.name for file in missing)


def write_rows(file: Path, header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write `rows` as a rule file is written; a column that a row lacks stays empty."""
    with file.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_spelled(row.get(name)) for name in header] for row in rows)


def _spelled(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
