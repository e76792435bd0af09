"""The shape of the dbt graph, read from the manifest and the files: layers, circles, depth, and who names a CRM.

`python -m tests.graph` prints the figures that the layout is judged by, those from before it was rebuilt beside those
of now.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from leadwright.settings import Settings
from leadwright.transform.project import Transform

PROJECT = Settings().dbt_project
SYSTEMS = tuple(
    sorted(folder.name for folder in (PROJECT / "models" / "staging").iterdir() if folder.is_dir())
)
SUBJECTS = (
    *("identity", "accounts", "engagement", "lifecycle", "scoring", "learning"),
    *("service_levels", "routing", "writing"),
)
"""The folders of decisions, and of their logs in `memory`, in the order in which they may read one another."""

LAYERS_READ = {
    "staging": {"source", "seed", "staging"},
    "shared staging": {"source", "seed", "staging"},
    "unified": {"seed", "shared staging", "unified"},
    "subject": {"seed", "unified", "subject"},
    "marts": {"seed", "unified", "subject", "marts"},
    "sync": {"seed", "staging", "unified", "subject", "marts"},
}
"""What the models of a layer may read; all may read the program's own notes besides."""

_LOG_READ = re.compile(r"earlier_rows\(\s*'(\w+)'")
PROSE = re.compile(
    r"\b\w*reason\b\s+(?:not\s+)?(?:like|ilike|rlike)\b"
    r"|\b\w*reason\b\s*(?:!?=|in\s*\()\s*'[a-z_]*[^'a-z_]"
    r"|\b(?:matches_pattern|position)\([^()]*\b\w*reason\b\s*[,)]"
)
"""A comparison with the words of a reason; a code, such as `reason = 'crm'`, has small letters alone."""


@dataclass(frozen=True)
class Graph:
    """The parsed project.

    Attributes:
        nodes: models, seeds, tests and the rest, by unique id, as dbt's manifest has them.
        sources: raw tables and those that the program writes, by unique id.
    """

    nodes: Mapping[str, Any]
    sources: Mapping[str, Any]

    @cached_property
    def models(self) -> dict[str, Any]:
        """The models by name."""
        return {n.name: n for n in self.nodes.values() if n.resource_type == "model"}

    @cached_property
    def tests(self) -> list[Any]:
        """The data tests of models; those of rule files are left out."""
        every = {node.unique_id for node in self.models.values()}
        found = (n for n in self.nodes.values() if n.resource_type == "test")
        return [t for t in found if set(t.depends_on.nodes) & every]

    @cached_property
    def edges(self) -> dict[str, set[str]]:
        """Model -> the models, seeds and sources that it reads; `schema.table` for a source."""
        return {name: set(self._read_by(node)) for name, node in self.models.items()}

    def _read_by(self, node: Any) -> Iterator[str]:
        for key in node.depends_on.nodes:
            found = self.nodes.get(key)
            source = self.sources.get(key)
            yield f"{source.schema}.{source.name}" if source else found.name if found else key

    @cached_property
    def log_edges(self) -> dict[str, set[str]]:
        """Model -> the logs of which it reads the earlier rows."""
        return {name: set(_LOG_READ.findall(node.raw_code)) for name, node in self.models.items()}

    def layer(self, name: str) -> str:
        """Where a model, seed or source stands."""
        if "." in name:
            return "notes" if name.startswith("ops.") else "source"
        if name not in self.models:
            return "seed"
        folder = self.models[name].original_file_path.split("/")[1]
        if folder == "staging":
            return "shared staging" if "__unified_" in name else "staging"
        return folder if folder in LAYERS_READ else "subject"

    def subject(self, name: str) -> str:
        """The folder of a model of decisions."""
        return str(self.models[name].original_file_path.split("/")[-2])

    def across_layers(self) -> list[str]:
        """References that a layer may not have, as `reader <- read`."""
        return sorted(
            f"{name} <- {read}"
            for name, edges in self.edges.items()
            for read in edges
            if self.layer(read) not in LAYERS_READ[self.layer(name)] | {"notes"}
        )

    def from_below_marts(self) -> list[str]:
        """References of models below marts to marts, as `reader <- read`."""
        below = {"staging", "shared staging", "unified", "subject"}
        return sorted(
            f"{name} <- {read}"
            for name, edges in self.edges.items()
            for read in edges
            if self.layer(name) in below and self.layer(read) == "marts"
        )

    def against_order(self) -> list[str]:
        """Reads, of logs too, of a later subject by an earlier one, as `reader <- read`."""
        return sorted(
            f"{name} <- {read}"
            for name in self.models
            if self.layer(name) == "subject"
            for read in self.edges[name] | self.log_edges[name]
            if self.layer(read) == "subject"
            and SUBJECTS.index(self.subject(read)) > SUBJECTS.index(self.subject(name))
        )

    def circles(self) -> list[list[str]]:
        """Models that wait for one another once the reads of logs are counted: the largest circles first."""
        every = {n: (self.edges[n] & self.models.keys()) | (self.log_edges[n] - {n}) for n in self.models}
        reach = {n: _reached(n, every) for n in every}
        found = {frozenset(m for m in reach[n] if n in reach.get(m, ())) for n in every if n in reach[n]}
        return sorted((sorted(circle) for circle in found), key=lambda c: (-len(c), c))

    @cached_property
    def depths(self) -> dict[str, int]:
        """Model -> the levels between raw tables, which are level 0, and it."""
        found: dict[str, int] = {}

        def depth(name: str) -> int:
            if name not in self.models:
                return 0
            if name not in found:
                found[name] = 1 + max((depth(read) for read in self.edges[name]), default=0)
            return found[name]

        return {name: depth(name) for name in self.models}

    def longest_path(self, name: str) -> list[str]:
        """The models under `name`, the lowest first, that make it as deep as it is."""
        path = [name]
        while models := self.edges[path[-1]] & self.models.keys():
            path.append(max(sorted(models), key=lambda read: self.depths[read]))
        return path[::-1]

    def waited_for(self) -> set[str]:
        """What must be built before a value is written: the sync models, the logs, and all that they read."""
        due = [n for n in self.models if self.layer(n) == "sync" or n.startswith("log_")]
        return {m for name in due for m in {name, *_reached(name, self.edges)} if m in self.models}

    def tests_of(self, models: set[str]) -> list[str]:
        """Data tests that look at `models` alone."""
        keys = {self.models[name].unique_id for name in models}
        every = {node.unique_id for node in self.models.values()}
        return [
            t.name
            for t in self.tests
            if set(t.depends_on.nodes) & every <= keys and set(t.depends_on.nodes) & keys
        ]


def _reached(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    """All that can be come to from `start`; `start` itself only by a circle."""
    found: set[str] = set()
    ahead = list(edges.get(start, ()))
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead.extend(edges.get(name, ()))
    return found


def read() -> Graph:
    """The shipped project as it is parsed now."""
    with tempfile.TemporaryDirectory() as home:
        manifest = Transform(Settings(home=Path(home))).manifest()
    return Graph(manifest.nodes, manifest.sources)


def files(*kinds: str, under: str = "models") -> list[Path]:
    """The project's files of these kinds."""
    return sorted(f for f in (PROJECT / under).rglob("*") if f.suffix in kinds)


def lines(file: Path) -> int:
    """How long a file is."""
    return len(file.read_text(encoding="utf-8").splitlines())


def names_a_system(text: str) -> bool:
    """Whether a text names a CRM, in whatever case."""
    return any(system in text.lower() for system in SYSTEMS)


def is_room_of_a_system(file: Path) -> bool:
    """Whether a model file stands where CRMs may be named."""
    return file.relative_to(PROJECT / "models").parts[0] in {"staging", "unified", "sync"}


def files_that_name_a_system() -> list[str]:
    """Model files, by name, that name a CRM outside the rooms for it."""
    return [
        file.stem
        for file in files(".sql")
        if not is_room_of_a_system(file) and names_a_system(file.read_text(encoding="utf-8"))
    ]


def columns_that_name_a_system(graph: Graph) -> list[str]:
    """Declared columns, as `model.column`, of models outside those rooms that name a CRM."""
    return sorted(
        f"{name}.{column}"
        for name, node in graph.models.items()
        if not is_room_of_a_system(PROJECT / node.original_file_path)
        for column in node.columns
        if names_a_system(column)
    )


def macros_that_name_a_system() -> dict[str, str]:
    """Macro files that name a CRM -> what is in them."""
    found = {file.stem: file.read_text(encoding="utf-8") for file in files(".sql", under="macros")}
    return {name: text for name, text in found.items() if names_a_system(text)}


def files_that_read_prose() -> list[str]:
    """Models and macros, by name, that read the words of a reason."""
    every = files(".sql") + files(".sql", under="macros")
    return [file.stem for file in every if PROSE.search(file.read_text(encoding="utf-8"))]


def table(graph: Graph) -> list[tuple[str, str, str]]:
    """What is counted, before the layout was rebuilt, and now."""
    sync = [name for name in graph.models if graph.layer(name) == "sync"]
    deepest = max(sync, key=lambda name: graph.depths[name])
    ancestors = max(len(_reached(name, graph.edges) & graph.models.keys()) for name in sync)
    circles = graph.circles()
    crossing = [c for c in circles if len({graph.subject(m) for m in c}) > 1]
    waited = graph.waited_for()
    longest = max(map(lines, files(".sql")))
    return [
        ("levels between raw and a sync model", "43", str(graph.depths[deepest])),
        ("models that one sync model reads, directly or not", "119", str(ancestors)),
        ("circles once reads of logs are counted", "4 (18, 12, 2, 2)", _sizes(circles)),
        ("of them, across two subjects", "2 (18, 12)", _sizes(crossing)),
        ("model files outside their rooms that name a CRM", "45", str(len(files_that_name_a_system()))),
        ("references from below marts to marts", "19, in 5 models", _references(graph.from_below_marts())),
        ("models that write-back waits for", "all 187", f"{len(waited)} of {len(graph.models)}"),
        (
            "data tests that look at those alone",
            "all",
            f"{len(graph.tests_of(waited))} of {len(graph.tests)}",
        ),
        ("models of more than 120 lines", "17", str(len([f for f in files(".sql") if lines(f) > 120]))),
        ("lines of the longest model", "220", str(longest)),
    ]


def _sizes(circles: list[list[str]]) -> str:
    sizes = ", ".join(str(len(circle)) for circle in circles)
    return f"{len(circles)} ({sizes})" if circles else "none"


def _references(found: list[str]) -> str:
    readers = {reference.split(" <- ")[0] for reference in found}
    return f"{len(found)}, in {len(readers)} models" if found else "0"


def main() -> None:
    """Print the table, then the longest path to a sync model and the circles."""
    os.environ.setdefault("LEADWRIGHT_WAREHOUSE_FILE", "warehouse.duckdb")
    graph = read()
    rows = [("what", "then", "now"), *table(graph)]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    out = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    sync = [name for name in graph.models if graph.layer(name) == "sync"]
    out += ["", "longest: " + " > ".join(graph.longest_path(max(sync, key=lambda n: graph.depths[n])))]
    out += ["circle: " + ", ".join(circle) for circle in graph.circles()]
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
