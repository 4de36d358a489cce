"""Evidence bundles: a deal's log in one file, written, read again, and read in the place of a ledger."""
