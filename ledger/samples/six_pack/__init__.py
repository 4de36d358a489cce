"""A REMIC of planned, companion and accrual classes: an example worked out by hand."""
