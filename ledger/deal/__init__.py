"""The deal as data: its terms, its calendar, its waterfall."""
