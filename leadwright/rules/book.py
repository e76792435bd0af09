"""Where each table of rules is: the workspace's own file, or the one that Leadwright ships."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from leadwright.connectors.errors import ConfigError
from leadwright.rules import cells, files, own_fields
from leadwright.rules.cells import Column
from leadwright.rules.files import Fault, RuleFile

WHOLE, ADDED = "rules", "reference"
"""The folders of a workspace: tables that are the company's as a whole, and rows that it adds to ours."""


def of(manifest: Any, project: Path, workspace: Path) -> list[RuleFile]:
    """Every table that dbt loads as a seed, unread.

    Args:
        manifest: declares them.
        project: the dbt project, which holds the shipped tables.
        workspace: the folder whose tables come first.
    """
    shipped = {path.stem: path for path in (project / "seeds").rglob("*.csv")}
    seeds = [node for node in manifest.nodes.values() if node.resource_type == "seed"]
    book = [_file(seed, shipped[seed.name], _columns(seed, manifest), workspace) for seed in seeds]
    for file in book:
        if file.name == "feature_catalogue":
            file.further = own_fields.features(own_fields.read(workspace / own_fields.FILE))
    return book


def _file(seed: Any, shipped: Path, columns: list[Column], workspace: Path) -> RuleFile:
    meta = seed.config.meta
    if seed.name == own_fields.TABLE and (workspace / own_fields.FILE).exists():
        return RuleFile(seed.name, workspace / own_fields.FILE, columns, meta)
    for folder in (WHOLE, ADDED):
        own = workspace / folder / f"{seed.name}.csv"
        if own.exists():
            return RuleFile(
                seed.name, own, columns, meta, shipped if folder == ADDED else None, origin=shipped
            )
    return RuleFile(seed.name, shipped, columns, meta, origin=shipped)


def faults(book: Sequence[RuleFile], workspace: Path) -> Iterator[Fault]:
    """Files of the workspace that are no table of ours, or one that is there twice."""
    known = {file.name: file for file in book}
    for folder in (WHOLE, ADDED):
        for path in sorted((workspace / folder).glob("*.csv")):
            label = f"{folder}/{path.name}"
            if path.stem == own_fields.TABLE:
                yield Fault(label, 1, "", f"this table is the file {own_fields.FILE} of the workspace itself")
            elif path.stem not in known:
                close = difflib.get_close_matches(path.stem, known, 1)
                meant = f"; did you mean {close[0]}.csv?" if close else ""
                yield Fault(label, 1, "", f"there is no table of that name{meant}")
            elif folder == ADDED and (workspace / WHOLE / path.name).exists():
                yield Fault(label, 1, "", f"{WHOLE}/{path.name} is the whole table; put these rows there")
            elif folder == ADDED and not known[path.stem].key:
                yield Fault(label, 1, "", f"rows of this table have no key; copy the whole of it to {WHOLE}/")


def whole(file: RuleFile, folder: Path) -> Path:
    """A CSV file with all rows of a table, written into `folder` where more than one file has them.

    Raises:
        ConfigError: it cannot be read.
    """
    if file.shipped is None and not file.further:
        return file.path
    found = list(files.read(file))
    if found:
        raise ConfigError("\n".join(["The rules cannot be read; nothing was run.", *map(str, found)]))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file.path.name
    written = target.with_suffix(".new")
    files.write(written, [column.name for column in file.columns], [row for _, row in file.rows])
    return written.replace(target)


def _columns(seed: Any, manifest: Any) -> list[Column]:
    tests: dict[str, dict[str, Mapping[str, Any]]] = {}
    for node in manifest.nodes.values():
        metadata = getattr(node, "test_metadata", None)
        if metadata and node.attached_node == seed.unique_id and node.column_name:
            tests.setdefault(node.column_name, {})[metadata.name] = metadata.kwargs
    return [cells.column(c, tests.get(c.name, {})) for c in seed.columns.values()]
