"""The rules: pure checks of an event against the state of its deal.

Each rule returns violations as values, in order of precedence: what the event is, whom it names, when it happened, how
much it moves. Rules see one event at a time, in batch order, against a state that holds the batch's earlier events;
:func:`check_batch` adds those that only the whole batch can break.
"""

from ledger.rules.batches import cash_runs_out, check_batch
from ledger.rules.deciding import decide
from ledger.rules.decision import IRREVERSIBLE, Decision, Original
from ledger.rules.placing import place

__all__ = ["IRREVERSIBLE", "Decision", "Original", "cash_runs_out", "check_batch", "decide", "place"]
