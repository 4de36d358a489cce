"""Alembic's entry: runs the migrations on the connection that the ledger hands over, or on ``-x url=...``."""

from alembic import context
from sqlalchemy import Connection, create_engine

from ledger.store.database.schema import access_metadata, metadata


def is_declared(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out PostgreSQL's partitions, which the tables themselves do not name."""
    return not (kind == "table" and str(name).startswith("events_part_"))


def run(connection: Connection) -> None:
    """Run the migrations that are asked for inside one transaction."""
    target = [metadata, access_metadata] if connection.dialect.name == "postgresql" else metadata
    context.configure(connection=connection, target_metadata=target, transactional_ddl=True, include_name=is_declared)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.get_x_argument(as_dictionary=True).get("url") or context.config.get_main_option("sqlalchemy.url")
    if url is None:
        raise SystemExit("give the database: alembic -x url=sqlite:///ledger.db upgrade head")
    with create_engine(url).begin() as opened:
        run(opened)
