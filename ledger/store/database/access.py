"""Roles on PostgreSQL: a servicer may read and insert, an auditor may only read, both deal by deal.

The owner of the tables runs migrations and grants; nobody else can change or remove a row, not even one of their own.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection, text

from ledger.errors import StoreError
from ledger.values.identifiers import identifier
from ledger.values.money import BadValue

EVERY_DEAL = "*"
"""Stands for all deals, present and future."""


class Access(StrEnum):
    """What a role may do."""

    SERVICER = "servicer"
    AUDITOR = "auditor"


_RIGHTS = {Access.SERVICER: "SELECT, INSERT", Access.AUDITOR: "SELECT"}


def grant(connection: Connection, role: str, access: Access, deal: str) -> None:
    """Let an existing database role read (and, as servicer, post) one deal, or every deal with ``*``.

    Raises :class:`~ledger.errors.StoreError` on an embedded ledger and for a role that does not exist.
    """
    if connection.dialect.name != "postgresql":
        raise StoreError("an embedded ledger has no roles; guard its file with the operating system's permissions")
    try:
        identifier(role)
        if deal != EVERY_DEAL:
            identifier(deal)
    except BadValue as fault:
        raise StoreError(str(fault)) from fault
    known = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first()
    if known is None:
        raise StoreError(f"there is no database role {role!r}; create it first: CREATE ROLE {role} LOGIN")
    quoted = connection.dialect.identifier_preparer.quote(role)
    for table in ("deals", "events", "batches", "run_totals", "run_loans"):
        connection.execute(text(f"GRANT {_RIGHTS[access]} ON {table} TO {quoted}"))
    # Snapshots are a cache: who may post may also drop one.
    cache = "SELECT, INSERT, DELETE" if access is Access.SERVICER else "SELECT"
    connection.execute(text(f"GRANT {cache} ON snapshots TO {quoted}"))
    connection.execute(text(f"GRANT SELECT ON alembic_version, deal_access TO {quoted}"))
    if access is Access.SERVICER:
        connection.execute(text(f"GRANT USAGE ON SEQUENCE deals_deal_key_seq TO {quoted}"))
    connection.execute(
        text("INSERT INTO deal_access (grantee, deal) VALUES (:role, :deal) ON CONFLICT DO NOTHING"),
        {"role": role, "deal": deal},
    )


def revoke(connection: Connection, role: str, deal: str) -> None:
    """Take a role's access to one deal (or to ``*``) back; what it posted stays."""
    if connection.dialect.name != "postgresql":
        raise StoreError("an embedded ledger has no roles")
    connection.execute(
        text("DELETE FROM deal_access WHERE grantee = :role AND deal = :deal"), {"role": role, "deal": deal}
    )
