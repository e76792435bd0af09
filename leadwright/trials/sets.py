"""Sets of rules that can be tried: what is live in the warehouse, a folder, or a revision in git.

Each becomes a workspace of its own with nothing but its tables; the models are the same for all.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.rules import book, files, own_fields, upgrade
from leadwright.settings import Settings
from leadwright.transform.project import Transform
from leadwright.workspace import MARK

LIVE = "live"
"""The rules that the last run scored with, as they stand in the warehouse."""

_FOLDERS = (book.WHOLE, book.ADDED)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One set of rules.

    Attributes:
        name: as the user named it, or where it is.
        workspace: a folder with this set's tables.
        borrowed: files that it lacks and that are taken from the working copy.
    """

    name: str
    workspace: Path
    borrowed: tuple[str, ...] = ()


def lay_out(name: str | None, config: Settings, transform: Transform, folder: Path) -> RuleSet:
    """Put the rules that `name` stands for into `folder`.

    Args:
        name: `live`, a folder, or a revision in git; the workspace's own rules where None.
        config: says where the workspace and the warehouse are.
        transform: declares the tables.
        folder: where to put them; made.

    Raises:
        ConfigError: `name` is none of these, or its rules have faults; every one is named.
    """
    own = config.rules_folder
    for part in _FOLDERS:
        (folder / part).mkdir(parents=True)
    (folder / MARK).touch()
    label, borrowed = name or f"the rules in {_shown(own)}", tuple[str, ...]()
    if name == LIVE:
        _from_warehouse(config, transform, folder)
        label, borrowed = "the live rules", _borrow(own, folder)
    elif name is None:
        _copy_files(own, folder)
    elif Path(name).expanduser().is_dir():
        _copy_folder(Path(name).expanduser(), folder)
        borrowed = _borrow(own, folder)
    else:
        _from_git(name, own, folder)
        upgrade.write(upgrade.plan(folder, of(folder, config, transform).rule_files()))
    if faults := of(folder, config, transform).rule_faults():
        shown = "\n".join(f"  {fault}" for fault in faults)
        raise ConfigError(f"{label} have {len(faults)} fault(s); nothing was tried.\n{shown}")
    return RuleSet(label, folder, borrowed)


def of(workspace: Path, config: Settings, transform: Transform) -> Transform:
    """The models of `transform` with the tables of `workspace`."""
    return Transform(config.model_copy(update={"workspace": workspace}), transform.manifest())


def checked(
    table: str, text: str, config: Settings, transform: Transform, folder: Path, *, told: str = "this row"
) -> Transform:
    """The workspace's own rules in `folder`, with `text` for one table.

    Raises:
        ConfigError: with it the rules would have faults; every one is named.
    """
    lay_out(None, config, transform, folder)
    files.replace(folder / book.WHOLE / f"{table}.csv", text)
    found = of(folder, config, transform)
    if faults := found.rule_faults():
        shown = "\n".join(f"  {fault}" for fault in faults)
        raise ConfigError(f"With {told} the rules would have {len(faults)} fault(s).\n{shown}")
    return found


def _shown(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) and folder != here else str(folder)


def _copy_files(source: Path, folder: Path) -> None:
    for part in _FOLDERS:
        for file in sorted((source / part).glob("*.csv")):
            shutil.copy2(file, folder / part / file.name)
    if (source / own_fields.FILE).exists():
        shutil.copy2(source / own_fields.FILE, folder / own_fields.FILE)


def _copy_folder(source: Path, folder: Path) -> None:
    """Copy a workspace, or a folder of whole tables."""
    tables = [file for file in sorted(source.glob("*.csv")) if file.name != own_fields.FILE]
    if not tables and not any((source / part).is_dir() for part in _FOLDERS):
        raise ConfigError(f"There are no rule files in {source} (looked for rules/, reference/ and *.csv).")
    _copy_files(source, folder)
    for file in tables:
        shutil.copy2(file, folder / book.WHOLE / file.name)


def _from_git(revision: str, own: Path, folder: Path) -> None:
    """Take the tables out of a revision of the repository that the workspace is in."""
    git = ["git", "-C", str(own)]
    try:
        named = subprocess.run(
            [*git, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"],
            capture_output=True,
            text=True,
        )
        commit = named.stdout.strip()
        done = subprocess.run([*git, "archive", "--format=tar", commit or revision, "."], capture_output=True)
    except FileNotFoundError:
        raise ConfigError(f"{revision!r} is no folder, and git is not installed to look it up.") from None
    found = False
    if commit and not done.returncode:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            for member in archive:
                path = Path(member.name)
                text = archive.extractfile(member) if path.suffix == ".csv" else None
                is_table = path.parent.name in _FOLDERS and len(path.parts) == 2
                if text and (is_table or path == Path(own_fields.FILE)):
                    (folder / path).write_bytes(text.read())
                    found = found or is_table
    if not found:
        raise ConfigError(
            f"{revision!r} is neither {LIVE!r}, nor a folder of rule files, nor a revision in git that has them."
        )


def _from_warehouse(config: Settings, transform: Transform, folder: Path) -> None:
    """Write the tables as the last run loaded them."""
    with warehouse.writer(config.warehouse_file, config.lock_wait_seconds) as db:
        for file in transform.rule_files():
            if warehouse.columns(db, "seeds", file.name):
                rows = warehouse.rows(db, f'select * from seeds."{file.name}"')
                is_fields = file.name == own_fields.TABLE
                target = own_fields.FILE if is_fields else f"{book.WHOLE}/{file.name}.csv"
                files.write(folder / target, [c.name for c in file.columns], rows)


def _borrow(own: Path, folder: Path) -> tuple[str, ...]:
    """Take the workspace's tables that are not in `folder`; their names."""
    there = {file.name for part in _FOLDERS for file in (folder / part).glob("*.csv")}
    missing = [f for part in _FOLDERS for f in sorted((own / part).glob("*.csv")) if f.name not in there]
    for file in missing:
        shutil.copy2(file, folder / file.parent.name / file.name)
    fields = own / own_fields.FILE
    if fields.exists() and not (folder / fields.name).exists():
        shutil.copy2(fields, folder / fields.name)
        missing.append(fields)
    return tuple(file.name for file in missing)
