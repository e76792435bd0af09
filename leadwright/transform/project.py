"""Runs the dbt project, which holds every business decision, and reads facts from its manifest.

Beside `shortcuts` the only importer of dbt. The parsed manifest is kept, so that a long-lived process pays for parsing
once.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from leadwright import warehouse
from leadwright.connectors.base import MEMBERSHIPS, FieldSpec, FieldType
from leadwright.connectors.errors import ConfigError
from leadwright.rules import book, checks, own_fields
from leadwright.rules.files import Fault, RuleFile
from leadwright.settings import Settings, prepare_environment
from leadwright.transform import builds, champions, people
from leadwright.transform.builds import NodeResult
from leadwright.transform.tables import Making, RawTable, SyncModel

prepare_environment()

from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: E402
from dbt.adapters.factory import reset_adapters  # noqa: E402
from dbt.cli.main import dbtRunner, dbtRunnerResult  # noqa: E402
from dbt.contracts.graph.manifest import Manifest  # noqa: E402
from dbt.contracts.graph.nodes import SeedNode  # noqa: E402

from leadwright.transform import events  # noqa: E402

# Unit tests check the project, not the data: `make test` runs them. The tests of seeds are checked before the
# build, by `rules`, which names line and column.
_NOT_IN_PRODUCTION = ("--exclude-resource-type", "unit_test")
_SEED_TESTS = "file:_seeds.yml"

# What a run writes back waits for, and nothing else: what is written, and the logs, because what was written and is not
# remembered looks like a person's doing to the next run. "cautious": a test belongs to the second half as soon as it
# reads one model of it, so that each node is in one half.
_FOR_WRITING = ("+path:models/sync", "+path:models/memory")
_BY_HALVES = ("--indirect-selection", "cautious")

_TASKS = "crm_tasks"
"""The table that switches tasks on: one that has no row makes none."""
NURTURE = "nurture"
"""The table that switches lists and campaigns on: without a row nobody is put on one, or taken off."""
# The examples of some months; and what reads the rows of models, which a training leaves in `ops`.
_TO_LEARN_FROM = (
    *("learning_outcomes", "learning_features", "leak_words"),
    *("int_learning__reached", "int_learning__outcomes", "int_learning__feature_pasts"),
    *("score_champions", "int_scoring__champions", "grade_shape"),
    "int_learning__moments+,path:models/learning",
)
_OF_MODELS = ("learning_gates", "score_champions", "int_scoring__champions", "int_learning__models+")
_OF_BACKTESTS = "int_learning__backtests+"
SHORTENED = {"dbt-core": "1.11.", "dbt-adapters": "1.24.", "dbt-common": "1.39."}
"""The versions of dbt that `shortcuts` replaces parts of; any other one runs as it is."""


class Transform:
    """The dbt project of one installation.

    Args:
        settings: of the installation; where the project and the warehouse are, above all.
        manifest: the parsed models, where another folder's rules are to be tried with the same models.
    """

    def __init__(self, settings: Settings, manifest: Manifest | None = None) -> None:
        self.settings = settings
        self._manifest = manifest

    @property
    def project(self) -> Path:
        """The folder of the dbt project."""
        return self.settings.dbt_project

    def manifest(self) -> Manifest:
        """The parsed project. Raises ConfigError where it does not parse."""
        if self._manifest is None:
            # the file's path counts as a part of what is parsed: any one name lets every home use the same parse
            result = self._invoke(
                ["parse", "--no-write-json"], warehouse_file=self.settings.warehouse_file.name
            )
            if not isinstance(result.result, Manifest):
                raise ConfigError(f"The dbt project does not parse: {_reason(result)}")
            self._manifest = result.result
        return self._manifest

    def rule_files(self) -> list[RuleFile]:
        """The tables that are loaded as seeds, unread: the workspace's own, else the shipped ones."""
        return book.of(self.manifest(), self.project, self.settings.rules_folder)

    def rule_faults(self) -> list[Fault]:
        """Every fault in the tables of rules, in the order of files and lines."""
        files = self.rule_files()
        strange = book.faults(files, self.settings.rules_folder)
        return [*strange, *checks.check(files, self.manifest())]

    def raw_tables(self) -> list[RawTable]:
        """The tables declared as sources, with the columns to pull: those declared, and the workspace's own fields."""
        own = self.own_fields()
        tables = [
            RawTable(
                schema=schema,
                name=source.name,
                declared=tuple((c.name, c.data_type or "varchar") for c in source.columns.values()),
                own=tuple(
                    field
                    for field in own.get(schema.removeprefix("raw_"), {}).get(source.name, ())
                    if field not in source.columns
                ),
                names=people.named(source),
            )
            for source in self.manifest().sources.values()
            for schema in self._schemas(source.schema)
        ]
        return sorted(tables, key=lambda t: (t.schema, t.name))

    def own_fields(self) -> dict[str, dict[str, list[str]]]:
        """The fields of the company's own: account -> object -> fields."""
        rows = own_fields.read(self.settings.rules_folder / own_fields.FILE)
        return own_fields.of_accounts(rows, self.settings.accounts)

    def _schemas(self, declared: str) -> list[str]:
        """Where the tables of a declared schema are: a system's once for each of its accounts."""
        system = declared.removeprefix("raw_")
        return (
            [declared] if system == declared else [f"raw_{crm}" for crm in self.settings.accounts_of(system)]
        )

    def sync_models(self, *, everything: bool = False) -> list[SyncModel]:
        """What to write to which object of which CRM account, that of leads first: people wait for it.

        Tasks are among it, and lists and campaigns, where the company has switched them on.

        Args:
            everything: also what the settings leave out, and an earlier run may have written; but not what is made
                and never changed.
        """
        nodes = [n for n in self.manifest().nodes.values() if n.name.startswith("sync_")]
        tables = {file.name: self._whole(file) for file in self.rule_files()}
        of_systems = [_sync_model(n, tables) for n in nodes if n.resource_type == "model"]
        if everything or not _has_rows(tables[_TASKS]):
            of_systems = [m for m in of_systems if m.making is None]
        if not everything and not _has_rows(tables[NURTURE]):
            of_systems = [m for m in of_systems if m.object != MEMBERSHIPS]
        models = [replace(m, crm=crm) for m in of_systems for crm in self.settings.accounts_of(m.crm)]
        of_leads = [m for m in models if m.subject == "lead_id"]
        of_accounts = [
            m for m in models if m not in of_leads and (everything or self.settings.write_accounts)
        ]
        return [m for some in (of_leads, of_accounts) for m in sorted(some, key=lambda m: (m.name, m.crm))]

    def lists(self, crm: str) -> list[str]:
        """The lists or campaigns that the table `nurture` names for an account, by its name or its system's."""
        file = next(file for file in self.rule_files() if file.name == NURTURE)
        with self._whole(file).open(encoding="utf-8-sig", newline="") as rows:
            named = [
                row["list_or_campaign"].strip()
                for row in csv.DictReader(rows)
                if row["crm"].strip() in (crm, self.settings.accounts[crm])
            ]
        return list(dict.fromkeys(named))

    def build(
        self,
        *,
        select: str | None = None,
        as_of: datetime | None = None,
        moments: Sequence[datetime] = (),
        tests: bool = True,
    ) -> list[NodeResult]:
        """Build and test the project (or the part that `select` names).

        Args:
            select: dbt's node selection; everything where None.
            as_of: the moment that scores are computed for; now where None.
            moments: past moments that features and scores are computed for besides.
            tests: whether to run the data tests.

        Raises:
            BuildError: a node failed; the message names it and says what dbt said.
            ConfigError: `select` names nothing, or the model that makes the score is not whole.
            LockedError: another process holds the warehouse.
        """
        chosen = ["--exclude", _SEED_TESTS]
        if not tests:
            chosen += ["--exclude-resource-type", "test"]
        if select:
            chosen += ["--select", select]
        nodes = self._build(chosen, "transform", as_of, moments)
        if select and not nodes:
            raise ConfigError(
                f"Nothing in the dbt project is selected by {select!r}. `dbt ls` lists its nodes."
            )
        return nodes

    def build_examples(
        self,
        months: Sequence[datetime],
        as_of: datetime,
        *,
        with_rules: bool = False,
        with_creations: bool = False,
    ) -> list[NodeResult]:
        """Build what models learn from, of some months, and what is known of features. Raises as `build` does.

        Args:
            months: their beginnings; examples of other months are gone afterwards.
            as_of: the moment of the build whose tables are read.
            with_rules: also what the rules say of these moments.
            with_creations: also the moments at which leads were created, whether outcomes have dates or not.
        """
        asked = {
            "learning_months": [_spelled(m) for m in months],
            "learning_rules": with_rules,
            "learning_creations": with_creations,
        }
        chosen = ["--select", *_TO_LEARN_FROM, "--exclude-resource-type", "test"]
        return self._build(chosen, "learning", as_of, asked=asked)

    def build_model_scores(self, as_of: datetime) -> list[NodeResult]:
        """Build what the newest models say, and what the gates say of them. Raises as `build` does."""
        chosen = ["--select", *_OF_MODELS, "--exclude", _SEED_TESTS]
        return self._build(chosen, "learning", as_of)

    def build_rules_at_moments(self, changed: Sequence[str], as_of: datetime) -> list[NodeResult]:
        """Load the tables of rules that are `changed`, and build what the past is scored by. Raises as `build` does."""
        chosen = [*changed, *(f"{name}+,+int_learning__rule_scores" for name in changed)]
        chosen = ["--select", *chosen, "--exclude", "path:models/memory", "--exclude-resource-type", "test"]
        return self._build(chosen, "learning", as_of)

    def build_backtests(self, as_of: datetime) -> list[NodeResult]:
        """Build what the newest back-tests have measured. Raises as `build` does."""
        return self._build(["--select", _OF_BACKTESTS, "--exclude", _SEED_TESTS], "learning", as_of)

    def build_for_writing(self, as_of: datetime) -> list[NodeResult]:
        """Build and test what is written back and what is remembered of it. Raises as `build` does."""
        chosen = [*_BY_HALVES, "--select", *_FOR_WRITING, "--exclude", _SEED_TESTS]
        return self._build(chosen, "transform", as_of)

    def build_reports(self, as_of: datetime) -> list[NodeResult]:
        """Build and test everything else, after `build_for_writing`. Raises as `build` does."""
        chosen = [*_BY_HALVES, "--exclude", _SEED_TESTS, *_FOR_WRITING]
        return self._build(chosen, "reports", as_of)

    def _build(
        self,
        chosen: Sequence[str],
        stage: str,
        as_of: datetime | None,
        moments: Sequence[datetime] = (),
        asked: Mapping[str, Any] | None = None,
    ) -> list[NodeResult]:
        moment = as_of or self.settings.moment()
        accounts = {system: self.settings.accounts_of(system) for system in self.settings.accounts.values()}
        variables = json.dumps(
            {"as_of": _spelled(moment), "moments": [_spelled(m) for m in moments], "accounts": accounts}
            | {"own_fields": self.own_fields()}
            | dict(asked or {})
        )
        # nobody reads what dbt would write of itself, and that takes a tenth of a build
        args = [
            "build",
            "--no-write-json",
            "--threads",
            str(self.settings.threads),
            *_NOT_IN_PRODUCTION,
            "--vars",
            variables,
            *chosen,
        ]
        manifest = self.manifest()
        files = self.rule_files()
        champions.require(files, self.settings)
        tables = {file.name: self._whole(file) for file in files}
        for node in manifest.nodes.values():
            if isinstance(node, SeedNode):  # dbt-duckdb reads it from there
                node.root_path, node.original_file_path = (
                    str(tables[node.name].parent),
                    tables[node.name].name,
                )
        with warehouse.exclusive(self.settings.warehouse_file, self.settings.lock_wait_seconds):
            result = self._invoke(args, manifest, stage=stage)
        nodes = builds.results(result.result)
        if not result.success:
            raise builds.failure(nodes, _reason(result))
        return nodes

    def _whole(self, file: RuleFile) -> Path:
        return book.whole(file, self.settings.make_home() / "seeds")

    def _invoke(
        self,
        args: list[str],
        manifest: Manifest | None = None,
        *,
        warehouse_file: str = "",
        stage: str = "transform",
    ) -> dbtRunnerResult:
        settings = self.settings
        settings.make_home()
        os.environ["LEADWRIGHT_WAREHOUSE_FILE"] = warehouse_file or str(settings.warehouse_file)
        project = str(settings.dbt_project)
        common = ["--project-dir", project, "--profiles-dir", project]
        common += ["--target-path", str(settings.home / "dbt"), "--log-path", str(settings.home / "logs")]
        quiet = ["--quiet", "--log-level", "none", "--no-use-colors"]
        events.leave_out_debugging()
        _take_shortcuts()
        runner = dbtRunner(manifest=manifest, callbacks=[events.telling_progress(stage)])
        try:
            result = runner.invoke([*quiet, *args, *common])
        finally:
            _let_go()
        if isinstance(result.exception, KeyboardInterrupt):
            raise KeyboardInterrupt  # dbt keeps it to itself
        return result


def _spelled(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _take_shortcuts() -> None:
    """Take shorter ways through dbt, where it is of the versions whose results they were compared with."""
    if all(version(name).startswith(known) for name, known in SHORTENED.items()):
        from leadwright.transform import shortcuts

        shortcuts.take()


def _let_go() -> None:
    """Close the DuckDB connection that dbt keeps open: the next stage opens the file itself."""
    DuckDBConnectionManager.close_all_connections()
    reset_adapters()


def _sync_model(node: Any, tables: Mapping[str, Path]) -> SyncModel:
    meta = node.config.meta
    makes = meta.get("makes")
    fields = makes["fields"] if makes else [n for n in node.columns if f"before__{n}" in node.columns]
    return SyncModel(
        schema=node.schema,
        name=node.name,
        crm=meta["crm"],
        object=meta["object"],
        key=meta["key"],
        subject="lead_id" if "lead_id" in node.columns else "account_id",
        fields=tuple(fields),
        guarded=tuple(meta.get("guard", ())),
        of_owner=tuple(name for name in fields if _meta(node.columns[name]).get("of_owner")),
        score=_showing("score", fields, node),
        grade=_showing("grade", fields, node),
        owned=(
            *(
                _spec(name, given, node.columns[name].description, tables)
                for name in fields
                if "crm_type" in (given := _meta(node.columns[name]))
            ),
            *(_spec(given["name"], given, given["description"], tables) for given in meta.get("inputs", ())),
        ),
        making=Making(makes["key"], makes["assignee"]) if makes else None,
    )


def _showing(what: str, fields: Sequence[str], node: Any) -> str:
    return next((name for name in fields if _meta(node.columns[name]).get("shows") == what), "")


def _meta(column: Any) -> Mapping[str, Any]:
    meta: Mapping[str, Any] = column.config.meta or column.meta
    return meta


def _spec(name: str, meta: Mapping[str, Any], description: str, tables: Mapping[str, Path]) -> FieldSpec:
    kind = cast(FieldType, meta["crm_type"])
    options = list(meta.get("options", ()))
    if "options_from" in meta:  # what a rule file calls things, in its order
        file, column = meta["options_from"].split(".")
        with tables[file].open(encoding="utf-8-sig", newline="") as rows:
            options = [*(row[column] for row in csv.DictReader(rows)), *options]
    is_unique = bool(meta.get("is_unique"))
    return FieldSpec(name, meta["label"], kind, description, tuple(dict.fromkeys(options)), is_unique)


def _has_rows(table: Path) -> bool:
    with table.open(encoding="utf-8-sig", newline="") as rows:
        return any(csv.DictReader(rows))


def _reason(result: dbtRunnerResult) -> str:
    return str(result.exception or "no reason given").strip()
