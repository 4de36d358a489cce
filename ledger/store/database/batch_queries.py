"""The queries of envelopes: all of a deal's, or those of some of its events."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, cast, column, func, select
from sqlalchemy.types import ARRAY

from ledger.store.batches import StoredBatch
from ledger.store.database.querying import Querying
from ledger.store.database.schema import batches

_COLUMNS = [batches.c[name] for name in StoredBatch._fields]


class BatchQueries(Querying):
    """Asks for envelopes, by the range of events that each is of."""

    def batches(self, deal_key: int, *, known_through: int | None = None, after: int = 0) -> list[StoredBatch]:
        """Return the envelopes of the batches that begin after a sequence and up to another, in order."""
        conditions = [batches.c.deal_key == deal_key, batches.c.first_sequence > after]
        if known_through is not None:
            conditions.append(batches.c.first_sequence <= known_through)
        statement = select(*_COLUMNS).where(*conditions).order_by(batches.c.first_sequence)
        return [StoredBatch._make(row) for row in self._execute(statement)]

    def has_batches(self, deal_key: int) -> bool:
        """Say whether any batch of a deal has an envelope."""
        return bool(self._execute(select(batches.c.first_sequence).where(batches.c.deal_key == deal_key).limit(1)))

    def batches_of(self, deal_key: int, sequences: Sequence[int]) -> list[StoredBatch]:
        """Return the envelopes that some events stand in, in order; each is found by its key."""
        if self._on_postgresql:
            value = column("value", BigInteger)
            listed = func.unnest(cast(list(sequences), ARRAY(BigInteger))).table_valued(value, name="listed")
            listed = listed.render_derived()
        else:
            listed = func.json_each(str(list(sequences))).table_valued("value", name="listed")
        earlier = batches.alias("earlier")
        begins = (
            select(func.max(earlier.c.first_sequence))
            .where(earlier.c.deal_key == deal_key, earlier.c.first_sequence <= listed.c.value)
            .scalar_subquery()
        )
        firsts = select(begins.label("first_sequence")).select_from(listed).distinct().subquery("firsts")
        statement = (
            select(*_COLUMNS)
            .join(firsts, batches.c.first_sequence == firsts.c.first_sequence)
            .where(batches.c.deal_key == deal_key)
            .order_by(batches.c.first_sequence)
        )
        return [StoredBatch._make(row) for row in self._execute(statement)]


__all__ = ["BatchQueries"]
