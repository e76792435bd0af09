"""Everything that differs between machines; the only reader of the environment.

Values come from environment variables with the prefix `LEADWRIGHT_`, then from the `.env` file of the workspace, or of
the working directory where there is none. A CRM account's settings are named after it and its connector's
`Credentials`: `LEADWRIGHT_HUBSPOT_TOKEN`. One account of a system has the system's name; further ones are rows of
`crm_systems.csv`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field, NonNegativeFloat, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from leadwright import connectors, crm_accounts, workspace
from leadwright.connectors.base import Connector
from leadwright.connectors.errors import ConfigError
from leadwright.crm_accounts import PREFIX as _PREFIX
from leadwright.crm_accounts import setting_names
from leadwright.tokens import KeptTokens

_ENV_FILE = ".env"
_DBT_PROJECT = Path(__file__).resolve().parent / "dbt_project"

DEMO = "demo"
"""The directory of the demo's state, in the home of the installation that showed it."""

# Of dbt's profile, and of the project's own tests.
_OTHERS = {"LEADWRIGHT_WAREHOUSE_FILE", "LEADWRIGHT_REQUIRE_ALL"}

# What opens the way to who is told of faults; which of them are used says the workspace ([notices] of leadwright.toml).
_SECRETS = ("slack_webhook", "teams_webhook", "smtp_password")

# Where a CRM is, not whether it is used.
_ADDRESS = {"url", "ca", "api_version"}

# What any program needs of its environment: paths, language, its own interpreter. No secret has such a name.
_NEEDED = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TERM",
    "TMPDIR",
    "VIRTUAL_ENV",
    "NO_COLOR",
)
_NEEDED_PREFIXES = ("LC_", "LD_", "DYLD_", "PYTHON", "CONDA_PREFIX")

# Secrets that this process was started with and passes on to no other.
_taken: dict[str, str] = {}

# Nothing of ours or of a library's calls home, and no library writes to a command's output.
_QUIET = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
}


class Settings(BaseSettings):
    """Settings of one installation.

    Attributes:
        workspace: directory of what is the company's own, its rules above all; found from the working directory upward
            where it is not set. None where there is none: then the rules to begin with count, for B2B SaaS.
        home: directory of all state: warehouse, published copy, cursors, logs. A relative one lies in the workspace.
        as_of: the moment that scores are computed for; now where it is not set. For demos and back-tests.
        lock_wait_seconds: how long a step waits for another process to let go of the warehouse.
        retry_seconds: waits before a step that failed by a fault of the moment is tried again; none while a
            person waits at the command line.
        threads: how many models of the dbt project are built at once.
        dbt_project: directory of the dbt project, which holds the models and the tables that we ship.
        write_owners: whether owners are written back, the CRM's own field and ours that name and explain them.
        write_accounts: whether scores of accounts are written to companies; on leads and contacts they always are.
        stale_after_hours: age of the figures from which on the dashboards warn that runs may have stopped.
        erase_at_most: share of a CRM object's people that one run may forget because the CRM shows them no more.
        shrink_at_most: share of a CRM object's records that one pull may take away because the CRM shows them no more.
        paused: whether nothing is written to any CRM for the time being; see `writeback.pausing`.
        dashboard_hosts: names besides localhost that the dashboards are reached by, without port.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore", env_ignore_empty=True)

    workspace: Path | None = Field(default_factory=workspace.find)
    home: Path = Path(".leadwright")
    as_of: datetime | None = None
    lock_wait_seconds: float = Field(default=60, ge=0)
    retry_seconds: tuple[NonNegativeFloat, ...] = (5, 30, 120)
    threads: int = Field(default=2, ge=1)
    dbt_project: Path = _DBT_PROJECT
    write_owners: bool = True
    write_accounts: bool = True
    stale_after_hours: float = Field(default=2, gt=0)
    erase_at_most: float = Field(default=0.05, ge=0, le=1)
    shrink_at_most: float = Field(default=0.2, ge=0, le=1)
    paused: bool = False
    dashboard_hosts: tuple[str, ...] = ()

    @field_validator("workspace")
    @classmethod
    def _marked(cls, value: Path | None) -> Path | None:
        folder = value.expanduser().resolve() if value else None
        if folder and (fault := workspace.fault_in(folder)):
            raise ValueError(fault)
        return folder

    @field_validator("dbt_project")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("home")
    @classmethod
    def _in_workspace(cls, value: Path, info: ValidationInfo) -> Path:
        return (info.data.get("workspace") or Path.cwd()).joinpath(value.expanduser()).resolve()

    @field_validator("home")
    @classmethod
    def _without_question_mark(cls, value: Path) -> Path:
        if "?" in str(value):
            raise ValueError(
                "DuckDB reads a question mark in a path as its end; name a directory without one"
            )
        return value

    @field_validator("dbt_project")
    @classmethod
    def _project(cls, value: Path) -> Path:
        if not (value / "dbt_project.yml").is_file():
            raise ValueError("there is no dbt_project.yml in that directory")
        return value

    @field_validator("as_of")
    @classmethod
    def _utc(cls, value: datetime | None) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    @property
    def warehouse_file(self) -> Path:
        """The working DuckDB file; one process at a time has it open."""
        return self.home / "warehouse.duckdb"

    @property
    def is_live(self) -> bool:
        """Whether figures are to be of today: not those of the demo or of a moment in the past."""
        return self.as_of is None and self.home.name != DEMO

    def moment(self) -> datetime:
        """The moment to compute scores for: `as_of`, else now; in whole seconds, as dbt is told it."""
        return (self.as_of or datetime.now(UTC)).replace(microsecond=0)

    @property
    def run_lock(self) -> Path:
        """The lock file that a run holds from its start to its end."""
        return self.home / "run.lock"

    @property
    def serving_file(self) -> Path:
        """The published copy that dashboards and `leadwright explain` read."""
        return self.home / "serving.duckdb"

    def make_home(self) -> Path:
        """The home, made where it is missing for its owner alone: it holds what the CRMs hold.

        Raises:
            ConfigError: nothing can be written there.
        """
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(_unwritable(self.home, error.strerror or "it is no directory")) from None
        if not os.access(self.home, os.W_OK | os.X_OK):
            raise ConfigError(_unwritable(self.home, "permission denied"))
        return self.home

    @cached_property
    def _values(self) -> Mapping[str, str]:
        values = {**dotenv_values(_env_file(self.workspace)), **_taken, **os.environ}
        return {name.upper(): value for name, value in values.items() if value}

    @cached_property
    def accounts(self) -> Mapping[str, str]:
        """Name of each CRM account that there can be -> its system, in the order of the names."""
        return crm_accounts.known(self.rules_folder, self.dbt_project / "seeds")

    def accounts_of(self, system: str) -> list[str]:
        """Names of the accounts of a system: the one that is called like it, then the others."""
        return [system, *(crm for crm, of in self.accounts.items() if of == system and crm != system)]

    def credentials(self, crm: str) -> dict[str, str]:
        """The values set for the account `crm`, field name -> text; empty where none is set: then it is not used."""
        names = setting_names(crm, self.accounts.get(crm, crm))
        return {field: self._values[name] for field, name in names.items() if name in self._values}

    def name_of(self, secret: str) -> str:
        """The environment variable of a secret that is no CRM's."""
        return f"{_PREFIX}{secret}".upper()

    def secret(self, secret: str) -> str | None:
        """The value of a secret that is no CRM's: a webhook's address, a password; None where it is not set."""
        return self._values.get(self.name_of(secret))

    def crms(self) -> list[str]:
        """Names of the CRM accounts that credentials are set for; an address alone is none."""
        return [crm for crm in self.accounts if self.credentials(crm).keys() - _ADDRESS]

    def unknown(self) -> list[str]:
        """Names that begin like a setting of ours and are none: misspelt, or of another version."""
        own = {f"{_PREFIX}{name}".upper() for name in type(self).model_fields}
        return sorted(
            name
            for name in self._values
            if name.startswith(_PREFIX) and name not in own | _secret_names(self) | _OTHERS
        )

    def connect(self, crm: str) -> Connector:
        """The connector for `crm`. Raises ConfigError naming the settings that are missing or wrong."""
        try:
            return connectors.connect(
                self.accounts.get(crm, crm),
                self.credentials(crm),
                account=crm,
                tokens=KeptTokens(self.home, crm, self.lock_wait_seconds),
            )
        except ValidationError as error:
            raise ConfigError(_explained(error, f"{_PREFIX}{crm.upper()}_")) from None

    @property
    def rules_folder(self) -> Path:
        """The folder whose tables count: the workspace, or the rules to begin with where there is none."""
        return self.workspace or workspace.STARTERS / workspace.DEFAULT

    def require_crms(self) -> list[str]:
        """Names of the CRMs in use. Raises ConfigError where there is none."""
        if crms := self.crms():
            return crms
        raise ConfigError(
            "No CRM is connected. Set LEADWRIGHT_HUBSPOT_TOKEN, or LEADWRIGHT_SALESFORCE_URL with "
            "LEADWRIGHT_SALESFORCE_TOKEN, in the environment or in .env (see .env.example)."
        )


def load() -> Settings:
    """Read the settings. Raises ConfigError naming the setting that is wrong."""
    try:
        return Settings(_env_file=_env_file(workspace.find()))
    except ValidationError as error:
        raise ConfigError(_explained(error, _PREFIX)) from None
    except SettingsError as error:
        # pydantic-settings names the field and shows no value; lists are all that it cannot read
        field = re.search(r'field "(\w+)"', str(error))
        name = f"{_PREFIX}{field[1]}".upper() if field else str(error)
        raise ConfigError(
            f'A setting cannot be read: {name}. Lists are written [5, 30, 120] or ["a", "b"].'
        ) from None


def load_for_reading() -> Settings:
    """The settings, or those of the demo where nothing but the demo has published anything."""
    own = load()
    demo = own.model_copy(update={"home": own.home / DEMO, "workspace": workspace.STARTERS / DEMO})
    return own if own.serving_file.exists() or not demo.serving_file.exists() else demo


def without_credentials() -> dict[str, str]:
    """Environment variables that switch off every CRM setting and secret of the environment and of `.env`."""
    return dict.fromkeys(_secret_names(load()), "")


def environment_without_secrets(*also: str) -> dict[str, str]:
    """The environment for a program that needs no CRM: what any program needs, and names that begin with `also`."""
    return {
        **{n: v for n, v in os.environ.items() if n in _NEEDED or n.startswith((*_NEEDED_PREFIXES, *also))},
        **_QUIET,
    }


def as_environment(config: Settings) -> dict[str, str]:
    """`config` as environment variables; no CRM's setting is among them."""
    values = config.model_dump(mode="json", exclude_none=True)
    return {
        f"{_PREFIX}{name}".upper(): value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
    }


def _env_file(folder: Path | None) -> Path:
    return (folder or Path()) / _ENV_FILE


def _crm_names(config: Settings) -> set[str]:
    """The environment variables that the accounts' connectors know."""
    return {name for crm, system in config.accounts.items() for name in setting_names(crm, system).values()}


def _secret_names(config: Settings) -> set[str]:
    """The environment variables that no other program is given."""
    return _crm_names(config) | {config.name_of(secret) for secret in _SECRETS}


def prepare_environment() -> None:
    """Switch telemetry off where the user has not said otherwise, and keep what is written to its owner.

    Call before a library that has any telemetry is imported. No library is asked for the mode of its files: all that
    Leadwright writes lies in its home, and holds what the CRMs hold.
    """
    os.umask(0o077)
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


def prepare_command_line(config: Settings) -> None:
    """Settings of Prefect for a run that a person started: own state, no log lines, no waits of minutes, no tokens."""
    _taken.update({name: os.environ.pop(name) for name in _secret_names(config) & os.environ.keys()})
    (config.make_home() / "prefect").mkdir(exist_ok=True)
    os.environ.setdefault("PREFECT_HOME", str(config.home / "prefect"))
    # The first start makes Prefect's database; on a busy machine its default of 20 seconds is not enough.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    os.environ.setdefault("LEADWRIGHT_RETRY_SECONDS", "[]")


def _unwritable(home: Path, why: str) -> str:
    return f"LEADWRIGHT_HOME is {home}, where nothing can be written ({why}). Set it to a directory that you may write."


def _explained(error: ValidationError, prefix: str) -> str:
    """What is wrong with which setting, without the values: one of them may be a secret."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        name = prefix + "_".join(str(part) for part in problem["loc"]).upper()
        message = problem["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {message}" if problem["loc"] else message)
    return "A setting is wrong. " + "; ".join(lines) + ". Set it in the environment or in .env."
