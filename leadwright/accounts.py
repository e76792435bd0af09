"""Keeps one warehouse to one account per CRM: record ids of a sandbox mean other people in a real account."""

from __future__ import annotations

from connectors.base import Connector
from connectors.errors import GuardrailError
from leadwright import warehouse
from leadwright.settings import Settings

_COLUMNS = (("crm", "varchar"), ("account", "varchar"), ("first_seen_at", "timestamptz"))


def require_same(connector: Connector, settings: Settings) -> None:
    """Note which account the connector reaches, the first time; afterwards insist on it.

    Raises:
        GuardrailError: the warehouse holds the records of another account of this CRM.
    """
    account = connector.account()
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        warehouse.ensure_table(db, "ops", "accounts", _COLUMNS)
        known = warehouse.rows(db, "select account from ops.accounts where crm = ?", [connector.name])
        if not known:
            db.execute("insert into ops.accounts values (?, ?, now())", [connector.name, account])
        elif known[0]["account"] != account:
            raise GuardrailError(
                f"This warehouse holds the records of {connector.name} account {known[0]['account']}, and the settings "
                f"reach account {account}. Nothing was read or written. Give each account its own LEADWRIGHT_HOME."
            )
