"""Instalments of many loans at once, a column for what one loan has a field for; numpy is needed here and nowhere else.

Amounts are whole numbers of the store's units, rates too, dates are YYYYMMDD. What makes up the bulk of a pool - level,
interest-only, balloon and adjustable loans that pay each month - is reckoned by columns, the rest one by one; the
figures are the same to the last unit whichever way.
"""

from ledger.notes.columns.reading import notes_of
from ledger.notes.columns.results import InstalmentColumns
from ledger.notes.columns.stated import BoardedColumns
from ledger.notes.columns.tables import NoteColumns, StandingColumns
from ledger.notes.columns.together import fall_due_together

__all__ = ["BoardedColumns", "InstalmentColumns", "NoteColumns", "StandingColumns", "fall_due_together", "notes_of"]
