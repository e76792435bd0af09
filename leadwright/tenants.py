"""Keeps each account's name to one account: record ids of a sandbox mean other people in a real account."""

from __future__ import annotations

from leadwright import warehouse
from leadwright.connectors.base import Connector
from leadwright.connectors.errors import ConfigError, GuardrailError
from leadwright.settings import Settings

_COLUMNS = (("crm", "varchar"), ("account", "varchar"), ("first_seen_at", "timestamptz"))


def require_same(connector: Connector, settings: Settings) -> None:
    """Note which account the connector reaches, the first time; afterwards insist on it.

    Raises:
        GuardrailError: the warehouse holds the records of another account under this name, or those of this account
            under another name.
    """
    account = connector.account()
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        warehouse.ensure_table(db, "ops", "accounts", _COLUMNS)
        noted = dict(db.execute("select crm, account from ops.accounts").fetchall())
        known = noted.get(connector.name)
        namesakes = settings.accounts_of(settings.accounts.get(connector.name, connector.name))
        twice = [crm for crm in namesakes if crm != connector.name and noted.get(crm) == account]
        if known is not None and known != account:
            raise GuardrailError(
                f"This warehouse holds the records of {connector.name} account {known}, and the settings "
                f"reach account {account}. Nothing was read or written. Give it a name of its own in "
                "crm_systems.csv, or its own LEADWRIGHT_HOME."
            )
        if twice:
            raise GuardrailError(
                f"The settings of {connector.name} reach account {account}, which is {twice[0]} already: "
                "everybody would be there twice. Nothing was read or written. Correct the settings of one of them."
            )
        if known is None:
            db.execute("insert into ops.accounts values (?, ?, now())", [connector.name, account])


def require_listed(settings: Settings) -> None:
    """Insist on every account that was pulled: without its name its people would be gone from one run to the next.

    Raises:
        ConfigError: `crm_systems.csv` has no row for an account whose records the warehouse holds.
    """
    if not settings.warehouse_file.exists():
        return
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        if not warehouse.columns(db, "ops", "accounts"):
            return
        pulled = [crm for (crm,) in db.execute("select crm from ops.accounts order by crm").fetchall()]
    if missing := [crm for crm in pulled if crm not in settings.accounts]:
        raise ConfigError(
            f"The warehouse holds the records of {', '.join(missing)}, and crm_systems.csv has no such account: its "
            "people would be taken for gone. Put the row back; without its token nothing is pulled or written there."
        )
