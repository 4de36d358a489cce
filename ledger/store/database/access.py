"""Roles on PostgreSQL: a servicer may read and insert, an auditor may only read, both deal by deal.

The owner of the tables runs migrations and grants; nobody else can change or remove a row, not even one of their own.
What a role may do is asked by the database itself: rights to the tables say what anybody of its kind may do at all, and
row-level policies ask ``deal_access`` for the kind of access to each deal. A grant that names a deal goes before the
one of every deal, so that a servicer of ``*`` who is made auditor of one deal only reads that one.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

import attrs
from sqlalchemy import Connection, text

from ledger.errors import StoreError
from ledger.store.database.schema import VIEWS
from ledger.values.identifiers import identifier
from ledger.values.money import BadValue

EVERY_DEAL = "*"
"""Stands for all deals, present and future."""


class Access(StrEnum):
    """What a role may do."""

    SERVICER = "servicer"
    AUDITOR = "auditor"


@attrs.frozen(kw_only=True)
class Grant:
    """What a role was granted on one deal, or on every deal with ``*``.

    ``is_gone`` says that the role was dropped or has another name by now: the grant is nobody's any more.
    """

    role: str
    access: Access
    deal: str
    is_gone: bool


_READ = (
    *(
        "deals",
        "events",
        "batches",
        "run_totals",
        "run_loans",
        "run_cuts",
        "snapshots",
        "deal_access",
        "alembic_version",
    ),
    *VIEWS,
)
_INSERTED = ("events", "batches", "run_totals", "run_loans", "run_cuts", "snapshots")

_GONE = "pg_get_userbyid(CAST(grantee_oid AS oid)) <> CAST(grantee AS name)"


def grant(connection: Connection, role: str, access: Access, deal: str) -> None:
    """Let an existing database role read (and, as servicer, post) one deal, or every deal with ``*``.

    What the role was granted on that deal before is no more. Raises :class:`~ledger.errors.StoreError` on an embedded
    ledger and for a role that does not exist.
    """
    _check_server(connection)
    try:
        identifier(role)
        if deal != EVERY_DEAL:
            identifier(deal)
    except BadValue as fault:
        raise StoreError(str(fault)) from fault
    known = _role(connection, role)
    if known is None:
        raise StoreError(f"there is no database role {role!r}; create it first: CREATE ROLE {role} LOGIN")
    connection.execute(
        text(
            "INSERT INTO deal_access (grantee, deal, grantee_oid, access) VALUES (:role, :deal, :oid, :access) "
            "ON CONFLICT (grantee_oid, grantee, deal) DO UPDATE SET access = excluded.access"
        ),
        {"role": role, "deal": deal, "oid": known, "access": access.value},
    )
    _settle(connection, role, known)


def revoke(connection: Connection, role: str, deal: str) -> None:
    """Take a role's access to one deal (or to ``*``) back; what it posted stays.

    Raises :class:`~ledger.errors.StoreError` where the role has access to every deal, and one of them is named.
    """
    _check_server(connection)
    connection.execute(
        text("DELETE FROM deal_access WHERE grantee = :role AND deal = :deal"), {"role": role, "deal": deal}
    )
    known = _role(connection, role)
    if known is None:
        return
    _settle(connection, role, known)
    every = text("SELECT 1 FROM deal_access WHERE grantee = :role AND grantee_oid = :oid AND deal = :every")
    asked = {"role": role, "oid": known, "every": EVERY_DEAL}
    if deal != EVERY_DEAL and connection.execute(every, asked).first() is not None:
        raise StoreError(
            f"{role} has access to every deal, and so to {deal}; nothing was revoked: revoke {EVERY_DEAL!r}, and grant "
            "the deals that it is to keep"
        )


def grants(connection: Connection) -> list[Grant]:
    """Return every grant by role and deal; to a role that is not the owner of the tables, its own."""
    _check_server(connection)
    found = text(f"SELECT grantee, access, deal, {_GONE} FROM deal_access ORDER BY grantee, deal, grantee_oid")
    return [
        Grant(role=role, access=Access(access), deal=deal, is_gone=is_gone)
        for role, access, deal, is_gone in connection.execute(found)
    ]


@attrs.frozen(kw_only=True)
class Strength:
    """What a login could do at most, whatever it is granted deal by deal.

    ``changes`` says that it could change what nobody may: it owns the tables, or is a superuser.
    """

    login: str
    posts: bool
    changes: bool


def strength(connection: Connection) -> Strength:
    """Return what whoever is connected could do at most."""
    _check_server(connection)
    found = text(
        "SELECT CAST(session_user AS text) AS login, "
        "has_table_privilege(session_user, CAST('events' AS regclass), 'INSERT') AS posts, "
        "r.rolsuper OR r.rolbypassrls OR pg_has_role(session_user, c.relowner, 'USAGE') AS changes "
        "FROM pg_class c, pg_roles r WHERE c.oid = CAST('events' AS regclass) AND r.rolname = session_user"
    )
    row = connection.execute(found).one()
    return Strength(login=str(row.login), posts=bool(row.posts), changes=bool(row.changes))


def forget_gone(connection: Connection) -> int:
    """Remove the grants of roles that are gone and return how many there were."""
    _check_server(connection)
    return int(connection.execute(text(f"DELETE FROM deal_access WHERE {_GONE}")).rowcount)


def _check_server(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        raise StoreError("an embedded ledger has no roles; guard its file with the operating system's permissions")


def _role(connection: Connection, role: str) -> int | None:
    found = text("SELECT CAST(oid AS bigint) FROM pg_roles WHERE rolname = :role")
    row = connection.execute(found, {"role": role}).first()
    return None if row is None else int(row[0])


def _settle(connection: Connection, role: str, oid: int) -> None:
    """Give a role the rights to the tables that its grants need, and no other."""
    held = text("SELECT DISTINCT access FROM deal_access WHERE grantee = :role AND grantee_oid = :oid")
    kinds = {Access(kind) for kind in connection.execute(held, {"role": role, "oid": oid}).scalars()}
    found = text(
        "SELECT quote_ident(n.nspname) AS schema, has_schema_privilege(CAST(:oid AS oid), n.oid, 'USAGE') AS enters "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = CAST('events' AS regclass)"
    )
    place = connection.execute(found, {"oid": oid}).one()
    parts = text("SELECT CAST(inhrelid AS regclass) FROM pg_inherits WHERE inhparent = CAST('events' AS regclass)")
    quoted = connection.dialect.identifier_preparer.quote(role)
    whole = (*_READ, "deal_locks", *map(str, connection.execute(parts).scalars()))
    connection.execute(text(f"REVOKE ALL ON {', '.join(whole)} FROM {quoted}"))
    for right, tables in _rights(kinds):
        connection.execute(text(f"GRANT {right} ON {', '.join(tables)} TO {quoted}"))
    if kinds and not place.enters:
        connection.execute(text(f"GRANT USAGE ON SCHEMA {place.schema} TO {quoted}"))
    elif not kinds and place.schema != "public":
        connection.execute(text(f"REVOKE USAGE ON SCHEMA {place.schema} FROM {quoted}"))


def _rights(kinds: Collection[Access]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the rights of a role with grants of these kinds, each with the tables that it is to."""
    if not kinds:
        return []
    found: list[tuple[str, tuple[str, ...]]] = [("SELECT", _READ)]
    if Access.SERVICER in kinds:
        found += [
            ("INSERT", _INSERTED),
            # The table numbers deals itself: a key of one's own choosing would say whether it is taken.
            ("INSERT (deal, opened_at)", ("deals",)),
            # Locking a row takes the right to change it, which a trigger refuses to everybody. The right to one column
            # is not enough to lock the table.
            ("SELECT, INSERT, UPDATE (deal)", ("deal_locks",)),
        ]
    return found


__all__ = ["EVERY_DEAL", "Access", "Grant", "Strength", "forget_gone", "grant", "grants", "revoke", "strength"]
