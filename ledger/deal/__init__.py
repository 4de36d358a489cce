"""The deal as data: its terms, its calendar, the steps of its waterfall."""
