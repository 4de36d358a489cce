"""From the store to the projections: the facts of one replay, as of two dates."""
